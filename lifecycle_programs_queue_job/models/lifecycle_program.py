from odoo import api, fields, models


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    @api.model
    def _cron_scan(self):
        """Leave the look at everybody to a job."""
        if not self.env["lifecycle.job"]._is_served("_job_scan", fields.Datetime.now()):
            return super()._cron_scan()
        self.with_delay(
            identity_key="lifecycle_scan", description="Look who enters programs"
        )._job_scan()
        return None

    @api.model
    def _job_scan(self):
        """All programs that are due are looked at in the job's transaction."""
        now = fields.Datetime.now()
        done = self._scan(now)
        self.env["lifecycle.enrolment"]._wake_runner(now)
        return f"{done} programs"
