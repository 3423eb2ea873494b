"""Which addresses mean this machine."""

import pytest

from devtools import guard


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.8.9.10", "::1", "[::1]", "localhost", "LOCALHOST.", "", None]
    + [b"localhost"],
)
def test_loopback(host):
    assert guard.is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["192.0.2.1", "10.0.0.1", "0.0.0.0", "::", "2001:db8::1", "fe80::1%eth0"]
    + ["example.com", "localhost.example.com", "127.0.0.1.example.com", b"example.com"],
)
def test_outside(host):
    assert not guard.is_loopback(host)
