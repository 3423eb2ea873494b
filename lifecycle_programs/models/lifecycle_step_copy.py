"""Copies for colleagues: the first message of every step, as it leaves.

A copy is a mail of its own. It belongs to no mailing and has no trace, so that neither
limits nor numbers know of it, and its links lead to the pages themselves: a colleague
who clicks is no customer, and cannot unsubscribe one.
"""

import re
from html import escape, unescape

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize, email_split

from .lifecycle_step_tracking import PERSONAL_PATHS

URL = re.compile(r"https?://[^\s\"'<>]+")
SHORT_PATH = "/r/"


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    copy_to = fields.Char(
        string="Copies to",
        copy=False,
        help="Colleagues who get a copy of the first message of each step, besides "
        "those in the settings: mail addresses with commas between them. Each "
        "published version begins anew.",
    )

    @api.constrains("copy_to")
    def _check_copy_to(self):
        for program in self:
            self.env["res.company"]._check_addresses(program.copy_to)

    def _get_copy_addresses(self):
        """Who gets copies, each once."""
        self.ensure_one()
        texts = (self.company_id.lifecycle_copy_to, self.copy_to)
        found = [email_normalize(one) for text in texts for one in email_split(text)]
        return list(dict.fromkeys(found))


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    copied_count = fields.Integer(
        readonly=True,
        copy=False,
        help="How many messages of this step colleagues got a copy of.",
    )

    @api.model
    def _technical_fields(self):
        return super()._technical_fields() | {"copied_count"}

    def _deliver(self, drafts, channel, now):
        results = super()._deliver(drafts, channel, now)
        self._send_copies(drafts, results)
        return results

    def _send_copies(self, drafts, results):
        """Put copies of the first messages into the queue, with the messages.

        Two workers who both believe to have the first one write the same row: the
        second is refused by the database and runs again.

        :param results: the `StepResult` of each draft, by the id of its enrolment
        """
        addresses = self.program_id._get_copy_addresses()
        left = self.program_id.company_id.lifecycle_copy_count - self.copied_count
        if not addresses or left <= 0 or self.env.context.get("lifecycle_rehearsal"):
            return
        drafts = drafts[:left]
        self.sudo().copied_count += len(drafts)
        traces = self.env["mailing.trace"].browse(
            results[draft.enrolment.id].values["trace_id"] for draft in drafts
        )
        texts = self._get_sent_texts(traces)
        pages = self._get_pages([body for _subject, body in texts])
        self.env["mail.mail"].sudo().create(
            [
                self._prepare_copy_values(draft, *text, pages, addresses)
                for draft, text in zip(drafts, texts, strict=True)
            ]
        )
        self._trigger_queue("mail.ir_cron_mail_scheduler_action")

    def _get_sent_texts(self, traces):
        """Subject and HTML of the messages that stand in the queues."""
        messages = self.env["sms.sms"].sudo()
        ids = [one for one in traces.mapped("sms_id_int") if one]
        sms_by_id = {sms.id: sms for sms in messages.browse(ids)}
        inbox = self.env["lifecycle.portal.message"].sudo()
        portal_by_trace = inbox.search([("trace_id", "in", traces.ids)]).grouped(
            "trace_id"
        )
        texts = []
        for trace in traces:
            mail = trace.sudo().mail_mail_id
            if mail:
                texts.append((mail.subject, mail.body_html))
            elif portal := portal_by_trace.get(trace):
                texts.append((portal.subject, portal.body))
            else:
                body = sms_by_id[trace.sms_id_int].body
                html = Markup("<pre style='white-space: pre-wrap'>%s</pre>") % body
                texts.append((self.env._("SMS “%s”", self.name), html))
        return texts

    def _get_pages(self, bodies):
        """Where the links of messages lead, as a colleague may open them: the page
        behind a short link, and nowhere for a personal one.

        :return: dict of address per address, as they stand in HTML
        """
        base = self.get_base_url()
        urls = {url for body in bodies for url in URL.findall(str(body))}
        codes = {
            url: path.removeprefix(SHORT_PATH).partition("/")[0]
            for url in urls
            for path in [unescape(url).removeprefix(base)]
            if path.startswith(SHORT_PATH)
        }
        trackers = self.env["link.tracker.code"].sudo()
        found = trackers.search([("code", "in", list(codes.values()))])
        page_by_code = {code.code: escape(code.link_id.url) for code in found}
        personal = {
            url: "#"
            for url in urls - codes.keys()
            if unescape(url).removeprefix(base).startswith(PERSONAL_PATHS)
        }
        return personal | {
            url: page_by_code.get(code, "#") for url, code in codes.items()
        }

    def _prepare_copy_values(self, draft, subject, body, pages, addresses):
        enrolment = draft.enrolment
        sender = self._prepare_sender_values(enrolment)
        note = self.env._(
            "A copy of what %(contact)s gets at %(address)s: program “%(program)s”, "
            "step “%(step)s”.",
            contact=enrolment.partner_id.display_name,
            address=self._say_address(draft.address),
            program=self.program_id.name,
            step=self.name,
        )
        frame = Markup("<p style='padding: 8px; background: #eee'>%s</p>%s")
        text = Markup(URL.sub(lambda match: pages.get(match[0], match[0]), str(body)))
        return {
            "subject": self.env._("[Copy] %s", subject),
            "body_html": frame % (note, text),
            "email_to": ", ".join(addresses),
            "email_from": sender["email_from"],
            # An answer to a copy is for the sender, and not for the customer's record.
            "reply_to": sender["email_from"],
            "message_type": "email_outgoing",
            "is_notification": False,
            "auto_delete": True,
            "state": "outgoing",
            "headers": repr({"X-Auto-Response-Suppress": "OOF"}),
        }


class ResCompany(models.Model):
    _inherit = "res.company"

    # Customers with a login may read the company they buy from.
    lifecycle_copy_to = fields.Char(
        string="Copies to",
        groups="base.group_user",
        help="Colleagues who get a copy of the first message of each step: mail "
        "addresses with commas between them.",
    )
    lifecycle_copy_count = fields.Integer(
        string="Copies of Each Step",
        default=1,
        help="So many first messages of each step are copied. A published version "
        "begins anew.",
    )

    @api.constrains("lifecycle_copy_to")
    def _check_lifecycle_copy_to(self):
        for company in self:
            company._check_addresses(company.lifecycle_copy_to)

    @api.model
    def _check_addresses(self, text):
        """Raise ValidationError unless this is a list of mail addresses, or nothing."""
        for part in (text or "").split(","):
            if part.strip() and not email_normalize(part):
                raise ValidationError(
                    self.env._("“%s” is not a mail address.", part.strip())
                )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lifecycle_copy_to = fields.Char(
        related="company_id.lifecycle_copy_to", readonly=False
    )
    lifecycle_copy_count = fields.Integer(
        related="company_id.lifecycle_copy_count", readonly=False
    )
