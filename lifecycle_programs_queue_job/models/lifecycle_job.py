"""Whether somebody runs jobs at all."""

from datetime import timedelta

from odoo import api, models

WORKERS = "lifecycle_programs_queue_job.workers"
DEFAULT_WORKERS = 4
# A job that nobody has begun for so long: the job runner is not there.
PATIENCE = timedelta(minutes=10)
WAITING = ("pending", "enqueued")


class LifecycleJob(models.AbstractModel):
    """What the scheduled actions ask before they leave their work to jobs."""

    _name = "lifecycle.job"
    _description = "Jobs of Programs"

    @api.model
    def _get_workers(self):
        """How many jobs run due steps at once, at the most: the channel's capacity is
        the other limit."""
        value = (
            self.env["ir.config_parameter"].sudo().get_param(WORKERS, DEFAULT_WORKERS)
        )
        return max(int(value), 1)

    @api.model
    def _is_served(self, method, now):
        """Whether jobs of a method are begun. While they are not, the scheduled action
        does the work itself: nothing stands still because a runner is missing."""
        return (
            not self.env["queue.job"]
            .sudo()
            .search_count(
                [
                    ("method_name", "=", method),
                    ("state", "in", WAITING),
                    ("date_created", "<", now - PATIENCE),
                ],
                limit=1,
            )
        )
