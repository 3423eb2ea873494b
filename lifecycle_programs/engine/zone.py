"""Where a contact's clock stands, as well as it can be known."""

from functools import lru_cache

import phonenumbers
import pytz
from phonenumbers import timezone as phone_zones

from .phone import country_of, normalise_phone

_UNKNOWN = "Etc/Unknown"
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
    number = normalise_phone(phone, country_code)
    if not number:
        return None
    zones = [
        zone
        for zone in phone_zones.time_zones_for_number(phonenumbers.parse(number))
        if zone != _UNKNOWN and _known(zone)
    ]
    main = _zone_of_country(country_of(number))
    # A mobile or free number stands for its whole country.
    return main if main in zones or not zones else zones[0]


def _zone_of_country(country_code):
    zones = pytz.country_timezones.get(country_code or "", [None])
    return _MAIN.get(country_code) or zones[0]
