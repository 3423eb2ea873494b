from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    lifecycle_not_purchase = fields.Boolean(
        string="Not a Purchase",
        help="Freight, fees, deposits and the like: left out of what a customer has "
        "bought.",
    )
