from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# How far back a run looks, for the days on which none came through.
LOOK_BACK = timedelta(days=7)


class LifecycleEvent(models.Model):
    _inherit = "lifecycle.event"

    @api.model
    def _cron_daily(self):
        """What no record announces: purchases that are due for renewal.

        One transaction, which the scheduled action commits. Run twice it changes
        nothing: every renewal has its unique key.
        """
        self._emit_renewals_due(fields.Datetime.now())

    @api.model
    def _emit_renewals_due(self, now):
        """Emit `renewal_due` for what has fallen due, in companies with programs."""
        programs = self.env["lifecycle.program"].search([("state", "=", "running")])
        for company in programs.company_id:
            self.with_company(company)._emit(
                "renewal_due",
                lambda company=company: self._select_renewals_due(company, now),
            )

    @api.model
    def _select_renewals_due(self, company, now):
        due = self.env["lifecycle.program"]._renewals_due_rows(
            company, now - LOOK_BACK, now
        )
        return self._select_rows(
            SQL("FROM (%s) AS renewal", due),
            partner_id=SQL("renewal.partner_id"),
            company_id=SQL("%s", company.id),
            occurred_at=SQL("renewal.due"),
            payload=SQL(
                "jsonb_build_object('product', renewal.product, 'due', renewal.due)"
            ),
            res_model=SQL("'product.template'"),
            res_id=SQL("renewal.product_id"),
            unique_key=SQL("renewal.unique_key"),
        )
