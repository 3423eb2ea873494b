from odoo import api, fields, models


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    @api.model
    def _cron_run_due(self):
        """Leave what is due to jobs, which any node may run."""
        now = fields.Datetime.now()
        if not self.env["lifecycle.job"]._is_served("_job_run_due", now):
            return super()._cron_run_due()
        if self._count_due(now):
            for number in range(self.env["lifecycle.job"]._get_workers()):
                self._delay_run_due(number)
        self.env["lifecycle.step"]._trigger_queues()
        return None

    @api.model
    def _delay_run_due(self, number):
        """One job per number waits at a time, however often it is asked for."""
        self.with_delay(
            identity_key=f"lifecycle_run_due_{number}",
            description=f"Run due steps ({number + 1})",
        )._job_run_due(number)

    @api.model
    def _job_run_due(self, number):
        """One batch per job, in the job's own transaction; the rest is the next job's.
        A conflict with another worker is tried again by the queue."""
        now = fields.Datetime.now()
        done = self._run_due(now)
        events = self.env["lifecycle.event"]
        if events._count_waiting(now):
            # Written while their customers were in our hands.
            events._wake_processing()
        self.env["lifecycle.step"]._trigger_queues()
        # With nothing done, what remains is in another worker's hands.
        if done and self._count_due(now):
            self._delay_run_due(number)
        return f"{done} people"
