"""Reading the unsubscribes, bounces and consents that another system has exported."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from .phone import normalise_phone

MAX_ROWS = 500_000
_MAX_CELL = 10_000
_OLDEST = datetime(1990, 1, 1)
_MAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")
_DOTTED = re.compile(
    r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?)?"
)

#: The columns, and how other systems call them.
COLUMNS = {
    "address": ("address", "email", "e-mail", "email address", "mail", "recipient"),
    "number": ("number", "phone", "mobile", "phone number", "sms", "msisdn"),
    "kind": ("kind", "type", "status", "state", "event"),
    "category": ("category", "list", "topic"),
    "date": ("date", "when", "time", "timestamp", "created", "unsubscribed at"),
    "source": ("source", "how", "origin"),
    "text": ("text", "consent text", "wording", "note", "comment"),
}
#: What a row says, and how other systems write it.
KINDS = {
    "unsubscribe": (
        "unsubscribe",
        "unsubscribed",
        "unsub",
        "opt-out",
        "opt out",
        "optout",
        "opted out",
        "withdrawn",
        "complaint",
        "complained",
        "spam",
    ),
    "bounce": ("bounce", "bounced", "hard bounce", "hard_bounce", "cleaned", "invalid"),
    "consent": (
        "consent",
        "given",
        "subscribe",
        "subscribed",
        "opt-in",
        "opt in",
        "optin",
        "opted in",
    ),
}
_COLUMN_OF = {name: column for column, names in COLUMNS.items() for name in names}
_KIND_OF = {name: kind for kind, names in KINDS.items() for name in names}


@dataclass(frozen=True)
class SuppressionRow:
    """What one address has said, or what became of it.

    :param line: in the file, from 1
    :param kind: ``unsubscribe``, ``bounce`` or ``consent``
    :param address: normalised
    :param category: the value of ``categories``, None when the row names none
    :param date: naive UTC, None when the row names none
    """

    line: int
    kind: str
    address: str
    category: object = None
    date: datetime | None = None
    source: str = ""
    text: str = ""


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be taken in.

    :param problem: ``no_address``, ``bad_address``, ``unknown_kind``,
        ``unknown_category``, ``bad_date``, ``future_date``, ``no_date``
    :param cells: as they stand in the file
    """

    line: int
    problem: str
    cells: tuple[str, ...]


class SuppressionFileError(ValueError):
    """The file as a whole cannot be read: ``empty``, ``no_column``, ``too_long``."""


def read_suppressions(
    content: bytes,
    now: datetime,
    *,
    kind: str | None = None,
    country_code: str | None = None,
    categories: Mapping[str, object],
):
    """The rows of a CSV file with a heading; separator and encoding are found out.

    :param now: naive UTC; what is later cannot be true
    :param kind: what a row without one of its own says
    :param country_code: for numbers that name none
    :param categories: by name and code, in lower case
    :return: the heading, list of `SuppressionRow`, list of `BadRow`
    :raises SuppressionFileError: with its one word
    """
    reader = csv.reader(io.StringIO(_decode(content)), delimiter=_delimiter(content))
    rows, bad = [], []
    try:
        heading = next(reader, [])
        columns = [_COLUMN_OF.get(cell.strip().lower()) for cell in heading]
        if not {"address", "number"} & set(columns):
            raise SuppressionFileError("no_column" if heading else "empty")
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) + len(bad) >= MAX_ROWS:
                raise SuppressionFileError("too_long")
            given = {
                column: cell.strip()[:_MAX_CELL]
                for column, cell in zip(columns, cells, strict=False)
                if column
            }
            read = _read_row(
                reader.line_num, given, now, kind, country_code, categories
            )
            if isinstance(read, str):
                bad.append(BadRow(reader.line_num, read, tuple(cells)))
            else:
                rows += read
    except csv.Error as error:
        raise SuppressionFileError("no_column") from error
    if not rows and not bad:
        raise SuppressionFileError("empty")
    return heading, rows, bad


def _read_row(line, given, now, default_kind, country_code, categories):
    """The rows for the addresses of a line, or the problem."""
    written = [given[name] for name in ("address", "number") if given.get(name)]
    if not written:
        return "no_address"
    addresses = [_normalise(address, country_code) for address in written]
    if not all(addresses):
        return "bad_address"
    kind = given.get("kind", "").lower()
    kind = _KIND_OF.get(kind) if kind else default_kind
    if not kind:
        return "unknown_kind"
    category = given.get("category", "").lower()
    if category and category not in categories:
        return "unknown_category"
    date = None
    if given.get("date"):
        date = read_date(given["date"])
        if not date:
            return "bad_date"
        if date > now:
            return "future_date"
    elif kind == "consent":
        # A consent that nobody knows the day of proves nothing.
        return "no_date"
    return [
        SuppressionRow(
            line,
            kind,
            address,
            categories.get(category),
            date,
            given.get("source", ""),
            given.get("text", ""),
        )
        for address in addresses
    ]


def read_date(text: str) -> datetime | None:
    """A moment as naive UTC, from ISO or day.month.year; None for anything else: where
    a slash stands, nobody knows which is the month."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        match = _DOTTED.fullmatch(text)
        if not match:
            return None
        day, month, year, *clock = (int(part or 0) for part in match.groups())
        try:
            moment = datetime(year, month, day, *clock)
        except ValueError:
            return None
    try:
        if moment.tzinfo:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return None
    return moment.replace(microsecond=0) if moment >= _OLDEST else None


def _normalise(address, country_code):
    if "@" in address:
        address = address.lower()
        return address if _MAIL.fullmatch(address) else None
    return normalise_phone(address, country_code)


def _decode(content):
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace").replace("\x00", "")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    return text.replace("\x00", "")


def _delimiter(content):
    """The separator that the heading has most of."""
    heading = _decode(content[:4000]).partition("\n")[0]
    return max(",;\t", key=heading.count)
