"""The operators of the condition builder, each with the rule that it stands for."""

from dataclasses import dataclass

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _, _lt

_DATES = ("date", "datetime")
_PLAIN = ("number", "text", "date")
_SCALARS = ("number", "text", "boolean", "date", "datetime")
_LISTS = ("text_list", "number_list")


@dataclass(frozen=True)
class RowOperator:
    """How a row of fact, operator and value is written as text, and recognised.

    :param code: names the operator in rows
    :param label: for people, between the fact and the value
    :param types: types of facts that it goes with
    :param arity: 0 without a value, 1 with one, 2 with a low and a high one, "many"
    :param text: the rule, with ``{fact}``, ``{a}``, ``{b}``, ``{many}`` for the values,
        ``{days}`` for a duration of so many days, ``{now}`` for the moment or today,
        ``{day}`` for the day of the fact
    :param also: other texts that are read as the same
    :param value: type of the values, where it is not that of the fact or of its items
    :param inverse: code of the operator that says the opposite of a value that is there
    :param sure: whether the inverse is the opposite of a missing value, too
    """

    code: str
    label: str
    types: tuple
    arity: int | str
    text: str
    also: tuple = ()
    value: str = ""
    inverse: str = ""
    sure: bool = False


_DAYS = {"arity": 1, "value": "days"}

#: In the order in which a builder offers them.
ROWS = (
    RowOperator("eq", _lt("is"), ("number", "text"), 1, "{fact} == {a}", inverse="ne"),
    RowOperator(
        "ne", _lt("is not"), ("number", "text"), 1, "{fact} != {a}", inverse="eq"
    ),
    RowOperator(
        "gt", _lt("is more than"), ("number",), 1, "{fact} > {a}", inverse="le"
    ),
    RowOperator(
        "ge", _lt("is at least"), ("number",), 1, "{fact} >= {a}", inverse="lt"
    ),
    RowOperator(
        "lt", _lt("is less than"), ("number",), 1, "{fact} < {a}", inverse="ge"
    ),
    RowOperator("le", _lt("is at most"), ("number",), 1, "{fact} <= {a}", inverse="gt"),
    RowOperator("on", _lt("is on"), _DATES, 1, "{day} == {a}", value="date"),
    RowOperator(
        "after", _lt("is after"), _DATES, 1, "{fact} > {a}", inverse="on_or_before"
    ),
    RowOperator(
        "on_or_after",
        _lt("is on or after"),
        _DATES,
        1,
        "{fact} >= {a}",
        inverse="before",
    ),
    RowOperator(
        "before", _lt("is before"), _DATES, 1, "{fact} < {a}", inverse="on_or_after"
    ),
    RowOperator(
        "on_or_before",
        _lt("is on or before"),
        _DATES,
        1,
        "{fact} <= {a}",
        inverse="after",
    ),
    RowOperator(
        "between",
        _lt("is between"),
        ("number", *_DATES),
        2,
        "$between({fact}, {a}, {b})",
    ),
    RowOperator(
        "less_days_ago",
        _lt("is less than so many days ago"),
        _DATES,
        text="{fact} > {now} - {days}",
        **_DAYS,
    ),
    RowOperator(
        "more_days_ago",
        _lt("is more than so many days ago"),
        _DATES,
        text="{fact} < {now} - {days}",
        **_DAYS,
    ),
    RowOperator(
        "in_last_days",
        _lt("is in the last days"),
        _DATES,
        text="$between({fact}, {now} - {days}, {now})",
        **_DAYS,
    ),
    RowOperator(
        "in_next_days",
        _lt("is in the next days"),
        _DATES,
        text="$between({fact}, {now}, {now} + {days})",
        **_DAYS,
    ),
    RowOperator(
        "contains",
        _lt("contains"),
        ("text", *_LISTS),
        1,
        "$contains({fact}, {a})",
        ("{a} in {fact}",),
        inverse="not_contains",
    ),
    RowOperator(
        "not_contains",
        _lt("does not contain"),
        ("text", *_LISTS),
        1,
        "{a} not in {fact}",
        inverse="contains",
    ),
    RowOperator(
        "starts_with", _lt("begins with"), ("text",), 1, "$starts_with({fact}, {a})"
    ),
    RowOperator(
        "eq_any_case",
        _lt("is, in small or capital letters"),
        ("text",),
        1,
        "$lower({fact}) == $lower({a})",
    ),
    RowOperator(
        "contains_any_case",
        _lt("contains, in small or capital letters"),
        ("text",),
        1,
        "$contains($lower({fact}), $lower({a}))",
    ),
    RowOperator(
        "one_of",
        _lt("is one of"),
        _PLAIN,
        "many",
        "{fact} in [{many}]",
        inverse="none_of",
    ),
    RowOperator(
        "none_of",
        _lt("is none of"),
        _PLAIN,
        "many",
        "{fact} not in [{many}]",
        inverse="one_of",
    ),
    RowOperator(
        "has_any",
        _lt("contains any of"),
        _LISTS,
        "many",
        "$any([item in [{many}] for item in {fact}])",
        inverse="has_none",
    ),
    RowOperator(
        "has_none",
        _lt("contains none of"),
        _LISTS,
        "many",
        "$all([item not in [{many}] for item in {fact}])",
        inverse="has_any",
    ),
    RowOperator(
        "is_true",
        _lt("is yes"),
        ("boolean",),
        0,
        "{fact}",
        ("{fact} == true",),
        inverse="is_false",
        sure=True,
    ),
    RowOperator(
        "is_false",
        _lt("is no"),
        ("boolean",),
        0,
        "not {fact}",
        inverse="is_true",
        sure=True,
    ),
    RowOperator(
        "is_known_false",
        _lt("is no, and known"),
        ("boolean",),
        0,
        "{fact} == false",
        inverse="is_true",
    ),
    RowOperator(
        "is_set",
        _lt("has a value"),
        _SCALARS,
        0,
        "{fact} != null",
        inverse="not_set",
        sure=True,
    ),
    RowOperator(
        "not_set",
        _lt("has no value"),
        _SCALARS,
        0,
        "{fact} == null",
        inverse="is_set",
        sure=True,
    ),
    RowOperator(
        "is_empty", _lt("is empty"), _LISTS, 0, "{fact}.is_empty", inverse="not_empty"
    ),
    RowOperator(
        "not_empty",
        _lt("is not empty"),
        _LISTS,
        0,
        "$count({fact}) > 0",
        inverse="is_empty",
    ),
)


def row_operators():
    """The same as plain data, for a builder."""
    return [
        {
            "code": row.code,
            "label": _(row.label),
            "types": list(row.types),
            "arity": row.arity,
            "value": row.value,
        }
        for row in ROWS
    ]
