"""How much, how often and when the customer has bought."""

from .baskets import BASKET_COLUMNS
from .define import CURRENCY, DAYS, PERCENT, _lt, facts_of, one_of
from .documents import (
    COUNT,
    COUNTS,
    DAY,
    FIRST,
    FIRST_DAY,
    LAST,
    LAST_DAY,
    TODAY,
    total,
    year_ago,
)
from .milestones import MILESTONES
from .source import Source, days_since, latest, within

_fact = facts_of("orders", _lt("Purchases"))

_INTERVAL = (
    f"({LAST_DAY} - {FIRST_DAY})::numeric"
    f" / NULLIF(count(DISTINCT {DAY}) FILTER (WHERE {COUNTS}) - 1, 0)"
)
_SINCE_LAST = days_since(LAST)
_MONTH = f"date_trunc('month', {TODAY}::timestamp)"
_SAME_MONTH = (
    f"{COUNTS} AND {DAY} >= {_MONTH} - interval '1 year'"
    f" AND {DAY} < {_MONTH} - interval '11 months'"
)


def _change(days):
    then = f"NULLIF(GREATEST({total(year_ago(days))}, 0), 0)"
    return f"({total(within('document.date', days))} / {then} - 1) * 100"


def _windows():
    for days in (90, 180, 365):
        recent = within("document.date", days)
        yield _fact(
            f"count_{days}d",
            "number",
            _lt("Purchases in %(days)s days", days=days),
            _lt("Purchases of the last %(days)s days.", days=days),
            f"count(*) FILTER (WHERE {COUNTS} AND {recent})",
            example=2,
        )
        yield _fact(
            f"total_{days}d",
            "number",
            _lt("Bought for in %(days)s days", days=days),
            _lt(
                "Purchases of the last %(days)s days less returns, without tax.",
                days=days,
            ),
            total(recent),
            unit=CURRENCY,
            example=340,
        )


_AMOUNTS = (
    _fact(
        "count",
        "number",
        _lt("Purchases"),
        _lt("Purchases in all."),
        COUNT,
        example=3,
    ),
    _fact(
        "total",
        "number",
        _lt("Bought for"),
        _lt("Purchases in all less returns, without tax."),
        total(),
        unit=CURRENCY,
        example=1250,
    ),
    _fact(
        "average_value",
        "number",
        _lt("Average purchase"),
        _lt("What the customer has bought for, divided by the number of purchases."),
        f"{total()} / NULLIF({COUNT}, 0)",
        unit=CURRENCY,
        example=120,
    ),
    _fact(
        "largest_value",
        "number",
        _lt("Largest purchase"),
        _lt("What the largest purchase came to, without tax."),
        f"max(document.amount) FILTER (WHERE {COUNTS})",
        unit=CURRENCY,
        example=480,
    ),
    _fact(
        "last_value",
        "number",
        _lt("Value of the last purchase"),
        _lt("What the latest purchase came to, without tax."),
        latest("document.amount", "document.date", "document.order_id", COUNTS),
        unit=CURRENCY,
        example=95,
    ),
)

_TIMES = (
    _fact("first", "datetime", _lt("First purchase"), _lt("When it was."), FIRST),
    _fact("last", "datetime", _lt("Last purchase"), _lt("When it was."), LAST),
    _fact(
        "first_month",
        "text",
        _lt("Month of the first purchase"),
        _lt("Year and month; customers who came together can be compared by it."),
        f"to_char({FIRST_DAY}, 'YYYY-MM')",
        example="2026-05",
    ),
    _fact(
        "first_quarter",
        "text",
        _lt("Quarter of the first purchase"),
        _lt("Year and quarter of the first purchase."),
        f"""to_char({FIRST_DAY}, 'YYYY-"Q"Q')""",
        example="2026-Q2",
    ),
    _fact(
        "days_since_first",
        "number",
        _lt("Days since the first purchase"),
        _lt("Whole days of 24 hours."),
        days_since(FIRST),
        unit=DAYS,
        example=400,
    ),
    _fact(
        "days_since_last",
        "number",
        _lt("Days since the last purchase"),
        _lt("Whole days of 24 hours."),
        _SINCE_LAST,
        unit=DAYS,
        example=35,
    ),
    _fact(
        "average_interval_days",
        "number",
        _lt("Days between purchases"),
        _lt(
            "Average days from one day with a purchase to the next; missing before "
            "the second."
        ),
        _INTERVAL,
        unit=DAYS,
        example=42.5,
    ),
    _fact(
        "days_to_expected",
        "number",
        _lt("Days to the expected purchase"),
        _lt(
            "Until the next purchase is to be expected by the customer's own rhythm; "
            "negative when the customer is late."
        ),
        f"{_INTERVAL} - {_SINCE_LAST}",
        unit=DAYS,
        example=-12,
    ),
    _fact(
        "rhythm",
        "text",
        _lt("Buying rhythm"),
        _lt(
            "never: has not bought; once: on one day only; regular: by the customer's "
            "own rhythm; late: more than one and a half of the usual time has passed; "
            "stopped: more than three times the usual time."
        ),
        f"""CASE WHEN {COUNT} = 0 THEN 'never'
                 WHEN {_INTERVAL} IS NULL THEN 'once'
                 WHEN {_SINCE_LAST} <= 1.5 * {_INTERVAL} THEN 'regular'
                 WHEN {_SINCE_LAST} <= 3 * {_INTERVAL} THEN 'late'
                 ELSE 'stopped' END""",
        example="regular",
        choices=one_of(
            never=_lt("Never bought"),
            once=_lt("Bought once"),
            regular=_lt("Regular"),
            late=_lt("Late"),
            stopped=_lt("Has stopped"),
        ),
    ),
)

_YEARS = (
    _fact(
        "count_180d_year_ago",
        "number",
        _lt("Purchases in the same 180 days a year ago"),
        _lt("Purchases of the 180 days that ended 365 days ago."),
        f"count(*) FILTER (WHERE {COUNTS} AND {year_ago(180)})",
        example=4,
    ),
    _fact(
        "total_180d_year_ago",
        "number",
        _lt("Bought for in the same 180 days a year ago"),
        _lt("Purchases less returns of the 180 days that ended 365 days ago."),
        total(year_ago(180)),
        unit=CURRENCY,
        example=600,
    ),
    _fact(
        "change_percent_180d",
        "number",
        _lt("Change of purchases in 180 days"),
        _lt(
            "The last 180 days against the same days a year ago; missing when nothing "
            "was bought then."
        ),
        _change(180),
        unit=PERCENT,
        example=-40,
    ),
    _fact(
        "change_percent_365d",
        "number",
        _lt("Change of purchases in a year"),
        _lt(
            "The last 365 days against the 365 days before; missing when nothing was "
            "bought then."
        ),
        _change(365),
        unit=PERCENT,
        example=-25,
    ),
    _fact(
        "same_month_last_year",
        "boolean",
        _lt("Bought in this month last year"),
        _lt("Whether the customer bought in the same calendar month a year ago."),
        f"COALESCE(bool_or({_SAME_MONTH}), FALSE)",
    ),
    _fact(
        "next_30d_last_year",
        "number",
        _lt("Purchases in the coming 30 days last year"),
        _lt(
            "Purchases that a year ago were made in the 30 days that now lie ahead: "
            "the season of the customer is near."
        ),
        f"count(*) FILTER (WHERE {COUNTS} AND {within('document.date', 365)}"
        f" AND NOT {within('document.date', 335)})",
        example=1,
    ),
)

ORDERS = Source(
    "orders",
    _lt("Purchases"),
    key="customer",
    needs=("document",),
    rows="document",
    columns=BASKET_COLUMNS,
    facts=(*_AMOUNTS, *_TIMES, *_windows(), *_YEARS, *MILESTONES),
)
