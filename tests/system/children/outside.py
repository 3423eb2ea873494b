"""Run by test_guard: each way out must fail its test, though the error is swallowed."""

import contextlib
import socket

import requests

from odoo.tests import TransactionCase, tagged


@tagged("standard", "post_install", "-at_install")
class Outside(TransactionCase):
    def test_socket(self):
        with contextlib.suppress(OSError), socket.socket() as outside:
            outside.connect(("192.0.2.1", 80))

    def test_name(self):
        with contextlib.suppress(OSError):
            socket.create_connection(("example.invalid", 80), timeout=1)

    def test_request_that_odoo_would_block_quietly(self):
        with contextlib.suppress(requests.exceptions.RequestException):
            requests.get("http://192.0.2.1/", timeout=1)

    def test_loopback(self):
        with contextlib.suppress(ConnectionRefusedError), socket.socket() as inside:
            inside.connect(("127.0.0.1", 9))
