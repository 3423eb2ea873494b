"""What came of the calls that programs asked for."""

from .define import DAYS, _lt, facts_of
from .source import Source, days_since, latest

_fact = facts_of("calls", _lt("Sales contacts"))

CALLS = Source(
    "calls",
    _lt("Calls"),
    key="customer",
    needs=("event",),
    rows="event",
    where="event.code = 'call_outcome'",
    facts=(
        _fact(
            "last_outcome",
            "text",
            _lt("Outcome of the last call"),
            _lt("saved, competitor, no_need, no_answer, or done without a word."),
            latest("event.payload->>'outcome'", "event.occurred_at", "event.id"),
            example="competitor",
        ),
        _fact(
            "days_since_outcome",
            "number",
            _lt("Days since the last call"),
            _lt("Since a colleague last said what came of a call."),
            days_since("max(event.occurred_at)"),
            unit=DAYS,
            example=20,
        ),
    ),
)
