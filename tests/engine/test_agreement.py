"""SQL, Python and the explanation give the same answer, for any rule and contact."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from engine import normalise, normalise_sql, parse
from engine.closures import Env, compile_python
from engine.guard import MAX_CHARACTERS, MAX_OPERATORS
from engine.operators import OPERATORS
from engine.sql import compile_sql
from engine.tree import Call, Given, Item, Literal, Name
from engine.values import ELEMENT
from generated import FACTS, MACROS, ZONES, People, groups, rules
from hypothesis import assume, given, note, settings
from hypothesis import strategies as st

PG_TYPES = {
    "number": "numeric",
    "text": "text",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp",
    "text_list": "text[]",
    "number_list": "numeric[]",
}
NOW = datetime(2024, 10, 27, 0, 30, 15, 250000)
#: Facts that are constants of the program, not columns of the snapshot.
PARAMS = ("param.limit", "param.words")


def snapshot(people):
    """A SELECT with a normalised column for each fact, and its parameters."""
    row = ", ".join(f"%s::{PG_TYPES[fact.type]}" for fact in FACTS.values())
    values = ", ".join(f"({index}, {row})" for index in range(len(people)))
    parameters = [person[name] for person in people for name in FACTS]
    raw = {name: f'raw."{name}"' for name in FACTS}
    columns = ", ".join(
        f'{normalise_sql(fact.type, raw[name])} AS "{name}"'
        for name, fact in FACTS.items()
    )
    raw = ", ".join(f'"{name}"' for name in FACTS)
    select = f"SELECT id, {columns} FROM (VALUES {values}) AS raw (id, {raw})"
    return select, parameters


def ask_sql(postgres, rule, people, zone):
    """The answers of PostgreSQL for all people."""

    def column(name):
        if name in PARAMS:
            return f"%s::{PG_TYPES[FACTS[name].type]}", [people[0][name]]
        return f'snapshot."{name}"'

    condition, condition_parameters = rule.sql(column, NOW, zone)
    select, parameters = snapshot(people)
    postgres.execute(
        f"SELECT {condition} FROM ({select} OFFSET 0) AS snapshot ORDER BY id",
        [*condition_parameters, *parameters],
    )
    return [row[0] for row in postgres.fetchall()]


@given(
    text=rules(),
    people=groups(),
    zone=st.sampled_from(ZONES),
)
def test_sql_python_and_explanation_agree(postgres, text, people, zone):
    assume(len(text) <= MAX_CHARACTERS)
    note(text)
    rule = parse(text, FACTS, MACROS)
    params = {name: people[0][name] for name in PARAMS}
    people = [{**person, **params} for person in people]
    python = [rule.matches(person, NOW, zone) for person in people]
    explained = [rule.explain(person, NOW, zone).result for person in people]
    assert all(type(answer) is bool for answer in python)
    assert explained == python
    assert ask_sql(postgres, rule, people, zone) == python
    assert rule.description
    for change in rule.smallest_change(people[0], NOW, zone):
        assert change.text and change.clause.text


@given(people=groups())
@settings(max_examples=50)
def test_values_have_the_same_normal_form_in_sql_and_python(postgres, people):
    select, parameters = snapshot(people)
    postgres.execute(select, parameters)
    for row in postgres.fetchall():
        person = people[row[0]]
        for value, (name, fact) in zip(row[1:], FACTS.items(), strict=True):
            value = tuple(value) if isinstance(value, list) else value
            assert value == normalise(fact.type, person[name]), name


@pytest.mark.parametrize("joint", [" and ", " or "])
def test_the_longest_chain_passes_everywhere(postgres, joint):
    text = joint.join(["orders.count > 1"] * (MAX_OPERATORS // 2))
    rule = parse(text, FACTS)
    person = {name: None for name in FACTS} | {"orders.count": 2}
    assert rule.matches(person, NOW)
    assert ask_sql(postgres, rule, [person], "UTC") == [True]


def test_nested_tests_do_not_double_the_sql():
    # $between and moving a date mention an argument more than once.
    text = "orders.count"
    for _ in range(9):
        text = f"($between({text} + 1, 1, 9) ? {text} : 2)" if len(text) < 900 else text
    rule = parse(f"{text} > 1", FACTS)
    condition, _ = rule.sql(lambda name: f'"{name}"', NOW)
    assert len(condition) < 300 * len(text)


EVERY_CASE = [
    pytest.param(operator, case, id=f"{operator.key} of {' and '.join(case.takes)}")
    for operator in OPERATORS.values()
    for case in operator.cases
]
ZONE = Given("zone", "zone")


def samples(type_, number):
    """A node of a type for an argument: facts, and what only a rule makes."""
    names = [fact.name for fact in FACTS.values() if fact.type == type_]
    if names:
        return Name(type_, names[number % len(names)])
    if type_ == "condition":
        return applied("truth", Name("boolean", "contact.is_company"))
    if type_ == "zone":
        return applied("to zone", Name("text", "contact.timezone"), ZONE)
    if type_ == "local":
        return applied("to local", samples("datetime", number), ZONE)
    if type_ == "duration":
        return applied("SUB", samples("datetime", number), samples("datetime", 1))
    if type_ in ELEMENT:
        return applied("list", *[samples(ELEMENT[type_], n) for n in range(2)])
    return Literal("null", None)


def applied(key, *args):
    types = [arg.type for arg in args]
    for case in OPERATORS[key].cases:
        takes = case.takes * len(args) if case.chain else case.takes
        if [*takes] == types:
            return Call(OPERATORS[key], case, args)
    raise AssertionError(f"no case of {key} takes {types}")


@pytest.mark.parametrize(("operator", "case"), EVERY_CASE)
def test_every_case_of_the_table_gives_the_same_value(postgres, operator, case):
    takes = case.takes * 2 if case.chain else case.takes
    args = [samples(type_, number) for number, type_ in enumerate(takes)]
    if operator.key == "to zone":
        args[0] = Name("text", "contact.timezone")
    if "each" in takes:
        item = Item(ELEMENT[takes[0]], "x")
        args[1] = applied("EQ", item, samples(item.type, 0))
    node = Call(operator, case, tuple(args))
    people = People(7).group(60)
    sql, parameters = compile_sql(node, 'snapshot."{}"'.format, NOW, ZONES[1])
    select, values = snapshot(people)
    postgres.execute(
        f"SELECT {sql} FROM ({select} OFFSET 0) AS snapshot ORDER BY id",
        [*parameters, *values],
    )
    python = compile_python(node)
    for (found,), person in zip(postgres.fetchall(), people, strict=True):
        wanted = python(Env(person, NOW, ZONES[1]))
        if isinstance(found, list):
            found = tuple(found)
        assert found == (wanted.key if isinstance(wanted, ZoneInfo) else wanted), person


@given(text=rules(depth=3), other=st.integers(2, 9))
@settings(max_examples=200)
def test_no_literal_is_in_the_text_of_the_sql(text, other):
    assume(len(text) <= MAX_CHARACTERS)
    tree = parse(text, FACTS, MACROS)._tree
    column = '"{}"'.format
    one, _parameters = compile_sql(tree, column, NOW, "UTC")
    swapped, _parameters = compile_sql(swap(tree, other), column, NOW, "UTC")
    assert one == swapped
    assert one.count("%s") == len(_parameters)


def swap(node, other):
    """The tree with another value in the place of each literal."""
    if isinstance(node, Literal) and node.value is not None:
        values = {"number": Decimal(other), "text": f"'{other}\"%", "boolean": True}
        return replace(node, value=values.get(node.type, node.value))
    if hasattr(node, "args"):
        return replace(node, args=tuple(swap(arg, other) for arg in node.args))
    return node
