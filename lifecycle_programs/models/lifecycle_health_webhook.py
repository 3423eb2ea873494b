"""Whether other systems take the calls of webhooks."""

from odoo import api, models
from odoo.tools import SQL

from .lifecycle_health import PROVIDER_WINDOW, Finding


class LifecycleHealth(models.TransientModel):
    _inherit = "lifecycle.health"

    @api.model
    def _checks(self):
        return [*super()._checks(), "_check_webhooks"]

    @api.model
    def _check_webhooks(self, now):
        """Each call that came to nothing is a contact of whom another system does not
        know: one is enough."""
        query = SQL(
            """
            SELECT count(*), string_agg(DISTINCT w.name, ', ' ORDER BY w.name)
              FROM lifecycle_webhook_call c
              JOIN lifecycle_webhook w ON w.id = c.webhook_id
             WHERE c.state IN ('failed', 'refused') AND c.answered_at > %s
            """,
            now - PROVIDER_WINDOW,
        )
        ((count, names),) = self.env.execute_query(query)
        text = self.env._("Calls of webhooks that failed in 24 hours: %s", count)
        if count:
            text = self.env._(
                "Calls of webhooks that failed in 24 hours: %(count)s (%(names)s)",
                count=count,
                names=names,
            )
        return Finding("webhooks", not count, text, count)
