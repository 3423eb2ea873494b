"""Milestones of a customer: purchases, turnover and years (facts of `ORDERS`)."""

from .define import CURRENCY, DAYS, YEARS, _lt, facts_of
from .documents import COUNT, FIRST_DAY, TODAY, total

_fact = facts_of("milestones", _lt("Milestones"))

#: What is worth a congratulation.
PURCHASES = (1, 5, 10, 25, 50, 100, 250, 500, 1000)
TURNOVER = (100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000)


def _steps(steps):
    return f"ARRAY[{', '.join(map(str, steps))}]::numeric[]"


def _reached(value, steps):
    """The highest step that a value has reached, 0 before the first."""
    return f"({_steps((0, *steps))})[width_bucket({value}, {_steps(steps)}) + 1]"


def _to_next(value, steps):
    """How much is left to the next step; missing behind the last."""
    return f"({_steps(steps)})[width_bucket({value}, {_steps(steps)}) + 1] - {value}"


def _years(day):
    """Whole years from the first purchase until a day."""
    return f"extract(year FROM age({day}, {FIRST_DAY}))::int"


def _anniversary(years):
    """The day of the first purchase so many years later: 29 February may be 28."""
    return f"({FIRST_DAY} + make_interval(years => {years}))::date"


#: Of the calendar year of today, or the next one if that is over; never the first day.
_THIS_YEAR = (
    f"GREATEST(1, (extract(year FROM {TODAY}) - extract(year FROM {FIRST_DAY}))::int)"
)
_PURCHASES = f"({COUNT})::numeric"

MILESTONES = (
    _fact(
        "purchases",
        "number",
        _lt("Milestone of purchases"),
        _lt(
            "The highest of %(steps)s that has been reached.",
            steps=", ".join(map(str, PURCHASES)),
        ),
        _reached(_PURCHASES, PURCHASES),
        example=5,
    ),
    _fact(
        "purchases_to_next",
        "number",
        _lt("Purchases to the next milestone"),
        _lt("How many purchases are left to the next milestone."),
        _to_next(_PURCHASES, PURCHASES),
        example=2,
    ),
    _fact(
        "turnover",
        "number",
        _lt("Milestone of turnover"),
        _lt(
            "The highest of %(steps)s that has been reached.",
            steps=", ".join(map(str, TURNOVER)),
        ),
        _reached(total(), TURNOVER),
        unit=CURRENCY,
        example=1000,
    ),
    _fact(
        "turnover_to_next",
        "number",
        _lt("Turnover to the next milestone"),
        _lt("How much is left to buy for until the next milestone."),
        _to_next(total(), TURNOVER),
        unit=CURRENCY,
        example=250,
    ),
    _fact(
        "years",
        "number",
        _lt("Years as a customer"),
        _lt("Whole years since the first purchase."),
        _years(TODAY),
        unit=YEARS,
        example=3,
    ),
    _fact(
        "days_to_anniversary",
        "number",
        _lt("Days to the anniversary"),
        _lt("Until the day of the first purchase comes round again; 0 on that day."),
        f"CASE WHEN {_anniversary(_THIS_YEAR)} >= {TODAY}"
        f" THEN {_anniversary(_THIS_YEAR)} ELSE {_anniversary(f'{_THIS_YEAR} + 1')} END"
        f" - {TODAY}",
        unit=DAYS,
        example=14,
    ),
)
