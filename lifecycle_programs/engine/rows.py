"""The condition builder's rows: a rule as groups of fact, operator and value.

A group is ``{"join": "all" | "any", "rows": [...]}``. A row is a group, or ``{"fact":
"orders.count", "operator": "ge", "value": 2}`` (a list of values where the operator
takes two or many, none where it takes none), or ``{"macro": "is_active_customer",
"negated": False}``. A value is a number, a text, or an ISO date or moment (with "Z" in
UTC, without it on the clock of the company), or ``{"param": "months"}`` for a number of
the program.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from .check import Checker
from .errors import RuleError
from .fact import Fact
from .grammar import Token, read
from .guard import MAX_LEVELS
from .hints import nearest_name
from .literals import LITERALS
from .macros import Macros, is_macro_name
from .row_table import ROWS
from .tree import Call, Given, Item, Literal, Name, Saved
from .values import ELEMENT, EXACT, normalise, round6

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _

_BY_CODE = {row.code: row for row in ROWS}
#: How the parts of "and" and of "or" are joined, as they are and when negated.
_JOINS = {"AND": ("all", "any"), "OR": ("any", "all")}
#: What lies outside of two limits.
_OUTSIDE = {
    "number": ("lt", "gt"),
    "date": ("before", "after"),
    "datetime": ("before", "after"),
}
_WORDS = {"all": " and ", "any": " or "}
_PARAM = "param."
_DAY = Decimal(86400)


def to_rows(text, facts, macros=None):
    """The group of rows that says the same as a rule, or None when there is none.

    :param text: the rule; None is given for one with errors, too
    """
    try:
        if not (text or "").strip():
            return {"join": "all", "rows": []}
        tree = Checker(text, facts, Macros(macros or {})).check(read(text))
    except RuleError:
        return None
    row = _row(tree, facts)
    return row if row is None or "join" in row else {"join": "all", "rows": [row]}


def from_rows(rows, facts, macros=None):
    """The text of the rule that a group of rows says; an empty group says nothing.

    Every value is written as a literal and every name is looked up, so that whatever
    stands in the rows, the text holds nothing but their conditions.

    :param macros: when given, saved rules are looked up, too
    :raises RuleError: for a row that is no condition, with what is wrong in it
    """
    return _Writer(facts, macros).group(rows, 0)


# From a rule to rows ------------------------------------------------------------------


def _row(node, facts, negated=False):
    """The row or group of a condition (of its opposite); None when there is none."""
    if isinstance(node, Saved):
        return {"macro": node.name, "negated": negated}
    key = node.operator.key if isinstance(node, Call) else None
    if key == "NOT":
        return _row(node.args[0], facts, not negated)
    if key in _JOINS:
        rows = [_row(part, facts, negated) for part in node.args]
        return _joined(_JOINS[key][negated], rows)
    for operator, pattern in _patterns().get(key, ()):
        found = {}
        if _fits(pattern, node, found):
            row = _named(operator, found)
            return _opposite(operator, row, facts) if negated else row
    return None


def _joined(join, rows):
    """A group of rows, groups of the same kind merged; None if one of them is."""
    if None in rows:
        return None
    merged = []
    for row in rows:
        merged += row["rows"] if row.get("join") == join else [row]
    return {"join": join, "rows": merged}


def _opposite(operator, row, facts):
    """The row, or the rows, that say "not" of a row.

    Of a missing value a comparison is false, and its opposite as well: that there is no
    value is then a row of its own.
    """
    fact = row["fact"]
    if operator.code == "between":
        low, high = row["value"]
        less, more = _OUTSIDE[facts[fact].type]
        rows = [
            {"fact": fact, "operator": less, "value": low},
            {"fact": fact, "operator": more, "value": high},
        ]
    elif operator.inverse:
        rows = [{**row, "operator": operator.inverse}]
    else:
        return None
    if not (operator.sure or facts[fact].always):
        if facts[fact].type in ELEMENT:
            return None
        rows = [{"fact": fact, "operator": "not_set"}, *rows]
    return rows[0] if len(rows) == 1 else {"join": "any", "rows": rows}


def _named(operator, found):
    row = {"fact": found["fact"], "operator": operator.code}
    if operator.arity == 1:
        row["value"] = found["a"]
    elif operator.arity == 2:
        row["value"] = [found["a"], found["b"]]
    elif operator.arity == "many":
        row["value"] = found["many"]
    return row


@lru_cache(maxsize=1)
def _patterns():
    """The typed trees of all operators, for each type of fact, by their key."""
    patterns = {}
    for row in ROWS:
        for type_ in row.types:
            for text in (row.text, *row.also):
                holes = _holes(row, type_)
                pattern = Checker(text, holes).check(read(_fill(text, type_, _HOLES)))
                patterns.setdefault(pattern.operator.key, []).append((row, pattern))
    return patterns


#: What stands in a pattern for the fact and the values.
_HOLES = {
    "fact": "hole.fact",
    "a": "hole.a",
    "b": "hole.b",
    "many": "hole.many",
    "days": 'hole.days * t"P1D"',
}


def _holes(row, type_):
    value = row.value if row.value in ("date",) else ELEMENT.get(type_, type_)
    types = {"fact": type_, "a": value, "b": value, "many": value, "days": "number"}
    return {
        f"hole.{name}": Fact(f"hole.{name}", kind, name) for name, kind in types.items()
    }


def _fill(text, type_, values):
    """The text of an operator for a type of fact, with these values."""
    fact = values["fact"]
    values = {
        **values,
        "now": "$today" if type_ == "date" else "$now",
        "day": f"{fact}.date" if type_ == "datetime" else fact,
    }
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], text)


def _fits(pattern, node, found):
    """Whether a node is what a pattern says; its values are put into ``found``."""
    if isinstance(pattern, Name):
        return _fills(pattern, node, found)
    if _is_days(pattern) and isinstance(node, Literal):
        days = (
            round6(EXACT.divide(node.value, _DAY)) if node.value is not None else None
        )
        if days is None or EXACT.multiply(days, _DAY) != node.value:
            return False
        return _put(found, "a", _number(days))
    if type(pattern) is not type(node):
        return False
    if isinstance(pattern, Literal):
        return (pattern.type, pattern.value) == (node.type, node.value)
    if isinstance(pattern, (Given, Item)):
        return isinstance(pattern, Item) or pattern.name == node.name
    if pattern.case is not node.case:
        return False
    if pattern.operator.key == "list":
        values = [_value(item) for item in node.args]
        return None not in values and _put(found, "many", values)
    if len(pattern.args) != len(node.args):
        return False
    pairs = zip(pattern.args, node.args, strict=True)
    return all(_fits(part, other, found) for part, other in pairs)


def _is_days(pattern):
    return (
        isinstance(pattern, Call)
        and pattern.operator.key == "MUL"
        and getattr(pattern.args[0], "name", None) == "hole.days"
    )


def _fills(hole, node, found):
    name = hole.name.removeprefix("hole.")
    if name == "fact":
        is_fact = isinstance(node, Name) and node.type == hole.type
        return is_fact and _put(found, "fact", node.name)
    value = _value(node) if node.type == hole.type else None
    return value is not None and _put(found, "a" if name == "days" else name, value)


def _put(found, name, value):
    return found.setdefault(name, value) == value


def _value(node):
    """The value that a node stands for in a row, or None when it is none."""
    if isinstance(node, Name):
        if node.name.startswith(_PARAM):
            return {"param": node.name.removeprefix(_PARAM)}
        return None
    if isinstance(node, Call):
        key, first = node.operator.key, node.args[0]
        if key == "minus" and isinstance(first, Literal) and first.type == "number":
            return _number(-first.value)
        # A day, or a time of the clock on the wall, where a moment is wanted.
        if key == "to datetime" and isinstance(first, Literal):
            return first.value.isoformat()
        return None
    if not isinstance(node, Literal) or node.value is None:
        return None
    return _PLAIN.get(node.type, lambda value: None)(node.value)


def _number(value):
    whole = value.to_integral_value()
    return int(whole) if whole == value else float(value)


_PLAIN = {
    "number": _number,
    "text": str,
    "date": date.isoformat,
    "datetime": lambda value: f"{value.isoformat()}Z",
}


# From rows to a rule ------------------------------------------------------------------


class _Writer:
    def __init__(self, facts, macros):
        self.facts = facts
        self.macros = macros

    def group(self, group, level):
        if level > MAX_LEVELS:
            raise RuleError(_("Groups lie in each other at most %s deep", MAX_LEVELS))
        if not isinstance(group, dict) or group.get("join") not in ("all", "any"):
            raise RuleError(_("A group joins its conditions by all or by any"))
        rows = group.get("rows")
        if not isinstance(rows, (list, tuple)):
            raise RuleError(_("A group has a list of conditions"))
        written = [self.row(row, level) for row in rows]
        return _WORDS[group["join"]].join(text for text in written if text)

    def row(self, row, level):
        if not isinstance(row, dict):
            raise RuleError(_("This is no condition"))
        if "join" in row:
            text = self.group(row, level + 1)
            return f"({text})" if text else ""
        if "macro" in row:
            return self.macro(row)
        type_ = self.type_of(row.get("fact"))
        code = row.get("operator")
        operator = _BY_CODE.get(code) if isinstance(code, str) else None
        if operator is None or type_ not in operator.types:
            label = self.facts[row["fact"]].label or row["fact"]
            raise RuleError(_("Choose how “%s” is compared", label))
        values = self.values(operator, row, type_)
        return _fill(operator.text, type_, {"fact": row["fact"], **values})

    def macro(self, row):
        name = row["macro"]
        if not is_macro_name(name):
            raise RuleError(_("Choose a saved rule"))
        if self.macros is not None and name not in self.macros:
            nearest = nearest_name(name, self.macros)
            raise RuleError(_("There is no such saved rule"), None, name, nearest)
        return f"not {name}" if row.get("negated") else name

    def type_of(self, name):
        if not isinstance(name, str) or not name:
            raise RuleError(_("Choose what the condition is about"))
        if name not in self.facts:
            nearest = nearest_name(name, self.facts)
            raise RuleError(_("There is no such fact"), None, name, nearest)
        return self.facts[name].type

    def values(self, operator, row, type_):
        """The texts of a row's values by their names in the operator's text."""
        kind = operator.value or ELEMENT.get(type_, type_)
        value = row.get("value")
        if operator.arity == 0:
            return {}
        if operator.arity == 1:
            return {"days" if kind == "days" else "a": self.value(value, kind)}
        if not isinstance(value, (list, tuple)) or not value:
            raise RuleError(_("Give at least one value"))
        texts = [self.value(item, kind) for item in value]
        if operator.arity == "many":
            return {"many": ", ".join(texts)}
        if len(texts) != 2:
            raise RuleError(_("Give a low and a high value"))
        return dict(zip("ab", texts, strict=True))

    def value(self, value, kind):
        if isinstance(value, dict):
            return self.param(value.get("param"), kind)
        if value is None or isinstance(value, (bool, list, tuple)):
            raise RuleError(_("Give a value"))
        return _WRITE[kind](value)

    def param(self, code, kind):
        name = f"{_PARAM}{code}"
        wanted = "number" if kind == "days" else kind
        if name not in self.facts or self.facts[name].type != wanted:
            raise RuleError(_("There is no such number"), None, name)
        return f'{name} * t"P1D"' if kind == "days" else name


def _write_number(value):
    try:
        number = normalise("number", Decimal(str(value).strip()))
    except InvalidOperation:
        number = None
    if number is None:
        raise RuleError(_("Give a number"), None, str(value))
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _write_days(value):
    number = _write_number(value)
    return f't"P{number}D"' if number.isdigit() else f'{number} * t"P1D"'


def write_text(value):
    """A text as a literal of the rule language."""
    if not isinstance(value, str):
        raise RuleError(_("Give a text"), None, str(value))
    text = value.replace("\x00", "").replace("\\", "\\\\").replace('"', '\\"')
    for letter, code in (("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(letter, code)
    return f'"{text}"'


def _write_moment(value, wanted):
    text = str(value).strip()
    literal = LITERALS["DATETIME"](Token("DATETIME", text, None, None))
    if wanted == "date" and literal.type != "date":
        raise RuleError(_("Give a date without a time"), None, text)
    return f'd"{text}"'


_WRITE = {
    "number": _write_number,
    "days": _write_days,
    "text": write_text,
    "date": lambda value: _write_moment(value, "date"),
    "datetime": lambda value: _write_moment(value, "datetime"),
}
