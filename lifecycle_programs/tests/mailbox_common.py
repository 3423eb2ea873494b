"""A mail server on loopback, for what is sent in tests."""

import socket
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller


class Mailbox:
    """What an SMTP server on loopback received.

    :ivar refused: addresses that it does not know
    :ivar cut: addresses at whose mails it hangs up
    """

    def __init__(self):
        self.mails = []
        self.refused = set()
        self.cut = set()
        self.lock = threading.Lock()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return "550 5.1.1 No such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.cut & set(envelope.rcpt_tos):
            server.transport.abort()
            return "421 Going down"
        with self.lock:
            self.mails.append(
                message_from_bytes(envelope.content, policy=policy.default)
            )
        return "250 OK"


@contextmanager
def smtp_server():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox, port
    finally:
        controller.stop()
