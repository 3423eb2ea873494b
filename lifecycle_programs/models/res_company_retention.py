from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    lifecycle_keep_months = fields.Integer(
        string="History Kept for (months)",
        default=36,
        help="What happened at the steps is deleted this many months later, once the "
        "contact has left the program. Billing and legal messages stay. 0 keeps "
        "everything.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lifecycle_keep_months = fields.Integer(
        related="company_id.lifecycle_keep_months", readonly=False
    )
