from odoo import api, fields, models


class LifecycleEvent(models.Model):
    _inherit = "lifecycle.event"

    @api.model
    def _cron_daily(self):
        """What no record announces: renewals that come near.

        One transaction, which the scheduled action commits. Run twice it changes
        nothing: every renewal has its unique key.
        """
        self._emit_renewals_due(fields.Datetime.now())

    @api.model
    def _emit_renewals_due(self, now):
        """Emit `renewal_due` for the purchases that are due for renewal soon."""
        self._emit("renewal_due", self.env["lifecycle.fact"]._renewals_due_rows(now))
