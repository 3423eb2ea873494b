"""Phone numbers in the one form that providers and look-ups understand: E.164."""

from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType

#: Longer texts are no phone number; the library would search them for one.
_MAX_LENGTH = 40
_MOBILE = {
    PhoneNumberType.MOBILE,
    # Some plans (North America) do not tell mobile numbers from fixed ones.
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
}


def normalise_phone(number: str | None, country_code: str | None) -> str | None:
    """The number as E.164 ("+358401234567"), or None when it is not a valid one.

    :param number: as people write it
    :param country_code: two letters, the country when the number names none
    """
    if not number or len(number) > _MAX_LENGTH:
        return None
    try:
        parsed = phonenumbers.parse(number, (country_code or "").upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if parsed.extension or not (
        phonenumbers.is_possible_number(parsed) and phonenumbers.is_valid_number(parsed)
    ):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=4096)
def can_receive_sms(e164: str | None) -> bool:
    """Whether a number in E.164 is one that text messages reach."""
    parsed = _parsed(e164)
    return parsed is not None and phonenumbers.number_type(parsed) in _MOBILE


def country_of(e164: str | None) -> str | None:
    """Two-letter country of a number in E.164, or None."""
    parsed = _parsed(e164)
    return phonenumbers.region_code_for_number(parsed) if parsed is not None else None


def _parsed(e164):
    if not e164 or not e164.startswith("+") or len(e164) > _MAX_LENGTH:
        return None
    try:
        return phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return None
