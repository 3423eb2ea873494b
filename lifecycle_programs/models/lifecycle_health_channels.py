from odoo import api, models

from .lifecycle_health import QUEUE_LATE, Finding


class LifecycleHealth(models.TransientModel):
    _inherit = "lifecycle.health"

    @api.model
    def _checks(self):
        return [*super()._checks(), "_check_channels"]

    @api.model
    def _check_channels(self, now):
        """Pushes, and what is to take another channel. What waits on purpose, for hours
        or while a program is stopped, is not counted."""
        count = sum(
            self.env[model].sudo()._count_due(now - QUEUE_LATE)
            for model in ("lifecycle.push", "lifecycle.undelivered")
        )
        text = self.env._(
            "Push messages and fall-backs that wait for more than two hours: %s", count
        )
        return Finding("channels", not count, text, count)
