from odoo import api, models
from odoo.tools import SQL


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        # An order may be born confirmed, as from a web shop or an import.
        orders._lifecycle_watch_state({})
        return orders

    def write(self, vals):
        if "state" not in vals:
            return super().write(vals)
        before = {order.id: order.state for order in self.sudo()}
        result = super().write(vals)
        self._lifecycle_watch_state(before)
        return result

    def _lifecycle_watch_state(self, before):
        """Remember the orders whose state has become another one.

        :param before: the former states by order id
        """
        changed = self.sudo().filtered(lambda o: before.get(o.id, "draft") != o.state)
        event = self.env["lifecycle.event"]
        event._watch(
            "order_confirmed", changed.filtered(lambda order: order.state == "sale")
        )
        event._watch(
            "quotation_sent", changed.filtered(lambda order: order.state == "sent")
        )
        # A quotation that is dropped was never an order.
        event._watch(
            "order_cancelled",
            changed.filtered(
                lambda order: (
                    order.state == "cancel" and before.get(order.id) == "sale"
                )
            ),
        )

    # ------------------------------------------------------------
    # EVENTS
    # ------------------------------------------------------------

    def _lifecycle_rows_order_confirmed(self, hook):
        """Confirmed, cancelled and confirmed again is confirmed twice: the date that
        Odoo sets at each confirmation tells them apart."""
        return self.env["lifecycle.event"]._select_rows(
            SQL(
                """
                FROM %s
                JOIN sale_order o ON o.id = hook.id AND o.state = 'sale'
                JOIN res_partner p ON p.id = o.partner_id
                CROSS JOIN LATERAL (%s) AS bought
                """,
                hook,
                self._lifecycle_bought(SQL("o.id")),
            ),
            **self._lifecycle_order_columns(),
            occurred_at=SQL("o.date_order"),
            payload=SQL(
                """
                jsonb_build_object(
                    'order', o.name,
                    'order_id', o.id,
                    'amount', %s,
                    'products', bought.products,
                    'categories', bought.categories,
                    'first', NOT EXISTS (
                        SELECT FROM res_partner colleague
                          JOIN sale_order earlier ON earlier.partner_id = colleague.id
                         WHERE colleague.commercial_partner_id = p.commercial_partner_id
                           AND earlier.company_id = o.company_id
                           AND earlier.state = 'sale'
                           AND (earlier.date_order, earlier.id) < (o.date_order, o.id)))
                """,
                self._lifecycle_amount(),
            ),
            unique_key=SQL("concat('order_confirmed:', o.id, ':', o.date_order)"),
        )

    def _lifecycle_rows_order_cancelled(self, hook):
        return self.env["lifecycle.event"]._select_rows(
            SQL("FROM %s JOIN sale_order o ON o.id = hook.id", hook),
            **self._lifecycle_order_columns(),
            occurred_at=SQL("hook.moment"),
            payload=SQL("jsonb_build_object('order', o.name, 'order_id', o.id)"),
        )

    def _lifecycle_rows_quotation_sent(self, hook):
        return self.env["lifecycle.event"]._select_rows(
            SQL("FROM %s JOIN sale_order o ON o.id = hook.id", hook),
            **self._lifecycle_order_columns(),
            occurred_at=SQL("hook.moment"),
            payload=SQL(
                """
                jsonb_build_object('order', o.name, 'order_id', o.id, 'amount', %s)
                """,
                self._lifecycle_amount(),
            ),
        )

    def _lifecycle_order_columns(self):
        """The columns that every event of an order ``o`` has alike."""
        return {
            "partner_id": SQL("o.partner_id"),
            "company_id": SQL("o.company_id"),
            "res_model": SQL("%s", self._name),
            "res_id": SQL("o.id"),
        }

    def _lifecycle_amount(self):
        """What the order ``o`` comes to, without tax, in the company's currency."""
        return SQL(
            """
            round(o.amount_untaxed
                  / COALESCE(NULLIF(o.currency_rate, 0), 1)::numeric, 2)
            """
        )

    def _lifecycle_bought(self, order_id):
        """The SELECT of the names of products and categories bought with an order.

        Freight, deposits, discounts and whatever else is marked as no purchase are
        left out. Categories go by the names that facts use.
        """
        return SQL(
            """
            SELECT COALESCE(jsonb_agg(DISTINCT t.name->>'en_US'), '[]') AS products,
                   COALESCE(jsonb_agg(DISTINCT named.name)
                                FILTER (WHERE named.name IS NOT NULL),
                            '[]') AS categories
              FROM sale_order_line sold
              JOIN product_product v ON v.id = sold.product_id
              JOIN product_template t ON t.id = v.product_tmpl_id
              LEFT JOIN product_category own ON own.id = t.categ_id
              LEFT JOIN LATERAL (%s) AS named(name) ON TRUE
             WHERE sold.order_id = %s
               AND sold.product_uom_qty > 0
               AND sold.display_type IS NULL
               AND sold.is_downpayment IS NOT TRUE
               AND sold.reward_id IS NULL
               AND NOT %s
               AND sold.product_id NOT IN (%s)
               AND t.lifecycle_not_purchase IS NOT TRUE
               AND NOT EXISTS (
                   SELECT FROM product_category above
                    WHERE above.lifecycle_not_purchase
                      AND starts_with(own.parent_path, above.parent_path))
            """,
            self.env["lifecycle.fact"]._category_names("own"),
            order_id,
            self.env["lifecycle.fact"]._is_delivery_line(),
            self.env["lifecycle.fact"]._fee_products(),
        )
