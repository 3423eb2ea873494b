"""What is a purchase: the one relation that every fact about purchases reads.

Columns of ``purchase``, one row per product line: customer_id, contact_id, order_id
(the order or the invoice; of a return, the one it takes back, or NULL), date (UTC),
is_return, product_id, template_id, categ_id, quantity and amount (company currency,
without tax; both negative for a return), and counts: whether it is a line of a purchase
that was not returned altogether. ``document`` has one row per order and one per return.

Left out: freight, fees, discounts, rewards, deposits, sections and notes, and whatever
the company sells to itself.
"""

from ..engine import normalise_sql
from .source import Index, Relation


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
           {_INVOICE_MOMENT} AS date, line.product_id, template.id AS template_id,
           template.categ_id,
           CASE move.move_type WHEN 'out_refund' THEN - line.quantity
                ELSE line.quantity END::numeric AS quantity,
           - line.balance AS amount
"""

LINES_SOLD = Index(
    "lifecycle_facts_lines_sold",
    "sale_order_line",
    """(order_id) INCLUDE (product_id, price_subtotal, product_uom_qty)
    WHERE display_type IS NULL AND is_downpayment IS NOT TRUE AND reward_id IS NULL""",
)
ORDERS_CONFIRMED = Index(
    "lifecycle_facts_orders_confirmed",
    "sale_order",
    """(partner_id, date_order) INCLUDE (id, company_id, currency_rate)
    WHERE state = 'sale'""",
)
INVOICES_POSTED = Index(
    "lifecycle_facts_invoices_posted",
    "account_move",
    "(partner_id, move_type) WHERE state = 'posted'",
)

#: Most orders are in the company's own currency, and need no division.
_IN_COMPANY_CURRENCY = """
           CASE WHEN sale.currency_rate IS NULL OR sale.currency_rate IN (0, 1)
                THEN sold.price_subtotal::numeric
                ELSE round(sold.price_subtotal::numeric / sale.currency_rate::numeric,
                           %(currency_digits)s) END
"""

_SOLD_BY_ORDER = f"""
    SELECT member.customer_id, sale.partner_id AS contact_id, sale.id AS order_id,
           sale.date_order AS date, sold.product_id, template.id AS template_id,
           template.categ_id, sold.product_uom_qty::numeric AS quantity,
           {_IN_COMPANY_CURRENCY} AS amount
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
"""

_RETURNED_BY_ORDER = f"""
    SELECT member.customer_id, move.partner_id AS contact_id,
           COALESCE(origin.order_id, reversed.order_id) AS order_id, {_INVOICE_COLUMNS}
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
"""


def _by_invoice(order_id, condition):
    return f"""
    SELECT member.customer_id, move.partner_id AS contact_id, {order_id} AS order_id,
           {_INVOICE_COLUMNS}
      FROM member
      {_INVOICE_LINES}
     WHERE {condition} AND origin.is_extra IS NOT TRUE AND {_is_purchase("line")}
    """


def _relations(sold, returned, indexes):
    """What was sold, what came back, and the orders that came back altogether.

    Returns are few, so the orders that they concern are looked up again.
    """
    return (
        Relation("sold_line", sold, needs=("member",), indexes=indexes),
        Relation("returned_line", returned, needs=("member",)),
        Relation(
            "undone",
            f"""
            SELECT back.customer_id, back.order_id
              FROM taken_back back
              JOIN ({sold}) sold USING (customer_id, order_id)
             GROUP BY back.customer_id, back.order_id, back.amount
            HAVING sum(sold.amount) + back.amount <= 0
            """,
            needs=("taken_back", "member"),
        ),
    )


#: By the setting of the company.
LINES = {
    "orders": _relations(
        _SOLD_BY_ORDER,
        _RETURNED_BY_ORDER,
        (ORDERS_CONFIRMED, LINES_SOLD, INVOICES_POSTED),
    ),
    "invoices": _relations(
        _by_invoice("move.id", "move.move_type IN ('out_invoice', 'out_receipt')"),
        _by_invoice("move.reversed_entry_id", "move.move_type = 'out_refund'"),
        (INVOICES_POSTED,),
    ),
}

TAKEN_BACK = Relation(
    "taken_back",
    """
    SELECT customer_id, order_id, sum(amount) AS amount
      FROM returned_line
     WHERE order_id IS NOT NULL
     GROUP BY customer_id, order_id
    """,
    needs=("returned_line",),
)

PURCHASE = Relation(
    "purchase",
    """
    SELECT sold.*, FALSE AS is_return, undone.order_id IS NULL AS counts
      FROM sold_line sold
      LEFT JOIN undone USING (customer_id, order_id)
     UNION ALL
    SELECT returned_line.*, TRUE, FALSE
      FROM returned_line
    """,
    needs=("sold_line", "undone", "returned_line"),
)

#: Names of categories, in their normal form, and ids of products are written one behind
#: the other, which is quick; facts take them apart again where somebody asks.
SEPARATOR = "chr(31)"

DOCUMENT = Relation(
    "document",
    f"""
    SELECT sold.customer_id, sold.order_id, sold.date,
           back.amount IS NULL OR sold.amount + back.amount > 0 AS counts, sold.amount,
           sold.category_names, sold.template_ids
      FROM (SELECT customer_id, order_id, date, sum(amount) AS amount,
                   string_agg(named.names, {SEPARATOR}) AS category_names,
                   string_agg(template_id::text, {SEPARATOR}) AS template_ids
              FROM sold_line
              LEFT JOIN naming named ON named.categ_id = sold_line.categ_id
             GROUP BY customer_id, order_id, date) sold
      LEFT JOIN taken_back back USING (customer_id, order_id)
     UNION ALL
    SELECT customer_id, order_id, date, FALSE, sum(amount), NULL, NULL
      FROM returned_line
     GROUP BY customer_id, order_id, date
    """,
    needs=("sold_line", "naming", "taken_back", "returned_line"),
)

#: The names that marketing uses of each category, in one text.
NAMING = Relation(
    "naming",
    f"""
    SELECT own.id AS categ_id,
           string_agg({normalise_sql("text", "named.name")}, {SEPARATOR}) AS names
      FROM product_category own
     CROSS JOIN LATERAL (%(own_names)s) AS named(name)
     GROUP BY own.id
    """,
)


def _period(bought):
    """The nearest period of each product: its own before one of its category, the
    nearer category before the farther, the company's before the shared."""
    return f"""
    SELECT DISTINCT ON (bought.template_id)
           bought.template_id, period.id AS period_id, period.months
      FROM ({bought}) bought
      LEFT JOIN product_category own ON own.id = bought.categ_id
      JOIN lifecycle_period period
        ON period.company_id IS NULL OR period.company_id = %(company)s
      LEFT JOIN product_category wide ON wide.id = period.categ_id
     WHERE period.product_tmpl_id = bought.template_id
        OR starts_with(own.parent_path, wide.parent_path)
     ORDER BY bought.template_id, period.product_tmpl_id NULLS LAST,
              length(wide.parent_path) DESC, period.company_id NULLS LAST,
              period.sequence, period.id
    """


PERIOD = Relation(
    "period",
    _period(
        "SELECT DISTINCT template_id, categ_id FROM purchase"
        " WHERE template_id IS NOT NULL"
    ),
    needs=("purchase",),
    everybody=_period("SELECT id AS template_id, categ_id FROM product_template"),
)

#: By name, whatever the setting.
SHARED = (TAKEN_BACK, PURCHASE, DOCUMENT, NAMING, PERIOD)
