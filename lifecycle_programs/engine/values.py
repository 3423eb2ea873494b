"""Values as rules see them: the same normal form in Python and in SQL.

A value outside its normal form is missing (None, NULL): a number beyond 1e12 or a
date outside the years 1900 to 2200 is a mistake of the data, and letting it through
would let PostgreSQL raise where Python does not.
"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta, timezone
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo

#: Wide enough that sums, products and 6-decimal quotients of normal numbers are exact.
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
STEP = Decimal("0.000001")
LIMIT = Decimal(10) ** 12
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
FIRST_MOMENT = datetime.combine(FIRST_DAY, time.min)
LAST_MOMENT = datetime.combine(LAST_DAY, time.max)
ELEMENT = {
    "text_list": "text",
    "number_list": "number",
    "date_list": "date",
    "datetime_list": "datetime",
}
SQL_TYPES = {
    "number": "numeric",
    "duration": "numeric",
    "text": "text",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp",
    "local": "timestamp",
    "text_list": "text[]",
    "number_list": "numeric[]",
    "date_list": "date[]",
    "datetime_list": "timestamp[]",
}


def _lower_table():
    """Pairs of capital and small letters that fold one to one.

    PostgreSQL's own lower() follows the locale of the database, Python's follows its
    Unicode version: only a table of our own is the same on both sides. It covers the
    Latin, Greek and Cyrillic alphabets.
    """
    blocks = ((0x41, 0x250), (0x370, 0x530), (0x1E00, 0x2000))
    letters = (chr(code) for start, end in blocks for code in range(start, end))
    return {
        ord(letter): letter.lower()
        for letter in letters
        if letter.lower() != letter and len(letter.lower()) == 1
    }


LOWER = _lower_table()


def lower(text):
    """Small letters, the same as the SQL of :func:`lower_sql`."""
    return text.translate(LOWER)


def lower_sql(expression):
    """SQL twin of :func:`lower`; plain ASCII takes a much shorter way."""
    capitals = [code for code in LOWER if code > 127]
    small = "".join(LOWER[code] for code in capitals)
    ascii_lower = f'lower({expression} COLLATE "C")'
    return (
        f"CASE WHEN octet_length({expression}) = char_length({expression})"
        f" THEN {ascii_lower} ELSE"
        f" translate({ascii_lower}, '{''.join(map(chr, capitals))}', '{small}') END"
    )


def _clamp_sql(expression, low, high):
    """``expression``, or NULL when it is not strictly between two sentinels.

    LEAST and GREATEST leave NULL aside, so a missing value becomes a sentinel and
    then NULL again. The expression appears once: nesting must not double its text.
    """
    return (
        f"NULLIF(NULLIF(LEAST(GREATEST({expression}, {low}), {high}), {high}), {low})"
    )


_BEYOND = f"{LIMIT + STEP:f}"


def limit_sql(type_, expression):
    """SQL that turns a computed value outside the limits of its type into NULL."""
    if type_ in ("number", "duration"):
        return _clamp_sql(expression, f"-{_BEYOND}", _BEYOND)
    if type_ == "date":
        return _clamp_sql(expression, "'1899-12-31'::date", "'2201-01-01'::date")
    if type_ == "datetime":
        return _clamp_sql(
            expression,
            "'1899-12-31 23:59:59.999999'::timestamp",
            "'2201-01-01'::timestamp",
        )
    return expression


def limit(type_, value):
    """Python twin of :func:`limit_sql`."""
    if value is None:
        return None
    if type_ in ("number", "duration"):
        return value if -LIMIT <= value <= LIMIT else None
    if type_ == "date":
        return value if FIRST_DAY <= value <= LAST_DAY else None
    if type_ == "datetime":
        return value if FIRST_MOMENT <= value <= LAST_MOMENT else None
    return value


def round6(value):
    """A decimal rounded half up (away from zero) to the 6 decimals of a rule."""
    return EXACT.quantize(value, STEP)


def normalise_sql(fact_type, expression):
    """SQL that brings a column to the normal form of its type.

    :param fact_type: one of :data:`fact.TYPES`
    :param expression: SQL text; it is cast to the PostgreSQL type of the fact
    """
    if fact_type in ELEMENT:
        element = normalise_sql(ELEMENT[fact_type], "rule_element.value")
        return (
            f"CASE WHEN ({expression}) IS NOT NULL THEN ARRAY("
            f"SELECT rule_normal.value FROM unnest({expression}) AS rule_element(value)"
            f" CROSS JOIN LATERAL (SELECT {element} AS value) AS rule_normal"
            f" WHERE rule_normal.value IS NOT NULL)::{SQL_TYPES[fact_type]} END"
        )
    cast = f"({expression})::{SQL_TYPES[fact_type]}"
    if fact_type in ("number", "duration"):
        return limit_sql(fact_type, f"round({cast}, 6)")
    if fact_type == "text":
        return f"NULLIF({_nfc_sql(cast, expression)}, '')"
    return limit_sql(fact_type, cast)


def _nfc_sql(cast, expression):
    """NFC of a text; of a plain column, only where the text is not all ASCII."""
    normal = f"normalize({cast}, NFC)"
    if not re.fullmatch(r'[\w."]+', expression):
        return normal
    return (
        f"CASE WHEN octet_length({cast}) = char_length({cast})"
        f" THEN {cast} ELSE {normal} END"
    )


def normalise(fact_type, value):
    """The value a rule sees, or None when it is missing.

    Odoo's False for "empty", an empty text and a value of a wrong type are missing.
    """
    if value is None or (value is False and fact_type != "boolean"):
        return None
    return _NORMALISE[fact_type](value)


def _number(value):
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, bool):
        return None
    elif isinstance(value, (int, float)):
        number = Decimal(repr(value))
    elif isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]+)?", value):
        number = Decimal(value)
    else:
        return None
    try:
        return limit("number", round6(number))
    except InvalidOperation:  # NaN, infinity, or far beyond the limit
        return None


def _text(value):
    if not isinstance(value, str):
        return None
    if not value.isascii():
        # Lone surrogates can be in a Python text, never in a database.
        value = value.encode("utf-8", "ignore").decode()
        value = unicodedata.normalize("NFC", value)
    return value.replace("\x00", "") or None


def _boolean(value):
    return value if isinstance(value, bool) else None


def _date(value):
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return None
    if isinstance(value, datetime):
        value = value.date()
    return limit("date", value) if isinstance(value, date) else None


def _datetime(value):
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        except ValueError:
            return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    if not isinstance(value, datetime):
        return None
    return limit("datetime", naive_utc(value))


def _list_of(element):
    def convert(value):
        if not isinstance(value, (list, tuple, set, frozenset)):
            return None
        items = (normalise(element, item) for item in value)
        return tuple(item for item in items if item is not None)

    return convert


_NORMALISE = {
    "number": _number,
    "duration": _number,
    "text": _text,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "text_list": _list_of("text"),
    "number_list": _list_of("number"),
}


@lru_cache(maxsize=256)
def zone(name):
    """The time zone of that name, UTC when there is no such zone."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def naive_utc(moment):
    """A moment as Odoo keeps it: UTC without a zone."""
    if moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(timezone.utc).replace(tzinfo=None)
    except OverflowError:
        return None


def to_local(moment, zone_):
    """Clock time in a zone for a naive UTC moment."""
    return moment.replace(tzinfo=timezone.utc).astimezone(zone_).replace(tzinfo=None)


def to_utc(clock, zone_):
    """Naive UTC moment for a clock time in a zone.

    Skipped and repeated hours are read as PostgreSQL does: a skipped time with the
    offset before the change, a repeated time with the offset after it.
    """
    before = clock.replace(tzinfo=zone_, fold=0).utcoffset()
    after = clock.replace(tzinfo=zone_, fold=1).utcoffset()
    try:
        return clock - (after if before > after else before)
    except OverflowError:
        return None


def seconds(delta):
    """A Python timedelta as a duration: exact seconds with 6 decimals."""
    micros = (delta.days * 86400 + delta.seconds) * 10**6 + delta.microseconds
    return EXACT.multiply(Decimal(micros), STEP)


def shift(moment, duration):
    """A moment moved by a duration, or None beyond the calendar."""
    try:
        return moment + timedelta(microseconds=int(duration / STEP))
    except OverflowError:
        return None
