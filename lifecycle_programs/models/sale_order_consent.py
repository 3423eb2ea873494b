from odoo import fields, models
from odoo.tools import email_normalize


class SaleOrder(models.Model):
    _inherit = "sale.order"

    lifecycle_consent = fields.Boolean(
        string="Agrees to Offers",
        copy=False,
        help="The customer has agreed to offers and inspiration by mail. Confirming "
        "the order writes the consent down; a no that was said before stands.",
    )

    def action_confirm(self):
        result = super().action_confirm()
        self.filtered("lifecycle_consent")._lifecycle_note_consent()
        return result

    def _lifecycle_note_consent(self):
        category = self.env.ref(
            "lifecycle_programs.lifecycle_category_marketing", raise_if_not_found=False
        )
        for order in self:
            address = email_normalize(order.partner_id.email or "")
            if category and address:
                order.env["lifecycle.consent"].sudo().with_company(
                    order.company_id
                )._note_yes(
                    address,
                    category,
                    order.partner_id,
                    "order",
                    self.env._("Agreed to offers with order %s.", order.name),
                )
