"""Run by test_canary: what leaves outside of any test must fail the run."""

import contextlib
import socket

with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as outside:
    outside.sendto(b"hello", ("192.0.2.1", 9))


def test_passes():
    assert socket.getaddrinfo("localhost", 80)
