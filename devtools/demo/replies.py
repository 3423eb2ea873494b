"""Mails that come back: an answer, an automatic one, a report of non-delivery."""

from email.message import EmailMessage
from email.utils import make_msgid

from .outbox import Letter

REPORT = """\
From: MAILER-DAEMON@mx.example.com
To: {sender}
Subject: Undelivered Mail Returned to Sender
Message-Id: {identity}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="report"

--report
Content-Type: text/plain

<{address}>: 550 5.1.1 no such mailbox
--report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1

--report
Content-Type: text/rfc822-headers

Message-Id: {original}
To: {address}

--report--
"""


def answer(letter: Letter, text: str) -> bytes:
    """What a reader writes back."""
    return _answer(letter, "Re", text).as_bytes()


def absence(letter: Letter) -> bytes:
    """What the mail program of somebody on holiday sends."""
    mail = _answer(letter, "Automatic reply", "I am out of the office until Monday.")
    mail["Auto-Submitted"] = "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    return mail.as_bytes()


def bounce(letter: Letter) -> bytes:
    """The report of a mail server that knows no such mailbox (RFC 3464)."""
    report = REPORT.format(
        sender=letter.sender,
        address=letter.address,
        identity=make_msgid(domain="mx.example.com"),
        original=letter.headers["Message-Id"],
    )
    return report.replace("\n", "\r\n").encode()


def _answer(letter: Letter, prefix: str, text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = letter.address
    mail["To"] = str(letter.headers["Reply-To"] or letter.headers["From"])
    mail["Subject"] = f"{prefix}: {letter.subject}"
    mail["Message-Id"] = make_msgid(domain="example.com")
    mail["In-Reply-To"] = mail["References"] = str(letter.headers["Message-Id"])
    mail.set_content(text)
    return mail
