"""What a refusal suggests to write instead."""

from difflib import get_close_matches
from functools import lru_cache

from .values import ELEMENT

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _, _lt

TYPE_WORDS = {
    "number": _lt("a number"),
    "text": _lt("a text"),
    "boolean": _lt("yes or no"),
    "date": _lt("a date"),
    "datetime": _lt("a date with time"),
    "duration": _lt("a duration"),
    "text_list": _lt("a list of texts"),
    "number_list": _lt("a list of numbers"),
    "date_list": _lt("a list of dates"),
    "datetime_list": _lt("a list of dates with time"),
    "local": _lt("a time of the clock"),
    "null": _lt("null"),
    "each": _lt("a [... for ...]"),
}


def hint(operator, types):
    """What goes with an operator that does not take these types, or None."""
    kinds = set(types)
    if "null" in kinds:
        return _("== null or != null, or ?? for a value instead of a missing one")
    if operator.key == "COALESCE":
        return _("brackets: (x ?? 0) > 3")
    if kinds == {"text", "date"} or kinds == {"text", "datetime"}:
        return _('a date literal: d"2024-01-31"')
    if kinds & {"date", "datetime"} and "number" in kinds:
        return _('t"P30D" for 30 days')
    if kinds & set(ELEMENT) and operator.key in ("EQ", "NE"):
        return _("in, or $contains(list, x)")
    if kinds == {"text", "number"}:
        return _("a number without quotation marks, or a text with them")
    return None


def nearest_name(name, known):
    """The nearest known name, or None."""
    return _nearest(name, tuple(known))


# An editor asks for the same wrong name at every key.
@lru_cache(maxsize=256)
def _nearest(name, known):
    lowered = {item.lower(): item for item in known}
    found = get_close_matches(name.lower(), list(lowered), 1, 0.6)
    if not found:
        # "count" for "orders.count": the last part is what people remember.
        last = name.rpartition(".")[2].lower()
        found = [key for key in lowered if key.rpartition(".")[2] == last][:1]
    return lowered[found[0]] if found else None
