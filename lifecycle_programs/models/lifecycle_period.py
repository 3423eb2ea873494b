from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LifecyclePeriod(models.Model):
    """How long a purchase lasts before it is renewed, by product or category."""

    _name = "lifecycle.period"
    _description = "Renewal Period"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    product_tmpl_id = fields.Many2one(
        "product.template", string="Product", ondelete="cascade"
    )
    categ_id = fields.Many2one(
        "product.category", string="Category", ondelete="cascade"
    )
    months = fields.Integer(
        required=True,
        default=12,
        help="Months from the purchase to its renewal: 12 for a yearly service, 36 for "
        "a car.",
    )
    company_id = fields.Many2one("res.company")

    _months_positive = models.Constraint(
        "CHECK (months > 0)", "A renewal period is at least one month."
    )

    @api.constrains("product_tmpl_id", "categ_id")
    def _check_target(self):
        for period in self:
            if bool(period.product_tmpl_id) == bool(period.categ_id):
                raise ValidationError(
                    self.env._("A renewal period needs a product or a category.")
                )
