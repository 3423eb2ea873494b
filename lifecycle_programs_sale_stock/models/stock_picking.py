from odoo import models
from odoo.tools import SQL


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _action_done(self):
        result = super()._action_done()
        # By where the goods go, not by the kind of operation: with delivery in several
        # steps only the last one reaches the customer, and a drop shipment does too.
        done = self.sudo().filtered(lambda one: one.state == "done" and one.sale_id)
        event = self.env["lifecycle.event"]
        event._watch(
            "delivered",
            done.filtered(lambda one: one.location_dest_id.usage == "customer"),
        )
        event._watch(
            "goods_returned",
            done.filtered(
                lambda one: (
                    one.location_id.usage == "customer"
                    and one.location_dest_id.usage != "customer"
                )
            ),
        )
        return result

    # ------------------------------------------------------------
    # EVENTS
    # ------------------------------------------------------------

    def _lifecycle_rows_delivered(self, hook):
        return self._lifecycle_picking_rows(
            "delivered",
            hook,
            SQL("jsonb_build_object('order', o.name, 'order_id', o.id)"),
        )

    def _lifecycle_rows_goods_returned(self, hook):
        """What came back is worth what it was sold for, without tax, in the currency of
        the company; the parts of a kit are never worth more than the kit."""
        return self._lifecycle_picking_rows(
            "goods_returned",
            hook,
            SQL(
                """
                (SELECT jsonb_build_object(
                            'order', o.name,
                            'order_id', o.id,
                            'amount', COALESCE(round(sum(line.worth)::numeric
                                / COALESCE(NULLIF(o.currency_rate, 0), 1)::numeric, 2),
                                0),
                            'products', COALESCE(jsonb_agg(DISTINCT line.product),
                                '[]'))
                   FROM (SELECT t.name->>'en_US' AS product,
                                LEAST(sold.price_subtotal,
                                      sold.price_subtotal
                                      * sum(m.quantity * back.factor)
                                      / NULLIF(sold.product_uom_qty * unit.factor, 0)
                                ) AS worth
                           FROM stock_move m
                           JOIN sale_order_line sold ON sold.id = m.sale_line_id
                           JOIN uom_uom back ON back.id = m.product_uom
                           JOIN uom_uom unit ON unit.id = sold.product_uom_id
                           JOIN product_product v ON v.id = sold.product_id
                           JOIN product_template t ON t.id = v.product_tmpl_id
                          WHERE m.picking_id = picking.id AND m.state = 'done'
                          GROUP BY sold.id, unit.factor, t.name) AS line)
                """
            ),
        )

    def _lifecycle_picking_rows(self, code, hook, payload):
        return self.env["lifecycle.event"]._select_rows(
            SQL(
                """
                FROM %s
                JOIN stock_picking picking
                  ON picking.id = hook.id AND picking.state = 'done'
                JOIN sale_order o ON o.id = picking.sale_id
                """,
                hook,
            ),
            partner_id=SQL("o.partner_id"),
            company_id=SQL("picking.company_id"),
            occurred_at=SQL("COALESCE(picking.date_done, hook.moment)"),
            payload=payload,
            res_model=SQL("%s", self._name),
            res_id=SQL("picking.id"),
            unique_key=SQL("concat(%s::text, ':stock.picking:', picking.id)", code),
        )
