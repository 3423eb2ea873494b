"""Where the customer stands among all customers of the company."""

from .define import PERCENT, _lt, facts_of
from .source import Relation, Source, within

_fact = facts_of("orders", _lt("Purchases"))

_INVOICE_MOMENT = (
    "(move.invoice_date::timestamp AT TIME ZONE %(tz)s AT TIME ZONE 'UTC')"
)


def _moves(*kinds):
    types = ", ".join(f"'{kind}'" for kind in kinds)
    return f"""
            SELECT move.partner_id, move.amount_untaxed_signed AS amount
              FROM account_move move
             WHERE move.move_type IN ({types}) AND move.state = 'posted'
               AND move.company_id = %(company)s
               AND {within(_INVOICE_MOMENT, 365)} AND {_INVOICE_MOMENT} <= %(as_of)s
    """


_ORDERS = f"""
            SELECT sale.partner_id,
                   sale.amount_untaxed
                   / COALESCE(NULLIF(sale.currency_rate, 0), 1)::numeric AS amount
              FROM sale_order sale
             WHERE sale.state = 'sale' AND sale.company_id = %(company)s
               AND {within("sale.date_order", 365)} AND sale.date_order <= %(as_of)s
"""


def _ranking(documents):
    """Every customer of the company has a place, whoever is asked about; so it reads
    whole documents, not their lines."""
    return Relation(
        "ranking",
        f"""
        SELECT customer_id, cume_dist() OVER (ORDER BY total) * 100 AS percent
          FROM (SELECT partner.commercial_partner_id AS customer_id,
                       sum(document.amount) AS total
                  FROM ({documents}) document
                  JOIN res_partner partner ON partner.id = document.partner_id
                 GROUP BY partner.commercial_partner_id
                HAVING sum(document.amount) > 0) turnover
         WHERE customer_id NOT IN (
                SELECT own.commercial_partner_id
                  FROM res_company company
                  JOIN res_partner own ON own.id = company.partner_id)
        """,
    )


#: By the setting of the company.
RANKINGS = {
    "orders": _ranking(f"{_ORDERS} UNION ALL {_moves('out_refund')}"),
    "invoices": _ranking(_moves("out_invoice", "out_receipt", "out_refund")),
}

RANK = Source(
    "rank",
    _lt("Rank among customers"),
    key="customer",
    needs=("ranking",),
    joins="LEFT JOIN ranking ON ranking.customer_id = wanted.customer_id",
    facts=(
        _fact(
            "rank_percent",
            "number",
            _lt("Rank by turnover"),
            _lt(
                "How many of the customers of the last 365 days have bought for no "
                "more than this one, freight included: above 50 is the better half, "
                "above 90 the best tenth. Missing without a purchase."
            ),
            "ranking.percent",
            unit=PERCENT,
            example=80,
        ),
    ),
)
