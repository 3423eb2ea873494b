from odoo import api, models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    @api.model
    def _has_lifecycle_outgoing(self):
        return bool(
            self.sudo().search_count(
                [
                    ("state", "=", "outgoing"),
                    ("to_delete", "!=", True),
                    ("mailing_id.lifecycle_step_key", "!=", False),
                ],
                limit=1,
            )
        )
