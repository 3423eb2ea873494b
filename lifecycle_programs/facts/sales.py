"""What is being negotiated: quotations and prices of their own."""

from .define import CURRENCY, DAYS, _lt, facts_of
from .documents import TODAY
from .source import Source, days_since, within

# A quotation that has become an order, or has been dropped, leaves no trace as such.
_fact = facts_of("sales", _lt("Sales"), history=False)

_OPEN = f"COALESCE(sale.validity_date >= {TODAY}, TRUE)"
_AMOUNT = "sale.amount_untaxed / COALESCE(NULLIF(sale.currency_rate, 0), 1)::numeric"

_QUOTATION = f"""
            SELECT member.customer_id, sale.id, sale.date_order, sale.state,
                   sale.validity_date, {_AMOUNT} AS amount
              FROM member
              JOIN sale_order sale ON sale.partner_id = member.contact_id
             WHERE sale.state IN ('draft', 'sent') AND sale.company_id = %(company)s
               AND sale.date_order <= %(as_of)s
"""

QUOTATIONS = Source(
    "quotations",
    _lt("Quotations"),
    key="customer",
    needs=("member",),
    rows=f"""
      ({_QUOTATION} AND {_OPEN}) quotation
    """,
    facts=(
        _fact(
            "open_quotation",
            "boolean",
            _lt("Open quotation"),
            _lt("A quotation that is still valid and not yet confirmed."),
            "count(quotation.id) > 0",
        ),
        _fact(
            "quotations_count",
            "number",
            _lt("Open quotations"),
            _lt("Quotations that are still valid and not yet confirmed."),
            "count(quotation.id)",
            example=1,
        ),
        _fact(
            "quotations_total",
            "number",
            _lt("Value of open quotations"),
            _lt("What the open quotations come to, without tax."),
            "COALESCE(sum(quotation.amount), 0)",
            unit=CURRENCY,
            example=900,
        ),
        _fact(
            "days_since_quotation",
            "number",
            _lt("Days since the quotation"),
            _lt("Since the latest quotation that was sent and is still open."),
            days_since(
                "max(quotation.date_order) FILTER (WHERE quotation.state = 'sent')"
            ),
            unit=DAYS,
            example=6,
        ),
        _fact(
            "days_to_quotation_end",
            "number",
            _lt("Days to the end of the quotation"),
            _lt("Until the first of the open quotations expires; 0 on its last day."),
            f"min(quotation.validity_date) - {TODAY}",
            unit=DAYS,
            example=4,
        ),
    ),
)

ABANDONED = Source(
    "abandoned",
    _lt("Abandoned quotations"),
    key="customer",
    needs=("member",),
    rows=f"""
      (
            {_QUOTATION}
               AND (NOT {_OPEN}
                    OR sale.date_order
                       <= %(as_of)s - make_interval(days => %(abandoned_days)s))
               AND {within("sale.date_order", 365)}
               AND NOT EXISTS (
                    SELECT FROM res_partner colleague
                      JOIN sale_order bought
                        ON bought.partner_id = colleague.id AND bought.state = 'sale'
                       AND bought.company_id = %(company)s
                     WHERE colleague.commercial_partner_id = member.customer_id
                       AND bought.date_order > sale.date_order
                       AND bought.date_order <= %(as_of)s)
      ) quotation
    """,
    facts=(
        _fact(
            "abandoned_quotation",
            "boolean",
            _lt("Abandoned quotation"),
            _lt(
                "A quotation or cart of the last 365 days that has expired, or has "
                "waited for the days of the setting, and no order since."
            ),
            "count(quotation.id) > 0",
        ),
        _fact(
            "abandoned_total",
            "number",
            _lt("Value of abandoned quotations"),
            _lt("What the abandoned quotations come to, without tax."),
            "COALESCE(sum(quotation.amount), 0)",
            unit=CURRENCY,
            example=450,
        ),
        _fact(
            "days_since_abandoned",
            "number",
            _lt("Days since the abandoned quotation"),
            _lt("Since the date of the latest abandoned quotation."),
            days_since("max(quotation.date_order)"),
            unit=DAYS,
            example=20,
        ),
    ),
)

PRICES = Source(
    "prices",
    _lt("Prices"),
    key="customer",
    joins="LEFT JOIN res_partner account ON account.id = wanted.customer_id",
    facts=(
        _fact(
            "special_pricelist",
            "boolean",
            _lt("Pricelist of its own"),
            _lt(
                "Somebody has given the customer a pricelist; one that a program gave "
                "for a time does not count."
            ),
            """COALESCE(
                account.specific_property_product_pricelist->>(%(company)s::text)
                NOT IN (
                    'false', '0',
                    COALESCE((
                        SELECT given.pricelist_id::text
                          FROM lifecycle_grant given
                         WHERE given.commercial_partner_id = wanted.customer_id
                           AND given.company_id = %(company)s
                           AND given.state = 'live' AND given.kind = 'pricelist'
                    ), '0')
                ), FALSE)""",
        ),
    ),
)
