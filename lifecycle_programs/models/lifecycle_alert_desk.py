from odoo import api, fields, models
from odoo.tools import SQL


class LifecycleAlertDesk(models.Model):
    """The desk where a company's alerts are handed out, by one worker at a time.

    How many alerts somebody has today is read from what is committed. Two workers that
    hand out alerts at the same instant would not see each other's, and give somebody
    more than the day allows. Each writes this row first: the second one waits for the
    first, is then refused by the database, and runs again with eyes open.
    """

    _name = "lifecycle.alert.desk"
    _description = "Desk of Sales Alerts"
    _log_access = False
    _rec_name = "company_id"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    used_at = fields.Datetime(required=True)

    _company_unique = models.UniqueIndex("(company_id)")

    @api.model
    def _take(self, company, now):
        """Have the desk of a company for this transaction. A rehearsal hands out
        nothing, and must not keep the desk from who does.
        """
        if self.env.context.get("lifecycle_rehearsal"):
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO lifecycle_alert_desk (company_id, used_at) VALUES (%s, %s)
                    ON CONFLICT (company_id) DO UPDATE SET used_at = EXCLUDED.used_at
                """,
                company.id,
                now,
            )
        )
