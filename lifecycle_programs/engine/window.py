"""Windows of the week: these days, between these hours, on somebody's own clock."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta, timezone

from .values import naive_utc, zone


def next_opening(
    now: datetime,
    tz: str | None,
    weekdays: Collection[int],
    start: float,
    end: float,
) -> datetime:
    """The first moment from now on that is inside the window.

    :param now: naive UTC
    :param tz: the zone whose clock counts
    :param weekdays: 0 for Monday to 6 for Sunday, at least one
    :param start: hours since midnight, such as 9.5
    :param end: hours since midnight, after ``start``; 24 for the end of the day
    :return: naive UTC; ``now`` itself inside the window
    """
    local = now.replace(tzinfo=timezone.utc).astimezone(zone(tz))
    # Two weeks: where clocks go forward, one window may vanish.
    for ahead in range(15):
        day = local.date() + timedelta(days=ahead)
        if day.weekday() in weekdays:
            opens, closes = at_hour(day, start, tz), at_hour(day, end, tz)
            if now < closes and opens < closes:
                return max(now, opens)
    raise ValueError("The window never opens")


def at_hour(day: date, hour: float, tz: str | None) -> datetime:
    """The moment when somebody's clock shows that hour of a day, in naive UTC."""
    midnight = datetime.combine(day, time())
    local = midnight + timedelta(minutes=round(hour * 60))
    return naive_utc(local.replace(tzinfo=zone(tz)))
