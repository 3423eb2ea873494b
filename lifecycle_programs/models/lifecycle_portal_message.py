"""Messages in the customer portal: a channel like mail, read after a login."""

import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, plaintext2html

from .portal_address import IN_APP, PUSH

SHORT_LINK = r"/r/\w+(?![\w/])"


class LifecyclePortalMessage(models.Model):
    """What a contact finds in the inbox of the portal.

    Unread until it is opened for the first time, there as long as it has not expired.
    Its trace tells of opening and clicks, as that of a mail does.
    """

    _name = "lifecycle.portal.message"
    _description = "Message in the Customer Portal"
    _order = "sent_at desc, id desc"
    _rec_name = "subject"

    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        ondelete="cascade",
        readonly=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    program_id = fields.Many2one(
        "lifecycle.program", ondelete="set null", index="btree_not_null", readonly=True
    )
    trace_id = fields.Many2one(
        "mailing.trace", ondelete="set null", index="btree_not_null", readonly=True
    )
    lang = fields.Char(string="Language", readonly=True)
    subject = fields.Char(required=True, readonly=True)
    body = fields.Html(readonly=True)
    sent_at = fields.Datetime(string="Date", required=True, readonly=True)
    read_at = fields.Datetime(string="Opened on", readonly=True)
    expires_at = fields.Datetime(
        string="Until", readonly=True, help="It is not shown any more after that."
    )

    _inbox = models.Index("(partner_id, sent_at)")
    _trace_once = models.UniqueIndex("(trace_id)")

    # ------------------------------------------------------------
    # INBOX
    # ------------------------------------------------------------

    @api.model
    def _get_inbox_domain(self, partner, now):
        """What a contact sees. Nobody has access to the model but those who work with
        programs: the pages read with sudo, and with this."""
        return [
            ("partner_id", "=", partner.id),
            "|",
            ("expires_at", "=", False),
            ("expires_at", ">", now),
        ]

    @api.model
    def _count_inbox(self, partner, now):
        """How many messages a contact has, and how many it has not opened.

        :return: two numbers
        """
        ((count, read),) = self._read_group(
            self._get_inbox_domain(partner, now), [], ["__count", "read_at:count"]
        )
        return count, count - read

    def _open(self, now):
        """The contact has opened it."""
        unread = self.filtered(lambda message: not message.read_at)
        unread.read_at = now
        unread.trace_id.set_opened()

    @api.autovacuum
    def _gc_expired(self):
        """What nobody can see any more, after another month: the history keeps what
        it was."""
        old = fields.Datetime.now() - timedelta(days=30)
        expired = self.search([("expires_at", "<", old)], limit=10_000)
        count = len(expired)
        expired.unlink()
        return count, int(count == 10_000)


class LifecycleMessage(models.Model):
    _inherit = "lifecycle.message"

    portal_days = fields.Integer(
        string="In the portal for (days)",
        default=30,
        help="How long customers find the message in their inbox. 0 means always.",
    )


class MailingTrace(models.Model):
    _inherit = "mailing.trace"

    trace_type = fields.Selection(
        selection_add=[(IN_APP, "Customer portal"), (PUSH, "Push")],
        ondelete={IN_APP: "cascade", PUSH: "cascade"},
    )


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _deliver(self, drafts, channel, now):
        if channel == IN_APP:
            return self._create_portal_messages(drafts, IN_APP, now)
        return super()._deliver(drafts, channel, now)

    def _create_portal_messages(self, drafts, channel, now):
        """Put messages into the inboxes. They are there when this transaction is.

        :return: dict of `StepResult` per enrolment id
        """
        traces = self._create_portal_traces(drafts, channel, now)
        days = self.message_id.portal_days
        links = re.compile(re.escape(self.get_base_url()) + SHORT_LINK)
        self.env["lifecycle.portal.message"].sudo().create(
            [
                {
                    "partner_id": draft.partner_id,
                    "company_id": self.env.company.id,
                    "program_id": self.program_id.id,
                    "trace_id": trace.id,
                    "lang": draft.lang,
                    "subject": " ".join(draft.texts["subject"].split()),
                    # Odoo finds the trace of a click by the address of the link.
                    "body": links.sub(
                        rf"\g<0>/m/{trace.id}", self._get_portal_body(draft)
                    ),
                    "sent_at": now,
                    "expires_at": now + timedelta(days=days) if days else False,
                }
                for draft, trace in zip(drafts, traces, strict=True)
            ]
        )
        return {
            draft.enrolment.id: draft.prepare_result(self.message_id, trace)
            for draft, trace in zip(drafts, traces, strict=True)
        }

    def _get_portal_body(self, draft):
        body = draft.texts.get("body")
        return str(body or plaintext2html(draft.texts["body_text"].strip()))

    def _create_portal_traces(self, drafts, channel, now):
        mailing = self._ensure_mailing()
        state = (
            {"trace_status": "sent", "sent_datetime": now} if channel == IN_APP else {}
        )
        return (
            self.env["mailing.trace"]
            .sudo()
            .create(
                [
                    {
                        "trace_type": channel,
                        "model": "res.partner",
                        "res_id": draft.partner_id,
                        "mass_mailing_id": mailing.id,
                        **state,
                    }
                    for draft in drafts
                ]
            )
        )


class LifecyclePrivacy(models.AbstractModel):
    _inherit = "lifecycle.privacy"

    @api.model
    def _get_sections(self, partner, addresses):
        return [
            *super()._get_sections(partner, addresses),
            (
                "portal_messages",
                "lifecycle.portal.message",
                [("partner_id", "=", partner.id)],
                ("sent_at", "subject", "body", "read_at", "expires_at"),
            ),
            (
                "push_devices",
                "mail.push.device",
                [("partner_id", "=", partner.id)],
                ("create_date", "endpoint"),
            ),
        ]

    @api.model
    def _get_erasing(self, partner, addresses):
        return [
            *super()._get_erasing(partner, addresses),
            SQL(
                "DELETE FROM lifecycle_portal_message WHERE partner_id = %s", partner.id
            ),
            SQL("DELETE FROM lifecycle_push WHERE partner_id = %s", partner.id),
            SQL("DELETE FROM mail_push_device WHERE partner_id = %s", partner.id),
        ]
