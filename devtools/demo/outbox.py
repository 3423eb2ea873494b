"""Where messages arrive: an SMTP server on loopback and a provider for SMS.

Mails are kept as ``.eml`` files, one folder per day, and handed to the people of the
demo who read them. SMS become lines of ``sms.jsonl``.
"""

import json
import re
import shutil
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from unittest.mock import patch

from aiosmtpd.controller import Controller

LOOPBACK = "127.0.0.1"
PORT_FILE = "port"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it was delivered to one address; ``sender`` is where bounces go."""

    address: str
    sender: str
    at: datetime
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    def html(self) -> str:
        """The body as a mail program shows it."""
        part = self.message.get_body(preferencelist=("html", "plain"))
        return part.get_content() if part else ""


class Outbox:
    """Keeps what was sent under a folder, and the letters nobody has read yet.

    :param now: a callable that tells the moment of the run.
    :param port: where to listen; a free one by default.
    """

    def __init__(self, folder: Path, now, port: int = 0):
        self.folder = folder
        self.port = port or _free_port()
        self.mails = 0
        self.sms = 0
        self._now = now
        self._unread = []

    def empty(self) -> None:
        """Begin anew: nothing of an earlier run stays."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / PORT_FILE).write_text(str(self.port))

    @contextmanager
    def open(self):
        """Receive mail on ``port`` while the block runs."""
        controller = Controller(self, hostname=LOOPBACK, port=self.port)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        """aiosmtpd's hook: one message with its recipients."""
        now = self._now()
        self.mails += 1
        day = self.folder / f"{now:%Y-%m-%d}"
        day.mkdir(exist_ok=True)
        name = re.sub(r"[^\w.@+-]", "_", envelope.rcpt_tos[0])
        (day / f"{now:%H%M}-{self.mails:06}-{name}.eml").write_bytes(envelope.content)
        message = message_from_bytes(envelope.content, policy=policy.default)
        for address in envelope.rcpt_tos:
            self._unread.append(
                Letter(address.lower(), envelope.mail_from, now, message)
            )
        return "250 Message accepted for delivery"

    def take_letters(self) -> list[Letter]:
        """The letters that came since the last call, in an order that does not depend
        on the database's numbering."""
        letters, self._unread = self._unread, []
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
                        "at": self._now().isoformat(),
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
        port = int((folder / PORT_FILE).read_text())
        opened = Outbox(folder, datetime.now, port).open()
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
