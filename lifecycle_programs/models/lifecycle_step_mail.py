"""Mail steps: drafts become rows of Odoo's mail queue, with traces, in one batch."""

from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from odoo import api, models
from odoo.tools import formataddr
from odoo.tools.mail import generate_tracking_message_id

from .bulk_insert import insert_rows, take_ids

# Stand in the frame for what differs from mail to mail.
BODY_MARK = "lifecycle-body"
NO_THANKS_MARK = "lifecycle-no-thanks"
PREFERENCES_MARK = "lifecycle-preferences"
QUEUES = "lifecycle_programs.queues"


@dataclass(frozen=True)
class Frame:
    """What stands around the text of every mail, rendered once per batch."""

    html: str

    def fill(self, body, no_thanks, preferences):
        """The whole mail. The text comes last: a mark inside it stays what it is."""
        return (
            self.html.replace(NO_THANKS_MARK, escape(no_thanks))
            .replace(PREFERENCES_MARK, escape(preferences))
            .replace(BODY_MARK, body, 1)
        )


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _run_mail_batch(self, enrolments, now):
        return self._send(enrolments, "mail", now)

    # ------------------------------------------------------------
    # QUEUE
    # ------------------------------------------------------------

    def _create_mails(self, drafts):
        """Put the mails into the queue; nothing is sent inside this transaction."""
        category = self.message_id.category_id
        frames = {
            lang: self._render_frame(category, lang)
            for lang in {draft.lang for draft in drafts}
        }
        leads = self._get_open_opportunities(drafts)
        common = self._prepare_common_mail_values()
        rows = [
            self._prepare_mail_values(draft, frames[draft.lang], leads, common)
            for draft in drafts
        ]
        traces = self._insert_mails(rows, drafts)
        self._trigger_queue("mail.ir_cron_mail_scheduler_action")
        keeps_text = not category.can_opt_out
        results = {}
        for draft, row, trace in zip(drafts, rows, traces, strict=True):
            # Billing and legal messages are kept as they were sent.
            detail = (
                {"subject": row["subject"], "body": row["body_html"]}
                if keeps_text
                else {}
            )
            results[draft.enrolment.id] = draft.prepare_result(
                self.message_id, trace, **detail
            )
        return results

    def _insert_mails(self, rows, drafts):
        """Insert mails with their messages and traces.

        :param rows: of `_prepare_mail_values`
        :return: the traces
        """
        mails, messages = self.env["mail.mail"], self.env["mail.message"]
        traces = self.env["mailing.trace"]
        campaign = self._ensure_mailing().campaign_id
        own = {name for name in rows[0] if not mails._fields[name].inherited}
        message_ids = take_ids(messages, len(rows))
        mail_ids = take_ids(mails, len(rows))
        insert_rows(
            messages,
            [
                {"id": message_id}
                | {name: value for name, value in row.items() if name not in own}
                for message_id, row in zip(message_ids, rows, strict=True)
            ],
        )
        insert_rows(
            mails,
            [
                {"id": mail_id, "mail_message_id": message_id}
                | {name: row[name] for name in own}
                for mail_id, message_id, row in zip(
                    mail_ids, message_ids, rows, strict=True
                )
            ],
        )
        return insert_rows(
            traces,
            [
                {
                    "id": trace_id,
                    "trace_type": "mail",
                    "model": "res.partner",
                    "res_id": draft.partner_id,
                    "mass_mailing_id": row["mailing_id"],
                    "campaign_id": campaign.id or None,
                    "email": draft.address,
                    "message_id": row["message_id"],
                    "mail_mail_id": mail_id,
                    "mail_mail_id_int": mail_id,
                }
                for trace_id, mail_id, row, draft in zip(
                    take_ids(traces, len(rows)), mail_ids, rows, drafts, strict=True
                )
            ],
        )

    def _prepare_common_mail_values(self):
        company = self.env.company
        return {
            "body": str(self._get_chatter_note()),
            "message_type": "email_outgoing",
            "mailing_id": self._ensure_mailing().id,
            "record_company_id": company.id,
            "record_alias_domain_id": company.alias_domain_id.id or None,
            # The row of the queue goes at the end of its run; the message stays, so
            # that replies and bounces find their way.
            "auto_delete": False,
            "is_notification": True,
            "state": "outgoing",
        }

    def _get_chatter_note(self):
        """What the chatter shows; the text itself is not stored twice."""
        note = self.env._(
            "Sent by the program “%(program)s”, step “%(step)s”.",
            program=self.program_id.name,
            step=self.name,
        )
        return Markup("<p>%s</p>") % note

    def _prepare_mail_values(self, draft, frame, leads, common):
        enrolment = draft.enrolment
        partner = enrolment.partner_id
        lead_id = leads.get(enrolment.commercial_partner_id.id)
        model, res_id = (
            ("crm.lead", lead_id) if lead_id else ("res.partner", partner.id)
        )
        message_id = generate_tracking_message_id(f"{res_id}-{model}")
        no_thanks = preferences = ""
        if self.message_id.category_id.can_opt_out:
            no_thanks = self._get_link(draft, "links.no_thanks")
            preferences = self._get_link(draft, "links.preferences")
        return {
            **common,
            **self._prepare_sender_values(enrolment),
            "subject": " ".join(draft.texts["subject"].split()),
            "body_html": frame.fill(draft.texts["body"], no_thanks, preferences),
            "email_to": formataddr((partner.name or "", draft.address)),
            "model": model,
            "res_id": res_id,
            "message_id": message_id,
            "headers": repr(self._prepare_headers(preferences)),
        }

    def _prepare_sender_values(self, enrolment):
        """From whom it comes, and where the reply goes: to the catch-all address, in
        the sender's name, so that Odoo puts it on the opportunity or the contact."""
        user = enrolment._get_sender()
        company = self.env.company
        if user:
            email_from, name = user.email_formatted, user.name
        else:
            email_from = company.lifecycle_sender_email or company.email_formatted
            name = company.name
        return {
            "author_id": (user.partner_id or company.partner_id).id,
            "email_from": email_from or None,
            "reply_to": formataddr((name, company.catchall_email))
            if company.catchall_email
            else email_from or None,
        }

    def _prepare_headers(self, unsubscribe_url):
        """Headers for mail programs: one click says no to the category (RFC 8058), and
        an absent reader's auto-reply is not wanted."""
        headers = {"X-Auto-Response-Suppress": "OOF"}
        if unsubscribe_url:
            headers |= {
                "List-Unsubscribe": f"<{unsubscribe_url}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Precedence": "list",
            }
        return headers

    def _get_open_opportunities(self, drafts):
        """The open opportunity of each customer, where replies land: the latest one.

        :return: dict of lead id per customer id
        """
        customers = [draft.enrolment.commercial_partner_id.id for draft in drafts]
        leads = self.env["crm.lead"].search_fetch(
            [
                ("type", "=", "opportunity"),
                ("won_status", "=", "pending"),
                ("partner_id.commercial_partner_id", "in", customers),
                ("company_id", "in", [False, self.env.company.id]),
            ],
            ["partner_id"],
            order="id",
        )
        return {lead.partner_id.commercial_partner_id.id: lead.id for lead in leads}

    @api.model
    def _trigger_queue(self, cron):
        """Wake a queue, once per transaction: a trigger costs."""
        done = self.env.cr.precommit.data.setdefault(QUEUES, set())
        if cron not in done:
            done.add(cron)
            self.env.ref(cron).sudo()._trigger()

    # ------------------------------------------------------------
    # FRAME
    # ------------------------------------------------------------

    @api.model
    def _render_frame(self, category, lang):
        """The frame of mails of a category in a language."""
        company = self.env.company
        html = (
            self.env["ir.qweb"]
            .with_context(lang=lang)
            ._render(
                "lifecycle_programs.mail_layout",
                {
                    "company": company.with_context(lang=lang),
                    "logo_url": self.env["lifecycle.link"]._get_url(
                        f"/logo.png?company={company.id}"
                    ),
                    "lang": lang.replace("_", "-"),
                    "body_mark": BODY_MARK,
                    "no_thanks_mark": NO_THANKS_MARK if category.can_opt_out else "",
                    "preferences_mark": PREFERENCES_MARK
                    if category.can_opt_out
                    else "",
                    "shows_notice": category.is_capped,
                },
            )
        )
        return Frame(str(html))
