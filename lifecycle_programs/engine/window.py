"""Windows of the week: these days, between these hours, on somebody's own clock."""

import zlib
from collections.abc import Callable, Collection
from datetime import date, datetime, time, timedelta, timezone

from .values import naive_utc, zone

# Longer than any row of closed days.
_DAYS_AHEAD = 120


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
    window = next_window(now, tz, weekdays, start, end)
    if window is None:
        raise ValueError("The window never opens")
    return window[0]


def next_window(
    now: datetime,
    tz: str | None,
    weekdays: Collection[int],
    start: float,
    end: float,
    is_closed: Callable[[date], bool] = lambda day: False,
) -> tuple[datetime, datetime] | None:
    """As `next_opening`, with the moment when it closes.

    :param is_closed: whether a day is left out, whatever its weekday
    :return: naive UTC; None when it does not open for months
    """
    local = now.replace(tzinfo=timezone.utc).astimezone(zone(tz))
    for ahead in range(_DAYS_AHEAD):
        day = local.date() + timedelta(days=ahead)
        if day.weekday() in weekdays and not is_closed(day):
            opens, closes = at_hour(day, start, tz), at_hour(day, end, tz)
            # Where clocks go forward, a window may vanish.
            if now < closes and opens < closes:
                return max(now, opens), closes
    return None


def at_hour(day: date, hour: float, tz: str | None) -> datetime:
    """The moment when somebody's clock shows that hour of a day, in naive UTC."""
    midnight = datetime.combine(day, time())
    local = midnight + timedelta(minutes=round(hour * 60))
    return naive_utc(local.replace(tzinfo=zone(tz)))


def spread(opens: datetime, closes: datetime, key: str, minutes: int) -> datetime:
    """A moment after the opening that is always the same for the same key, so that
    whoever waited does not get it all at once. Never in the second half of the window.
    """
    seconds = min(minutes * 60, (closes - opens).total_seconds() / 2)
    share = zlib.crc32(key.encode()) / 2**32
    return opens + timedelta(seconds=int(seconds * share))
