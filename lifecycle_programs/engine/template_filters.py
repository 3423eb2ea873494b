"""Filters of message templates: short, bounded, and aware of the reader's language.

They read ``lang`` ("fi_FI"), ``tz`` ("Europe/Helsinki") and ``currency`` ("€") from the
values of the message when these are not given.
"""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from urllib.parse import quote

from jinja2 import pass_context
from jinja2.filters import do_striptags
from jinja2.runtime import Undefined
from markupsafe import Markup, escape

from .errors import TemplateError
from .values import to_local, zone

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _

MAX_TEXT = 200_000
#: Date format by language, and by language and country where they differ.
DATE_FORMATS = {
    "da": "dd.MM.yyyy",
    "de": "dd.MM.yyyy",
    "en": "d MMMM yyyy",
    "en_US": "MMMM d, yyyy",
    "es": "dd/MM/yyyy",
    "et": "dd.MM.yyyy",
    "fi": "d.M.yyyy",
    "fr": "dd/MM/yyyy",
    "it": "dd/MM/yyyy",
    "nb": "dd.MM.yyyy",
    "nl": "dd-MM-yyyy",
    "no": "dd.MM.yyyy",
    "sv": "yyyy-MM-dd",
}
#: Separators of thousands and decimals; the first entry stands for all others.
_SEPARATORS = {
    "en": (",", "."),
    "de": (".", ","),
    "da": (".", ","),
    "nl": (".", ","),
    "it": (".", ","),
    "es": (".", ","),
}
_NO_BREAK = "\u00a0"
_MONTHS = (
    "January February March April May June July August September October November"
    " December"
).split()
_PATTERN = re.compile("yyyy|yy|MMMM|MM|M|dd|d|HH|H|mm")


def plain_number(value):
    """A number without exponent and trailing zeros."""
    try:
        text = f"{Decimal(str(value)):f}"
    except InvalidOperation:
        raise TemplateError(_("This is no number")) from None
    return text.rstrip("0").rstrip(".") if "." in text else text


def _bounded(text):
    if len(text) > MAX_TEXT:
        raise TemplateError(_("A text becomes too long"))
    return text


def _text(function):
    """A filter of a text; numbers become texts, a missing value stays missing."""

    def apply(value, *args):
        if isinstance(value, Undefined):
            return value
        if not isinstance(value, str):
            value = plain_number(value)
        return _bounded(function(value, *args))

    return apply


def _default(value, default="", boolean=False):
    missing = value is None or isinstance(value, Undefined)
    return default if missing or (boolean and not value) else value


def _join(value, separator=", "):
    if isinstance(value, Undefined):
        return value
    if not isinstance(value, (list, tuple)):
        raise TemplateError(_("join works on a list"))
    parts, size = [], 0
    for item in value:
        if isinstance(item, Undefined):
            continue
        item = item if isinstance(item, str) else plain_number(item)
        size += len(item) + len(separator)
        if size > MAX_TEXT:
            raise TemplateError(_("A text becomes too long"))
        parts.append(item)
    if any(isinstance(part, Markup) for part in (separator, *parts)):
        return escape(separator).join(parts)
    return separator.join(parts)


def _replace(value, old, new):
    if not old or value.count(old) * len(new) > MAX_TEXT:
        raise TemplateError(_("replace needs a text to look for and a short result"))
    return value.replace(old, new)


def _truncate(value, length=100, end="…"):
    length = max(0, min(int(length), MAX_TEXT))
    if len(value) <= length:
        return value
    cut = value[: max(0, length - len(end))]
    return (cut.rpartition(" ")[0] or cut).rstrip() + end


def _nl2br(value):
    lines = escape(_default(value)).replace("\r\n", "\n").split("\n")
    return Markup("<br>").join(lines)


def _edge(index):
    def pick(value):
        if isinstance(value, Undefined):
            return value
        return value[index] if len(value) else Undefined(name=_("the list's item"))

    return pick


def _length(value):
    return len(value)


def _items(value):
    if isinstance(value, Undefined):
        return []
    return [list(pair) for pair in value.items()]


def _decimal(value):
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise TemplateError(_("A number is wanted here"))
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) > 10**15:
        raise TemplateError(_("A number is too big"))
    return number


def _round(value, decimals=0):
    if isinstance(value, Undefined):
        return value
    step = Decimal(1).scaleb(-max(0, min(int(decimals), 6)))
    return _decimal(value).quantize(step, ROUND_HALF_UP)


def _of_language(table, lang, default):
    return table.get(lang) or table.get((lang or "").partition("_")[0], default)


@pass_context
def _number(context, value, decimals=0, lang=None):
    """1234.5 as "1 234,50" or "1,234.50"."""
    if isinstance(value, Undefined):
        return value
    lang = lang or context.get("lang")
    thousands, point = _of_language(_SEPARATORS, lang, (_NO_BREAK, ","))
    if not lang:
        thousands, point = _SEPARATORS["en"]
    whole = f"{_round(value, decimals):,f}"
    return whole.translate({ord(","): thousands, ord("."): point})


@pass_context
def _money(context, value, currency=None, decimals=2, lang=None):
    """An amount with its currency where the language puts it."""
    if isinstance(value, Undefined):
        return value
    lang = lang or context.get("lang") or "en"
    currency = currency or context.get("currency") or ""
    amount = _number(context, value, decimals, lang)
    if not currency:
        return amount
    if lang.startswith("en"):
        minus, amount = ("-", amount[1:]) if amount.startswith("-") else ("", amount)
        gap = _NO_BREAK if currency[-1:].isalpha() else ""
        return f"{minus}{currency}{gap}{amount}"
    return f"{amount}{_NO_BREAK}{currency}"


def _formatted(moment, pattern):
    parts = {
        "yyyy": f"{moment.year:04}",
        "yy": f"{moment.year % 100:02}",
        "MMMM": _MONTHS[moment.month - 1],
        "MM": f"{moment.month:02}",
        "M": str(moment.month),
        "dd": f"{moment.day:02}",
        "d": str(moment.day),
    }
    if isinstance(moment, datetime):
        parts |= {
            "HH": f"{moment.hour:02}",
            "H": str(moment.hour),
            "mm": f"{moment.minute:02}",
        }
    return _PATTERN.sub(lambda found: parts.get(found[0], ""), str(pattern)[:100])


def _local(context, value, tz):
    return to_local(value, zone(tz or context.get("tz")))


@pass_context
def _date(context, value, pattern=None, lang=None, tz=None):
    """A date as the language writes it; of a moment, the day in the reader's zone."""
    if isinstance(value, Undefined):
        return value
    if isinstance(value, datetime):
        value = _local(context, value, tz)
    elif not isinstance(value, date):
        raise TemplateError(_("A date is wanted here"))
    lang = lang or context.get("lang")
    return _formatted(value, pattern or _of_language(DATE_FORMATS, lang, "yyyy-MM-dd"))


@pass_context
def _datetime(context, value, pattern=None, lang=None, tz=None):
    """A moment (UTC) as clock time in the reader's zone."""
    if isinstance(value, Undefined):
        return value
    if not isinstance(value, datetime):
        raise TemplateError(_("A date with time is wanted here"))
    lang = lang or context.get("lang")
    day = _of_language(DATE_FORMATS, lang, "yyyy-MM-dd")
    return _formatted(_local(context, value, tz), pattern or f"{day} HH:mm")


FILTERS = {
    "capitalize": _text(lambda text: text[:1].upper() + text[1:]),
    "count": _length,
    "date": _date,
    "datetime": _datetime,
    "d": _default,
    "default": _default,
    "e": escape,
    "escape": escape,
    "first": _edge(0),
    "items": _items,
    "join": _join,
    "last": _edge(-1),
    "length": _length,
    "lower": _text(lambda text: text.lower()),
    "money": _money,
    "nl2br": _nl2br,
    "number": _number,
    "replace": _text(_replace),
    "round": _round,
    "striptags": _text(do_striptags),
    "title": _text(lambda text: text.title()),
    "trim": _text(lambda text: text.strip()),
    "truncate": _text(_truncate),
    "upper": _text(lambda text: text.upper()),
    "urlencode": _text(lambda text: quote(text, safe="")),
}
