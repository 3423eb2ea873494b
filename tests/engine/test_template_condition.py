"""A block of a message decides as the rule does from which it was made."""

from datetime import datetime
from decimal import Decimal
from itertools import product

import pytest
from engine import Fact, Macro, RuleError, compile_template, parse, to_condition

FACTS = {
    fact.name: fact
    for fact in (
        Fact("orders.count", "number", "orders"),
        Fact("contact.city", "text", "city"),
        Fact("contact.has_email", "boolean", "has a mail address"),
        Fact("contact.tags", "text_list", "tags"),
        Fact("orders.last_on", "date", "last order"),
        Fact("param.months", "number", "Months"),
    )
}
MACROS = {"is_big": Macro("is_big", "Big", "orders.count > 5")}
NOW = datetime(2026, 5, 4)
RULES = (
    "orders.count == 3",
    "orders.count != 3",
    "orders.count > 2.5 and orders.count <= 10",
    "orders.count >= param.months or orders.count < 1",
    "$between(orders.count, 2, 4)",
    "not $between(orders.count, 2, 4)",
    'contact.city == "Oulu"',
    'contact.city != "Oulu"',
    '$starts_with(contact.city, "Ou")',
    '$contains(contact.city, "ul")',
    '"ul" not in contact.city',
    '$lower(contact.city) == $lower("OULU")',
    '$contains($lower(contact.city), $lower("OU"))',
    'contact.city in ["Oulu", "Turku"]',
    'contact.city not in ["Oulu", "Turku"]',
    '"a" in contact.tags',
    '"a" not in contact.tags',
    '$any([item in ["a", "b"] for item in contact.tags])',
    '$all([item not in ["a", "b"] for item in contact.tags])',
    "contact.tags.is_empty",
    "$count(contact.tags) > 0",
    "contact.has_email",
    "not contact.has_email",
    "contact.has_email == false",
    "contact.city == null",
    "contact.city != null and (orders.count > 3 or contact.has_email)",
    "orders.last_on != null",
    "is_big and contact.has_email",
    "not is_big",
)
VALUES = [
    {
        "orders.count": count,
        "contact.city": city,
        "contact.has_email": has_email,
        "contact.tags": tags,
        "param.months": Decimal(3),
    }
    for count, city, has_email, tags in product(
        (None, 0, 3, Decimal("7.5")),
        (None, "", "Oulu", "TURKU", "oulu"),
        (None, True, False),
        (None, [], ["a", "c"], ["c"]),
    )
]


@pytest.mark.parametrize("text", RULES)
def test_it_decides_as_the_rule_does(text):
    rule = parse(text, FACTS, MACROS)
    condition = to_condition(text, FACTS, MACROS)
    template = compile_template(f"{{% if {condition} %}}yes{{% endif %}}", html=True)
    for values in VALUES:
        shown = template.render(values) == "yes"
        assert shown == rule.matches(values, NOW), (condition, values)


@pytest.mark.parametrize(
    "text", ["'", '"', "}}", "%}", "{{ x }}", "\\", "#}", "ä€", "\\n"]
)
def test_whatever_a_text_holds_it_stays_one(text):
    literal = text.replace("\\", "\\\\").replace('"', '\\"')
    condition = to_condition(f'contact.city == "{literal}"', FACTS)
    assert not set(condition) & set("{}%#")
    template = compile_template(f"{{% if {condition} %}}yes{{% endif %}}", html=True)
    assert template.render({"contact.city": text}) == "yes"
    assert template.render({"contact.city": f"{text}x"}) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "orders.count >",
        'orders.last_on > d"2026-01-01"',
        'orders.last_on < $today - t"P30D"',
        "orders.count + 1 > 2 and orders.count * 2 < 3",
        "nobody > 1",
    ],
)
def test_what_a_message_cannot_say_is_refused(text):
    with pytest.raises(RuleError):
        to_condition(text, FACTS, MACROS)
