from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LifecycleOffer(models.Model):
    """A row of a program's table: what was bought, and what to offer then.

    Triggered upsell reads bought and offered. Category expansion reads the offered
    categories in their order.
    """

    _name = "lifecycle.offer"
    _description = "Program Offer"
    _order = "sequence, id"

    program_id = fields.Many2one(
        "lifecycle.program", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    bought_product_id = fields.Many2one("product.template", ondelete="cascade")
    bought_categ_id = fields.Many2one(
        "product.category", string="Bought Category", ondelete="cascade"
    )
    offered_product_id = fields.Many2one("product.template", ondelete="cascade")
    offered_categ_id = fields.Many2one(
        "product.category", string="Offered Category", ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("addon", "Add-on"),
            ("upgrade", "Dearer version"),
            ("service", "Service"),
            ("partner", "Partner's service"),
        ],
        default="addon",
        required=True,
    )
    pitch = fields.Char(
        translate=True, help="One sentence that the message shows with the offer."
    )
    link = fields.Char(help="Where the offer can be ordered.")

    @api.constrains("offered_product_id", "offered_categ_id")
    def _check_offered(self):
        for offer in self:
            if not offer.offered_product_id and not offer.offered_categ_id:
                raise ValidationError(
                    self.env._("Say which product or category is offered.")
                )
