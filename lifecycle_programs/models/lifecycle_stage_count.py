"""How many customers stand in each stage, and who moved between two moments."""

import hashlib
import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

FACT = "contact.stage"
# Counted anew when somebody looks at numbers older than this.
FRESH = timedelta(minutes=15)
# Periods that nobody looks at any more are forgotten.
KEEP = timedelta(days=7)


class LifecycleStageCount(models.Model):
    """The stages of a company's contacts at both ends of a period.

    Counting reads all purchases twice, so its answer is kept for a while: numbers, not
    people. Whoever is a contact now is looked at as of both moments.
    """

    _name = "lifecycle.stage.count"
    _description = "Customers by Stage"
    _order = "counted_at desc, id desc"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    period = fields.Char(required=True, help="The period that was asked for.")
    date_from = fields.Datetime(required=True)
    date_to = fields.Datetime(required=True)
    moves = fields.Json(
        help="By stage at the beginning and stage at the end, how many people."
    )
    settings = fields.Char(help="Changes when the settings that define stages do.")
    counted_at = fields.Datetime(required=True)

    _once = models.UniqueIndex("(company_id, period)")

    @api.model
    def _get(self, company, period):
        """The numbers of a period as last counted, or nothing."""
        counts = self.sudo().search(
            [("company_id", "=", company.id), ("period", "=", period)]
        )
        return counts.filtered(lambda one: one.settings == self._settings(company))

    def _is_fresh(self, now):
        return bool(self) and self.counted_at > now - FRESH

    @api.model
    def _count(self, company, period, date_from, date_to, now):
        """Count the people by their stages at two moments, and keep the numbers."""
        facts = self.env["lifecycle.fact"]
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT before."contact.stage", after."contact.stage", count(*)
                  FROM (%s) AS before
                  JOIN (%s) AS after USING (contact_id)
                 GROUP BY 1, 2
                """,
                facts._snapshot([FACT], company, date_from),
                facts._snapshot([FACT], company, date_to),
            )
        )
        values = {
            "company_id": company.id,
            "period": period,
            "date_from": date_from,
            "date_to": date_to,
            "moves": [list(row) for row in rows],
            "settings": self._settings(company),
            "counted_at": now,
        }
        counts = self.sudo().search(
            [("company_id", "=", company.id), ("period", "=", period)]
        )
        if counts:
            counts.write(values)
            return counts
        return counts.create(values)

    @api.model
    def _settings(self, company):
        """A short text that changes when the definition of the stages does."""
        definition = [
            company.lifecycle_purchase_source,
            company.lifecycle_new_days,
            company.lifecycle_loyal_orders,
            company.lifecycle_loyal_score,
        ]
        return hashlib.sha256(json.dumps(definition).encode()).hexdigest()[:16]

    @api.autovacuum
    def _gc_stage_counts(self):
        before = fields.Datetime.now() - KEEP
        self.search([("counted_at", "<", before)]).unlink()
