from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    lifecycle_spread_minutes = fields.Integer(
        string="Spread over (minutes)",
        default=60,
        help="Messages that waited for the morning leave spread over this time, each "
        "contact's always at the same moment. 0 sends them all at the opening.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lifecycle_spread_minutes = fields.Integer(
        related="company_id.lifecycle_spread_minutes", readonly=False
    )
