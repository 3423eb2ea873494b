"""When something that was bought is likely to be bought again."""

from ..engine.fact import Fact
from .source import Source, latest

#: The latest purchase of a period's product, or within its category, sets the date.
DUE = """
            SELECT DISTINCT ON (bought.customer_id, period.period_id)
                   bought.customer_id, bought.contact_id, bought.template_id,
                   period.period_id, period.months, bought.date AS bought_at,
                   bought.date + make_interval(months => period.months) AS due_at
              FROM purchase bought
              JOIN period ON period.template_id = bought.template_id
             WHERE bought.counts
             ORDER BY bought.customer_id, period.period_id, bought.date DESC,
                      bought.template_id
"""
DUE_NEEDS = ("purchase", "period")

_NEXT = "min(due.due_at) FILTER (WHERE due.due_at >= %(as_of)s)"

RENEWAL = Source(
    "renewal",
    "Renewal",
    key="customer",
    needs=DUE_NEEDS,
    joins=f"LEFT JOIN ({DUE}) due ON due.customer_id = customer.customer_id",
    facts=(
        Fact(
            "renewal.next_due",
            "datetime",
            "Next renewal",
            help="The nearest date ahead on which something bought is due again.",
            group="Renewal",
            sql=_NEXT,
        ),
        Fact(
            "renewal.days_to_due",
            "number",
            "Days to the next renewal",
            help="Whole days until the nearest date ahead; missing when none is.",
            unit="days",
            example=30,
            group="Renewal",
            sql=f"floor(extract(epoch FROM {_NEXT} - %(as_of)s)::numeric / 86400)",
        ),
        Fact(
            "renewal.last_period_months",
            "number",
            "Period of the last purchase",
            help="Months until the latest purchase with a renewal period is due again.",
            unit="months",
            example=12,
            group="Renewal",
            sql=latest(
                "due.months", "due.bought_at", "due.period_id", "due.months IS NOT NULL"
            ),
        ),
    ),
)
