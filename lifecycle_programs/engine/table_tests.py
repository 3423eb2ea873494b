"""The rows of the table of operators that test and choose: comparison, logic, lists."""

import operator as py
from decimal import Decimal

from . import case as c
from .case import lazy, plain, row, test, unary
from .values import ELEMENT, SQL_TYPES, lower, lower_sql

# Numbered places can change their order.
# pylint: disable=translation-positional-used
from .words import _lt

SCALARS = ("number", "text", "boolean", "date", "datetime", "duration")
ORDERED = ("number", "text", "date", "datetime", "duration")
FACT_LISTS = ("text_list", "number_list")


def _by_code_point(type_, place="{0}"):
    """An operand of that type; text compares alike whatever the database's locale."""
    return f'({place} COLLATE "C")' if type_.startswith("text") else place


#: What a comparison wants of its first argument, and of its second: of any value, and
#: of a date.
_EQUAL = ("{1}", "{0}")
_DIFFERENT = (_lt("not {1}"), _lt("not {0}"))
_MORE = (
    _lt("more than {1}"),
    _lt("less than {0}"),
    _lt("after {1}"),
    _lt("before {0}"),
)
_LESS = (
    _lt("less than {1}"),
    _lt("more than {0}"),
    _lt("before {1}"),
    _lt("after {0}"),
)
_AT_LEAST = (
    _lt("at least {1}"),
    _lt("at most {0}"),
    _lt("{1} or later"),
    _lt("{0} or earlier"),
)
_AT_MOST = (
    _lt("at most {1}"),
    _lt("at least {0}"),
    _lt("{1} or earlier"),
    _lt("{0} or later"),
)


def _compare(sign, python, words, types=ORDERED):
    for type_ in types:
        said, turned = words[-2:] if type_ in ("date", "datetime") else words[:2]
        sql = f"({_by_code_point(type_)} {sign} {{1}})"
        yield test((type_, type_), sql, python, said, turned=turned)


def _between():
    for type_ in ORDERED:
        sql = f"({_by_code_point(type_)} BETWEEN {{1}} AND {{2}})"
        takes = (type_, type_, type_)
        yield test(takes, sql, lambda x, a, b: a <= x <= b, _lt("from {1} to {2}"))


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
        yield test((kind, ELEMENT[kind]), sql, py.contains, _lt("with {1}"))


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


_LOWER = plain(("text",), "text", lower_sql("{0}"), lower, _lt("{0} in small letters"))

TESTS = (
    # Comparison
    row(
        "EQ",
        "==",
        *_compare("=", py.eq, _EQUAL, types=SCALARS),
        help=_lt("the same"),
        inverse="NE",
    ),
    row(
        "NE",
        "!=",
        *_compare("<>", py.ne, _DIFFERENT, types=SCALARS),
        help=_lt("another"),
        inverse="EQ",
    ),
    row(
        "GT",
        ">",
        *_compare(">", py.gt, _MORE),
        help=_lt("more, or later"),
        inverse="LE",
    ),
    row(
        "GE",
        ">=",
        *_compare(">=", py.ge, _AT_LEAST),
        help=_lt("at least, or not earlier"),
        inverse="LT",
    ),
    row(
        "LT",
        "<",
        *_compare("<", py.lt, _LESS),
        help=_lt("less, or earlier"),
        inverse="GE",
    ),
    row(
        "LE",
        "<=",
        *_compare("<=", py.le, _AT_MOST),
        help=_lt("at most, or not later"),
        inverse="GT",
    ),
    row(
        "$between",
        "",
        *_between(),
        help=_lt("Whether a value lies between two limits, both included."),
        takes="x, low, high",
    ),
    # Missing values
    row(
        "EQ null",
        "==",
        *_null_test("({0} IS NULL)", c.build_missing, _lt("no value")),
        inverse="NE null",
    ),
    row(
        "NE null",
        "!=",
        *_null_test("({0} IS NOT NULL)", c.build_present, _lt("any value")),
        inverse="EQ null",
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
                _lt("{0} (if not known: {1})"),
            )
            for type_ in SCALARS
        ),
        help=_lt("the second value where the first is missing"),
    ),
    # Logic
    row("AND", "and", _chain("and", c.build_and), help=_lt("both")),
    row("OR", "or", _chain("or", c.build_or), help=_lt("at least one")),
    row(
        "NOT",
        "not",
        lazy(("condition",), "boolean", "(NOT {0})", c.build_not, "not", total=True),
        help=_lt("the opposite"),
    ),
    row("truth", "truth", test(("boolean",), "{0}", bool, _lt("yes"))),
    row(
        "ternary",
        "? :",
        *(
            lazy(
                ("condition", type_, type_),
                type_,
                "(CASE WHEN {0} THEN {1} ELSE {2} END)",
                c.build_choice,
                _lt("{1} if {0}, else {2}"),
            )
            for type_ in SCALARS
        ),
        help=_lt("condition ? this : that"),
    ),
    # Text
    row(
        "$starts_with",
        "",
        test(
            ("text", "text"),
            "starts_with({0}, {1})",
            str.startswith,
            _lt("starting with {1}"),
        ),
        help=_lt("Whether a text begins with another; capitals matter."),
        takes="text, beginning",
    ),
    row(
        "$contains",
        "",
        test(
            ("text", "text"),
            '(strpos({0} COLLATE "C", {1}) > 0)',
            py.contains,
            _lt("containing {1}"),
        ),
        *_contains_item(),
        help=_lt("Whether a text or a list contains something; capitals matter."),
        takes="text or list, part",
    ),
    row(
        "$lower",
        "",
        _LOWER,
        help=_lt(
            "The text in small letters, for tests in which capitals do not matter."
        ),
        takes="text",
    ),
    row(".as_lower", "", _LOWER, help=_lt("The text in small letters.")),
    # Lists
    row("list", "[ ]", *_lists()),
    row(
        "IN",
        "in",
        *_in_list(
            "({0} = ANY({1}))", lambda a, b: a in b, _lt("one of {1}"), _lt("with {0}")
        ),
        _text_in_text(">", lambda a, b: a in b, _lt("containing {0}")),
        help=_lt("one of a list, or part of a text"),
        inverse="NOT IN",
    ),
    row(
        "NOT IN",
        "not in",
        *_in_list(
            # Of an empty list, PostgreSQL would say it of a missing value, too.
            "({0} IS NOT NULL AND {0} <> ALL({1}))",
            lambda a, b: a not in b,
            _lt("none of {1}"),
            _lt("without {0}"),
        ),
        _text_in_text("=", lambda a, b: a not in b, _lt("without {0}")),
        help=_lt("none of a list, or no part of a text"),
        inverse="IN",
    ),
    row(
        "$any",
        "",
        *_every(
            "boolean",
            f"EXISTS (SELECT 1 {_ITEMS} {{1}})",
            lambda verdicts: verdicts is not None and any(verdicts),
            _lt("at least one with {1}"),
        ),
        help=_lt("Whether at least one item of a list meets a condition."),
        takes="[condition for x in list]",
    ),
    row(
        "$all",
        "",
        *_every(
            "boolean",
            f"({{0}} IS NOT NULL AND NOT EXISTS (SELECT 1 {_ITEMS} NOT {{1}}))",
            lambda verdicts: verdicts is not None and all(verdicts),
            _lt("all with {1}"),
        ),
        help=_lt("Whether every item of a list meets a condition."),
        takes="[condition for x in list]",
    ),
    row(
        "$count",
        "",
        *_size(FACT_LISTS, _lt("the number of {0}")),
        *_every(
            "number",
            "(CASE WHEN {0} IS NOT NULL THEN"
            f" (SELECT count(*) {_ITEMS} {{1}})::numeric END)",
            lambda verdicts: None if verdicts is None else Decimal(sum(verdicts)),
            _lt("the number of {0} with {1}"),
        ),
        help=_lt("How many items a list has, or how many meet a condition."),
        takes="[x for x in list if condition]",
    ),
    row(
        ".length",
        "",
        *_size(("text",), _lt("the length of {0}")),
        *_size(FACT_LISTS, _lt("the number of {0}")),
        help=_lt("How many characters the text, or items the list has."),
    ),
    row(
        ".is_empty",
        "",
        *(
            test((t,), "(cardinality({0}) = 0)", py.not_, _lt("empty"))
            for t in FACT_LISTS
        ),
        help=_lt("Whether the list has no item."),
    ),
)
