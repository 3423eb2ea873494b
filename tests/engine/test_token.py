"""Signatures of public links."""

import re

import pytest
from engine import sign, verify


def test_a_signature_fits_its_own_link_only():
    token = sign("secret", "unsubscribe", 7, "marketing")
    assert verify("secret", token, "unsubscribe", 7, "marketing")
    assert verify("secret", token, "unsubscribe", "7", "marketing")
    assert not verify("secret", token, "unsubscribe", 8, "marketing")
    assert not verify("secret", token, "survey", 7, "marketing")
    assert not verify("other", token, "unsubscribe", 7, "marketing")
    assert not verify("secret", token, "unsubscribe", 7)


def test_parts_cannot_be_shifted():
    assert sign("s", "p", "ab", "c") != sign("s", "p", "a", "bc")
    assert sign("s", "p", "a:b") != sign("s", "p", "a", "b")
    assert sign("s", "pa", "b") != sign("s", "p", "ab")


def test_a_signature_fits_into_an_address():
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", sign("s", "p", "å", 1))


@pytest.mark.parametrize("token", [None, "", "x", "ä" * 43, "\ud800", 5, b"x"])
def test_anything_else_is_no_signature(token):
    assert not verify("secret", token, "unsubscribe", 7)


def test_without_a_secret_nothing_is_signed():
    with pytest.raises(ValueError):
        sign("", "unsubscribe", 7)
    assert not verify("", "x" * 43, "unsubscribe", 7)
