"""Chance, windows of the week, zones, winners, machines that click."""

import math
from datetime import datetime

import pytest
from engine import (
    at_hour,
    contact_zone,
    draw,
    find_best,
    is_automatic_click,
    is_automatic_open,
    next_opening,
    pick,
    two_proportion_z,
    two_sided_p,
)

WORKDAYS = range(5)
HELSINKI = "Europe/Helsinki"
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0"


def test_the_same_names_draw_the_same_number():
    assert draw(7, "test") == draw(7, "test")
    assert draw(7, "test") != draw(7, "other")
    assert draw(1, 23) != draw(12, 3)
    assert all(0 <= draw(number) < 1 for number in range(1000))


def test_shares_are_kept_and_independent():
    """10,000 people over 50, 30 and the rest; a second split knows nothing of the
    first."""
    picks = [pick(draw(person, "first"), [50, 30]) for person in range(10_000)]
    assert picks.count(0) == pytest.approx(5000, abs=200)
    assert picks.count(1) == pytest.approx(3000, abs=200)
    assert picks.count(None) == pytest.approx(2000, abs=200)
    again = [
        pick(draw(person, "second"), [50])
        for person, first in enumerate(picks)
        if first == 0
    ]
    assert again.count(0) == pytest.approx(len(again) / 2, abs=200)
    assert pick(0.999999, [100]) == 0
    assert pick(0.0, [0, 100]) == 1


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # Winter time, two hours ahead of UTC: 9 to 16.30 is 7 to 14.30.
        ("2026-01-05 06:00", "2026-01-05 07:00"),
        ("2026-01-05 07:00", "2026-01-05 07:00"),
        ("2026-01-05 14:29", "2026-01-05 14:29"),
        ("2026-01-05 14:30", "2026-01-06 07:00"),
        # Friday evening, Saturday: Monday.
        ("2026-01-09 20:00", "2026-01-12 07:00"),
        ("2026-01-10 10:00", "2026-01-12 07:00"),
        # Monday there while it is Sunday here.
        ("2026-01-11 22:30", "2026-01-12 07:00"),
        # Clocks go forward on 29 March: an hour earlier in UTC.
        ("2026-03-28 12:00", "2026-03-30 06:00"),
    ],
)
def test_next_opening(now, expected):
    found = next_opening(datetime.fromisoformat(now), HELSINKI, WORKDAYS, 9, 16.5)
    assert found == datetime.fromisoformat(expected)


def test_a_window_that_vanishes_or_never_opens():
    """Between 3 and 4 there is nothing on the Sunday when clocks go forward."""
    found = next_opening(datetime(2026, 3, 28, 12), HELSINKI, {6}, 3, 4)
    assert found == datetime(2026, 4, 5, 0, 0)
    with pytest.raises(ValueError, match="never opens"):
        next_opening(datetime(2026, 3, 28, 12), HELSINKI, set(), 9, 17)
    assert at_hour(datetime(2026, 7, 1).date(), 24, HELSINKI) == datetime(
        2026, 7, 1, 21
    )


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (("Asia/Tokyo", "+358401234567", "FI", HELSINKI), "Asia/Tokyo"),
        (("No/Where", "+358401234567", "SE", "UTC"), HELSINKI),
        ((None, "040 123 4567", "FI", "UTC"), HELSINKI),
        ((None, "+1 212 555 2368", None, "UTC"), "America/New_York"),
        ((None, "+1 650 253 0000", None, "UTC"), "America/Los_Angeles"),
        ((None, "+7 916 123 4567", None, "UTC"), "Europe/Moscow"),
        ((None, "nonsense", "se", "UTC"), "Europe/Stockholm"),
        ((None, None, "NO", "UTC"), "Europe/Oslo"),
        ((None, None, "XX", HELSINKI), HELSINKI),
        ((None, None, None, None), "UTC"),
        ((False, False, False, False), "UTC"),
    ],
)
def test_contact_zone(known, expected):
    assert contact_zone(*known) == expected


def test_two_proportions():
    """The worked example of the handbook's formula, by hand: 200 people each, 38 and 24
    of them; pooled 0.155, standard error 0.03619, z 1.934."""
    z = two_proportion_z((38, 200), (24, 200))
    assert z == pytest.approx(0.07 / math.sqrt(0.155 * 0.845 * 2 / 200))
    assert z == pytest.approx(1.934, abs=0.001)
    assert two_sided_p(1.959964) == pytest.approx(0.05, abs=1e-6)
    assert two_sided_p(-1.959964) == pytest.approx(0.05, abs=1e-6)
    assert two_proportion_z((24, 200), (38, 200)) == pytest.approx(-z)
    assert two_proportion_z((0, 200), (0, 200)) == 0
    assert two_proportion_z((0, 0), (3, 200)) == 0


def test_the_best_has_to_be_sure():
    verdict = find_best([(30, 400), (60, 400)], 0.05)
    assert (verdict.best, verdict.p < 0.01) == (1, True)
    assert find_best([(38, 200), (24, 200)], 0.05) is None
    # Three versions: the lead over the second counts, twice as strictly.
    assert find_best([(60, 400), (55, 400), (20, 400)], 0.05) is None
    # Too few for any statement.
    assert find_best([(4, 20), (0, 20)], 0.5) is None
    assert find_best([(4, 20)], 0.5) is None
    assert find_best([(0, 0), (9, 20)], 0.5) is None


def test_a_winner_is_rarely_named_where_there_is_none():
    """2,000 tests of two equal versions: about 5 % name one at 95 %."""
    named = 0
    for trial in range(2000):
        counts = [
            (sum(draw(trial, side, person) < 0.2 for person in range(200)), 200)
            for side in "ab"
        ]
        named += find_best(counts, 0.05) is not None
    assert 60 <= named <= 140


@pytest.mark.parametrize(
    ("method", "agent", "expected"),
    [
        ("GET", BROWSER, False),
        ("HEAD", BROWSER, True),
        ("GET", "", True),
        ("GET", None, True),
        ("GET", "Mozilla/5.0 (compatible; Barracuda Sentinel)", True),
        ("GET", "Mozilla/5.0 (compatible; Googlebot/2.1)", True),
        ("GET", "Mozilla/5.0 (Linux; Android 11; CUBOT X30) Chrome/120", False),
        ("GET", "python-requests/2.32", True),
    ],
)
def test_automatic_clicks(method, agent, expected):
    assert is_automatic_click(method, agent) is expected


def test_automatic_opens():
    assert is_automatic_open("Mozilla/5.0")
    assert not is_automatic_open(BROWSER)
    assert not is_automatic_open("Mozilla/5.0 (via ggpht.com GoogleImageProxy)")
    assert not is_automatic_open(None)
