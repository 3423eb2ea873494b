"""A message as a contact would get it, without sending anything."""

from dataclasses import dataclass, field
from datetime import timedelta

from odoo import fields, models
from odoo.tools import html2plaintext, is_html_empty, plaintext2html

from ..engine.errors import TemplateError
from ..engine.sms import sms_length
from .lifecycle_message import ORDER, TEXTS, compile_cached, template_source
from .lifecycle_step_message import unpack_values

#: Where personal links lead in a preview. Not an address: nobody says no by clicking on
#: somebody else's message.
NOWHERE = "#"
#: How long the discount lasts that a preview shows.
SAMPLE_DAYS = 14


@dataclass
class Example:
    """What a contact would get.

    :ivar missing: names of values that this contact does not have
    :ivar error: why the contact would get nothing, or None
    :ivar text: field name of the text with the error
    :ivar subject: subject of the mail, or title in the portal
    :ivar body: the whole mail, or the text in the portal, as HTML
    :ivar sms: the whole SMS
    :ivar size: of the SMS: places, parts, encoding
    """

    lang: str = ""
    missing: list = field(default_factory=list)
    error: TemplateError | None = None
    text: str = ""
    subject: str = ""
    body: str = ""
    sms: str = ""
    size: tuple = ()

    @property
    def plain(self):
        return html2plaintext(self.body) if self.body else ""


class LifecycleMessage(models.Model):
    _inherit = "lifecycle.message"

    def _get_channel(self, form=None):
        """The channel of a message, or of a form that is not saved."""
        return (form or {}).get("channel") or self.channel

    def _get_sources(self, lang, form=None):
        """The Jinja2 sources of the message in a language, by field name.

        :param dict form: what a form holds unsaved, in the language of the user: the
            ``channel`` and the texts
        """
        message = self.with_context(lang=lang)
        return {
            text: self._get_form_text(form[text], text)
            if form and text in form and self._is_written_in(text, lang)
            else message._get_source(text)
            for text in TEXTS[self._get_channel(form)]
        }

    def _get_form_text(self, value, text):
        if text != "body":
            return value or ""
        field_ = self._fields["body"]
        return template_source(field_.convert_to_cache(value or "", self))

    def _is_written_in(self, text, lang):
        """Whether what the user writes is what people of this language get."""
        mine = self.env.lang or "en_US"
        if mine == lang or not self:
            return True
        return mine == "en_US" and lang not in self._get_languages(text)

    def _get_languages(self, text):
        """The languages in which a text was written."""
        stored = self._fields[text]._get_stored_translations(self) if self.id else None
        return {lang for lang, value in (stored or {}).items() if value}

    # ------------------------------------------------------------
    # EXAMPLES
    # ------------------------------------------------------------

    def _render_example(self, partner, lang=None, form=None, run=None):
        """The message as a contact would get it now, or as somebody got it.

        :param lang: code of a language; the contact's by default
        :param dict form: see `_get_sources`; ``category_id``, too
        :param run: the step run of a message that was sent
        :rtype: Example
        """
        run = run or self.env["lifecycle.step.run"]
        sent = run.detail or {}
        if run.channel:
            form = (form or {}) | {"channel": run.channel}
        if sent.get("body"):
            if (run.channel or self.channel) == "sms":
                return Example(sms=sent["body"])
            return Example(subject=sent["subject"], body=sent["body"])
        if not partner:
            return Example()
        enrolment = run.enrolment_id or self._get_example_enrolment(partner)
        lang = sent.get("lang") or lang or enrolment._get_lang()
        example = Example(lang=lang)
        templates = {}
        for text, source in self._get_sources(lang, form).items():
            try:
                templates[text] = compile_cached(source, html=text == "body")
            except TemplateError as error:
                example.error, example.text = error, text
                return example
        names = set().union(*(one.variables for one in templates.values()))
        values = (
            unpack_values(sent["values"])
            if sent
            else self._get_example_values(enrolment, names, lang)
        )
        values |= {name: NOWHERE for name in names if name.startswith("links.")}
        example.missing = sorted(name for name in names if values.get(name) is None)
        if not sent:
            self._add_samples(values)
        context = values | enrolment._get_format_values() | {"lang": lang}
        texts = {}
        for text, template in templates.items():
            try:
                texts[text] = template.render(context)
            except TemplateError as error:
                example.error, example.text = error, text
                return example
        self._put_together(example, texts, form or {})
        return example

    def _put_together(self, example, texts, form):
        """Add to the texts what every message has: the frame, the links to say no."""
        step = self.step_ids[-1:]
        category = self.category_id
        if form.get("category_id"):
            category = category.browse(form["category_id"])
        channel = self._get_channel(form)
        if channel != "sms":
            example.subject = " ".join(texts["subject"].split())
            example.body = self._get_example_body(step, texts)
            if channel == "mail" or (
                channel == ORDER and not is_html_empty(texts["body"])
            ):
                frame = step._render_frame(category, example.lang)
                example.body = frame.fill(example.body, NOWHERE, NOWHERE)
            return
        example.sms = texts["body_text"].strip()
        if category.can_opt_out:
            # Stands for the personal link, which has about this length.
            path = "/lifecycle/s/xxxx.xxx.xxxxxxxxxxxx"
            url = self.env["lifecycle.link"]._get_url(path)
            step = step.with_context(lang=example.lang)
            example.sms += "\n" + step._get_sms_stop(url)
        example.size = sms_length(example.sms)

    def _get_example_body(self, step, texts):
        """The text of a mail or a page; where there is only a short one, that one."""
        body = texts.get("body", "")
        if is_html_empty(body):
            return str(plaintext2html(texts.get("body_text", "").strip()))
        return step._drop_unsafe_links(body)

    def _get_example_partner(self):
        """Somebody who has been in the program, else the newest contact with mail."""
        programs = self.step_ids.program_id
        return self.env["lifecycle.enrolment"].search(
            [("program_id", "in", programs.ids)], limit=1
        ).partner_id or self.env["res.partner"].search(
            [("email", "!=", False), ("is_company", "=", False)],
            order="id desc",
            limit=1,
        )

    def _get_example_enrolment(self, partner):
        """A contact in the program of the message: as it is, or as it would be."""
        program = self.step_ids[-1:].program_id
        enrolments = self.env["lifecycle.enrolment"]
        domain = [("program_id", "=", program.id)]
        own = enrolments.search([*domain, ("partner_id", "=", partner.id)], limit=1)
        if own:
            return own
        # What somebody else's entry brought along is the best example there is.
        example = enrolments.search(domain, limit=1)
        return enrolments.new(
            {
                "program_id": program.id,
                "company_id": (program.company_id or self.env.company).id,
                "partner_id": partner.id,
                "commercial_partner_id": partner.commercial_partner_id.id,
                "payload": example.payload,
                "entered_at": fields.Datetime.now(),
            }
        )

    def _add_samples(self, values):
        """A discount that nobody has yet is shown with a sample of one: the program
        gives it before it sends the message."""
        samples = {
            "grant.code": self.env._("SAMPLE-CODE"),
            "grant.description": self.env._("the discount"),
            "grant.ends_on": fields.Date.context_today(self)
            + timedelta(days=SAMPLE_DAYS),
        }
        for name in samples.keys() & values.keys():
            if values[name] is None:
                values[name] = samples[name]

    def _get_example_values(self, enrolment, names, lang):
        values = enrolment._get_values(names, fields.Datetime.now())[enrolment.id]
        step = self.step_ids[-1:]
        content = self.env["lifecycle.content"].with_context(lang=lang)
        if step.content_kind:
            content = content.search(
                [("kind", "=", step.content_kind), ("lang", "in", [False, lang])],
                limit=1,
            )
        values |= {
            "content.title": content.name or None,
            "content.text": content.text or None,
            "content.link": content.link or None,
            "content.kind": content.kind or None,
        }
        if "offers" in names:
            values["offers"] = (enrolment.payload or {}).get("offers") or [
                {
                    "name": (offer.offered_product_id or offer.offered_categ_id).name,
                    "pitch": offer.pitch or None,
                    "link": offer.link or None,
                    "price": offer.offered_product_id.list_price or None,
                }
                for offer in step.program_id.offer_ids[:3]
            ]
        return values
