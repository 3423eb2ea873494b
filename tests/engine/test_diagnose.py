"""What an editor underlines, and what it completes."""

import time
from dataclasses import replace

import pytest
from engine import Fact, Problem, diagnose, parse, vocabulary
from engine.errors import RuleError
from engine.operators import OPERATORS
from generated import FACTS, MACROS, rules
from hypothesis import given, settings
from hypothesis import strategies as st
from test_attacks import ATTACKS


def marked(text):
    """What is underlined, with its replacement."""
    return [
        (text[problem.start : problem.end], problem.replacement)
        for problem in diagnose(text, FACTS, MACROS)
    ]


@pytest.mark.parametrize(
    ("text", "underlined", "replacement"),
    [
        ("orders.cuont > 1", "orders.cuont", "orders.count"),
        ("1 < orders.count and (cuont > 1)", "cuont", None),
        ("activ and true", "activ", "active"),
        ("orders.count = 1", "=", "=="),
        ("orders.count == 1 && active", "&&", "and"),
        ("orders.count == 1 || active", "||", "or"),
        ("active AND active", "AND", "and"),
        ("$contain(contact.city, 'a')", "$contain", "$contains"),
        ("contact.city.lenght > 3", "lenght", "length"),
        ("contact.since > d'2024-02-30'", "d'2024-02-30'", None),
        ("$now - $now > t'P1M'", "t'P1M'", None),
        ("contact.city =~ 'a+'", "=~", None),
        ("orders.count + 1", "orders.count + 1", None),
        ("active and (orders.count + 1)", "(orders.count + 1)", None),
        ("orders.count >", ">", None),
        ("orders.count == 0123", "0123", "123"),
        ("True", "True", "true"),
        # What follows an open quotation mark may be anything.
        ("contact.city == 'a", "'", None),
        ("orders.count > 1 ; true", ";", None),
    ],
)
def test_an_error_is_underlined(text, underlined, replacement):
    assert (underlined, replacement) in marked(text)


def test_a_replacement_mends_the_error():
    for text in ("orders.cuont > 1", "activ", "orders.count = 1", "active && active"):
        (problem,) = diagnose(text, FACTS, MACROS)
        mended = text[: problem.start] + problem.replacement + text[problem.end :]
        assert not [
            one for one in diagnose(mended, FACTS, MACROS) if one.severity == "error"
        ]


def test_separate_conditions_are_underlined_at_once():
    text = "orders.cuont > 1 and ($any([x > 1 for x in nps.scores if y]) or activ)"
    assert [found for found, _ in marked(text)] == ["orders.cuont", "y", "activ"]


def test_what_can_be_saved_has_no_error():
    assert diagnose("", FACTS) == diagnose("  \n", FACTS) == []
    assert diagnose("orders.count >= 2 and active", FACTS, MACROS) == []


def test_a_refusal_says_what_to_write():
    (problem,) = diagnose("orders.cuont > 1", FACTS)
    assert problem == Problem(
        0, 12, "error", "There is no such fact. Try orders.count.", "orders.count"
    )


@given(text=rules(), cut=st.integers(0, 400), more=st.text(max_size=5))
@settings(max_examples=300)
def test_it_survives_whatever_is_half_typed(text, cut, more):
    half = text[:cut] + more + text[cut + 1 :]
    check_places(half)


@given(text=st.text(alphabet="orders.count()[]{}'\"$&|<>=!?:,#\\ \n\r019xé\x00\ud800"))
@settings(max_examples=500)
def test_it_survives_any_text(text):
    check_places(text)


def check_places(text):
    problems = diagnose(text, FACTS, MACROS)
    for problem in problems:
        assert 0 <= problem.start < problem.end <= len(text)
        assert problem.message.endswith(".")
    try:
        parse(text, FACTS, MACROS)
    except RuleError:
        assert any(problem.severity == "error" for problem in problems)
    else:
        assert all(problem.severity == "warning" for problem in problems)


def test_it_is_fast_enough_to_ask_on_every_key():
    facts = dict(FACTS)
    for number in range(200):
        facts[f"more.number_{number}"] = FACTS["orders.count"]
    text = " and ".join(["orders.count > 1", "not (contact.city == 'a')"] * 4)
    start = time.perf_counter()
    for _ in range(20):
        diagnose(f"{text} and orders.cuont > 1", facts, MACROS)
    assert (time.perf_counter() - start) / 20 < 0.05


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_rule_is_diagnosed_at_once(attack):
    start = time.perf_counter()
    assert diagnose(ATTACKS[attack], FACTS)[0].severity == "error"
    assert time.perf_counter() - start < 1


# Warnings


@pytest.mark.parametrize(
    ("text", "underlined", "replacement"),
    [
        ("not (orders.count > 3)", "not (orders.count > 3)", "orders.count <= 3"),
        (
            "active and not contact.city in ['a']",
            "not contact.city in ['a']",
            "contact.city not in ['a']",
        ),
        (
            "not ($contains(contact.city, 'a'))",
            "not ($contains(contact.city, 'a'))",
            None,
        ),
        (
            "not (active and orders.total > 1)",
            "not (active and orders.total > 1)",
            None,
        ),
        (
            "not 1 / orders.count > 1",
            "not 1 / orders.count > 1",
            "1 / orders.count <= 1",
        ),
        ("active or 1 + 1 == 3", "1 + 1 == 3", None),
        ("$between(orders.count, 5, 1)", "$between(orders.count, 5, 1)", None),
    ],
)
def test_a_doubtful_rule_is_warned_about(text, underlined, replacement):
    assert marked(text) == [(underlined, replacement)]
    (warning,) = parse(text, FACTS, MACROS).warnings
    assert warning.severity == "warning"


@pytest.mark.parametrize(
    "text",
    [
        "not contact.is_company",
        "not active",
        "not (orders.count == null)",
        "not ((orders.count ?? 0) > 3)",
        "not (param.limit > 3)",
        "contact.city != 'a'",
        "true",
    ],
)
def test_what_is_meant_is_not_warned_about(text):
    assert parse(text, FACTS, MACROS).warnings == []


MOOD = Fact(
    "contact.mood",
    "text",
    "Mood",
    choices=(("fond", "Likes us"), ("cool", "Cool"), ("cross", "Angry")),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("contact.mood == 'Likes us'", [("'Likes us'", '"fond"')]),
        ("'Cross' != contact.mood and active", [("'Cross'", '"cross"')]),
        ("contact.mood in ['fond', 'xyz']", [("'xyz'", None)]),
        ("contact.mood in ['fond', 'cool'] or contact.mood == null", []),
        ("contact.mood == contact.city or contact.city == 'Likes us'", []),
        ("contact.mood == $lower('FOND')", []),
    ],
)
def test_a_text_that_a_fact_never_is_is_warned_about(text, found):
    known = {**FACTS, MOOD.name: MOOD}
    problems = diagnose(text, known, MACROS)
    assert [(text[one.start : one.end], one.replacement) for one in problems] == found
    for problem in problems:
        assert problem.severity == "warning"
        assert problem.message == 'Mood is one of "fond", "cool", "cross".'


def test_a_fact_that_is_always_known_is_not_warned_about():
    known = {**FACTS, "orders.count": replace(FACTS["orders.count"], always=True)}
    assert parse("not (orders.count > 3)", known).warnings == []


# Vocabulary


def test_the_vocabulary_tells_all_that_can_be_written():
    words = vocabulary()
    functions = {entry["name"] for entry in words["functions"]}
    assert functions == {key for key in OPERATORS if key.startswith("$")}
    for entry in (*words["functions"], *words["operators"], *words["values"]):
        assert entry["help"]
    assert {"year", "weekday", "hour"} <= {
        entry["name"] for entry in words["attributes"]["datetime"]
    }
    assert "hour" not in {entry["name"] for entry in words["attributes"]["date"]}
    for kind in words["attributes"].values():
        assert all(entry["help"] for entry in kind)
    for literal in words["literals"]:
        assert parse(f"{literal['text']} != null", FACTS).facts == frozenset()
