"""Webhooks: signatures, addresses that may be called, tries."""

import hashlib
import hmac

import pytest
from engine.webhook import (
    Answer,
    Refused,
    check_url,
    is_public,
    post,
    retry_minutes,
    signature,
)


def test_signature_covers_time_and_body():
    expected = hmac.new(b"secret", b'1700000000.{"a":1}', hashlib.sha256).hexdigest()
    assert signature("secret", 1700000000, b'{"a":1}') == f"v1={expected}"
    assert signature("secret", 1700000001, b'{"a":1}') != f"v1={expected}"
    with pytest.raises(ValueError):
        signature("", 1, b"")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:0001::",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
    ],
)
def test_private_addresses(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888"])
def test_public_addresses(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://shop.example/hook",
        "ftp://shop.example",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@shop.example",
        "https://shop.example:port/",
        "gopher://shop.example",
    ],
)
def test_addresses_that_are_refused(url):
    with pytest.raises(Refused):
        check_url(url)


def test_parts_of_an_address():
    parts = ("https", "shop.example", 8443, "/hook?a=1")
    assert check_url("https://shop.example:8443/hook?a=1") == parts
    assert check_url("http://localhost", allow_private=True)[1:3] == ("localhost", 80)


@pytest.mark.parametrize(
    "url",
    ["https://localhost/", "https://127.0.0.1:8069/", "https://[::1]/"],
)
def test_this_machine_is_not_called(url):
    with pytest.raises(Refused, match="private"):
        post(url, b"{}", {})


def test_tries():
    down = Answer(503)
    assert [retry_minutes(tries, down) for tries in (1, 2, 6, 7, 50)] == [
        1,
        5,
        240,
        240,
        240,
    ]
    assert retry_minutes(1, Answer(429, retry_after=601)) == 11


@pytest.mark.parametrize(
    ("status", "done", "passing"),
    [
        (200, True, False),
        (204, True, False),
        (302, False, False),
        (400, False, False),
        (410, False, False),
        (429, False, True),
        (500, False, True),
        (None, False, True),
    ],
)
def test_what_an_answer_means(status, done, passing):
    answer = Answer(status)
    assert (answer.is_done, answer.is_passing) == (done, passing)
