"""Names, addresses and numbers for customers that the purchase files know by a code.

All made up: mail addresses under the reserved example domains, telephone numbers that
belong to nobody.
"""

from dataclasses import dataclass

from . import rates
from .chance import Chance

FIRST_NAMES = (
    "Aada Adam Aisha Alice Amelia Anders Anna Anton Aria Arthur Astrid Ava Ben Bruno "
    "Carla Chloe Clara Daniel Daria David Diego Edith Eero Elena Eliza Elsa Emil Emma "
    "Erik Esme Eva Felix Finn Frida George Greta Hanna Harry Hugo Ida Ines Iris Isaac "
    "Ivy Jack Jakob James Jana Joel Johan Jonas Julia Kaisa Karl Katri Lara Lars Laura "
    "Leo Lily Linda Lotta Lucas Lucia Maja Marco Maria Mark Marta Max Maya Mia Mikael "
    "Milo Mona Nina Noah Nora Oliver Olga Oscar Otto Paul Petra Philip Rasmus Rita "
    "Robin Rosa Ruth Sam Sara Silas Simon Sofia Stella Sven Tara Theo Tilda Tom Vera "
    "Victor Viola Wilma Zoe"
).split()
LAST_NAMES = (
    "Abbott Ahlgren Anderson Archer Baker Barnes Berg Bishop Blake Bond Brooks Burke "
    "Carter Chapman Clarke Cole Cooper Cross Dahl Dalton Davies Dixon Doyle Ekman "
    "Ellis Evans Falk Fields Fisher Ford Foster Fox Gibbs Grant Gray Green Hale Hall "
    "Hansen Harper Hart Hayes Heikkinen Hill Holm Hughes Hunt Jansen Jensen Jones "
    "Kelly Kent King Knight Koski Lake Lane Larsen Lewis Lind Lloyd Lowe Lund Marsh "
    "Mason Mills Moore Morgan Nash Niemi Nilsson Olsen Owens Palmer Parker Perry "
    "Porter Price Quinn Reed Rice Rose Ross Rowe Saari Shaw Stone Storm Strand Sutton "
    "Swan Taylor Thorn Turner Vance Virtanen Wade Walker Walsh Ward Webb Wells West "
    "White Wood Woods Wren"
).split()
TRADES = (
    "Books Cafe Design Florist Foods Garage Gallery Hotel Interiors Lighting Media "
    "Music Partners Pharmacy Printers Schools Shops Studio Supplies Trading Travel "
    "Works"
).split()
STREETS = (
    "Acacia Bridge Canal Castle Cedar Chapel Church Garden Green Harbour High Hill "
    "Lake Manor Market Meadow Mill Orchard Park River School Spring Station Victoria "
    "Willow"
).split()
# City and the first part of its postal codes, by the country of the shop.
CITIES = {
    "GB": [
        ("London", "N"),
        ("Leeds", "LS"),
        ("Bristol", "BS"),
        ("Cardiff", "CF"),
        ("Glasgow", "G"),
        ("Norwich", "NR"),
        ("York", "YO"),
        ("Exeter", "EX"),
    ],
    "US": [
        ("Boston", "021"),
        ("Albany", "122"),
        ("Dayton", "454"),
        ("Austin", "787"),
        ("Denver", "802"),
        ("Fresno", "937"),
        ("Tacoma", "984"),
        ("Mobile", "366"),
    ],
}
DOMAINS = ("example.com", "example.net", "example.org")
# Everybody has an American number of the block that is kept for fiction, 555-01xx: the
# British ones are no valid mobile numbers to phonenumbers.
US_AREAS = (
    "201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 225 228 229 "
    "231 234 239 240 248 251 252 253 254 256 260 262 267 269 270 276 281 301 302 303 "
    "304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 325 330 334 "
    "336 337 339 352 360 361 386 401 402 404 405 406 407 408 409 410 412 413 414 415 "
    "417 419 423 425 430 432 434 435 440 443 469 478 479 480 484 501 502 503 504 505 "
    "507 508 509 510 512"
).split()


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever stands behind a key of a file; for a company also its name."""

    key: str
    name: str
    email: str
    phone: str
    street: str
    city: str
    zip: str
    country: str
    company: str


def person(key: str, chance: Chance, country: str) -> Person:
    """The person behind ``key``, the same on every run.

    :param country: a code; where it is unknown to us, people live as in Great Britain.
    """
    first = chance.one_of(FIRST_NAMES, key, "first")
    last = chance.one_of(LAST_NAMES, key, "last")
    tag = "".join(sign for sign in key.lower() if sign.isalnum())
    company = ""
    domain = chance.one_of(DOMAINS, key, "domain")
    if chance.happens(rates.COMPANY_CUSTOMERS, key, "company"):
        trade = chance.one_of(TRADES, key, "trade")
        company = f"{last} {trade} {tag.upper()}"
        domain = f"{last}-{trade}-{tag}.{domain}".lower()
    street, city, postcode = address(key, chance, country)
    return Person(
        key=key,
        name=f"{first} {last}",
        email=f"{first}.{last}.{tag}@{domain}".lower(),
        phone=_phone(key, chance),
        street=street,
        city=city,
        zip=postcode,
        country=country,
        company=company,
    )


def address(key: str, chance: Chance, country: str, move: int = 0) -> tuple:
    """Street, city and postal code; every move gives another."""
    number = chance.between(1, 190, key, "number", move)
    street = f"{number} {chance.one_of(STREETS, key, 'street', move)} Street"
    cities = CITIES.get(country, CITIES["GB"])
    city, area = chance.one_of(cities, key, "city", move)
    code = chance.between(10, 99, key, "zip", move)
    if country == "US":
        return street, city, f"{area}{code}"
    return street, city, f"{area}{code % 20 + 1} {code % 9 + 1}AB"


def _phone(key: str, chance: Chance) -> str:
    if not chance.happens(rates.PHONE_KNOWN, key, "phone"):
        return ""
    area = chance.one_of(US_AREAS, key, "area")
    return f"+1{area}5550{chance.between(100, 199, key, 'line')}"
