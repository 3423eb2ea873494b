"""A rule as the condition of a block in a message: `{% if ... %}`.

A message decides by the same words as a rule, so it also means the same: a comparison
with a missing value is false, and its opposite, too.
"""

from decimal import Decimal

from .errors import RuleError
from .rows import to_rows

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _

_JOINS = {"all": " and ", "any": " or "}
#: A row's condition by its operator; {a} is its value, {b} a second one.
_CONDITIONS = {
    "eq": "{fact} == {a}",
    "ne": "{fact} != {a}",
    "gt": "{fact} > {a}",
    "ge": "{fact} >= {a}",
    "lt": "{fact} < {a}",
    "le": "{fact} <= {a}",
    "contains": "{a} in {fact}",
    "not_contains": "({fact} is defined and {a} not in {fact})",
    "starts_with": "{fact}[:{length}] == {a}",
    "eq_any_case": "{fact} | lower == {lower}",
    "contains_any_case": "{lower} in ({fact} | lower)",
    "one_of": "{fact} in [{many}]",
    "none_of": "({fact} is defined and {fact} not in [{many}])",
    "is_true": "{fact}",
    "is_false": "not {fact}",
    "is_known_false": "{fact} == false",
    "is_set": "{fact} is defined",
    "not_set": "{fact} is not defined",
    "is_empty": "({fact} is defined and not {fact})",
    "not_empty": "{fact}",
}
#: An empty text is a missing one.
_TEXT_CONDITIONS = _CONDITIONS | {
    "ne": "({fact} and {fact} != {a})",
    "not_contains": "({fact} and {a} not in {fact})",
    "none_of": "({fact} and {fact} not in [{many}])",
    "is_set": "{fact}",
    "not_set": "not {fact}",
}
#: Letters that end a placeholder or begin one, also inside a text.
_ESCAPES = str.maketrans(
    {
        "\\": r"\\",
        "'": r"\'",
        "\n": r"\n",
        "{": r"\x7b",
        "}": r"\x7d",
        "%": r"\x25",
        "#": r"\x23",
    }
)


def to_condition(text, facts, macros=None) -> str:
    """The condition of a message's block that says what a rule says.

    :param text: a rule
    :raises RuleError: when it is wrong, or cannot be said in a message
    """
    rows = to_rows(text, facts, macros)
    if rows is None or not rows["rows"]:
        raise RuleError(_("This condition cannot stand in a message"))
    return _group(rows, facts, macros or {})


def _group(group, facts, macros):
    parts = []
    for row in group["rows"]:
        part = _row(row, facts, macros)
        is_joined = "join" in row and len(row["rows"]) > 1
        parts.append(f"({part})" if is_joined else part)
    return _JOINS[group["join"]].join(parts)


def _row(row, facts, macros):
    if "join" in row:
        return _group(row, facts, macros)
    if "macro" in row:
        condition = to_condition(macros[row["macro"]].text, facts, macros)
        return f"not ({condition})" if row["negated"] else f"({condition})"
    return _condition(row, facts)


def _condition(row, facts):
    name, operator = row["fact"], row["operator"]
    type_ = facts[name].type
    is_date = type_.startswith("date")
    value = row.get("value")
    if operator == "between" and not is_date:
        low, high = map(_literal, value)
        return f"({name} >= {low} and {name} <= {high})"
    if operator in ("has_any", "has_none"):
        return _each(operator, name, value)
    conditions = _TEXT_CONDITIONS if type_ == "text" else _CONDITIONS
    pattern = conditions.get(operator)
    if pattern is None or (is_date and value is not None):
        raise RuleError(
            _(
                "A message cannot compare dates. Take a number of days instead, or a "
                "branch in the program"
            )
        )
    words = {"fact": name}
    if isinstance(value, list):
        words["many"] = ", ".join(map(_literal, value))
    elif value is not None:
        words["a"] = _literal(value)
        if isinstance(value, str):
            words |= {"lower": _literal(value.lower()), "length": len(value)}
    return pattern.format_map(words)


def _each(operator, name, values):
    if operator == "has_any":
        return "(" + " or ".join(f"{_literal(one)} in {name}" for one in values) + ")"
    missing = " and ".join(f"{_literal(one)} not in {name}" for one in values)
    return f"({name} is defined and {missing})"


def _literal(value):
    if isinstance(value, dict):
        return f"param.{value['param']}"
    if isinstance(value, str):
        return f"'{value.translate(_ESCAPES)}'"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{Decimal(str(value)):f}"
