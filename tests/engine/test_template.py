"""Message templates: what they offer, and what they cannot be made to do."""

import time
from datetime import date, datetime
from decimal import Decimal

import pytest
from engine import TemplateError, compile_template, speaking
from markupsafe import Markup


def render(source, html=False, **values):
    return compile_template(source, html=html).render(values)


def refused(source, **values):
    start = time.perf_counter()
    with pytest.raises(TemplateError) as caught:
        render(source, **values)
    assert time.perf_counter() - start < 2
    return caught.value


def test_values_by_nested_and_by_dotted_name():
    template = compile_template(
        "{{ contact.first_name }} {{ orders.count }}", html=False
    )
    assert template.render({"contact": {"first_name": "Liisa"}, "orders.count": 3}) == (
        "Liisa 3"
    )
    mixed = {"contact.first_name": "Liisa", "contact": {"city": "Oulu"}}
    again = compile_template("{{ contact.first_name }}, {{ contact.city }}", html=False)
    assert again.render(mixed) == "Liisa, Oulu"


def test_html_is_escaped_and_text_is_not():
    name = "<b>Liisa & Matti</b>"
    assert render("Hi {{ name }}", html=True, name=name) == (
        "Hi &lt;b&gt;Liisa &amp; Matti&lt;/b&gt;"
    )
    assert render("Hi {{ name }}", name=name) == f"Hi {name}"
    assert render("{{ body }}", html=True, body=Markup("<p>a</p>")) == "<p>a</p>"
    assert render("{{ text | nl2br }}", html=True, text="a<\nb") == "a&lt;<br>b"


def test_a_missing_value_is_false_and_can_be_replaced():
    assert render("{{ name or 'there' }}") == "there"
    assert render("{{ contact.name or 'there' }}", contact={"name": None}) == "there"
    assert render("{{ a.b.c | default('d') }}") == "d"
    assert render("{% if a.b %}yes{% else %}no{% endif %}") == "no"
    assert render(
        "{% if a.b > 3 or a == 'x' or 'x' in a %}yes{% else %}no{% endif %}"
    ) == ("no")
    assert render("{% for item in a.items %}{{ item }}{% endfor %}") == ""
    assert render("{% if a is defined or not a is none %}yes{% endif %}") == ""
    assert render("{{ a | upper or 'there' }} {{ (a + 1) or 2 }}") == "there 2"


def test_printing_a_missing_value_names_it_and_its_line():
    error = refused("Hello\n{{ contact.first_name }}", contact={})
    assert "contact.first_name" in error.message and error.line == 2
    assert "contact.city" in str(refused("{{ contact.city | upper }}"))
    assert "orders.total" in str(refused("{{ orders.total + 1 }}"))


def test_the_variables_it_reads():
    source = (
        "{{ contact.first_name }}{% if orders.count > 2 %}{{ content['title'] }}"
        "{% endif %}{% for p in products %}{{ p.name }}{{ loop.index }}{% endfor %}"
        "{% set x = param.days %}{{ x | number }}"
    )
    assert compile_template(source, html=True).variables == {
        "contact.first_name",
        "orders.count",
        "content.title",
        "products",
        "param.days",
    }


def test_loops_and_arithmetic():
    products = [
        {"name": "Tent", "price": Decimal("10.50")},
        {"name": "Mug", "price": 2},
    ]
    source = (
        "{% for p in products %}{{ loop.index }} {{ p.name }}: {{ p.price * 2 }};"
        "{% endfor %}"
    )
    assert render(source, products=products) == "1 Tent: 21;2 Mug: 4;"
    assert render(
        "{{ products | length }} {{ (products | first).name }}", products=products
    ) == ("2 Tent")
    assert render("{% set n = 'a' + 'b' %}{{ n }}") == "ab"
    assert render(
        "{% for k, v in prices | items %}{{ k }}={{ v }} {% endfor %}", prices={"a": 1}
    ) == ("a=1 ")


def test_filters_follow_language_and_zone():
    values = {
        "lang": "fi_FI",
        "tz": "Europe/Helsinki",
        "currency": "€",
        "day": date(2024, 5, 3),
        "moment": datetime(2024, 5, 3, 21, 30),
        "total": Decimal("1234.500000"),
    }
    source = (
        "{{ day | date }} {{ moment | date }} {{ moment | datetime }}"
        " {{ total | money }}"
    )
    assert render(source, **values) == (
        "3.5.2024 4.5.2024 4.5.2024 00:30 1\u00a0234,50\u00a0€"
    )
    english = values | {"lang": "en_US", "tz": "UTC", "currency": "$"}
    assert render(source, **english) == (
        "May 3, 2024 May 3, 2024 May 3, 2024 21:30 $1,234.50"
    )
    assert render("{{ day | date('dd.MM.') }}", **values) == "03.05."
    assert render("{{ -5 | money('EUR') }}", lang="en_GB") == "-EUR\u00a05.00"
    assert render("{{ total | number }} {{ total | round(1) }}", **english) == (
        "1,235 1234.5"
    )


def test_filters_of_text():
    assert render("{{ 'anna-LIISA' | capitalize }}") == "Anna-LIISA"
    assert render("{{ 'a b' | title }} {{ 'ä' | upper }}") == "A B Ä"
    assert render("{{ 'one two three' | truncate(9) }}") == "one two…"
    assert render("{{ ['a', 'b'] | join(' & ') }}") == "a & b"
    assert render("{{ tags | join(', ') }}", html=True, tags=["<a>"]) == "&lt;a&gt;"
    assert render("{{ 'a b&c' | urlencode }}") == "a%20b%26c"
    assert render("{{ '<p>x</p>' | striptags }}") == "x"


def test_only_plain_values_reach_a_template():
    class Record:
        env = "everything"

    for strange in (Record(), Record, print, b"x", {1, 2}, iter([])):
        assert "plain" in str(refused("{{ x.env }}", x=strange))
        assert "plain" in str(refused("text", deep={"list": [strange]}))


def test_lists_and_booleans_are_not_printed():
    assert "join" in str(refused("{{ tags }}", tags=["a"]))
    assert "if" in str(refused("{{ flag }}", flag=False))
    refused("{{ contact }}", contact={"name": "x"})
    refused("{{ self }}")


ATTACKS = {
    "class": "{{ ''.__class__ }}",
    "class by item": "{{ ''['__class__'] }}",
    "class by attr filter": "{{ '' | attr('__class__') }}",
    "class by computed item": "{{ ''['__cla' + 'ss__'] }}",
    "class of a value": "{{ contact.__class__.__mro__ }}",
    "private name": "{{ _budget }}",
    "internal filter": "{{ [1] | _counted }}",
    "globals": "{{ self.__init__.__globals__ }}",
    "cycler": "{{ cycler.__init__ }}",
    "lipsum": "{{ lipsum() }}",
    "namespace": "{% set ns = namespace() %}",
    "dict method": "{{ contact.update({'a': 1}) }}",
    "str.format": "{{ '{0.__class__}'.format(1) }}",
    "format filter": "{{ '%1000000000d' | format(1) }}",
    "format operator": "{{ '%1000000000d' % 1 }}",
    "huge range": "{% for i in range(10**9) %}{% endfor %}",
    "repeated text": "{{ 'a' * 1000000000 }}",
    "repeated list": "{{ ([1] * 1000000000) | length }}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "ljust": "{{ 'x'.ljust(10**9) }}",
    "center": "{{ 'x' | center(1000000000) }}",
    "indent": "{{ 'x' | indent(1000000000) }}",
    "huge replacement": "{{ long | replace('x', long) }}",
    "rounded to death": "{{ 1.5 | round(1000000000) | center(1) }}",
    "doubling": "{% set a = 'x' %}" + "{% set a = a + a %}" * 100,
    "doubling with ~": "{% set a = 'x' %}" + "{% set a = a ~ a %}" * 100,
    "doubling lists": "{% set a = [1] %}" + "{% set a = [a, a] %}" * 50,
    "doubling blocks": "{% set a %}xx{% endset %}" * 3,
    "growing number": "{% set a = 10 %}" + "{% set a = a * a %}" * 60,
    "nested loops": "{% for a in big %}{% for b in big %}x{% endfor %}{% endfor %}",
    "four loops": "{% for a in big %}" * 4 + "{% endfor %}" * 4,
    "huge output": "{% for a in big %}{{ long }}{% endfor %}",
    "recursive loop": "{% for a in big recursive %}{{ loop(big) }}{% endfor %}",
    "recursive macro": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "include": "{% include '/etc/passwd' %}",
    "import": "{% import 'x' as y %}",
    "extends": "{% extends 'x' %}",
    "block": "{% block a %}{% endblock %}",
    "filter block": "{% filter upper %}a{% endfilter %}",
    "no escaping": "{% autoescape false %}{{ a }}{% endautoescape %}",
    "deep brackets": "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "deep sum": "{{ 1" + "+1" * 3000 + " }}",
    "deep attributes": "{{ a" + ".a" * 3000 + " }}",
    "deep filters": "{{ 'a'" + " | upper" * 3000 + " }}",
    "deep ifs": "{% if 1 %}" * 500 + "{% endif %}" * 500,
    "deep lists": "{{ " + "[" * 500 + "]" * 500 + " }}",
    "huge literal": "{{ " + "9" * 10000 + " }}",
    "endless source": "x" * 400_000,
    "unfinished": "{{ a",
    "unknown tag": "{% do x %}",
}


@pytest.mark.parametrize("html", [True, False])
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_template_is_refused_at_once(attack, html):
    values = {"contact": {"name": "x"}, "big": [1] * 9000, "long": "x" * 100_000}
    start = time.perf_counter()
    with pytest.raises(TemplateError):
        compile_template(ATTACKS[attack], html=html).render(values)
    assert time.perf_counter() - start < 4


def test_values_are_limited_too():
    refused("x", big=[[0] * 1000] * 100)
    refused("x", long="x" * 500_000)
    deep = []
    for _ in range(50):
        deep = [deep]
    refused("x", deep=deep)


def test_a_syntax_error_names_its_line():
    error = refused("Hello\n\n{% if %}")
    assert error.line == 3
    assert str(error).endswith("(line 3).")


def test_dividing_by_zero_gives_a_missing_value():
    assert render("{{ (3 / n) or 'none' }}", n=0) == "none"


def test_a_template_renders_many_times_with_fresh_limits():
    template = compile_template("{% for i in big %}{{ i }}{% endfor %}", html=True)
    for _ in range(3):
        assert len(template.render({"big": [1] * 9000})) == 9000


def place(source, **values):
    error = refused(source, **values)
    return error.line, error.column, error.found


def test_errors_name_their_placeholder_and_its_place():
    """Also where the whole mail stands in one line."""
    assert place("<p>Hi {{ a }}, {{ b c }}!</p>", a="x") == (1, 16, "{{ b c }}")
    assert place("One\n two {% frob %}") == (2, 6, "{% frob %}")
    assert place("{{ 'x' }}\n{{ a\n or b\n or nothing }}") == (
        (2, 1, "{{ a\n or b\n or nothing }}")
    )
    assert place("{{- a -}} {%- if b.c > 'x' %}y{% endif %}{{ d }}", a="1") == (
        (1, 42, "{{ d }}")
    )
    assert place("a {# {{ not this }} #} {{ this }}") == (1, 24, "{{ this }}")


def test_what_is_not_closed_is_shown_where_it_begins():
    assert place("a {% if b %} c {% if d %} e {% endif %} f") == (1, 3, "{% if b %}")
    assert place("Hello {{ name") == (1, 7, "{{ name")
    assert place("a {% endif %}") == (1, 3, "{% endif %}")


def test_a_place_of_its_own_changes_nothing_of_the_text():
    assert render("{% raw %}{{ a }}{% endraw %}") == "{{ a }}"
    assert render("{{ '{%' }} {# {{ #} {{- a }}\r\n{{ a }}", a="b") == "{% b\nb"


def test_a_value_is_found_where_it_is_read_first():
    template = compile_template(
        "{{ a.b }}\n{{ c }} {% if a.c %}{{ c }}{% endif %}", html=True
    )
    assert template.find("a.c") == (2, 9, "{% if a.c %}")
    assert template.find("c") == (2, 1, "{{ c }}")
    assert template.find("nobody") == (None, None, None)


def test_errors_are_in_the_readers_language():
    """Our own words and those said instead of Jinja2's."""
    with speaking(lambda text: text.upper().replace("%S", "%s")):
        assert "IS NOT EXPECTED HERE" in str(refused("{{ a b }}"))
        assert str(refused("{{ a() }}")).startswith("call IS NOT PART")
        assert "(LINE 1)." in str(refused("{{ 'a' | date }}"))


def test_what_jinja_complains_about_is_said_plainly():
    for source, words in (
        ("{% if a %}", "every block needs its end"),
        ("{% else %}", "has no block before it"),
        ("{% frob %}", "There is no block “frob”"),
        ("{{ a + }}", "Something is missing before the end"),
        ("{{ a b }}", "“b” is not expected here"),
        ("{% if a is odd_one %}{% endif %}", "There is no test odd_one"),
    ):
        assert words in refused(source).message, source
