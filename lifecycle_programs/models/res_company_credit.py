from odoo import fields, models


class ResCompany(models.Model):
    """How long after a message a purchase counts for the program."""

    _inherit = "res.company"

    lifecycle_credit_days = fields.Integer(
        string="Purchases Count for (days)",
        default=30,
        help="A purchase counts for the program that wrote to the customer last, or "
        "told sales about the customer last, when that was at most this many days "
        "before. 0 means that no purchase counts.",
    )
    lifecycle_credited_at = fields.Datetime(
        readonly=True, help="When purchases were last counted for programs."
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lifecycle_credit_days = fields.Integer(
        related="company_id.lifecycle_credit_days", readonly=False
    )
