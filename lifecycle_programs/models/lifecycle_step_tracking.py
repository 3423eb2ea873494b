"""What Odoo measures about a step: its technical mailing and its tracked links."""

import re
from html import escape, unescape

import lxml.html

from odoo import models

HREF = re.compile(r'href="([^"]*)"')
# An address that stands in a text by itself; only punctuation may follow it.
TEXT_LINK = re.compile(r"https?://[^\s{}<>]*[\w/=&#-](?=[.,;:!?)]*(?:\s|$))")
WEB_LINK = re.compile(r"(https?://|/)[^\s{}]+", re.IGNORECASE)
SAFE_LINK = re.compile(r"\s*(https?:|mailto:|tel:|sms:|/|#|\?)", re.IGNORECASE)
# Pages that know the contact by a token, which has no place in a shared short link.
PERSONAL_PATHS = ("/lifecycle/", "/survey/start/", "/r/")
MAX_LABEL = 40


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    # ------------------------------------------------------------
    # MAILING
    # ------------------------------------------------------------

    def _ensure_mailing(self):
        """The technical mailing of this step's key, made when there is none yet."""
        self.ensure_one()
        if not self.mailing_id:
            # The program's owner does not have to hear of every technical mailing.
            mailings = (
                self.env["mailing.mailing"]
                .sudo()
                .with_context(mail_auto_subscribe_no_notify=True)
            )
            mailing = mailings.with_context(active_test=False).search(
                [
                    ("lifecycle_program_id", "=", self.program_id.id),
                    ("lifecycle_step_key", "=", self.key),
                ]
            )
            self.sudo().mailing_id = mailing or mailings.create(
                self._prepare_mailing_values()
            )
        return self.mailing_id

    def _prepare_mailing_values(self):
        company = self.program_id.company_id
        values = {
            "subject": f"{self.program_id.name}: {self.name}",
            "mailing_type": "sms" if self.message_id.channel == "sms" else "mail",
            "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
            "user_id": self.program_id.user_id.id,
            "state": "done",
            "active": False,
            "lifecycle_program_id": self.program_id.id,
            "lifecycle_step_key": self.key,
        }
        sender = company.lifecycle_sender_email or company.email_formatted
        return values | ({"email_from": sender} if sender else {})

    # ------------------------------------------------------------
    # LINKS
    # ------------------------------------------------------------

    def _find_links(self, source, html):
        """The links of a text that are the same for everybody.

        :param source: Jinja2 source
        :return: dict of label per address
        """
        if not html:
            urls = TEXT_LINK.findall(source)
            return {url: url[:MAX_LABEL] for url in urls if self._can_track(url)}
        links = {}
        if HREF.search(source):
            for node in lxml.html.fragment_fromstring(source, "div").iter("a"):
                url = node.get("href") or ""
                if self._can_track(url):
                    label = " ".join(node.text_content().split()) or url
                    links.setdefault(url, label[:MAX_LABEL])
        return links

    def _can_track(self, url):
        path = url.removeprefix(self.get_base_url())
        return bool(WEB_LINK.fullmatch(url)) and not path.startswith(PERSONAL_PATHS)

    def _track_links(self, links):
        """Shorten links, once per step and address.

        Odoo would fetch a page to find its title, so it is given one.

        :param links: dict of address to values of the link tracker (label and more)
        :return: dict of short address per address
        """
        if not links:
            return {}
        base = self.get_base_url()
        common = self._ensure_mailing()._get_link_tracker_values()
        trackers = (
            self.env["link.tracker"]
            .sudo()
            .search_or_create(
                [
                    {
                        **common,
                        **values,
                        "url": base + url if url.startswith("/") else url,
                        "title": values["label"],
                    }
                    for url, values in links.items()
                ]
            )
        )
        # Odoo looks the code of each tracker up by itself.
        found = self.env["link.tracker.code"].sudo()
        found = found.search_fetch(
            [("link_id", "in", trackers.ids)], ["code", "link_id"], order="id"
        )
        codes = {one.link_id.id: one.code for one in found}
        return {
            url: f"{tracker.short_url_host}{codes[tracker.id]}"
            for url, tracker in zip(links, trackers, strict=True)
        }

    def _replace_links(self, source, short_urls, html):
        """A text with its links replaced by short ones."""
        if not html:
            return TEXT_LINK.sub(
                lambda match: short_urls.get(match[0], match[0]), source
            )

        def replace(match):
            short = short_urls.get(unescape(match[1]))
            return f'href="{escape(short)}"' if short else match[0]

        return HREF.sub(replace, source)

    def _drop_unsafe_links(self, html):
        """A rendered text without links that do more than lead somewhere: the value of
        a placeholder may be anything."""
        return HREF.sub(
            lambda match: match[0] if SAFE_LINK.match(unescape(match[1])) else "",
            html,
        )


class LifecycleVersion(models.Model):
    _inherit = "lifecycle.version"

    def write(self, vals):
        """Publishing makes the technical mailings: two workers that run a step for the
        first time at once would otherwise both make one."""
        result = super().write(vals)
        if vals.get("state") == "published":
            for step in self.step_ids:
                if step.message_id:
                    step._ensure_mailing()
        return result
