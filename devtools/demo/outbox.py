"""Where messages arrive: an SMTP server on loopback and a provider for SMS.

Mails are kept as ``.eml`` files, one folder per day, and handed to the people of the
demo who read them. SMS become lines of ``sms.jsonl``. The server is a process of its
own: receiving must not take time away from sending.
"""

import json
import multiprocessing
import re
import shutil
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from functools import cached_property
from pathlib import Path
from unittest.mock import patch

from aiosmtpd.controller import Controller

LOOPBACK = "127.0.0.1"
PORT_FILE = "port"


@dataclass(frozen=True)
class Letter:
    """A mail as it was delivered to one address; ``sender`` is where bounces go."""

    address: str
    sender: str
    at: datetime
    source: bytes

    @cached_property
    def subject(self) -> str:
        return self._read_header("Subject")

    @cached_property
    def to(self) -> str:
        return self._read_header("To")

    def _read_header(self, name: str) -> str:
        text = re.sub(r"[\r\n]+", "", self._raw_headers[name] or "")
        return str(make_header(decode_header(text)))

    @cached_property
    def _raw_headers(self) -> Message:
        # Most letters are only looked at: the old policy reads them ten times faster.
        return BytesHeaderParser(policy=policy.compat32).parsebytes(self.source)

    @cached_property
    def headers(self) -> Message:
        """The headers, each read as its kind wants it."""
        return BytesHeaderParser(policy=policy.default).parsebytes(self.source)

    def html(self) -> str:
        """The body as a mail program shows it: HTML, if there is any."""
        texts = {}
        for part in message_from_bytes(self.source).walk():
            texts.setdefault(part.get_content_type(), part)
        part = texts["text/html" if "text/html" in texts else "text/plain"]
        return part.get_payload(decode=True).decode(part.get_content_charset("utf-8"))


class Mailroom:
    """Takes mails in and keeps each as a file: the handler of aiosmtpd's server."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.mails = 0
        self.moment = None  # The real time, unless the run says otherwise.
        self.unread = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        """aiosmtpd's hook: one message with its recipients."""
        now = self.moment or datetime.now()
        self.mails += 1
        day = self.folder / f"{now:%Y-%m-%d}"
        day.mkdir(exist_ok=True)
        name = re.sub(r"[^\w.@+-]", "_", envelope.rcpt_tos[0])
        (day / f"{now:%H%M}-{self.mails:06}-{name}.eml").write_bytes(envelope.content)
        for address in envelope.rcpt_tos:
            self.unread.append(
                (address.lower(), envelope.mail_from, now, envelope.content)
            )
        return "250 Message accepted for delivery"

    @contextmanager
    def open(self, port: int):
        """Receive mail on a port while the block runs."""
        controller = Controller(self, hostname=LOOPBACK, port=port)
        controller.start()
        try:
            yield
        finally:
            controller.stop()


def _serve(folder: Path, port: int, orders) -> None:
    """The life of the server's process: a moment or a request at a time, until None.

    :param orders: a pipe; a datetime sets the clock, ``True`` asks for the new letters.
    """
    room = Mailroom(folder)
    with room.open(port):
        orders.send("open")
        while (order := orders.recv()) is not None:
            if isinstance(order, datetime):
                room.moment = order
                orders.send("set")
            else:
                # What comes in meanwhile is for the next request.
                unread, room.unread = room.unread, []
                orders.send(unread)


class Outbox:
    """Keeps what was sent under a folder, and the letters nobody has read yet.

    :param port: where to listen; a free one by default.
    :ivar moment: when what comes now arrives.
    """

    def __init__(self, folder: Path, port: int = 0):
        self.folder = folder
        self.port = port or _free_port()
        self.mails = 0
        self.sms = 0
        self.moment = None
        self._server = None

    def empty(self) -> None:
        """Begin anew: nothing of an earlier run stays."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / PORT_FILE).write_text(str(self.port))

    @contextmanager
    def open(self):
        """Receive mail on ``port`` while the block runs.

        :raises EOFError: when the server cannot listen there.
        """
        # Not forked: the server has no use for Odoo in its memory.
        processes = multiprocessing.get_context("spawn")
        self._server, ours = processes.Pipe()
        server = processes.Process(
            target=_serve, args=(self.folder, self.port, ours), daemon=True
        )
        server.start()
        ours.close()
        self._server.recv()
        try:
            yield self
        finally:
            self._server.send(None)
            server.join()

    def set_moment(self, moment: datetime) -> None:
        """What time it is for the mails that come from now on."""
        self.moment = moment
        self._server.send(moment)
        self._server.recv()

    def take_letters(self) -> list[Letter]:
        """The letters that came since the last call, in an order that does not depend
        on the database's numbering."""
        self._server.send(True)
        letters = [Letter(*each) for each in self._server.recv()]
        self.mails += len(letters)
        return sorted(letters, key=lambda letter: (letter.address, letter.subject))

    @contextmanager
    def sms_provider(self):
        """Let Odoo's SMS go to ``sms.jsonl`` while the block runs."""
        from odoo.addons.sms.models.res_company import ResCompany
        from odoo.addons.sms.tools.sms_api import SmsApiBase

        outbox = self

        class LocalSmsApi(SmsApiBase):
            """A provider that accepts everything and keeps it in a file."""

            def _send_sms_batch(self, messages, delivery_reports_url=False):
                return outbox.keep_sms(messages)

        with patch.object(
            ResCompany, "_get_sms_api_class", lambda company: LocalSmsApi
        ):
            yield self

    def keep_sms(self, messages: list[dict]) -> list[dict]:
        """Write a batch as Odoo hands it over; answer as a provider would."""
        results = []
        with (self.folder / "sms.jsonl").open("a", encoding="utf-8") as lines:
            for message in messages:
                for number in message["numbers"]:
                    self.sms += 1
                    line = {
                        "at": self.moment.isoformat(),
                        "number": number["number"],
                        "text": message["content"],
                    }
                    lines.write(json.dumps(line, ensure_ascii=False) + "\n")
                    results.append(
                        {"uuid": number["uuid"], "state": "success", "credit": 0}
                    )
        return results


@contextmanager
def after_the_run(folder: Path):
    """Go on receiving the mail of the demo's database, where its run did, while the
    block runs: for looking around in the web client. Without a run there is nothing
    to do."""
    try:
        opened = Mailroom(folder).open(int((folder / PORT_FILE).read_text()))
        opened.__enter__()
    except (OSError, ValueError):
        yield
        return
    try:
        yield
    finally:
        opened.__exit__(None, None, None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]
