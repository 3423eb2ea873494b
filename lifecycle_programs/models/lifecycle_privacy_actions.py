from odoo import api, models
from odoo.tools import SQL

COMPLAINT = ("received_at", "name", "text", "email_from", "state", "outcome")
CALL = ("asked_at", "webhook_id", "state", "status", "body")


class LifecyclePrivacy(models.AbstractModel):
    _inherit = "lifecycle.privacy"

    @api.model
    def _get_sections(self, partner, addresses):
        own = [("partner_id", "=", partner.id)]
        return [
            *super()._get_sections(partner, addresses),
            ("complaints", "lifecycle.complaint", own, COMPLAINT),
            ("milestones", "lifecycle.milestone", own, ("badge_id", "reached_at")),
            ("webhook_calls", "lifecycle.webhook.call", own, CALL),
        ]

    @api.model
    def _get_erasing(self, partner, addresses):
        return [
            *super()._get_erasing(partner, addresses),
            SQL("DELETE FROM lifecycle_milestone WHERE partner_id = %s", partner.id),
            SQL("DELETE FROM lifecycle_webhook_call WHERE partner_id = %s", partner.id),
        ]

    @api.model
    def _erase_messages(self, partner):
        # With their conversations.
        self.env["lifecycle.complaint"].search(
            [("partner_id", "=", partner.id)]
        ).unlink()
        return super()._erase_messages(partner)
