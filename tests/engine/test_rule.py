"""The rule language: what it means, and what it refuses with which help."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal

import pytest
from engine import Fact, RuleError, parse
from engine.operators import OPERATORS
from engine.parts import parts
from generated import FACTS

NOW = datetime(2024, 5, 3, 10, 0)


def matches(text, zone="UTC", **values):
    """The answer for a contact whose facts are given with _ for the first dot."""
    named = {name.replace("_", ".", 1): value for name, value in values.items()}
    assert set(named) <= set(FACTS)
    return parse(text, FACTS).matches(named, NOW, zone)


def refused(text):
    with pytest.raises(RuleError) as caught:
        parse(text, FACTS)
    return caught.value


def test_a_rule_compares_facts():
    rule = "orders.count >= 2 and orders.total > 100"
    assert matches(rule, orders_count=2, orders_total=Decimal("100.01"))
    assert not matches(rule, orders_count=1, orders_total=500)


def test_an_empty_rule_is_always_true():
    for text in ("", "  \n "):
        rule = parse(text, FACTS)
        assert rule.matches({}, NOW) is True
        assert rule.sql(lambda name: name, NOW) == ("TRUE", [])
        assert rule.facts == frozenset()
        assert rule.explain({}, NOW).result is True
        assert rule.description == "Everyone"


def test_a_rule_knows_the_facts_it_uses():
    rule = parse("orders.last_date.year > 2020 or orders.count > param.limit", FACTS)
    assert rule.facts == {"orders.last_date", "orders.count", "param.limit"}


@pytest.mark.parametrize(
    "test",
    [
        "orders.count > 3",
        "orders.count != 3",
        "orders.count == orders.total",
        "contact.city not in ['x']",
        "'x' not in contact.tags",
        "'x' not in contact.city",
        "$between(orders.count, 1, 2)",
        "orders.count + 1 > 0",
        "1 / (1 - 1) == 0",
        "contact.is_company == false",
        "$all([x > 0 for x in nps.scores])",
        "contact.tags.is_empty",
    ],
)
def test_every_test_on_a_missing_value_is_false(test):
    assert matches(test) is False
    assert matches(f"not ({test})") is True


def test_only_null_tests_and_coalescing_see_a_missing_value():
    assert matches("orders.count == null")
    assert not matches("orders.count != null")
    assert matches("null == orders.count / 0", orders_count=1)
    assert matches("(contact.city ?? 'none') == 'none'")
    assert matches("(orders.count ?? orders.total ?? 3) == 3")
    assert matches("contact.is_company or not contact.is_company")


def test_the_empty_of_odoo_is_missing():
    assert matches("contact.city == null", contact_city=False)
    assert matches("contact.city == null", contact_city="")
    assert matches("orders.count == null", orders_count=False)
    assert not matches("contact.is_company == null", contact_is_company=False)


def test_money_compares_as_people_expect():
    assert matches("0.1 + 0.2 == 0.3")
    assert matches("orders.total == 0.3", orders_total=0.1 + 0.2)
    assert matches("2 / 3 * 3 == 2.000001")
    assert matches("1 / 3 == 0.333333")
    assert matches("0.000001 / 2 == 0.000001")
    assert matches("-0.000001 / 2 == -0.000001")
    assert matches("7 // 2 == 3 and -7 // 2 == -3 and -7 % 2 == -1")


def test_numbers_beyond_the_limit_are_missing():
    assert matches("orders.total * orders.total == null", orders_total=10**7)
    assert matches("orders.total != null", orders_total=10**12)
    assert matches("orders.total == null", orders_total=10**12 + 1)


def test_dates_outside_the_calendar_are_missing():
    assert matches("contact.since == null", contact_since=date(1899, 12, 31))
    assert matches("contact.since + t'P400D' == null", contact_since=date(2200, 1, 1))


def test_a_day_moved_by_days_stays_a_day():
    # Between the two days the clocks change: 30 times 24 hours would be 23:00.
    values = {"orders_last_date": date(2024, 4, 3)}
    assert matches("orders.last_date == $today - t'P30D'", "Europe/Helsinki", **values)


def test_today_is_the_day_in_the_zone():
    late = datetime(2024, 5, 3, 22, 30)
    rule = parse("$today == d'2024-05-04'", FACTS)
    assert rule.matches({}, late, "Europe/Helsinki")
    assert not rule.matches({}, late, "UTC")
    assert not rule.matches({}, late, "No/Such")


def test_date_parts_are_those_of_the_clock_on_the_wall():
    values = {"mail_last_click": datetime(2023, 12, 31, 22, 15)}
    rule = "mail.last_click.year == 2024 and mail.last_click.hour == 0"
    assert matches(rule, "Europe/Helsinki", **values)
    assert not matches(rule, "UTC", **values)
    assert matches("mail.last_click.weekday == 'Monday'", "Europe/Helsinki", **values)


def test_a_date_literal_with_time_is_local_unless_it_has_an_offset():
    values = {"mail_last_click": datetime(2024, 5, 3, 7, 0)}
    rule = "mail.last_click == d'2024-05-03T10:00'"
    assert matches(rule, "Europe/Helsinki", **values)
    assert matches("mail.last_click == d'2024-05-03T10:00+03:00'", **values)
    assert matches("mail.last_click == d'2024-05-03T07:00Z'", **values)


def test_durations():
    values = {"mail_last_click": datetime(2024, 5, 1, 9, 0)}
    assert matches("$now - mail.last_click > t'P2D'", **values)
    assert matches("($now - mail.last_click).days == 2", **values)
    assert matches("mail.last_click + 2 * t'P1D' < $now", **values)
    assert matches("mail.last_click > $now - t'PT49H'", **values) is False


def test_texts():
    values = {"contact_city": "ÄÄNEKOSKI"}
    assert matches("$lower(contact.city) == 'äänekoski'", **values)
    assert matches("$starts_with(contact.city, 'ÄÄNE')", **values)
    assert matches("$contains(contact.city, 'KOSKI')", **values)
    assert matches("'KOSKI' in contact.city", **values)
    assert matches("contact.city.length == 9", **values)
    # Composed and decomposed accents are the same letter.
    assert matches("contact.city == 'é'", contact_city="e\u0301")
    # By code point, not by the alphabet of a country.
    assert matches("'Z' < 'a' and 'z' < 'å'")


def test_lists():
    values = {"contact_tags": ["vip", "b2b"], "nps_scores": [9, 3]}
    assert matches("'vip' in contact.tags and 'x' not in contact.tags", **values)
    assert matches("$contains(nps.scores, 9) and $count(nps.scores) == 2", **values)
    assert matches("$any([x > 8 for x in nps.scores])", **values)
    assert not matches("$all([x > 8 for x in nps.scores])", **values)
    assert matches("$all([x > 8 for x in nps.scores if x != 3])", **values)
    assert matches(
        "$count([x for x in nps.scores if x > orders.count]) == 1",
        **values | {"orders_count": 5},
    )
    assert not matches("$any([x == 'a' for x in contact.tags])", contact_tags=[])
    assert matches("$all([x == 'a' for x in contact.tags])", contact_tags=[])
    assert matches("orders.count in [1, 2, orders.total]", orders_count=2)


def test_a_ternary_chooses():
    rule = "(contact.is_company ? orders.total : orders.count) > 5"
    assert matches(rule, contact_is_company=True, orders_total=6)
    assert not matches(rule, orders_total=6, orders_count=1)


def test_comments_and_line_breaks():
    assert matches("orders.count > 1\r\n and orders.count < 3 # two", orders_count=2)


@pytest.mark.parametrize(
    ("text", "position", "found", "suggestion"),
    [
        ("orders.cuont > 1", 0, "orders.cuont", "orders.count"),
        ("1 < 2 and cuont > 1", 10, "cuont", None),
        ("count > 1", 0, "count", "orders.count"),
        ("orders.count = 1", 13, "=", "=="),
        ("orders.count > 1 && true", 17, "&", "and"),
        ("orders.count > 1 AND true", 17, "AND", "and"),
        ("1 < orders.count < 3", 17, "<", "$between"),
        ("contact.city =~ 'a'", 13, "=~", "$contains"),
        ("orders.count ** 2 > 1", 13, "**", "x * x"),
        ("orders.count > 'a'", 13, ">", "quotation"),
        ("contact.since > 30", 14, ">", 't"P30D"'),
        ("contact.since == '2024-01-01'", 14, "==", 'd"2024-01-31"'),
        ("contact.tags == 'a'", 13, "==", "in"),
        ("orders.count ?? 0 > 3", 13, "??", "(x ?? 0) > 3"),
        ("orders.count < null", 13, "<", "== null"),
        ("$star_with(contact.city, 'a')", 0, "$star_with", "$starts_with(...)"),
        ("contact.city.starts_with('a')", 0, "starts_with", "$starts_with(...)"),
        ("$between(orders.count, 1)", 0, "$between", "$between(x, low, high)"),
        ("True", 0, "True", "true"),
        ("orders.count == None", 16, "None", "null"),
        ("contact.city == 'a\\d'", 16, "\\d", "\\\\d"),
        ("contact.city == 'a", 16, "'", "'text'"),
        ("orders.count > 1e5", 15, "1e5", "1000"),
        ("orders.count > 0.0000001", 15, "0.0000001", None),
        ("orders.count > 1234567890123456", 15, "1234567890123456", None),
        ("contact.since > d'2024-02-30'", 16, "2024-02-30", 'd"2024-01-31"'),
        ("contact.since > d'2300-01-01'", 16, "2300-01-01", "== null"),
        ("$now - $now > t'P1M'", 14, "P1M", 't"P30D"'),
        ("orders.count", 0, None, "x > 3"),
        ("orders.count >", 14, None, "to write"),
        ("contact.tags[0] == 'a'", 12, "[", "x in list"),
        ("orders.count in []", 16, "[]", "null"),
        ("orders.count in [1, 'a']", 20, None, None),
    ],
)
def test_a_refusal_says_where_what_and_what_instead(text, position, found, suggestion):
    error = refused(text)
    assert (error.position, error.found) == (position, found)
    if suggestion is None:
        assert error.suggestion is None
    else:
        assert suggestion in error.suggestion
        assert suggestion in str(error)
    assert f"at character {position + 1}" in str(error)


def test_literals_are_parameters():
    rule = parse("contact.city == 'Oulu' and orders.count > 5", FACTS)
    text, parameters = rule.sql(lambda name: f'"{name}"', NOW)
    assert "Oulu" not in text and "5" not in text
    assert parameters == ["Oulu", Decimal(5)]


def test_explanation_in_the_words_of_a_salesperson():
    rule = parse(
        "orders.count >= 2 and (orders.total > param.limit or 'vip' in contact.tags)"
        " and not contact.is_company and contact.since < $today - t'P30D'",
        FACTS,
    )
    values = {
        "orders.count": 3,
        "orders.total": Decimal("49.5"),
        "param.limit": 100,
        "contact.tags": ["b2b"],
        "contact.since": date(2020, 1, 1),
    }
    explanation = rule.explain(values, NOW)
    assert explanation.result is False
    assert explanation.lines() == [
        "Orders: 3 (at least 2 wanted): yes",
        "At least one of these: no",
        "  Total: 49.5 EUR (more than 100 EUR wanted): no",
        "  Tags: b2b (with vip wanted): no",
        "Is a company: not known (not wanted): yes",
        "Customer since: 2020-01-01 (before 2024-04-03 wanted): yes",
    ]
    assert [clause.ok for clause in explanation.clauses] == [True, False, True, True]
    assert explanation.clauses[0].value == 3
    assert explanation.clauses[1].children[0].depth == 1


def test_a_yes_of_an_explanation_is_good_news_also_below_a_not():
    rule = parse(
        "orders.count > 1"
        " and not (contact.is_company or orders.total > 5 and not (orders.count > 3))",
        FACTS,
    )
    explanation = rule.explain({"orders.count": 2, "orders.total": 9}, NOW)
    assert explanation.lines() == [
        "Orders: 2 (more than 1 wanted): yes",
        "Is a company: not known (not wanted): yes",
        "At least one of these: no",
        "  Total: 9 EUR (more than 5 EUR not wanted): no",
        "  Orders: 2 (more than 3 wanted): no",
    ]
    clause = explanation.clauses[0]
    assert (clause.label, clause.shown, clause.wanted) == (
        "Orders",
        "2",
        "more than 1 wanted",
    )


def test_the_grounds_are_what_the_contact_has():
    text = "not contact.is_company and (orders.total > 5 or orders.count > {})"
    values = {"orders.count": 2, "orders.total": 9}
    grounds = parse(text.format(3), FACTS).explain(values, NOW).grounds()
    assert grounds == ["Total: 9 EUR (more than 5 EUR wanted)"]
    absent = parse("not contact.is_company", FACTS).explain({}, NOW)
    assert absent.grounds() == ["Is a company: not known (not wanted)"]


def test_explanation_is_plain_data_for_json():
    rule = parse("orders.total > 1 or 'a' in contact.tags", FACTS)
    kept = rule.explain({"orders.total": Decimal("2.5"), "contact.tags": ["a"]}, NOW)
    again = json.loads(json.dumps(kept.as_dict()))
    assert again["result"] is True
    values = [clause["value"] for clause in again["clauses"][0]["children"]]
    assert values == ["2.500000", ["a"]]


def test_explanation_takes_translated_labels():
    rule = parse("orders.count > 2", FACTS)
    finnish = {"orders.count": Fact("orders.count", "number", "Tilauksia")}
    (clause,) = rule.explain({"orders.count": 3}, NOW, facts=finnish).clauses
    assert clause.text == "Tilauksia: 3 (more than 2 wanted): yes"


CODES = {"contact.city": {"HEL": "Helsinki"}, "contact.tags": {"vip": "Friend"}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("contact.city == 'HEL'", "City: Helsinki (Helsinki wanted): yes"),
        (
            "contact.city in ['HEL', 'x']",
            "City: Helsinki (one of Helsinki, x wanted): yes",
        ),
        ("(contact.city ?? 'x') != 'y'", "Helsinki (not y wanted): yes"),
        ("'vip' in contact.tags", "Tags: Friend, old (with Friend wanted): yes"),
        (
            "$any([tag in ['vip'] for tag in contact.tags])",
            "Tags: Friend, old (at least one with It: one of Friend wanted): yes",
        ),
        ("$lower(contact.city) == 'HEL'", "hel (HEL wanted): no"),
    ],
)
def test_explanation_says_names_for_codes(text, said):
    """A code that has no name stays; what a text was made into is no code any more."""
    rule = parse(text, FACTS)
    values = {"contact.city": "HEL", "contact.tags": ["vip", "old"]}
    (clause,) = rule.explain(values, NOW, words=CODES).clauses
    assert clause.text.endswith(said)


def test_names_for_codes_in_a_change_and_in_a_sentence():
    rule = parse("contact.city == 'HEL' and 'vip' in contact.tags", FACTS)
    values = {"contact.city": "TKU", "contact.tags": ["vip"]}
    (change,) = rule.smallest_change(values, NOW, words=CODES)
    assert change.text == "City: Helsinki (now TKU)"
    assert rule.describe(CODES) == "City: Helsinki and Tags: with Friend"
    assert rule.description == "City: HEL and Tags: with vip"
    assert [part.text for part in parts(rule, CODES)] == [
        "City: Helsinki",
        "Tags: with Friend",
    ]
    assert rule.texts == {"HEL", "vip"}


def test_description_is_a_sentence():
    rule = parse(
        "orders.count >= 2 and (contact.city == 'Oulu' or contact.since == null)", FACTS
    )
    assert rule.description == (
        "Orders: at least 2 and (City: Oulu or Customer since: no value)"
    )


def test_every_operator_of_the_table_has_words_for_all_its_cases():
    for operator in OPERATORS.values():
        assert operator.text and operator.cases
        for case in operator.cases:
            assert case.words


def test_rules_are_read_in_many_threads_at_once():
    texts = [f"orders.count > {n} and contact.city in ['a', 'b']" for n in range(60)]
    with ThreadPoolExecutor(8) as pool:
        rules = list(pool.map(lambda text: parse(text, FACTS), texts * 3))
    values = {"orders.count": 30, "contact.city": "a"}
    answers = [rule.matches(values, NOW) for rule in rules]
    assert answers == [n < 30 for n in range(60)] * 3
