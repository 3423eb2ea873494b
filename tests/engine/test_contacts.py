"""Phone numbers, names to greet with, addresses, mails of machines."""

import pytest
from engine import (
    address_changed,
    can_receive_sms,
    country_of,
    first_name,
    is_automatic_reply,
    normalise_address_part,
    normalise_phone,
    shared_address,
)


@pytest.mark.parametrize(
    ("number", "country", "expected"),
    [
        ("040 123 4567", "FI", "+358401234567"),
        ("+358 (0)40-1234567", "SE", "+358401234567"),
        ("0401234567", "fi", "+358401234567"),
        ("070-123 45 67", "SE", "+46701234567"),
        ("00358401234567", "FI", "+358401234567"),
        ("+1 650 253 0000", None, "+16502530000"),
        ("0401234567", None, None),
        ("12345", "FI", None),
        ("+358 40", "FI", None),
        ("call me", "FI", None),
        ("040 123 4567 ext. 5", "FI", None),
        ("0401234567", "XX", None),
        ("0" * 10_000, "FI", None),
        ("", "FI", None),
        (None, "FI", None),
        (False, "FI", None),
    ],
)
def test_phone_numbers_become_e164(number, country, expected):
    assert normalise_phone(number, country) == expected


def test_which_numbers_receive_text_messages():
    assert can_receive_sms("+358401234567")
    assert can_receive_sms("+16502530000")
    assert not can_receive_sms("+35891234567")
    assert not can_receive_sms("0401234567")
    assert not can_receive_sms(None)


def test_country_of_a_number():
    assert country_of("+358401234567") == "FI"
    assert country_of("+46701234567") == "SE"
    assert country_of("+999") is None
    assert country_of(None) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Liisa Virtanen", "Liisa"),
        ("Virtanen, Liisa", "Liisa"),
        ("Dr. Liisa Virtanen", "Liisa"),
        ("Herr Prof. Dr. Jörg Müller", "Jörg"),
        ("Virtanen, tri Liisa", "Liisa"),
        ("LIISA VIRTANEN", "Liisa"),
        ("anna-liisa virtanen", "Anna-Liisa"),
        ("O'Brien, Sean", "Sean"),
        ("King, Martin Luther, Jr.", "Martin"),
        ("Martin King, PhD", "Martin"),
        ("Liisa (sales)", "Liisa"),
        ("Da Silva, João", "João"),
        ("Åsa", "Åsa"),
        ("Бориc Иванов", "Бориc"),
        ("J. Smith", None),
        ("Smith, J.", None),
        ("Smith, Dr.", None),
        ("Mr", None),
        ("Acme Oy", None),
        ("Oy Acme Ab", None),
        ("Müller GmbH & Co. KG", None),
        ("Smith & Sons", None),
        ("Brandt AS", None),
        ("Helsingin kaupunki", None),
        ("liisa@example.com", None),
        ("Customer 4711", None),
        ("", None),
        ("   ", None),
        (None, None),
        (False, None),
    ],
)
def test_the_name_to_greet_a_person_with(name, expected):
    assert first_name(name, is_company=False, email="a.b@example.com") == expected


def test_companies_and_desks_are_greeted_neutrally():
    assert first_name("Liisa Virtanen", is_company=True, email=None) is None
    assert first_name("Liisa Virtanen", is_company=False, email="info@acme.fi") is None
    assert first_name("Liisa Virtanen", is_company=False, email=None) == "Liisa"


@pytest.mark.parametrize(
    "email",
    [
        "info@acme.fi",
        "INFO@acme.fi",
        "sales@acme.com",
        "office+x@acme.com",
        "no-reply@acme.com",
        "customer.service@acme.com",
        "myynti@acme.fi",
        "myynti.turku@acme.fi",
        "asiakaspalvelu@acme.fi",
        "kundtjänst@acme.se",
        "försäljning@acme.se",
        "kundeservice@acme.no",
        "post@acme.no",
        "vertrieb@acme.de",
        "büro@acme.de",
        "sales2@acme.com",
    ],
)
def test_addresses_that_a_company_shares(email):
    assert shared_address(email)


@pytest.mark.parametrize("email", ["liisa.virtanen@acme.fi", "infosia@x.fi", "", None])
def test_addresses_of_persons(email):
    assert not shared_address(email)


def test_tidying_up_an_address_is_no_move():
    old = {"street": "Mannerheimintie 5 A", "zip": "00100", "city": "HELSINKI"}
    tidy = {"street": "mannerheimintie 5a", "zip": "00 100", "city": "Helsinki "}
    assert not address_changed(old, tidy)
    assert not address_changed({**old, "country": None}, {**tidy, "country": ""})
    assert address_changed(old, {**tidy, "zip": "00120"})
    assert address_changed(old, {**tidy, "country": "SE"})
    assert address_changed({}, tidy)


def test_parts_of_an_address_are_compared_by_letters_and_digits():
    assert normalise_address_part(" Straße-1 ") == normalise_address_part("STRASSE 1")
    assert normalise_address_part("Ａ１") == "a1"
    assert normalise_address_part(None) == normalise_address_part(False) == ""


@pytest.mark.parametrize(
    ("headers", "subject"),
    [
        ({"Auto-Submitted": "auto-replied"}, "Re: Hello"),
        ({"auto-submitted": "auto-generated; reason=x"}, ""),
        ({"X-Autoreply": "yes"}, "Hello"),
        ({"Precedence": "auto_reply"}, "Hello"),
        ({"Precedence": "Bulk"}, "Hello"),
        ({"X-Auto-Response-Suppress": "All"}, "Hello"),
        ({"Return-Path": "<>"}, "Hello"),
        ({}, "Automatic reply: Welcome"),
        ({}, "Re: Out of Office: Welcome"),
        ({}, "VS: Automaattinen vastaus: Tervetuloa"),
        ({}, "Autosvar: Välkommen"),
        ({}, "Automatisk svar: Velkommen"),
        ({}, "AW: Abwesenheitsnotiz: Willkommen"),
        ({}, "Undeliverable: Welcome"),
    ],
)
def test_mails_of_machines(headers, subject):
    assert is_automatic_reply(headers, subject)


@pytest.mark.parametrize(
    ("headers", "subject"),
    [
        ({"Auto-Submitted": "no", "Precedence": "normal"}, "Re: Welcome"),
        ({"From": "liisa@example.com"}, "Question about the automatic reply"),
        ({}, "Re: " * 200 + "Welcome"),
        ({}, None),
        ({}, ""),
    ],
)
def test_mails_of_persons(headers, subject):
    assert not is_automatic_reply(headers, subject)
