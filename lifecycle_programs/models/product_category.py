from odoo import fields, models


class ProductCategory(models.Model):
    _inherit = "product.category"

    lifecycle_not_purchase = fields.Boolean(
        string="Not a Purchase",
        help="Freight, fees, deposits and the like: left out of what a customer has "
        "bought, with all categories below.",
    )
