"""When something that was bought is likely to be bought again."""

from .define import DAYS, MONTHS, _lt, facts_of
from .source import Source, latest

_fact = facts_of("renewal", _lt("Renewal"))

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
    _lt("Renewal"),
    key="customer",
    needs=DUE_NEEDS,
    rows=f"({DUE}) due",
    facts=(
        _fact(
            "next_due",
            "datetime",
            _lt("Next renewal"),
            _lt("The nearest date ahead on which something bought is due again."),
            _NEXT,
        ),
        _fact(
            "days_to_due",
            "number",
            _lt("Days to the next renewal"),
            _lt("Whole days until the nearest date ahead; missing when none is."),
            f"floor(extract(epoch FROM {_NEXT} - %(as_of)s)::numeric / 86400)",
            unit=DAYS,
            example=30,
        ),
        _fact(
            "last_period_months",
            "number",
            _lt("Period of the last purchase"),
            _lt("Months until the latest purchase with a renewal period is due again."),
            latest(
                "due.months", "due.bought_at", "due.period_id", "due.months IS NOT NULL"
            ),
            unit=MONTHS,
            example=12,
        ),
    ),
)
