from odoo import models
from odoo.tools import SQL


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        self.env["lifecycle.event"]._watch(
            "goods_returned",
            posted.filtered(lambda move: move.move_type == "out_refund"),
        )
        return posted

    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        self.env["lifecycle.event"]._watch(
            "invoice_paid", self.filtered(lambda move: move.move_type == "out_invoice")
        )
        return result

    # ------------------------------------------------------------
    # EVENTS
    # ------------------------------------------------------------

    def _lifecycle_rows_invoice_paid(self, hook):
        """Paid on the day of the last payment; today's with the time it was booked."""
        return self.env["lifecycle.event"]._select_rows(
            SQL(
                """
                FROM %s
                JOIN account_move m ON m.id = hook.id
                 AND m.payment_state IN ('paid', 'in_payment')
                CROSS JOIN LATERAL (
                    SELECT max(match.max_date) AS day
                      FROM account_move_line l
                      JOIN account_partial_reconcile match ON match.debit_move_id = l.id
                     WHERE l.move_id = m.id) AS paid
                LEFT JOIN LATERAL (%s) AS so ON true
                """,
                hook,
                self._lifecycle_origin(),
            ),
            **self._lifecycle_move_columns(),
            occurred_at=_business_time(SQL("paid.day")),
            payload=SQL(
                """
                jsonb_build_object(
                    'invoice', m.name, 'amount', abs(m.amount_total_signed))
                """
            ),
            unique_key=SQL("concat('invoice_paid:', m.id)"),
        )

    def _lifecycle_rows_goods_returned(self, hook):
        """A posted credit note takes something back, goods or money."""
        return self.env["lifecycle.event"]._select_rows(
            SQL(
                """
                FROM %s
                JOIN account_move m ON m.id = hook.id AND m.state = 'posted'
                CROSS JOIN LATERAL (
                    SELECT COALESCE(jsonb_agg(DISTINCT t.name->>'en_US'), '[]') AS names
                      FROM account_move_line l
                      JOIN product_product v ON v.id = l.product_id
                      JOIN product_template t ON t.id = v.product_tmpl_id
                     WHERE l.move_id = m.id AND l.display_type = 'product') AS products
                LEFT JOIN LATERAL (%s) AS so ON true
                """,
                hook,
                self._lifecycle_origin(),
            ),
            **self._lifecycle_move_columns(),
            occurred_at=_business_time(SQL("m.invoice_date")),
            payload=SQL(
                """
                jsonb_strip_nulls(jsonb_build_object(
                    'order', so.name, 'order_id', so.id,
                    'amount', abs(m.amount_untaxed_signed), 'products', products.names))
                """
            ),
            unique_key=SQL("concat('goods_returned:account.move:', m.id)"),
        )

    def _lifecycle_move_columns(self):
        """The columns that every event of an invoice ``m`` has alike. The contact is
        who ordered: the invoice may be addressed to somebody who only pays."""
        return {
            "partner_id": SQL("COALESCE(so.partner_id, m.partner_id)"),
            "company_id": SQL("m.company_id"),
            "res_model": SQL("%s", self._name),
            "res_id": SQL("m.id"),
        }

    def _lifecycle_origin(self):
        """The SELECT of the first order that the invoice ``m`` is about, if any."""
        return SQL(
            """
            SELECT o.id, o.name, o.partner_id
              FROM account_move_line l
              JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = l.id
              JOIN sale_order_line ol ON ol.id = rel.order_line_id
              JOIN sale_order o ON o.id = ol.order_id
             WHERE l.move_id = m.id
             ORDER BY o.id
             LIMIT 1
            """
        )


def _business_time(day):
    """The moment of a date: today's is now, another day's is its noon."""
    return SQL(
        """
        CASE WHEN %(day)s < hook.moment::date THEN %(day)s + interval '12 hours'
             ELSE hook.moment END
        """,
        day=day,
    )
