"""The people of the demo and their chance."""

import phonenumbers

from devtools.demo.agenda import Agenda
from devtools.demo.chance import Chance
from devtools.demo.people import address, person

CHANCE = Chance("seed")


def test_chance_depends_on_seed_and_keys_alone():
    assert CHANCE.number("a", 1) == Chance("seed").number("a", 1)
    assert CHANCE.number("a", 1) != CHANCE.number("a", 2)
    assert CHANCE.number("a", 1) != Chance("other").number("a", 1)


def test_rates_are_kept_over_many_draws():
    hits = sum(CHANCE.happens(0.2, "hit", n) for n in range(5000))
    assert 900 < hits < 1100
    drawn = {CHANCE.between(3, 5, "between", n) for n in range(100)}
    assert drawn == {3, 4, 5}
    assert {CHANCE.weighted({"a": 1, "b": 0}, n) for n in range(50)} == {"a"}


def test_people_have_addresses_of_their_own_under_reserved_domains():
    people = [person(str(n), CHANCE, "GB") for n in range(2000)]
    assert len({someone.email for someone in people}) == 2000
    endings = {
        someone.email.rsplit(".", 1)[0].rsplit("@", 1)[-1].split(".")[-1]
        for someone in people
    }
    assert endings == {"example"}
    assert person("7", CHANCE, "GB") == people[7]


def test_telephone_numbers_can_get_sms():
    people = [person(str(n), CHANCE, "GB") for n in range(300)]
    numbers = [someone.phone for someone in people if someone.phone]
    assert numbers
    can = {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }
    for number in numbers:
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_valid_number(parsed), number
        assert phonenumbers.number_type(parsed) in can, number


def test_a_move_changes_the_address():
    assert address("7", CHANCE, "US") != address("7", CHANCE, "US", move=1)


def test_the_agenda_keeps_the_order_of_moments_then_of_planning():
    done, agenda = [], Agenda()
    agenda.plan(2, done.append, "late")
    agenda.plan(1, done.append, "first")
    agenda.plan(1, done.append, "second")
    agenda.plan(9, done.append, "not yet")
    assert agenda.do_due(2) == 3
    assert done == ["first", "second", "late"]
