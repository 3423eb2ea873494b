"""The conditions of a rule, each judged by itself."""

from datetime import datetime

from engine import parse
from engine.guard import MAX_CHARACTERS
from engine.parts import conjuncts, parts, together
from generated import FACTS, MACROS, groups, rules
from hypothesis import assume, given, note

NOW = datetime(2024, 5, 3, 10, 0)


def outline(text):
    return [f"{part.depth} {part.text}" for part in parts(parse(text, FACTS, MACROS))]


def test_conditions_stand_below_what_joins_them():
    text = "orders.count > 2 and (contact.is_company or active) and not known"
    assert outline(text) == [
        "0 Orders: more than 2",
        "0 At least one of these",
        "1 Is a company",
        "1 Active customer",
        "2 Orders: at least 2",
        "0 Not this",
        "1 Known",
        "2 At least one of these",
        "3 City: any value",
        "3 Customer since: before today",
    ]
    assert outline("not contact.is_company") == ["0 not (Is a company)"]
    assert outline("") == []


def test_some_conjuncts_are_a_rule_of_their_own():
    rule = parse("orders.count > 2 and contact.is_company and known", FACTS, MACROS)
    first, second, _third = conjuncts(rule)
    rest = together(rule, [first, second])
    assert rest.facts == {"orders.count", "contact.is_company"}
    assert rest.description == "Orders: more than 2 and Is a company"
    assert together(rule, [second]).facts == {"contact.is_company"}


@given(text=rules(), people=groups())
def test_a_rule_is_all_of_its_conjuncts(text, people):
    assume(len(text) <= MAX_CHARACTERS)
    note(text)
    rule = parse(text, FACTS, MACROS)
    pieces = conjuncts(rule)
    assert frozenset().union(*(piece.facts for piece in pieces)) == rule.facts
    for person in people:
        answer = rule.matches(person, NOW)
        assert all(piece.matches(person, NOW) for piece in pieces) == answer
        assert together(rule, pieces).matches(person, NOW) == answer
        sql = [part.rule.sql(lambda name: f'"{name}"', NOW) for part in parts(rule)]
        assert all(isinstance(condition, str) for condition, _values in sql)
