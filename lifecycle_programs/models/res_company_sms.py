import hmac
import secrets

from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    lifecycle_sms_token = fields.Char(
        string="Token for Received SMS",
        groups="base.group_system",
        copy=False,
        help="The carrier shows it with every SMS that it hands on. Without one none "
        "is taken in.",
    )

    def action_lifecycle_make_sms_token(self):
        self.ensure_one()
        self.lifecycle_sms_token = secrets.token_urlsafe(24)

    @api.model
    def _lifecycle_find_by_sms_token(self, token):
        """The company whose token this is, found in constant time; or none."""
        found = self.browse()
        for company in self.sudo().search([("lifecycle_sms_token", "!=", False)]):
            expected = company.lifecycle_sms_token.encode()
            if hmac.compare_digest(expected, str(token or "").encode()):
                found = company
        return found


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lifecycle_sms_token = fields.Char(related="company_id.lifecycle_sms_token")

    def action_lifecycle_make_sms_token(self):
        self.company_id.action_lifecycle_make_sms_token()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
