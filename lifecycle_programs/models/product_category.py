from odoo import fields, models


class ProductCategory(models.Model):
    _inherit = "product.category"

    lifecycle_not_purchase = fields.Boolean(
        string="Not a Purchase",
        help="Freight, fees, deposits and the like: left out of what a customer has "
        "bought, with all categories below.",
    )
    lifecycle_name = fields.Char(
        string="Category for Marketing",
        help="The name that programs know this category by, with all categories below "
        "that have none of their own. Several categories may share one. Counts when "
        "the settings say so.",
    )
