"""Quotations: the customer has answered, or the quotation has changed."""

from odoo import models
from odoo.tools import SQL

# What a customer writes, as against what Odoo notes.
WRITTEN = ("email", "comment")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def write(self, vals):
        sent = self.sudo().filtered(lambda order: order.state == "sent")
        before = {order: order.amount_untaxed for order in sent}
        result = super().write(vals)
        if sent:
            self.env["lifecycle.event"]._watch(
                "quotation_changed",
                sent.filtered(
                    lambda order: (
                        order.state == "cancel"
                        or order.state == "sent"
                        and order.amount_untaxed != before[order]
                    )
                ),
            )
        return result

    def _message_post_after_hook(self, message, msg_vals):
        order = self.sudo()
        author = message.sudo().author_id.commercial_partner_id
        if (
            order.state in ("draft", "sent")
            and message.message_type in WRITTEN
            and author == order.partner_id.commercial_partner_id
        ):
            self.env["lifecycle.event"]._watch("quotation_answered", order)
        return super()._message_post_after_hook(message, msg_vals)

    def _lifecycle_rows_quotation_changed(self, hook):
        return self._lifecycle_quotation_rows(hook)

    def _lifecycle_rows_quotation_answered(self, hook):
        return self._lifecycle_quotation_rows(hook)

    def _lifecycle_quotation_rows(self, hook):
        return self.env["lifecycle.event"]._select_rows(
            SQL("FROM %s JOIN sale_order o ON o.id = hook.id", hook),
            **self._lifecycle_order_columns(),
            occurred_at=SQL("hook.moment"),
            payload=SQL(
                """
                jsonb_build_object(
                    'order', o.name, 'order_id', o.id, 'amount', %s,
                    'dropped', o.state = 'cancel')
                """,
                self._lifecycle_amount(),
            ),
        )
