"""Where a contact's clock stands, as well as it can be known."""

from functools import lru_cache

import phonenumbers
import pytz
from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX

from .phone import normalise_phone

# Where most people live; elsewhere it is the first zone that is listed.
_MAIN = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MX": "America/Mexico_City",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}


@lru_cache(maxsize=4096)
def contact_zone(
    tz: str | None,
    phone: str | None,
    country_code: str | None,
    company_tz: str | None,
) -> str:
    """The name of the time zone that a contact most likely lives in.

    The first that says something: the zone noted on the contact, the region of the
    phone number, the country, the company's zone; else UTC. Of a country with several
    zones it is the one with most people, unless the number tells better.

    :param phone: as people write it, or E.164
    :param country_code: two letters
    """
    country_code = (country_code or "").upper() or None
    return (
        _known(tz)
        or _zone_of_phone(phone, country_code)
        or _zone_of_country(country_code)
        or _known(company_tz)
        or "UTC"
    )


def _known(tz):
    return tz if tz in pytz.all_timezones_set else None


def _zone_of_phone(phone, country_code):
    # Parsing costs as much as a whole mail: a number in E.164 is taken as it is.
    number = (
        phone if phone and phone[0] == "+" else normalise_phone(phone, country_code)
    )
    if not number:
        return None
    digits = "".join(filter(str.isdecimal, number))
    zones = [zone for zone in _zones_of_prefix(digits) if _known(zone)]
    main = _zone_of_country(_country_of_prefix(digits))
    # A mobile or free number stands for its whole country.
    return main if main in zones or not zones else zones[0]


def _zones_of_prefix(digits):
    """The zones of the longest part of the number that tells any."""
    for length in range(min(TIMEZONE_LONGEST_PREFIX, len(digits)), 0, -1):
        if digits[:length] in TIMEZONE_DATA:
            return TIMEZONE_DATA[digits[:length]]
    return ()


def _country_of_prefix(digits):
    """The country of a calling code; the main one where several share it."""
    for length in (1, 2, 3):
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(
            int(digits[:length] or 0)
        )
        if regions:
            return regions[0]
    return None


def _zone_of_country(country_code):
    zones = pytz.country_timezones.get(country_code or "", [None])
    return _MAIN.get(country_code) or zones[0]
