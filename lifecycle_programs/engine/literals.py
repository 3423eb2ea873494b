"""The constants that a rule can hold, by the token of the grammar."""

import re
from datetime import datetime
from decimal import Decimal

from rule_engine.errors import SyntaxError as LibrarySyntaxError
from rule_engine.parser.utilities import parse_timedelta

from .errors import RuleError
from .tree import Literal
from .values import limit, naive_utc, normalise, seconds

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _

_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{3}(\d{3})?)?)?(Z|[+-]\d\d:\d\d)?)?"
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}


def _number(token):
    return Literal("number", normalise("number", Decimal(token.text)), token.position)


def _text(token):
    text = token.text
    raw = text[0] == "r"
    text = text[2:-1] if text[0] in "rs" else text[1:-1]
    if not raw:
        text = _ESCAPE.sub(lambda found: _unescape(found[1], token), text)
    # An empty literal stays empty: only the values of contacts become missing.
    return Literal("text", normalise("text", text) or "", token.position)


def _moment(token):
    """A date, a moment, or (without an offset) a time of the clock on the wall."""
    error = RuleError(
        _("This is no date"),
        token.position,
        token.text,
        _('d"2024-01-31" or d"2024-01-31T09:00"'),
    )
    if not _MOMENT.fullmatch(token.text):
        raise error
    try:
        moment = datetime.fromisoformat(token.text.replace("Z", "+00:00"))
    except ValueError:
        raise error from None
    if limit("datetime", moment.replace(tzinfo=None)) is None:
        raise RuleError(
            _("Dates go from 1900 to 2200"),
            token.position,
            token.text,
            _("== null for no date"),
        )
    if len(token.text) == 10:
        return Literal("date", moment.date(), token.position)
    if moment.tzinfo:
        return Literal("datetime", naive_utc(moment), token.position)
    return Literal("local", moment, token.position)


def _span(token):
    try:
        span = limit("duration", seconds(parse_timedelta(token.text)))
    except (LibrarySyntaxError, OverflowError, ValueError):
        span = None
    if span is None:
        raise RuleError(
            _("This is no duration"),
            token.position,
            token.text,
            _('t"P30D" for 30 days or t"PT2H" for 2 hours'),
        )
    return Literal("duration", span, token.position)


def _unescape(code, token):
    if len(code) == 5:
        letter = chr(int(code[1:], 16))
        if "\ud800" <= letter <= "\udfff" or letter == "\x00":
            raise RuleError(_("This is no character"), token.position, f"\\{code}")
        return letter
    if code not in _ESCAPES:
        raise RuleError(
            _("A backslash in a text is written twice"),
            token.position,
            f"\\{code}",
            f"\\\\{code}",
        )
    return _ESCAPES[code]


#: From the kind of a token to the function that reads it.
LITERALS = {
    "TRUE": lambda token: Literal("boolean", True, token.position),
    "FALSE": lambda token: Literal("boolean", False, token.position),
    "NULL": lambda token: Literal("null", None, token.position),
    "FLOAT": _number,
    "STRING": _text,
    "DATETIME": _moment,
    "TIMEDELTA": _span,
}
