"""The smallest change that turns the answer of a rule."""

import random
from datetime import date, datetime
from itertools import combinations

import pytest
from engine import Fact, Macro, parse
from generated import FACTS
from hypothesis import given, note, settings
from hypothesis import strategies as st

NOW = datetime(2024, 5, 3, 10, 0)
#: Facts that are clauses by themselves: turning the fact turns the clause.
ATOMS = {f"is.{name}": Fact(f"is.{name}", "boolean", name) for name in "abcdef"}


def changes(text, macros=None, **values):
    named = {name.replace("_", ".", 1): value for name, value in values.items()}
    return parse(text, FACTS, macros).smallest_change(named, NOW)


def texts(text, macros=None, **values):
    return [change.text for change in changes(text, macros, **values)]


class Tree:
    """Writes random rules of and, or, not over the atoms."""

    def __init__(self, seed, once):
        self.random = random.Random(seed)
        names = list(ATOMS)
        self.random.shuffle(names)
        self.names = iter(names) if once else None

    def write(self, depth):
        if depth <= 0 or self.random.random() < 0.2:
            if self.names is None:
                return self.random.choice([*ATOMS, "saved"])
            return next(self.names, "true")
        joint = self.random.choice([" and ", " or ", " and ", " or ", "not "])
        if joint == "not ":
            return f"not ({self.write(depth - 1)})"
        size = self.random.randint(2, 3)
        return f"({joint.join(self.write(depth - 1) for _ in range(size))})"


SAVED = {"saved": Macro("saved", "Saved", "is.a and (is.b or not is.c)")}


def turned(rule, values, names):
    """Whether turning these facts turns the answer."""
    other = {**values, **{name: not values[name] for name in names}}
    return rule.matches(other, NOW) != rule.matches(values, NOW)


@pytest.mark.parametrize("once", [True, False])
@given(seed=st.integers(0, 2**32))
@settings(max_examples=300)
def test_it_turns_the_answer_and_nothing_smaller_does(once, seed):
    tree = Tree(seed, once)
    text = tree.write(3)
    note(text)
    rule = parse(text, ATOMS, SAVED)
    values = {name: tree.random.random() < 0.5 for name in ATOMS}
    found = [f"is.{one.label.lower()}" for one in rule.smallest_change(values, NOW)]
    smaller = [
        names
        for size in range(1, len(ATOMS) + 1)
        for names in combinations(ATOMS, size)
        if (size < len(found) or not found) and turned(rule, values, names)
    ]
    assert not smaller
    assert not found or turned(rule, values, found)
    assert len(set(found)) == len(found)


def test_in_words():
    assert texts("orders.count >= 2", orders_count=1) == ["Orders: at least 2 (now 1)"]
    assert texts("orders.count >= 2", orders_count=3) == ["Orders: less than 2 (now 3)"]
    assert texts("orders.count >= 2") == ["Orders: at least 2 (now not known)"]
    assert texts("contact.city == null", contact_city="Oulu") == [
        "City: no value (now Oulu)"
    ]
    assert texts("contact.is_company") == ["Is a company: yes (now not known)"]
    assert texts("not contact.is_company", contact_is_company=True) == [
        "Is a company: no (now yes)"
    ]
    assert texts("$between(orders.count, 1, 3)", orders_count=2) == [
        "Orders: not from 1 to 3 (now 2)"
    ]
    assert texts("100 < orders.total", orders_total=7) == [
        "Total: more than 100 EUR (now 7 EUR)"
    ]
    assert texts(
        "contact.since < $today - t'P30D'", contact_since=date(2024, 4, 20)
    ) == ["Customer since: before 2024-04-03 (now 2024-04-20)"]
    assert texts("orders.total > param.limit", orders_total=7, param_limit=9) == [
        "Total: more than 9 EUR (now 7 EUR)"
    ]


def test_the_fewest_clauses_in_the_order_of_the_rule():
    rule = (
        "orders.count >= 2 and (orders.count >= 3 and orders.total > 5"
        " or contact.country == 'FI')"
    )
    assert texts(rule, orders_count=1, orders_total=1) == [
        "Orders: at least 2 (now 1)",
        "Country: FI (now not known)",
    ]


def test_a_clause_that_stands_twice_turns_once():
    rule = (
        "(orders.total > 5 or orders.count > 1) and (orders.total > 6 or orders.count"
        " > 1)"
    )
    assert texts(rule, orders_count=1, orders_total=1) == [
        "Orders: more than 1 (now 1)"
    ]


def test_through_saved_rules():
    macros = {"good": Macro("good", "Good", "orders.count > 1 or orders.total > 5")}
    assert texts("not good", macros, orders_count=2) == ["Orders: at most 1 (now 2)"]
    (change,) = changes("good and contact.city == 'a'", macros, orders_count=2)
    assert change.clause.label == "City" and change.clause.ok is False


def test_what_nothing_can_turn_has_no_change():
    assert texts("") == []
    assert texts("true") == texts("orders.count > 1 or 1 < 2") == []
    assert texts("orders.count > 1 and not (orders.count > 1)") == []


def test_a_long_rule_is_quick():
    parts = [f"orders.count == {number}" for number in range(90)]
    rule = " and ".join([*parts, parts[0]])
    assert len(changes(rule, orders_count=200)) == 90


def test_nothing_is_asked_of_what_does_not_change():
    rule = parse("contact.city == 'a' or orders.count > 3 and orders.total > 5", FACTS)
    asked = [change.label for change in rule.smallest_change({}, NOW)]
    assert asked == ["City"]
    steady = {"contact.city"}
    asked = [change.label for change in rule.smallest_change({}, NOW, steady=steady)]
    assert asked == ["Orders", "Total"]
    steady |= {"orders.total"}
    assert rule.smallest_change({}, NOW, steady=steady) == []


def test_labels_stand_in_sentences_and_numbers_of_the_program_as_values():
    facts = FACTS | {"param.factor": Fact("param.factor", "number", "Times as long as")}
    rule = parse("orders.count > param.factor * orders.total", facts)
    (change,) = rule.smallest_change(
        {"orders.count": 1, "orders.total": 2, "param.factor": 1.5}, NOW
    )
    assert change.text == "Orders: more than 1.5 times total (3) (now 1)"
