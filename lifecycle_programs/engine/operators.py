"""The table of operators. Check, SQL, Python and explanation all derive from it.

To add an operator, add one row: its key is the token of the grammar ("GE"), the
function ("$between") or the attribute (".year"), then how it is written, then its
cases, which are described in :mod:`case`.
"""

import operator as py
from datetime import datetime, time
from decimal import Decimal

from . import case as c
from .case import lazy, plain, row, test, unary, value
from .values import ELEMENT, SQL_TYPES, lower, lower_sql, seconds, to_local, to_utc

SCALARS = ("number", "text", "boolean", "date", "datetime", "duration")
ORDERED = ("number", "text", "date", "datetime", "duration")
FACT_LISTS = ("text_list", "number_list")
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def _by_code_point(type_, place="{0}"):
    """An operand of that type; text compares alike whatever the database's locale."""
    return f'({place} COLLATE "C")' if type_.startswith("text") else place


#: What a comparison wants of its first argument, and of its second: of any value, and
#: of a date.
_EQUAL = ("{1}", "{0}")
_DIFFERENT = ("not {1}", "not {0}")
_MORE = ("more than {1}", "less than {0}", "after {1}", "before {0}")
_LESS = ("less than {1}", "more than {0}", "before {1}", "after {0}")
_AT_LEAST = ("at least {1}", "at most {0}", "{1} or later", "{0} or earlier")
_AT_MOST = ("at most {1}", "at least {0}", "{1} or earlier", "{0} or later")


def _compare(sign, python, words, types=ORDERED):
    for type_ in types:
        said, turned = words[-2:] if type_ in ("date", "datetime") else words[:2]
        sql = f"({_by_code_point(type_)} {sign} {{1}})"
        yield test((type_, type_), sql, python, said, turned=turned)


def _between():
    for type_ in ORDERED:
        sql = f"({_by_code_point(type_)} BETWEEN {{1}} AND {{2}})"
        takes = (type_, type_, type_)
        yield test(takes, sql, lambda x, a, b: a <= x <= b, "from {1} to {2}")


def _null_test(sql, build, words):
    for type_ in (*SCALARS, *ELEMENT):
        yield lazy((type_, "null"), "boolean", sql, build, words, total=True)


def _chain(joint, build):
    sql, word = "({all})", f" {joint.upper()} "
    return lazy(("condition",), "boolean", sql, build, joint, chain=word, total=True)


def _lists():
    for kind, element in ELEMENT.items():
        sql = f"array_remove(ARRAY[{{all}}]::{SQL_TYPES[kind]}, NULL)"
        words = "{all}"
        yield lazy((element,), kind, sql, c.build_list, words, chain=", ", total=True)


def _in_list(sql, python, words, turned):
    for kind, element in ELEMENT.items():
        by_code_point = sql.replace("{0}", _by_code_point(kind))
        yield test((element, kind), by_code_point, python, words, turned=turned)


def _contains_item():
    for kind in FACT_LISTS:
        sql = f"({_by_code_point(kind, '{1}')} = ANY({{0}}))"
        yield test((kind, ELEMENT[kind]), sql, py.contains, "containing {1}")


def _text_in_text(sign, python, words):
    """``part in text``: the test is about the text, its second argument."""
    sql = f'(strpos({{1}} COLLATE "C", {{0}}) {sign} 0)'
    return test(("text", "text"), sql, python, words, subject=1)


_ITEMS = "FROM unnest({0}) AS rule_item(value) WHERE"


def _every(gives, sql, decide, words):
    total = gives == "boolean"
    for kind in FACT_LISTS:
        build = c.build_each(decide)
        yield lazy((kind, "each"), gives, sql, build, words, total=total)


def _size(types, words):
    sql = "char_length({0})" if types == ("text",) else "cardinality({0})"
    return unary(types, "number", f"{sql}::numeric", lambda x: Decimal(len(x)), words)


def _part(name, types=("date", "local")):
    sql = f"extract({name} FROM {{0}})::numeric"

    def part(moment):
        return Decimal(getattr(moment, name))

    return row(f".{name}", "", *unary(types, "number", sql, part, f"{name} of {{0}}"))


_NUMBERS = ("number", "number")
_SPAN = "the time from {1} to {0}"
_SECONDS = "extract(epoch FROM ({0} - {1}))::numeric"
_DAYS = "(({0} - {1})::numeric * 86400)"
_LOWER = plain(("text",), "text", lower_sql("{0}"), lower, "{0} in small letters")

_ROWS = (
    # Comparison
    row("EQ", "==", *_compare("=", py.eq, _EQUAL, types=SCALARS)),
    row("NE", "!=", *_compare("<>", py.ne, _DIFFERENT, types=SCALARS)),
    row("GT", ">", *_compare(">", py.gt, _MORE)),
    row("GE", ">=", *_compare(">=", py.ge, _AT_LEAST)),
    row("LT", "<", *_compare("<", py.lt, _LESS)),
    row("LE", "<=", *_compare("<=", py.le, _AT_MOST)),
    row("$between", "", *_between()),
    # Missing values
    row("EQ null", "==", *_null_test("({0} IS NULL)", c.build_missing, "no value")),
    row(
        "NE null", "!=", *_null_test("({0} IS NOT NULL)", c.build_present, "any value")
    ),
    row(
        "COALESCE",
        "??",
        *(
            lazy(
                (type_, type_),
                type_,
                "COALESCE({0}, {1})",
                c.build_coalesce,
                "{0} (if not known: {1})",
            )
            for type_ in SCALARS
        ),
    ),
    # Logic
    row("AND", "and", _chain("and", c.build_and)),
    row("OR", "or", _chain("or", c.build_or)),
    row(
        "NOT",
        "not",
        lazy(("condition",), "boolean", "(NOT {0})", c.build_not, "not", total=True),
    ),
    row("truth", "truth", test(("boolean",), "{0}", bool, "yes")),
    row(
        "ternary",
        "? :",
        *(
            lazy(
                ("condition", type_, type_),
                type_,
                "(CASE WHEN {0} THEN {1} ELSE {2} END)",
                c.build_choice,
                "{1} if {0}, else {2}",
            )
            for type_ in SCALARS
        ),
    ),
    # Text
    row(
        "$starts_with",
        "",
        test(
            ("text", "text"),
            "starts_with({0}, {1})",
            str.startswith,
            "starting with {1}",
        ),
    ),
    row(
        "$contains",
        "",
        test(
            ("text", "text"),
            '(strpos({0} COLLATE "C", {1}) > 0)',
            py.contains,
            "containing {1}",
        ),
        *_contains_item(),
    ),
    row("$lower", "", _LOWER),
    row(".as_lower", "", _LOWER),
    # Lists
    row("list", "[ ]", *_lists()),
    row(
        "IN",
        "in",
        *_in_list(
            "({0} = ANY({1}))", lambda a, b: a in b, "one of {1}", "containing {0}"
        ),
        _text_in_text(">", lambda a, b: a in b, "containing {0}"),
    ),
    row(
        "NOT IN",
        "not in",
        *_in_list(
            # Of an empty list, PostgreSQL would say it of a missing value, too.
            "({0} IS NOT NULL AND {0} <> ALL({1}))",
            lambda a, b: a not in b,
            "none of {1}",
            "without {0}",
        ),
        _text_in_text("=", lambda a, b: a not in b, "without {0}"),
    ),
    row(
        "$any",
        "",
        *_every(
            "boolean",
            f"EXISTS (SELECT 1 {_ITEMS} {{1}})",
            lambda verdicts: verdicts is not None and any(verdicts),
            "at least one with {1}",
        ),
    ),
    row(
        "$all",
        "",
        *_every(
            "boolean",
            f"({{0}} IS NOT NULL AND NOT EXISTS (SELECT 1 {_ITEMS} NOT {{1}}))",
            lambda verdicts: verdicts is not None and all(verdicts),
            "all with {1}",
        ),
    ),
    row(
        "$count",
        "",
        *_size(FACT_LISTS, "the number of {0}"),
        *_every(
            "number",
            "(CASE WHEN {0} IS NOT NULL THEN"
            f" (SELECT count(*) {_ITEMS} {{1}})::numeric END)",
            lambda verdicts: None if verdicts is None else Decimal(sum(verdicts)),
            "the number of {0} with {1}",
        ),
    ),
    row(
        ".length",
        "",
        *_size(("text",), "the length of {0}"),
        *_size(FACT_LISTS, "the number of {0}"),
    ),
    row(
        ".is_empty",
        "",
        *(test((t,), "(cardinality({0}) = 0)", py.not_, "empty") for t in FACT_LISTS),
    ),
    # Arithmetic
    row(
        "ADD",
        "+",
        value(_NUMBERS, "number", "({0} + {1})", py.add, "{0} plus {1}"),
        value(("duration",) * 2, "duration", "({0} + {1})", py.add, "{0} plus {1}"),
        c.shifts("datetime", "+"),
        c.shifts("date", "+"),
    ),
    row(
        "SUB",
        "-",
        value(_NUMBERS, "number", "({0} - {1})", py.sub, "{0} minus {1}"),
        value(("duration",) * 2, "duration", "({0} - {1})", py.sub, "{0} minus {1}"),
        c.shifts("datetime", "-"),
        c.shifts("date", "-"),
        plain(
            ("datetime",) * 2, "duration", _SECONDS, lambda a, b: seconds(a - b), _SPAN
        ),
        plain(("date",) * 2, "duration", _DAYS, lambda a, b: seconds(a - b), _SPAN),
    ),
    row(
        "MUL",
        "*",
        value(_NUMBERS, "number", c.PRODUCT, c.times, "{0} times {1}"),
        value(("duration", "number"), "duration", c.PRODUCT, c.times, "{0} times {1}"),
        value(("number", "duration"), "duration", c.PRODUCT, c.times, "{0} times {1}"),
    ),
    row(
        "TDIV",
        "/",
        value(_NUMBERS, "number", c.QUOTIENT, c.divided, "{0} divided by {1}"),
        value(
            ("duration", "number"),
            "duration",
            c.QUOTIENT,
            c.divided,
            "{0} divided by {1}",
        ),
        value(("duration",) * 2, "number", c.QUOTIENT, c.divided, "{0} divided by {1}"),
    ),
    row(
        "FDIV",
        "//",
        value(
            _NUMBERS,
            "number",
            "div({0}, NULLIF({1}, 0))",
            c.whole,
            "how often {1} goes into {0}",
        ),
    ),
    row(
        "MOD",
        "%",
        plain(
            _NUMBERS,
            "number",
            "mod({0}, NULLIF({1}, 0))",
            c.rest,
            "the rest of {0} divided by {1}",
        ),
    ),
    row(
        "minus",
        "-",
        *(
            plain((type_,), type_, "(- {0})", py.neg, "minus {0}")
            for type_ in ("number", "duration")
        ),
    ),
    row("$abs", "", *unary(("number",), "number", "abs({0})", abs, "{0} without sign")),
    # Dates
    _part("year"),
    _part("month"),
    _part("day"),
    _part("hour", ("local",)),
    _part("minute", ("local",)),
    row(
        ".weekday",
        "",
        *unary(
            ("date", "local"),
            "text",
            "to_char({0}::timestamp, 'FMDay')",
            lambda moment: WEEKDAYS[moment.weekday()],
            "weekday of {0}",
        ),
    ),
    row(".date", "", plain(("local",), "date", "{0}::date", datetime.date, "{0}")),
    row(
        ".days",
        "",
        plain(
            ("duration",),
            "number",
            "floor(round({0}, 20) / 86400)",
            c.floor_days,
            "days of {0}",
        ),
    ),
    row(
        ".total_seconds",
        "",
        plain(("duration",), "number", "{0}", lambda span: span, "seconds of {0}"),
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
            "({0} AT TIME ZONE 'UTC' AT TIME ZONE {1})",
            to_local,
            "{0}",
        ),
    ),
)

#: The table: operators by key.
OPERATORS = {item.key: item for item in _ROWS}
#: What may stand in for what, by the operator that turns one into the other. A boolean
#: fact where a condition is wanted: missing is no.
COERCIONS = {
    ("boolean", "condition"): "truth",
    ("date", "datetime"): "to datetime",
    ("datetime", "local"): "to local",
}
