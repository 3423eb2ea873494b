"""An SMTP server on loopback that fails at random, and remembers what it promised.

A message counts as delivered when its 250 has been given: from then on it is the
server's, whatever the sender believes.
"""

import random
import socket
from collections import Counter, defaultdict
from email.parser import BytesHeaderParser

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, syntax

LOOPBACK = "127.0.0.1"
# How often a message meets each failure.
FAULTS = {
    "refused for now, recipient": 0.05,
    "refused for now, text": 0.05,
    "refused for good": 0.05,
    "line cut before the text": 0.03,
    "line cut in the text": 0.03,
    "line cut instead of an answer": 0.03,
}


class Session(SMTP):
    """One connection; the lines that are cut are cut here."""

    @syntax("DATA")
    async def smtp_DATA(self, arg):  # noqa: N802
        office = self.event_handler
        if office.meets("line cut before the text"):
            self.transport.abort()
            return
        if office.meets("line cut in the text"):
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            await self._reader.read(40)
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class PostOffice:
    """The server with its books.

    :ivar round: what `delivered` notes beside each message
    :ivar delivered: the rounds in which each Message-ID was accepted
    :ivar refused: the Message-IDs that were refused for good at least once
    :ivar faults: how often which failure was met
    """

    def __init__(self, seed):
        self.round = 0
        self.delivered = defaultdict(list)
        self.refused = set()
        self.faults = Counter()
        self._chance = random.Random(seed)
        self._calm = False
        self.port = _free_port()
        self._controller = Controller(self, hostname=LOOPBACK, port=self.port)
        self._controller.factory = lambda: Session(self)

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *exception):
        self._controller.stop()

    def calm_down(self):
        """From now on everything is accepted."""
        self._calm = True

    def meets(self, fault):
        """Whether the message at hand meets this failure."""
        met = not self._calm and self._chance.random() < FAULTS[fault]
        self.faults[fault] += met
        return met

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        """aiosmtpd's hook: one recipient."""
        if self.meets("refused for now, recipient"):
            return "450 Mailbox busy, try again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        """aiosmtpd's hook: one message with its recipients."""
        headers = BytesHeaderParser().parsebytes(envelope.content)
        message_id = headers["Message-ID"].strip()
        if self.meets("refused for now, text"):
            return "451 Disk full, try again"
        if self.meets("refused for good"):
            self.refused.add(message_id)
            return "554 Not wanted here"
        if self.meets("line cut instead of an answer"):
            server.transport.abort()
            return "451 Nobody hears this"
        self.delivered[message_id].append(self.round)
        return "250 Message accepted for delivery"


def _free_port():
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]
