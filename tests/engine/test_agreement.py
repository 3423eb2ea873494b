"""SQL, Python and the explanation give the same answer, for any rule and contact."""

from datetime import datetime

import pytest
from engine import normalise, normalise_sql, parse
from engine.guard import MAX_CHARACTERS, MAX_OPERATORS
from generated import FACTS, ZONES, groups, rules
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
    rule = parse(text, FACTS)
    params = {name: people[0][name] for name in PARAMS}
    people = [{**person, **params} for person in people]
    python = [rule.matches(person, NOW, zone) for person in people]
    explained = [rule.explain(person, NOW, zone).result for person in people]
    assert all(type(answer) is bool for answer in python)
    assert explained == python
    assert ask_sql(postgres, rule, people, zone) == python
    assert rule.description


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
