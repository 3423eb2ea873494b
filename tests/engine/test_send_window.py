"""When messages may reach contacts: in their windows, not on closed days, spread."""

from datetime import date, datetime, timedelta

import pytest
from engine import contact_zone, next_window, spread

EVERY_DAY = range(7)
OFFICE = (range(5), 9, 17)


def test_main_zone_of_a_country():
    assert contact_zone(None, None, "UA", "UTC") == "Europe/Kyiv"


def helsinki(now, window=OFFICE, **kwargs):
    found = next_window(now, "Europe/Helsinki", *window, **kwargs)
    return found and found[0]


def test_inside_the_window_it_is_open_now():
    now = datetime(2026, 1, 7, 10, 30)  # Wednesday, 12:30 in Helsinki
    opens, closes = next_window(now, "Europe/Helsinki", *OFFICE)
    assert opens == now
    assert closes == datetime(2026, 1, 7, 15, 0)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        # Early in the morning: today.
        (datetime(2026, 1, 7, 4, 0), datetime(2026, 1, 7, 7, 0)),
        # At 17:00 it is closed: tomorrow.
        (datetime(2026, 1, 7, 15, 0), datetime(2026, 1, 8, 7, 0)),
        # Friday evening: Monday.
        (datetime(2026, 1, 9, 18, 0), datetime(2026, 1, 12, 7, 0)),
        # 23:30 UTC on Sunday is Monday in Helsinki.
        (datetime(2026, 1, 11, 23, 30), datetime(2026, 1, 12, 7, 0)),
        # Summer time.
        (datetime(2026, 7, 1, 3, 0), datetime(2026, 7, 1, 6, 0)),
    ],
)
def test_outside_it_is_held_to_the_next_opening(now, opens):
    assert helsinki(now) == opens


def test_closed_days_are_left_out():
    evening = datetime(2026, 12, 23, 18, 0)
    holidays = {date(2026, 12, 24), date(2026, 12, 25)}
    opens = helsinki(evening, is_closed=holidays.__contains__)
    assert opens == datetime(2026, 12, 28, 7, 0)
    assert helsinki(evening, is_closed=lambda day: day.day < 30) == datetime(
        2026, 12, 30, 7, 0
    )
    assert helsinki(evening, is_closed=lambda day: True) is None


def test_clock_changes():
    """Spring forward on 29 March 2026, back on 25 October: nine o'clock stays nine
    o'clock, and a window over the missing hour opens when the clock has jumped."""
    window = (EVERY_DAY, 9, 17)
    saturday_night = datetime(2026, 3, 28, 20, 0)
    assert helsinki(saturday_night, window) == datetime(2026, 3, 29, 6, 0)
    saturday_night = datetime(2026, 10, 24, 20, 0)
    assert helsinki(saturday_night, window) == datetime(2026, 10, 25, 7, 0)
    night = (EVERY_DAY, 3.5, 5)
    opens = helsinki(datetime(2026, 3, 28, 23, 0), night)
    assert opens == datetime(2026, 3, 29, 1, 30)
    # A window that is all inside the missing hour: the next day.
    missing = (EVERY_DAY, 3, 4)
    opens = helsinki(datetime(2026, 3, 28, 23, 0), missing)
    assert opens == datetime(2026, 3, 30, 0, 0)


def test_until_midnight():
    window = (EVERY_DAY, 20, 24)
    now = datetime(2026, 1, 7, 21, 59)
    assert helsinki(now, window) == now
    assert helsinki(now + timedelta(minutes=1), window) == datetime(2026, 1, 8, 18, 0)


def test_who_waited_does_not_get_it_all_at_once():
    """The moment is always the same for the same contact, and spreads evenly."""
    opens, closes = datetime(2026, 1, 7, 7), datetime(2026, 1, 7, 15)
    moments = [spread(opens, closes, f"contact {n}", 60) for n in range(6000)]
    assert moments[7] == spread(opens, closes, "contact 7", 60)
    assert min(moments) >= opens
    assert max(moments) < opens + timedelta(hours=1)
    minutes = [int((one - opens).total_seconds() // 600) for one in moments]
    for part in range(6):
        assert 850 < minutes.count(part) < 1150
    late = [spread(opens, closes, f"contact {n}", 10_000) for n in range(100)]
    assert max(late) < opens + timedelta(hours=4), "there is time left to send"
    assert spread(opens, closes, "contact", 0) == opens
