"""What the message steps have in common: from an enrolment to a finished text."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from odoo import api, models

from .lifecycle_message import TEXTS, compile_cached
from .lifecycle_step_tracking import MAX_LABEL
from .step_result import StepResult


@dataclass(frozen=True)
class Source:
    """A text of a message in a language.

    :param text: Jinja2 source
    :param html: whether values are escaped
    """

    text: str
    html: bool

    @property
    def template(self):
        return compile_cached(self.text, html=self.html)

    def with_links(self, replace, short_urls):
        """The template with short links in place of those that are tracked."""
        text = replace(self.text, short_urls, self.html)
        return compile_cached(text, html=self.html)


@dataclass
class Draft:
    """A message on its way to one contact.

    :param partner_id: the contact's
    :param texts: the rendered texts by field name of the message
    :param links: the personal links that the texts use
    """

    enrolment: Any
    partner_id: int
    channel: str
    address: str
    lang: str
    content: Any
    grant: Any
    values: dict = field(default_factory=dict)
    links: dict = field(default_factory=dict)
    texts: dict = field(default_factory=dict)

    def prepare_result(self, message, trace, columns=None, **detail):
        """The `StepResult` of a message that is in the queue.

        :param columns: further columns of the step run
        :param detail: what the step run keeps beside the values
        """
        return StepResult(
            values={
                "address": self.address,
                "channel": self.channel,
                "message_id": message.id,
                "content_id": self.content.id,
                "trace_id": trace.id,
                "grant_id": self.grant.id,
                "detail": {
                    "lang": self.lang,
                    "values": pack_values(self.values),
                    **detail,
                },
                **(columns or {}),
            }
        )


def pack_values(values):
    """Values in a form that JSON keeps: dates and moments as tagged texts."""
    return {name: _pack(value) for name, value in values.items()}


def unpack_values(packed):
    """The opposite of `pack_values`."""
    return {name: _unpack(value) for name, value in packed.items()}


def _pack(value):
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"number": str(value)}
    if isinstance(value, list):
        return [_pack(item) for item in value]
    if isinstance(value, dict):
        return {"values": {name: _pack(item) for name, item in value.items()}}
    return value


def _unpack(value):
    match value:
        case {"datetime": text}:
            return datetime.fromisoformat(text)
        case {"date": text}:
            return date.fromisoformat(text)
        case {"number": text}:
            return Decimal(text)
        case {"values": inner}:
            return {name: _unpack(item) for name, item in inner.items()}
        case list():
            return [_unpack(item) for item in value]
    return value


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _prepare_drafts(self, enrolments, channel, now):
        """Check, pick, gather and render, for a batch.

        :return: list of `Draft`, and `StepResult` per enrolment id of who gets nothing
        """
        self.ensure_one()
        addresses, results = self._gate(enrolments, channel, now)
        langs = self.env["lifecycle.enrolment"].union(*addresses)._get_langs()
        languages = {enrolment: langs[enrolment.id] for enrolment in addresses}
        contents = {}
        if self.content_kind:
            contents = self.env["lifecycle.content"]._pick_batch(
                self.content_kind, languages
            )
            for enrolment in list(languages):
                if enrolment.id not in contents:
                    del languages[enrolment]
                    results[enrolment.id] = StepResult("skipped", "no_content")
        passed = self.env["lifecycle.enrolment"].union(*languages)
        grants = passed._get_live_grants(now)
        drafts = [
            Draft(
                enrolment=enrolment,
                partner_id=enrolment.partner_id.id,
                channel=channel,
                address=addresses[enrolment],
                lang=languages[enrolment],
                content=contents.get(enrolment.id, self.env["lifecycle.content"]),
                grant=grants.get(enrolment.id, self.env["lifecycle.grant"]),
            )
            for enrolment in passed
        ]
        self._render_drafts(drafts, channel, now)
        return drafts, results

    def _render_drafts(self, drafts, channel, now):
        """Fill in the values, the links and the texts of drafts."""
        if not drafts:
            return
        sources = self._get_sources({draft.lang for draft in drafts}, channel)
        names = set()
        for source in sources.values():
            names |= source.template.variables
        short_urls = self._track_links(self._get_trackable(drafts, sources, names))
        templates = {
            key: source.with_links(self._replace_links, short_urls)
            for key, source in sources.items()
        }
        enrolments = self.env["lifecycle.enrolment"].union(
            *(draft.enrolment for draft in drafts)
        )
        values = enrolments._get_values(names, now)
        links = self._get_links(drafts, names)
        # Moments alone look different from zone to zone.
        has_moments = "tz" in names or any(
            isinstance(value, datetime)
            for own in values.values()
            for value in own.values()
        )
        zones = enrolments._get_zones() if has_moments else {}
        currency = self.env.company.currency_id.symbol
        for draft in drafts:
            own = values[draft.enrolment.id]
            self._add_step_values(draft, own, short_urls)
            draft.links = links[draft.enrolment.id]
            draft.values = {
                name: value
                for name, value in own.items()
                if not name.startswith("links.")
            }
            context = own | draft.links
            context |= {
                "lang": draft.lang,
                "tz": zones.get(draft.enrolment.id),
                "currency": currency,
            }
            draft.texts = {
                text: templates[draft.lang, text].render(context)
                for text in TEXTS[channel]
            }
            if "body" in draft.texts:
                draft.texts["body"] = self._drop_unsafe_links(draft.texts["body"])

    def _get_sources(self, languages, channel):
        """The texts for a channel: dict of `Source` per language and text."""
        return {
            (lang, text): Source(message._get_source(text), html=text == "body")
            for lang in languages
            for message in [self.message_id.with_context(lang=lang)]
            for text in TEXTS[channel]
        }

    # ------------------------------------------------------------
    # VALUES
    # ------------------------------------------------------------

    def _add_step_values(self, draft, values, short_urls):
        """The values that the step itself brings: its content, the offers."""
        if draft.content:
            content = draft.content.with_context(lang=draft.lang)
            found = {
                "content.title": content.name,
                "content.text": content.text,
                "content.link": self._get_content_link(draft, short_urls),
                "content.kind": content.kind,
            }
            for name in found.keys() & values.keys():
                values[name] = found[name] or None
        if "offers" in values:
            offers = (draft.enrolment.payload or {}).get("offers") or []
            values["offers"] = [
                offer | {"link": short_urls.get(offer.get("link"), offer.get("link"))}
                for offer in offers
            ]
        for name in ("company.website", "entry.link"):
            if values.get(name):
                values[name] = short_urls.get(values[name], values[name])

    def _get_content_link(self, draft, short_urls):
        """A guide is downloaded through our page, which notes who did; the rest is read
        where it is."""
        content = draft.content
        if content.kind == "guide" and content.link:
            return self.env["lifecycle.link"]._make_url(
                "guide", content.id, draft.enrolment.id, self.id
            )
        return short_urls.get(content.link, content.link)

    def _get_trackable(self, drafts, sources, names):
        """The links whose clicks are counted: those that stand in the text, and those
        of content, of the program's table of offers and of the company. Other values
        may be personal, and a short link must not be.

        :return: dict of address to values of the link tracker
        """
        links = {}
        if "content.link" in names:
            for content in {draft.content for draft in drafts}:
                if content.kind != "guide":
                    links[content.link] = {"label": content.name}
        if names & {"offers", "entry.link"}:
            for offer in self.program_id.offer_ids:
                name = (offer.offered_product_id or offer.offered_categ_id).name
                links[offer.link] = {"label": name, "lifecycle_is_offer": True}
        if "company.website" in names:
            company = self.env.company
            links[company.website] = {"label": company.name}
        for source in sources.values():
            for url, label in self._find_links(source.text, source.html).items():
                links.setdefault(url, {"label": label})
        return {
            url: values | {"label": values["label"][:MAX_LABEL]}
            for url, values in links.items()
            if url and self._can_track(url)
        }

    # ------------------------------------------------------------
    # LINKS
    # ------------------------------------------------------------

    def _get_links(self, drafts, names):
        """The personal links that the texts use, per enrolment id."""
        wanted = [name for name in names if name.startswith("links.")]
        surveys = self._get_survey_links(drafts) if "links.survey" in wanted else {}
        links = {}
        for draft in drafts:
            own = {name: self._get_link(draft, name) for name in wanted}
            if draft.enrolment.id in surveys:
                own["links.survey"] = surveys[draft.enrolment.id]
            links[draft.enrolment.id] = own
        return links

    def _get_link(self, draft, name):
        key = name.partition(".")[2]
        make = self.env["lifecycle.link"]._make_url
        partner_id = draft.partner_id
        match key:
            case "preferences":
                category = self.message_id.category_id
                return make(
                    "unsubscribe",
                    category.id,
                    partner_id,
                    self.env.company.id,
                    draft.address,
                    self.program_id.id,
                )
            case "no_thanks":
                program = self.program_id
                return make("no_thanks", program.id, partner_id, draft.address)
            case "survey":
                return None
        return make("answer", draft.enrolment.id, self.id, key)

    @api.model
    def _trigger_queues(self):
        """Have Odoo's mail and SMS queues delivered now, while messages of ours are in
        them: the mail queue starts hourly by itself."""
        for model, cron in (
            ("mail.mail", "mail.ir_cron_mail_scheduler_action"),
            ("sms.sms", "sms.ir_cron_sms_scheduler_action"),
        ):
            if self.env[model].sudo()._has_lifecycle_outgoing():
                self.env.ref(cron).sudo()._trigger()


class LifecycleStepRun(models.Model):
    _inherit = "lifecycle.step.run"

    def action_show_message(self):
        """Show the message as this contact got it then."""
        self.ensure_one()
        return self.message_id.action_preview() | {
            "name": self.env._("As sent"),
            "context": {
                "default_message_id": self.message_id.id,
                "default_step_run_id": self.id,
                "default_partner_id": self.partner_id.id,
            },
        }
