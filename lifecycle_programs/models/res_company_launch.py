from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    lifecycle_launch_limit = fields.Integer(
        string="People at Once",
        default=500,
        help="When more people than these would enter a program at once, nobody enters "
        "until a manager has agreed. 0 means no limit.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lifecycle_launch_limit = fields.Integer(
        related="company_id.lifecycle_launch_limit", readonly=False
    )
