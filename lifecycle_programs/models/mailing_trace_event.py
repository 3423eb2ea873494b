from odoo import models
from odoo.tools import SQL

#: In the context while an automatic reply (an out-of-office) is routed.
AUTOMATIC_REPLY = "lifecycle_automatic_reply"


class MailingTrace(models.Model):
    _inherit = "mailing.trace"

    def set_opened(self, domain=None):
        if self.env.context.get(AUTOMATIC_REPLY):
            return self.browse()
        traces = super().set_opened(domain=domain)
        self.env["lifecycle.event"]._watch("mail_opened", traces)
        return traces

    def set_replied(self, domain=None):
        if self.env.context.get(AUTOMATIC_REPLY):
            return self.browse()
        traces = super().set_replied(domain=domain)
        self.env["lifecycle.event"]._watch("mail_replied", traces)
        return traces

    def set_bounced(self, domain=None, bounce_message=False):
        traces = super().set_bounced(domain=domain, bounce_message=bounce_message)
        self.env["lifecycle.event"]._watch("mail_bounced", traces)
        return traces

    # ------------------------------------------------------------
    # EVENTS
    # ------------------------------------------------------------

    def _lifecycle_rows_mail_opened(self, hook):
        return self._lifecycle_trace_rows("mail_opened", hook)

    def _lifecycle_rows_mail_replied(self, hook):
        return self._lifecycle_trace_rows("mail_replied", hook)

    def _lifecycle_rows_mail_bounced(self, hook):
        return self._lifecycle_trace_rows("mail_bounced", hook)

    def _lifecycle_trace_rows(self, code, hook):
        """Each mail is opened, replied to and bounced once, however often we hear."""
        return self.env["lifecycle.event"]._select_rows(
            SQL(
                "FROM %s JOIN mailing_trace t ON t.id = hook.id %s",
                hook,
                self._lifecycle_trace_joins(),
            ),
            **self._lifecycle_trace_columns(),
            occurred_at=SQL("hook.moment"),
            payload=SQL(
                """
                jsonb_strip_nulls(jsonb_build_object(
                    'program', program.code, 'step', step.key))
                """
            ),
            unique_key=SQL("concat(%s::text, ':', t.id)", code),
        )

    def _lifecycle_trace_joins(self):
        """What stands behind a trace ``t``: the step that sent it, if one did, and
        whom. Messages that only test a mailing are left out."""
        return SQL(
            """
            AND t.is_test_trace IS NOT TRUE
            LEFT JOIN lifecycle_step_run run ON run.trace_id = t.id
            LEFT JOIN lifecycle_step step ON step.id = run.step_id
            LEFT JOIN lifecycle_program program ON program.id = run.program_id
            LEFT JOIN crm_lead lead ON t.model = 'crm.lead' AND lead.id = t.res_id
            LEFT JOIN res_partner p ON p.id = COALESCE(
                run.partner_id, CASE WHEN t.model = 'res.partner' THEN t.res_id END,
                lead.partner_id)
            """
        )

    def _lifecycle_trace_columns(self):
        """The columns that every event of a trace has alike. Mailings belong to no
        company: the program's counts, else the contact's."""
        return {
            "partner_id": SQL("p.id"),
            "email": SQL("t.email"),
            "company_id": SQL("COALESCE(run.company_id, p.company_id)"),
            "res_model": SQL("%s", self._name),
            "res_id": SQL("t.id"),
        }
