"""Saved rules: a rule names another rule where a condition may stand."""

import time
from datetime import datetime

import pytest
from engine import Macro, RuleError, parse
from generated import FACTS

NOW = datetime(2024, 5, 3, 10, 0)


def macros(**texts):
    return {
        name: Macro(name, name.replace("_", " ").capitalize(), text)
        for name, text in texts.items()
    }


SAVED = macros(
    is_active="orders.count >= 2 and orders.last_date > $today - t'P90D'",
    in_finland="contact.country == 'FI'",
    good="is_active and in_finland",
    tagged="'vip' in contact.tags",
)
ACTIVE = {
    "orders.count": 3,
    "orders.last_date": datetime(2024, 4, 1),
    "contact.country": "FI",
}


def refused(text, saved):
    with pytest.raises(RuleError) as caught:
        parse(text, FACTS, saved)
    return caught.value


def test_a_saved_rule_stands_for_its_text():
    rule = parse("good or orders.total > 100", FACTS, SAVED)
    assert rule.matches(ACTIVE, NOW)
    assert not rule.matches({**ACTIVE, "contact.country": "SE"}, NOW)
    assert rule.macros == {"good", "is_active", "in_finland"}
    assert rule.facts == {
        "orders.count",
        "orders.last_date",
        "orders.total",
        "contact.country",
    }


def test_a_saved_rule_is_one_condition_whatever_is_in_it():
    saved = macros(either="orders.count == 1 or orders.count == 2")
    rule = parse("either and contact.is_company", FACTS, saved)
    assert not rule.matches({"orders.count": 1}, NOW)
    assert parse("not either", FACTS, saved).matches({"orders.count": 3}, NOW)
    rule = parse("$count([x for x in contact.tags if either]) == 2", FACTS, saved)
    assert rule.matches({"orders.count": 1, "contact.tags": ["a", "b"]}, NOW)


def test_its_literals_are_parameters_and_in_order():
    rule = parse("orders.total > 7 and good and orders.total < 9", FACTS, SAVED)
    text, parameters = rule.sql(lambda name: f'"{name}"', NOW)
    assert len(parameters) == text.count("%s")
    assert (parameters[0], parameters[-1]) == (7, 9)


def test_lists_are_looked_at_last():
    rule = parse("tagged and orders.total > 7 and orders.total < 9", FACTS, SAVED)
    _text, parameters = rule.sql(lambda name: f'"{name}"', NOW)
    assert parameters == [7, 9, "vip"]


def test_the_explanation_shows_its_name_and_its_clauses_below():
    explanation = parse("not good", FACTS, SAVED).explain(ACTIVE, NOW)
    assert explanation.lines() == [
        "Good (not wanted): no",
        "  At least one of these: no",
        "    Is active (not wanted): no",
        "      At least one of these: no",
        "        Orders: 3 (at least 2 not wanted): no",
        "        Last order: 2024-04-01 (after 2024-02-03 not wanted): no",
        "    In finland (not wanted): no",
        "      Country: FI (FI not wanted): no",
    ]
    explanation = parse("tagged and in_finland", FACTS, SAVED).explain(ACTIVE, NOW)
    assert explanation.lines() == [
        "Tagged: no",
        "  Tags: not known (with vip wanted): no",
        "In finland: yes",
        "  Country: FI (FI wanted): yes",
    ]


def test_the_description_names_it_and_says_what_it_is():
    rule = parse("in_finland or tagged", FACTS, SAVED)
    assert rule.description == ("In finland (Country: FI) or Tagged (Tags: with vip)")


@pytest.mark.parametrize(
    ("text", "saved", "position", "words"),
    [
        ("a", macros(a="a"), 0, "circle: a -> a"),
        ("true and a", macros(a="b", b="c", c="a or b"), 9, "circle: a -> b -> c -> a"),
        ("1 < 2 and a", macros(a="b", b="orders.cuont > 1"), 10, "saved rule b does"),
        ("a", macros(a="orders.count"), 0, "saved rule a does not work"),
        ("a", macros(a="orders.count >"), 0, "saved rule a does not work"),
        ("is_activ", SAVED, 0, "no such fact"),
        ("good.year == 1", SAVED, 0, "no such fact"),
        ("good > 3", SAVED, 5, "does not go with"),
        ("$any([x for x in good])", SAVED, 17, "list fact"),
    ],
)
def test_a_refusal_is_placed_at_the_name(text, saved, position, words):
    error = refused(text, saved)
    assert error.position == position
    assert words in str(error)


def test_a_misspelt_saved_rule_gets_the_nearest_name():
    assert refused("is_activ and true", SAVED).suggestion == "is_active"


def test_a_loop_variable_hides_a_saved_rule():
    saved = macros(x="orders.count > 1")
    rule = parse("$any([x == 'a' for x in contact.tags])", FACTS, saved)
    assert rule.macros == frozenset()


@pytest.mark.parametrize(
    "doubled", ["{0} and {0}", "{0} or not {0}", "({0} ? {0} : {0})"]
)
@pytest.mark.parametrize("times", [10, 60])
def test_a_bomb_of_saved_rules_is_refused_at_once(doubled, times):
    saved = macros(m0="orders.count > 1")
    for number in range(times):
        saved |= macros(**{f"m{number + 1}": doubled.format(f"m{number}")})
    start = time.perf_counter()
    assert "at most" in str(refused(f"m{times}", saved))
    assert time.perf_counter() - start < 0.5


def test_a_long_chain_of_saved_rules_is_refused():
    saved = macros(m0="orders.count > 1")
    for number in range(2000):
        saved |= macros(**{f"m{number + 1}": f"m{number}"})
    assert parse("m10", FACTS, saved).matches({"orders.count": 2}, NOW)
    assert "deep" in str(refused("m2000", saved))


def test_the_limits_count_the_whole():
    saved = macros(
        half=" and ".join(["orders.count > 1"] * 50),
        deep="(" * 25 + "true" + ")" * 25,
        tall="not " * 20 + "contact.is_company",
        long=f"contact.city == '{'x' * 2500}'",
    )
    assert parse("half", FACTS, saved)
    assert "200 operators" in str(refused("half and half and half", saved))
    assert "30 levels" in str(refused("not " * 15 + "tall", saved))
    assert "4000 characters" in str(refused("long or long", saved))


def test_a_saved_rule_reaches_no_more_than_its_facts():
    for text in ("env == 1", "contact.city.__class__ == 'a'", "$range(9) == 1"):
        assert "does not work" in str(refused("a", macros(a=text)))
