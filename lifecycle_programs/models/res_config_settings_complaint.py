from odoo import api, fields, models

ALIAS = "lifecycle_programs.mail_alias_complaint"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lifecycle_complaint_alias = fields.Char(
        string="Mail Address for Complaints",
        help="A mail to this address becomes a complaint of its sender.",
    )

    @api.model
    def get_values(self):
        alias = self.env.ref(ALIAS, raise_if_not_found=False)
        name = alias.sudo().alias_name if alias else False
        return super().get_values() | {"lifecycle_complaint_alias": name}

    def set_values(self):
        result = super().set_values()
        alias = self.env.ref(ALIAS, raise_if_not_found=False)
        if alias and (alias.alias_name or "") != (self.lifecycle_complaint_alias or ""):
            alias.alias_name = self.lifecycle_complaint_alias
        return result
