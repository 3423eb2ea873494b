"""What is being negotiated: quotations and prices of their own."""

from ..engine.fact import Fact
from .source import Source, days_since

_GROUP = "Sales"

QUOTATIONS = Source(
    "quotations",
    "Quotations",
    key="customer",
    needs=("member",),
    joins="""
      LEFT JOIN (
            SELECT member.customer_id, sale.date_order, sale.state
              FROM member
              JOIN sale_order sale ON sale.partner_id = member.contact_id
             WHERE sale.state IN ('draft', 'sent') AND sale.company_id = %(company)s
               AND sale.date_order <= %(as_of)s
               AND COALESCE(sale.validity_date >= %(as_of)s::date, TRUE)
      ) quotation ON quotation.customer_id = customer.customer_id
    """,
    facts=(
        Fact(
            "sales.open_quotation",
            "boolean",
            "Open quotation",
            help="A quotation that is still valid and not yet confirmed.",
            history=False,
            group=_GROUP,
            sql="count(quotation.date_order) > 0",
        ),
        Fact(
            "sales.days_since_quotation",
            "number",
            "Days since the quotation",
            help="Since the latest quotation that was sent and is still open.",
            unit="days",
            example=6,
            history=False,
            group=_GROUP,
            sql=days_since(
                "max(quotation.date_order) FILTER (WHERE quotation.state = 'sent')"
            ),
        ),
    ),
)

PRICES = Source(
    "prices",
    "Prices",
    key="customer",
    grouped=False,
    joins="JOIN res_partner account ON account.id = customer.customer_id",
    facts=(
        Fact(
            "sales.special_pricelist",
            "boolean",
            "Pricelist of its own",
            help="Somebody has given the customer a pricelist; one that a program gave "
            "for a time does not count.",
            history=False,
            group=_GROUP,
            sql="""COALESCE(
                account.specific_property_product_pricelist->>(%(company)s::text)
                NOT IN (
                    'false', '0',
                    COALESCE((
                        SELECT given.pricelist_id::text
                          FROM lifecycle_grant given
                         WHERE given.commercial_partner_id = customer.customer_id
                           AND given.company_id = %(company)s
                           AND given.state = 'live' AND given.kind = 'pricelist'
                    ), '0')
                ), FALSE)""",
        ),
    ),
)
