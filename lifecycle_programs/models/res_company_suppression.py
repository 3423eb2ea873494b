from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    lifecycle_suppression_done = fields.Boolean(
        string="Old Unsubscribes Imported",
        copy=False,
        help="Somebody has imported the unsubscribes of the system used before, or "
        "said that there are none.",
    )
