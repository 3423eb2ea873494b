"""How much, how often and when the customer has bought.

The whole commercial entity counts. An order that was returned altogether does not
count, a return lowers the total on its own day.
"""

from ..engine.fact import Fact
from .source import Source, days_since, local_day, within

_COUNTS = "document.counts"
_FIRST = f"min(document.date) FILTER (WHERE {_COUNTS})"
_LAST = f"max(document.date) FILTER (WHERE {_COUNTS})"
_COUNT = f"count(*) FILTER (WHERE {_COUNTS})"
_DAY = local_day("document.date")


def _total(condition):
    return f"COALESCE(sum(document.amount) FILTER (WHERE {condition}), 0)"


def _year_ago(days):
    return (
        f"{within('document.date', 365 + days)} AND NOT {within('document.date', 365)}"
    )


def _change(days):
    then = f"NULLIF(GREATEST({_total(_year_ago(days))}, 0), 0)"
    return f"({_total(within('document.date', days))} / {then} - 1) * 100"


def _fact(name, type_, label, help_, sql, unit="", example=None):
    return Fact(
        f"orders.{name}",
        type_,
        label,
        help=help_,
        unit=unit,
        example=example,
        sql=sql,
        group="Purchases",
    )


def _windows():
    for days in (90, 180, 365):
        recent = within("document.date", days)
        yield _fact(
            f"count_{days}d",
            "number",
            f"Purchases in {days} days",
            f"Purchases of the last {days} days.",
            f"count(*) FILTER (WHERE {_COUNTS} AND {recent})",
            example=2,
        )
        yield _fact(
            f"total_{days}d",
            "number",
            f"Bought for in {days} days",
            f"Purchases of the last {days} days less returns, without tax.",
            _total(recent),
            unit="currency",
            example=340,
        )


ORDERS = Source(
    "orders",
    "Purchases",
    key="customer",
    needs=("document",),
    joins="LEFT JOIN document ON document.customer_id = customer.customer_id",
    facts=(
        _fact("count", "number", "Purchases", "Purchases in all.", _COUNT, example=3),
        _fact(
            "total",
            "number",
            "Bought for",
            "Purchases in all less returns, without tax.",
            _total("TRUE"),
            unit="currency",
            example=1250,
        ),
        _fact(
            "average_value",
            "number",
            "Average purchase",
            "What the customer has bought for, divided by the number of purchases.",
            f"{_total('TRUE')} / NULLIF({_COUNT}, 0)",
            unit="currency",
            example=120,
        ),
        _fact("first", "datetime", "First purchase", "When it was.", _FIRST),
        _fact("last", "datetime", "Last purchase", "When it was.", _LAST),
        _fact(
            "days_since_first",
            "number",
            "Days since the first purchase",
            "Whole days of 24 hours.",
            days_since(_FIRST),
            unit="days",
            example=400,
        ),
        _fact(
            "days_since_last",
            "number",
            "Days since the last purchase",
            "Whole days of 24 hours.",
            days_since(_LAST),
            unit="days",
            example=35,
        ),
        _fact(
            "average_interval_days",
            "number",
            "Days between purchases",
            "Average days from one day with a purchase to the next; missing before "
            "the second.",
            f"(max({_DAY}) FILTER (WHERE {_COUNTS})"
            f" - min({_DAY}) FILTER (WHERE {_COUNTS}))::numeric"
            f" / NULLIF(count(DISTINCT {_DAY}) FILTER (WHERE {_COUNTS}) - 1, 0)",
            unit="days",
            example=42.5,
        ),
        *_windows(),
        _fact(
            "count_180d_year_ago",
            "number",
            "Purchases in the same 180 days a year ago",
            "Purchases of the 180 days that ended 365 days ago.",
            f"count(*) FILTER (WHERE {_COUNTS} AND {_year_ago(180)})",
            example=4,
        ),
        _fact(
            "total_180d_year_ago",
            "number",
            "Bought for in the same 180 days a year ago",
            "Purchases less returns of the 180 days that ended 365 days ago.",
            _total(_year_ago(180)),
            unit="currency",
            example=600,
        ),
        _fact(
            "change_percent_180d",
            "number",
            "Change of purchases in 180 days",
            "The last 180 days against the same days a year ago; missing when nothing "
            "was bought then.",
            _change(180),
            unit="%",
            example=-40,
        ),
        _fact(
            "change_percent_365d",
            "number",
            "Change of purchases in a year",
            "The last 365 days against the 365 days before; missing when nothing was "
            "bought then.",
            _change(365),
            unit="%",
            example=-25,
        ),
    ),
)

_BASKET_CATEGORIES = """ARRAY(
    SELECT DISTINCT wide.name
      FROM product_category own
      JOIN product_category wide
        ON wide.id = ANY(string_to_array(rtrim(own.parent_path, '/'), '/')::int[])
     WHERE own.id = ANY(array_agg(DISTINCT basket.categ_id) FILTER (WHERE {0}))
     ORDER BY 1)"""

BASKETS = Source(
    "baskets",
    "What was bought",
    key="customer",
    needs=("purchase",),
    joins="""
      LEFT JOIN (
            SELECT customer_id, date, template_id, categ_id,
                   dense_rank() OVER (
                       PARTITION BY customer_id ORDER BY date DESC, order_id DESC
                   ) = 1 AS is_last
              FROM purchase
             WHERE counts
      ) basket ON basket.customer_id = customer.customer_id
    """,
    facts=(
        _fact(
            "categories",
            "text_list",
            "Categories bought",
            "Names of the product categories bought, with the categories above them.",
            _BASKET_CATEGORIES.format("TRUE"),
            example=["Tents"],
        ),
        _fact(
            "last_categories",
            "text_list",
            "Categories of the last purchase",
            "Names of its product categories, with the categories above them.",
            _BASKET_CATEGORIES.format("basket.is_last"),
            example=["Tents"],
        ),
        _fact(
            "products",
            "text_list",
            "Products bought",
            "Names of the products bought, in English as they were first written.",
            """ARRAY(
                SELECT DISTINCT template.name->>'en_US'
                  FROM product_template template
                 WHERE template.id = ANY(array_agg(DISTINCT basket.template_id))
                 ORDER BY 1)""",
            example=["Tent for two"],
        ),
    ),
)

_RETURN = "turn.kind IN ('refund', 'goods_returned')"

RETURNS = Source(
    "returns",
    "Deliveries and returns",
    key="customer",
    needs=("member", "event"),
    joins="""
      LEFT JOIN (
            SELECT member.customer_id, 'refund' AS kind, move.id,
                   move.invoice_date::timestamp AT TIME ZONE %(tz)s AT TIME ZONE 'UTC'
                       AS date
              FROM member
              JOIN account_move move
                ON move.partner_id = member.contact_id
               AND move.move_type = 'out_refund' AND move.state = 'posted'
               AND move.company_id = %(company)s
             UNION ALL
            SELECT event.customer_id, event.code, event.id, event.occurred_at
              FROM event
             WHERE event.code IN ('delivered', 'goods_returned')
      ) turn ON turn.customer_id = customer.customer_id AND turn.date <= %(as_of)s
    """,
    facts=(
        _fact(
            "returns_60d",
            "number",
            "Returns in 60 days",
            "Credit notes, or goods sent back, whichever are more.",
            f"""GREATEST(
                count(*) FILTER (
                    WHERE turn.kind = 'refund' AND {within("turn.date", 60)}),
                count(*) FILTER (
                    WHERE turn.kind = 'goods_returned'
                      AND {within("turn.date", 60)}))""",
            example=0,
        ),
        _fact(
            "days_since_returned",
            "number",
            "Days since the last return",
            "Since the last credit note or goods sent back.",
            days_since(f"max(turn.date) FILTER (WHERE {_RETURN})"),
            unit="days",
            example=20,
        ),
        _fact(
            "days_since_delivered",
            "number",
            "Days since the last delivery",
            "Missing when deliveries are not kept in Odoo.",
            days_since("max(turn.date) FILTER (WHERE turn.kind = 'delivered')"),
            unit="days",
            example=5,
        ),
    ),
)

_ADVOCATE = "(opinion.score >= 9 OR opinion.recommend)"

STAGE = Source(
    "stage",
    "Stage",
    key="contact",
    grouped=False,
    needs=("document", "opinion"),
    joins=f"""
      LEFT JOIN (
            SELECT document.customer_id, {_COUNT} AS orders, {_FIRST} AS first,
                   {_LAST} AS last
              FROM document
             GROUP BY document.customer_id
      ) bought ON bought.customer_id = wanted.customer_id
      LEFT JOIN (
            SELECT DISTINCT ON (contact_id) contact_id, score, recommend
              FROM opinion
             ORDER BY contact_id, occurred_at DESC, id DESC
      ) opinion ON opinion.contact_id = wanted.contact_id
    """,
    facts=(
        Fact(
            "contact.stage",
            "text",
            "Stage",
            help="prospect: has not bought; new: one purchase, not long ago; advocate: "
            "would recommend; loyal: buys often and within a year; else customer.",
            example="customer",
            group="Contact",
            sql=f"""CASE
                WHEN COALESCE(bought.orders, 0) = 0 THEN 'prospect'
                WHEN {_ADVOCATE} THEN 'advocate'
                WHEN bought.orders >= %(loyal_orders)s
                     AND {within("bought.last", 365)} THEN 'loyal'
                WHEN bought.orders = 1 AND bought.first
                     > %(as_of)s - make_interval(days => %(new_days)s) THEN 'new'
                ELSE 'customer' END""",
        ),
    ),
)
