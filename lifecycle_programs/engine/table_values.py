"""The rows of the table of operators that compute: arithmetic, dates, zones."""

import operator as py
from datetime import datetime, time
from decimal import Decimal

from . import case as c
from .case import lazy, plain, row, unary, value
from .values import seconds, to_local, to_utc

# Numbered places can change their order.
# pylint: disable=translation-positional-used
from .words import _lt

WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def _part(name, words, help_, types=("date", "local")):
    sql = f"extract({name} FROM {{0}})::numeric"

    def part(moment):
        return Decimal(getattr(moment, name))

    cases = unary(types, "number", sql, part, words)
    return row(f".{name}", "", *cases, help=help_)


_NUMBERS = ("number", "number")
_SPAN = _lt("the time from {1} to {0}")
_SECONDS = "extract(epoch FROM ({0} - {1}))::numeric"
_DAYS = "(({0} - {1})::numeric * 86400)"

_ON_THE_WALL = "({0} AT TIME ZONE 'UTC' AT TIME ZONE {1})"

VALUES = (
    # Arithmetic
    row(
        "ADD",
        "+",
        value(_NUMBERS, "number", "({0} + {1})", py.add, _lt("{0} plus {1}")),
        value(
            ("duration",) * 2, "duration", "({0} + {1})", py.add, _lt("{0} plus {1}")
        ),
        c.shifts("datetime", "+"),
        c.shifts("date", "+"),
        help=_lt("sum; a later date"),
    ),
    row(
        "SUB",
        "-",
        value(_NUMBERS, "number", "({0} - {1})", py.sub, _lt("{0} minus {1}")),
        value(
            ("duration",) * 2, "duration", "({0} - {1})", py.sub, _lt("{0} minus {1}")
        ),
        c.shifts("datetime", "-"),
        c.shifts("date", "-"),
        plain(
            ("datetime",) * 2, "duration", _SECONDS, lambda a, b: seconds(a - b), _SPAN
        ),
        plain(("date",) * 2, "duration", _DAYS, lambda a, b: seconds(a - b), _SPAN),
        help=_lt("difference; an earlier date"),
    ),
    row(
        "MUL",
        "*",
        value(_NUMBERS, "number", c.PRODUCT, c.times, _lt("{0} times {1}")),
        value(
            ("duration", "number"), "duration", c.PRODUCT, c.times, _lt("{0} times {1}")
        ),
        value(
            ("number", "duration"), "duration", c.PRODUCT, c.times, _lt("{0} times {1}")
        ),
        help=_lt("product"),
    ),
    row(
        "TDIV",
        "/",
        value(_NUMBERS, "number", c.QUOTIENT, c.divided, _lt("{0} divided by {1}")),
        value(
            ("duration", "number"),
            "duration",
            c.QUOTIENT,
            c.divided,
            _lt("{0} divided by {1}"),
        ),
        value(
            ("duration",) * 2,
            "number",
            c.QUOTIENT,
            c.divided,
            _lt("{0} divided by {1}"),
        ),
        help=_lt("quotient"),
    ),
    row(
        "FDIV",
        "//",
        value(
            _NUMBERS,
            "number",
            "div({0}, NULLIF({1}, 0))",
            c.whole,
            _lt("how often {1} goes into {0}"),
        ),
        help=_lt("quotient in whole numbers"),
    ),
    row(
        "MOD",
        "%",
        plain(
            _NUMBERS,
            "number",
            "mod({0}, NULLIF({1}, 0))",
            c.rest,
            _lt("the rest of {0} divided by {1}"),
        ),
        help=_lt("what is left of a division"),
    ),
    row(
        "minus",
        "-",
        *(
            plain((type_,), type_, "(- {0})", py.neg, _lt("minus {0}"))
            for type_ in ("number", "duration")
        ),
    ),
    row(
        "$abs",
        "",
        *unary(("number",), "number", "abs({0})", abs, _lt("{0} without sign")),
        help=_lt("The number without its sign."),
        takes="number",
    ),
    # Dates
    _part("year", _lt("year of {0}"), _lt("The year as a number.")),
    _part("month", _lt("month of {0}"), _lt("The month as a number.")),
    _part("day", _lt("day of {0}"), _lt("The day as a number.")),
    _part("hour", _lt("hour of {0}"), _lt("The hour as a number."), ("local",)),
    _part("minute", _lt("minute of {0}"), _lt("The minute as a number."), ("local",)),
    row(
        ".weekday",
        "",
        *unary(
            ("date", "local"),
            "text",
            "to_char({0}::timestamp, 'FMDay')",
            lambda moment: WEEKDAYS[moment.weekday()],
            _lt("weekday of {0}"),
        ),
        help=_lt('The day of the week in English: "Monday".'),
    ),
    row(
        ".date",
        "",
        plain(("local",), "date", "{0}::date", datetime.date, "{0}"),
        help=_lt("The day, without the time."),
    ),
    row(
        ".days",
        "",
        plain(
            ("duration",),
            "number",
            "floor(round({0}, 20) / 86400)",
            c.floor_days,
            _lt("days of {0}"),
        ),
        help=_lt("The whole days of a duration."),
    ),
    row(
        ".total_seconds",
        "",
        plain(("duration",), "number", "{0}", lambda span: span, _lt("seconds of {0}")),
        help=_lt("The duration in seconds."),
    ),
    # The clock on the wall of the contact; check adds the zone.
    row(
        "$local",
        "",
        plain(
            ("datetime", "zone"),
            "local",
            _ON_THE_WALL,
            to_local,
            _lt("{0} on the contact's clock"),
        ),
        help=_lt("A moment on the clock of the contact, for its hour, day or weekday."),
        takes="moment",
    ),
    row(
        "to zone",
        "",
        lazy(
            ("text", "zone"),
            "zone",
            "COALESCE({0}, {1})",
            c.build_zone,
            "{0}",
            total=True,
        ),
    ),
    # Between a moment, a day and the clock on the wall: put in where the types need it.
    row(
        "to datetime",
        "",
        plain(
            ("date", "zone"),
            "datetime",
            "({0}::timestamp AT TIME ZONE {1} AT TIME ZONE 'UTC')",
            lambda day, zone: to_utc(datetime.combine(day, time.min), zone),
            "{0}",
        ),
        plain(
            ("local", "zone"),
            "datetime",
            "({0} AT TIME ZONE {1} AT TIME ZONE 'UTC')",
            to_utc,
            "{0}",
        ),
    ),
    row(
        "to local",
        "",
        plain(
            ("datetime", "zone"),
            "local",
            _ON_THE_WALL,
            to_local,
            "{0}",
        ),
    ),
)
