"""Where no value is missing, rule-engine's own evaluator says the same."""

import operator
import random
from datetime import datetime, timezone
from decimal import Decimal

import rule_engine
from engine import Fact, parse
from hypothesis import given, note
from hypothesis import strategies as st
from rule_engine.builtins import Builtins

DataType = rule_engine.DataType
NOW = datetime(2024, 3, 31, 12, 0)
TYPES = {
    "number": DataType.FLOAT,
    "text": DataType.STRING,
    "boolean": DataType.BOOLEAN,
    "datetime": DataType.DATETIME,
    "text_list": DataType.ARRAY(DataType.STRING),
    "number_list": DataType.ARRAY(DataType.FLOAT),
}
FACTS = {
    fact.name: fact
    for fact in (
        Fact("count", "number", "Count"),
        Fact("total", "number", "Total"),
        Fact("city", "text", "City"),
        Fact("country", "text", "Country"),
        Fact("company", "boolean", "Company"),
        Fact("click", "datetime", "Click"),
        Fact("open", "datetime", "Open"),
        Fact("tags", "text_list", "Tags"),
        Fact("scores", "number_list", "Scores"),
    )
}


def function(name, call, result, *arguments):
    return DataType.FUNCTION(name, return_type=result, argument_types=arguments), call


FUNCTIONS = {
    "starts_with": function(
        "starts_with",
        str.startswith,
        DataType.BOOLEAN,
        DataType.STRING,
        DataType.STRING,
    ),
    "contains": function(
        "contains",
        operator.contains,
        DataType.BOOLEAN,
        DataType.STRING,
        DataType.STRING,
    ),
    "lower": function("lower", str.lower, DataType.STRING, DataType.STRING),
    "between": function(
        "between",
        lambda x, low, high: low <= x <= high,
        DataType.BOOLEAN,
        *[DataType.FLOAT] * 3,
    ),
    "count": function("count", len, DataType.FLOAT, DataType.ARRAY),
    "any": function("any", any, DataType.BOOLEAN, DataType.ARRAY),
    "all": function("all", all, DataType.BOOLEAN, DataType.ARRAY),
    "abs": function("abs", abs, DataType.FLOAT, DataType.FLOAT),
}


def witness(text):
    """The library's own rule, with our functions and a fixed clock."""
    context = rule_engine.Context(
        default_timezone="utc",
        resolver=rule_engine.resolve_item,
        type_resolver=rule_engine.type_resolver_from_dict(
            {name: TYPES[fact.type] for name, fact in FACTS.items()}
        ),
    )
    values = {name: call for name, (_, call) in FUNCTIONS.items()}
    types = {name: type_ for name, (type_, _) in FUNCTIONS.items()}
    context.builtins = Builtins(
        {**values, "now": NOW.replace(tzinfo=timezone.utc)},
        timezone=timezone.utc,
        value_types={**types, "now": DataType.DATETIME},
    )
    return rule_engine.Rule(text, context=context)


class Writer:
    """Writes random rules of the part where both mean the same."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *options):
        return self.random.choice(options)

    def number(self, depth):
        if depth <= 0 or self.random.random() < 0.3:
            return self.pick("count", "total", "0", "1", "2.5", "0.1", "7")
        return self.pick(
            lambda: (
                f"({self.number(depth - 1)} {self.pick('+', '-')} {self.number(0)})"
            ),
            # Two decimals each: three factors keep within six.
            lambda: f"({self.number(0)} * {self.number(0)})",
            lambda: (
                f"({self.number(0)} {self.pick('%', '//')}"
                f" {self.pick('2', '7', '0.5')})"
            ),
            lambda: f"({self.number(0)} / {self.pick('2', '4', '5')})",
            lambda: f"(-{self.number(depth - 1)})",
            lambda: f"$abs({self.number(depth - 1)})",
            lambda: f"$count({self.pick('tags', 'scores')})",
            lambda: f"{self.pick('city', 'country', 'tags')}.length",
            lambda: f"click.{self.pick('year', 'month', 'day', 'hour', 'minute')}",
            lambda: "(click - open).days",
            lambda: (
                f"({self.boolean(depth - 1)} ? {self.number(0)} : {self.number(0)})"
            ),
        )()

    def text(self, depth):
        leaf = self.pick("city", "country", '"a"', '"Ab"', '"ab"', '"Oulu"', '"\\\\"')
        return f"$lower({leaf})" if depth > 0 and self.pick(True, False) else leaf

    def moment(self, depth):
        leaf = self.pick("click", "open", "$now", 'd"2024-03-30T12:00:00"')
        if depth <= 0 or self.pick(True, False):
            return leaf
        span = self.pick('t"P1D"', 't"PT36H"', "(click - open)")
        return f"({leaf} {self.pick('+', '-')} {span})"

    def boolean(self, depth):
        if depth <= 0:
            return self.pick("company", "true", "count > 2", 'city == "Oulu"')
        sign = self.pick("==", "!=", "<", "<=", ">", ">=")
        word = self.pick("in", "not in")
        kind = self.pick(self.number, self.moment, self.text)
        if kind == self.text:
            sign = self.pick("==", "!=")
        x = self.pick("x > 2", "x != 3", "x < total")
        return self.pick(
            lambda: f"({kind(depth - 1)} {sign} {kind(depth - 1)})",
            lambda: f"({self.number(1)} {word} [{self.number(0)}, {self.number(0)}])",
            lambda: f"({self.text(1)} {word} {self.pick('tags', 'city')})",
            lambda: f"({self.number(1)} {word} scores)",
            lambda: f"${self.pick('starts_with', 'contains')}(city, {self.text(1)})",
            lambda: f"$between({self.number(1)}, {self.number(0)}, {self.number(0)})",
            lambda: f"${self.pick('any', 'all')}([{x} for x in scores])",
            lambda: (
                f"($count([x for x in scores if {x}]) {sign} {self.number(0)})"
                if sign not in ("in",)
                else "true"
            ),
            lambda: f"(not {self.boolean(depth - 1)})",
            lambda: f"({self.boolean(depth - 1)} and {self.boolean(depth - 1)})",
            lambda: f"({self.boolean(depth - 1)} or {self.boolean(depth - 1)})",
            # Without brackets: the order of operations is the library's own.
            lambda: (
                f"not {self.boolean(0)} or {self.boolean(0)} and {self.number(0)}"
                f" + {self.number(0)} * 2 {sign} {self.number(0)} - 1"
            ),
        )()

    def person(self):
        number, text = (0, 1, 2, 7, Decimal("2.5"), Decimal("0.3")), ("a", "Ab", "Oulu")
        moments = (NOW, datetime(2024, 3, 30, 12), datetime(2023, 2, 28, 0, 1))
        return {
            "count": Decimal(self.pick(*number)),
            "total": Decimal(self.pick(*number)),
            "city": self.pick(*text),
            "country": self.pick(*text),
            "company": self.pick(True, False),
            "click": self.pick(*moments),
            "open": self.pick(*moments),
            "tags": self.random.sample(text, self.pick(0, 1, 2)),
            "scores": [Decimal(self.pick(*number)) for _ in range(self.pick(0, 1, 3))],
        }


@given(seed=st.integers(0, 2**32))
def test_rule_engine_itself_says_the_same(seed):
    writer = Writer(seed)
    text = writer.boolean(3)
    note(text)
    rule, other = parse(text, FACTS), witness(text)
    for _ in range(10):
        person = writer.person()
        aware = {
            name: value.replace(tzinfo=timezone.utc)
            if isinstance(value, datetime)
            else value
            for name, value in person.items()
        }
        assert rule.matches(person, NOW) == other.matches(aware), person
