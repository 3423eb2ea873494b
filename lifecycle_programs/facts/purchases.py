"""What is a purchase: the one relation that every fact about purchases reads.

Columns of ``purchase``, one row per product line: customer_id, contact_id, order_id
(the order or the invoice; of a return, the one it takes back, or NULL), date (UTC),
is_return, product_id, template_id, categ_id, quantity and amount (company currency,
without tax; both negative for a return), and counts: whether it is a line of a purchase
that was not returned altogether.

Left out: freight, fees, discounts, rewards, deposits, sections and notes, and whatever
the company sells to itself.
"""

from .source import Relation


def _product(line):
    return f"""
      LEFT JOIN product_product product ON product.id = {line}.product_id
      LEFT JOIN product_template template ON template.id = product.product_tmpl_id
    """


def _is_purchase(line):
    """Whether a line's product is bought for its own sake, by somebody else."""
    return f"""
        template.lifecycle_not_purchase IS NOT TRUE
        AND COALESCE(template.categ_id, 0) NOT IN (
            SELECT below.id
              FROM product_category marked
              JOIN product_category below
                ON starts_with(below.parent_path, marked.parent_path)
             WHERE marked.lifecycle_not_purchase)
        AND COALESCE({line}.product_id, 0) NOT IN (%(fee_products)s)
        AND member.customer_id NOT IN (
            SELECT own.commercial_partner_id
              FROM res_company company
              JOIN res_partner own ON own.id = company.partner_id)
    """


#: An invoice has a day, not a moment: it counts from the beginning of that day.
_INVOICE_MOMENT = (
    "(move.invoice_date::timestamp AT TIME ZONE %(tz)s AT TIME ZONE 'UTC')"
)

_INVOICE_LINES = f"""
      JOIN account_move move
        ON move.partner_id = member.contact_id AND move.state = 'posted'
       AND move.company_id = %(company)s AND {_INVOICE_MOMENT} <= %(as_of)s
      JOIN account_move_line line
        ON line.move_id = move.id AND line.display_type = 'product'
       AND line.is_downpayment IS NOT TRUE
      {_product("line")}
      LEFT JOIN LATERAL (
            SELECT min(sold.order_id) AS order_id,
                   bool_or(sold_order.state = 'sale') AS is_confirmed,
                   bool_or(sold.reward_id IS NOT NULL OR %(is_delivery)s) AS is_extra
              FROM sale_order_line_invoice_rel link
              JOIN sale_order_line sold ON sold.id = link.order_line_id
              JOIN sale_order sold_order ON sold_order.id = sold.order_id
             WHERE link.invoice_line_id = line.id
      ) origin ON TRUE
"""

_INVOICE_COLUMNS = f"""
           {_INVOICE_MOMENT} AS date, move.move_type = 'out_refund' AS is_return,
           line.product_id, template.id AS template_id, template.categ_id,
           CASE move.move_type WHEN 'out_refund' THEN - line.quantity
                ELSE line.quantity END::numeric AS quantity,
           - line.balance AS amount
"""

LINES_OF_ORDERS = Relation(
    "line_item",
    f"""
    SELECT member.customer_id, sale.partner_id AS contact_id, sale.id AS order_id,
           sale.date_order AS date, FALSE AS is_return,
           sold.product_id, template.id AS template_id, template.categ_id,
           sold.product_uom_qty::numeric AS quantity,
           round(sold.price_subtotal::numeric
                 / COALESCE(NULLIF(sale.currency_rate, 0), 1)::numeric,
                 %(currency_digits)s) AS amount
      FROM member
      JOIN sale_order sale
        ON sale.partner_id = member.contact_id AND sale.state = 'sale'
       AND sale.company_id = %(company)s AND sale.date_order <= %(as_of)s
      JOIN sale_order_line sold
        ON sold.order_id = sale.id AND sold.display_type IS NULL
       AND sold.is_downpayment IS NOT TRUE AND sold.reward_id IS NULL
       AND NOT %(is_delivery)s
      {_product("sold")}
     WHERE {_is_purchase("sold")}
     UNION ALL
    SELECT member.customer_id, move.partner_id,
           COALESCE(origin.order_id, reversed.order_id), {_INVOICE_COLUMNS}
      FROM member
      {_INVOICE_LINES}
      LEFT JOIN LATERAL (
            SELECT min(sold.order_id) AS order_id,
                   bool_or(sold_order.state = 'sale') AS is_confirmed
              FROM account_move_line invoiced
              JOIN sale_order_line_invoice_rel link
                ON link.invoice_line_id = invoiced.id
              JOIN sale_order_line sold ON sold.id = link.order_line_id
              JOIN sale_order sold_order ON sold_order.id = sold.order_id
             WHERE invoiced.move_id = move.reversed_entry_id
      ) reversed ON TRUE
     WHERE move.move_type = 'out_refund' AND origin.is_extra IS NOT TRUE
       -- A credit note for an order that does not count, or for an invoice that no
       -- order stands behind, takes back nothing that was counted.
       AND CASE WHEN origin.order_id IS NOT NULL THEN origin.is_confirmed
                WHEN move.reversed_entry_id IS NULL THEN TRUE
                ELSE COALESCE(reversed.is_confirmed, FALSE) END
       AND {_is_purchase("line")}
    """,
    needs=("member",),
)

LINES_OF_INVOICES = Relation(
    "line_item",
    f"""
    SELECT member.customer_id, move.partner_id AS contact_id,
           CASE move.move_type WHEN 'out_refund' THEN move.reversed_entry_id
                ELSE move.id END AS order_id, {_INVOICE_COLUMNS}
      FROM member
      {_INVOICE_LINES}
     WHERE move.move_type IN ('out_invoice', 'out_receipt', 'out_refund')
       AND origin.is_extra IS NOT TRUE
       AND {_is_purchase("line")}
    """,
    needs=("member",),
)

#: By the setting of the company.
LINES = {"orders": LINES_OF_ORDERS, "invoices": LINES_OF_INVOICES}

PURCHASE = Relation(
    "purchase",
    """
    SELECT line_item.*,
           NOT is_return
           AND NOT (bool_or(is_return) OVER whole AND sum(amount) OVER whole <= 0)
               AS counts
      FROM line_item
    WINDOW whole AS (PARTITION BY customer_id, order_id)
    """,
    needs=("line_item",),
)

DOCUMENT = Relation(
    "document",
    """
    SELECT customer_id, order_id, date, counts, sum(amount) AS amount
      FROM purchase
     GROUP BY customer_id, order_id, date, counts
    """,
    needs=("purchase",),
)

#: The nearest period of each bought product: its own before one of its category, the
#: nearer category before the farther, the company's before the shared.
PERIOD = Relation(
    "period",
    """
    SELECT DISTINCT ON (bought.template_id)
           bought.template_id, period.id AS period_id, period.months
      FROM (SELECT DISTINCT template_id, categ_id FROM purchase
             WHERE template_id IS NOT NULL) bought
      LEFT JOIN product_category own ON own.id = bought.categ_id
      JOIN lifecycle_period period
        ON period.company_id IS NULL OR period.company_id = %(company)s
      LEFT JOIN product_category wide ON wide.id = period.categ_id
     WHERE period.product_tmpl_id = bought.template_id
        OR starts_with(own.parent_path, wide.parent_path)
     ORDER BY bought.template_id, period.product_tmpl_id NULLS LAST,
              length(wide.parent_path) DESC, period.company_id NULLS LAST,
              period.sequence, period.id
    """,
    needs=("purchase",),
)
