"""The condition builder's rows and the rule's text say the same, both ways."""

import json
from dataclasses import replace
from datetime import datetime

import pytest
from engine import RuleError, from_rows, parse, row_operators, to_rows
from engine.row_table import ROWS
from engine.rows import _patterns
from engine.values import ELEMENT
from generated import FACTS, MACROS, ZONES, groups, moments, rules, texts
from hypothesis import given, note
from hypothesis import strategies as st

NOW = datetime(2024, 10, 27, 0, 30, 15, 250000)


def rows_of(text):
    return to_rows(text, FACTS, MACROS)


def all_of(*rows):
    return {"join": "all", "rows": list(rows)}


def row(fact, operator, value=None):
    found = {"fact": fact, "operator": operator}
    return found if value is None else {**found, "value": value}


def values(kind):
    """Strategy of values of a type, as a builder sends them."""
    days = moments().map(lambda moment: moment.replace(year=2024, day=1))
    return {
        "number": st.one_of(
            st.integers(-(10**9), 10**9),
            st.sampled_from([0.1, 2.5, -0.000001, "3", 1e-6]),
            st.just({"param": "limit"}),
        ),
        "days": st.one_of(
            st.integers(0, 10**6), st.sampled_from([1.5, {"param": "limit"}])
        ),
        "text": texts(),
        "date": days.map(lambda moment: moment.date().isoformat()),
        "datetime": days.flatmap(
            lambda moment: st.sampled_from(
                [
                    moment.isoformat(timespec="seconds"),
                    f"{moment.isoformat(timespec='seconds')}Z",
                    moment.date().isoformat(),
                ]
            )
        ),
    }[kind]


@st.composite
def conditions(draw):
    if draw(st.integers(0, 9)) == 0:
        return {"macro": "active", "negated": draw(st.booleans())}
    operator = draw(st.sampled_from(ROWS))
    names = [name for name, fact in FACTS.items() if fact.type in operator.types]
    fact = FACTS[draw(st.sampled_from(names))]
    kind = operator.value or ELEMENT.get(fact.type, fact.type)
    if operator.arity == 0:
        return row(fact.name, operator.code)
    if operator.arity == 1:
        return row(fact.name, operator.code, draw(values(kind)))
    low, high = (2, 2) if operator.arity == 2 else (1, 3)
    many = draw(st.lists(values(kind), min_size=low, max_size=high))
    return row(fact.name, operator.code, many)


def builders():
    """Strategy of groups of rows, some in groups of their own."""

    def group(inside):
        return st.fixed_dictionaries(
            {
                "join": st.sampled_from(["all", "any"]),
                "rows": st.lists(inside, min_size=1, max_size=3),
            }
        )

    return group(st.recursive(conditions(), group, max_leaves=5))


def same_answers(text, other, people, zone):
    one, two = parse(text, FACTS, MACROS), parse(other, FACTS, MACROS)
    for person in people:
        # The numbers of a program always have a value.
        person = {**person, "param.limit": 3}
        assert one.matches(person, NOW, zone) == two.matches(person, NOW, zone)


@given(rows=builders(), people=groups(), zone=st.sampled_from(ZONES))
def test_rows_and_text_mean_the_same(rows, people, zone):
    text = from_rows(rows, FACTS, MACROS)
    note(text)
    again = rows_of(text)
    assert again is not None
    assert json.loads(json.dumps(again)) == again
    same_answers(text, from_rows(again, FACTS), people, zone)


@given(text=rules(depth=2), people=groups(), zone=st.sampled_from(ZONES))
def test_a_written_rule_that_fits_means_the_same_as_rows(text, people, zone):
    rows = rows_of(text)
    if rows is not None:
        same_answers(text, from_rows(rows, FACTS), people, zone)


def test_a_rule_as_rows():
    text = (
        "orders.count >= 2 and (contact.country in ['FI', 'SE'] or not active)"
        " and orders.total > param.limit and contact.tags.is_empty"
        " and contact.since < $today - t'P30D' and not contact.is_company"
    )
    assert rows_of(text) == all_of(
        row("orders.count", "ge", 2),
        {
            "join": "any",
            "rows": [
                row("contact.country", "one_of", ["FI", "SE"]),
                {"macro": "active", "negated": True},
            ],
        },
        row("orders.total", "gt", {"param": "limit"}),
        row("contact.tags", "is_empty"),
        row("contact.since", "more_days_ago", 30),
        row("contact.is_company", "is_false"),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("contact.city != null", row("contact.city", "is_set")),
        ("'a' in contact.city", row("contact.city", "contains", "a")),
        ("'a' not in contact.tags", row("contact.tags", "not_contains", "a")),
        ("mail.last_click.date == d'2024-01-31'", "on"),
        ("mail.last_click > d'2024-01-31T10:00+02:00'", "after"),
        ("mail.last_click > $now - param.limit * t'P1D'", "less_days_ago"),
        ("mail.last_click > $now - t'PT36H'", "less_days_ago"),
        ("$between(contact.since, $today, $today + t'P1W')", "in_next_days"),
        ("orders.count == -2.5", row("orders.count", "eq", -2.5)),
        ("contact.is_company == true", row("contact.is_company", "is_true")),
        ("$any([x in ['a'] for x in contact.tags])", "has_any"),
        ("$lower(contact.city) == $lower('OULU')", "eq_any_case"),
    ],
)
def test_single_conditions(text, expected):
    (found,) = rows_of(text)["rows"]
    if isinstance(expected, str):
        assert found["operator"] == expected
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("not (contact.city == null)", [row("contact.city", "is_set")]),
        (
            "not (orders.count > 3)",
            [row("orders.count", "not_set"), row("orders.count", "le", 3)],
        ),
        (
            "not ($between(orders.count, 1, 3) and active)",
            [
                row("orders.count", "not_set"),
                row("orders.count", "lt", 1),
                row("orders.count", "gt", 3),
                {"macro": "active", "negated": True},
            ],
        ),
    ],
)
def test_not_becomes_rows_that_see_missing_values(text, expected):
    join = "any" if len(expected) > 1 else "all"
    assert rows_of(text) == {"join": join, "rows": expected}


def test_not_of_what_is_always_known_is_one_row():
    facts = {**FACTS, "contact.tags": replace(FACTS["contact.tags"], always=True)}
    assert to_rows("not ('a' in contact.tags)", facts) == all_of(
        row("contact.tags", "not_contains", "a")
    )


@given(rows=builders(), people=groups())
def test_the_opposite_of_rows_is_rows_that_mean_the_opposite(rows, people):
    text = f"not ({from_rows(rows, FACTS)})"
    opposite = rows_of(text)
    if opposite is not None:
        same_answers(text, from_rows(opposite, FACTS), people, "UTC")


@pytest.mark.parametrize(
    "text",
    [
        "orders.count > orders.total",
        "orders.count + 1 > 2",
        "not ('a' in contact.tags)",
        "not $starts_with(contact.city, 'a')",
        "mail.last_click == d'2024-01-31'",
        "(orders.count ?? 0) > 1",
        "true",
        "contact.is_company ? active : true",
        "orders.count in [1, orders.total]",
        "orders.cuont > 1",
        "orders.count >",
    ],
)
def test_what_does_not_fit_stays_text(text):
    assert rows_of(text) is None


def test_nothing_is_no_condition():
    assert rows_of("") == rows_of(" \n") == all_of()
    assert from_rows(all_of(), FACTS) == ""
    assert from_rows(all_of({"join": "any", "rows": []}), FACTS) == ""


def test_every_operator_is_recognised_for_each_of_its_types():
    known = {(row.code, type_) for row in ROWS for type_ in row.types}
    found = set()
    for pairs in _patterns().values():
        for operator, pattern in pairs:
            found |= {(operator.code, type_) for type_ in operator.types}
            assert pattern.type == "boolean"
    assert found == known
    operators = row_operators()
    assert len({entry["code"] for entry in operators}) == len(operators)
    assert json.dumps(operators)


# Attacks


SMUGGLED = '" or true or contact.city == "'


@pytest.mark.parametrize(
    "text",
    [SMUGGLED, "\\" + SMUGGLED, "\\", "'; --", "{fact}", "{0}", "\n# x", "a\r\nb"],
)
def test_a_text_stays_one_text(text):
    for wanted in (
        row("contact.city", "eq", text),
        row("contact.city", "one_of", ["x", text]),
        row("contact.tags", "has_none", [text]),
    ):
        written = from_rows(all_of(wanted), FACTS)
        assert rows_of(written) == all_of(wanted)
        assert not parse(written, FACTS).matches({"contact.city": "Oulu"}, NOW)


@pytest.mark.parametrize(
    "rows",
    [
        None,
        [],
        "true",
        {},
        {"join": "all"},
        {"join": ["all"], "rows": []},
        {"join": " or true or ", "rows": []},
        {"join": "all", "rows": "true"},
        {"join": "all", "rows": ["true"]},
        all_of({}),
        all_of(row("orders.cuont", "gt", 1)),
        all_of(row("true or orders.count", "gt", 1)),
        all_of(row(["orders.count"], "gt", 1)),
        all_of(row("orders.count", "gt")),
        all_of(row("orders.count", "gt", "1 or true")),
        all_of(row("orders.count", "gt", True)),
        all_of(row("orders.count", "gt", float("nan"))),
        all_of(row("orders.count", "gt", "1e99999999")),
        all_of(row("orders.count", "gt", {"param": "limit or true"})),
        all_of(row("orders.count", "gt", {"param": ["limit"]})),
        all_of(row("orders.count", "gt", {"param": "words"})),
        all_of(row("orders.count", "between", [1])),
        all_of(row("orders.count", "one_of", [])),
        all_of(row("orders.count", "contains", 1)),
        all_of(row("orders.count", ["gt"], 1)),
        all_of(row("orders.count", "> 1 or true or 1 <", 1)),
        all_of(row("contact.city", "eq", 5)),
        all_of(row("contact.city", "eq", {"fact": "contact.city"})),
        all_of(row("contact.since", "after", "2024-02-30")),
        all_of(row("contact.since", "after", '2024-01-01" or true')),
        all_of(row("contact.since", "after", "2024-01-01T10:00")),
        all_of({"macro": "true or active"}),
        all_of({"macro": "true"}),
        all_of({"macro": ["active"]}),
        all_of({"macro": "unknown"}),
    ],
)
def test_rows_that_are_no_conditions_are_refused(rows):
    with pytest.raises(RuleError):
        from_rows(rows, FACTS, MACROS)


def test_a_misspelt_fact_gets_the_nearest_name():
    with pytest.raises(RuleError) as caught:
        from_rows(all_of(row("orders.cuont", "gt", 1)), FACTS)
    assert caught.value.suggestion == "orders.count"


def test_groups_in_groups_end():
    rows = all_of(row("orders.count", "gt", 1))
    for _ in range(5000):
        rows = all_of(rows)
    with pytest.raises(RuleError):
        from_rows(rows, FACTS)
