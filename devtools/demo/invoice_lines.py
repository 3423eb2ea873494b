"""Any CSV of invoice lines as a purchase history; dirt is counted, never fatal."""

import csv
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from .categories import categorise
from .purchases import (
    FREIGHT,
    GOODS,
    SERVICE,
    Document,
    History,
    InputError,
    Line,
    Product,
)

# The names under which a column may come, without case, blanks or separators.
COLUMNS = {
    "invoice": (
        "invoiceno",
        "invoice",
        "invoicenumber",
        "order",
        "orderno",
        "orderid",
        "ordernumber",
        "invoiceid",
    ),
    "code": (
        "stockcode",
        "sku",
        "productcode",
        "productid",
        "itemcode",
        "product",
        "item",
        "code",
    ),
    "name": ("description", "productname", "itemname", "name"),
    "quantity": ("quantity", "qty", "units", "amount"),
    "at": ("invoicedate", "date", "orderdate", "datetime", "invoicedatetime"),
    "price": ("unitprice", "price", "priceunit", "unitcost"),
    "customer": ("customerid", "customer", "customerno", "customernumber", "clientid"),
    "country": ("country", "shipcountry", "customercountry"),
}
NEEDED = ("invoice", "quantity", "at", "price", "customer")
DATE_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y%m%d",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
    "%d-%b-%Y",
    "%d %b %Y",
)
# Lines about carriage and about the shop's own books, by words of code or name.
FREIGHT_WORDS = {
    "post",
    "postage",
    "dot",
    "dotcom",
    "carriage",
    "freight",
    "shipping",
    "delivery",
    "c2",
}
SERVICE_WORDS = {
    "m",
    "d",
    "s",
    "manual",
    "discount",
    "samples",
    "amazonfee",
    "fee",
    "bank",
    "charges",
    "adjust",
    "commission",
    "cruk",
    "gift",
    "voucher",
}
# Beyond these a line is a slip of the pen, not a purchase.
LARGEST_QUANTITY, LARGEST_PRICE = Decimal(20_000), Decimal(20_000)
EARLIEST = datetime(1980, 1, 1)


@dataclass(slots=True)
class _Row:
    invoice: str
    code: str
    name: str
    quantity: Decimal
    at: datetime
    price: Decimal
    customer: str
    country: str


def read(path: Path, now: datetime) -> History:
    """Read a CSV file; the last column of a name wins over none, lines that cannot be
    used are counted by reason.

    :param now: dates later than this are odd.
    :raises InputError: when the file or its columns cannot be understood at all.
    """
    counts, dropped = Counter(), Counter()
    rows = []
    seen = set()
    for cells in _cells(path):
        counts["lines"] += 1
        row, reason = _parse(cells, now)
        if reason:
            dropped[reason] += 1
            continue
        key = tuple(cells.values())
        if key in seen:
            dropped["duplicate"] += 1
            continue
        seen.add(key)
        rows.append(row)
    products = _products(rows)
    countries = {}
    for row in rows:
        countries.setdefault(row.customer, row.country)
    purchases, returns = _documents(rows, products, counts, dropped)
    return History(path.name, products, countries, purchases, returns, counts, dropped)


def read_text(path: Path) -> str:
    """The file's text in UTF-8 (with or without a mark), UTF-16 or Windows-1252.

    :raises InputError: when the file cannot be opened.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _cells(path: Path):
    """Yield a dictionary per line, by our own column names."""
    text = read_text(path).replace("\0", "")
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=head.count)
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    header = [re.sub(r"[\W_]+", "", name).lower() for name in next(reader, [])]
    places = {}
    for column, names in COLUMNS.items():
        place = next((header.index(name) for name in names if name in header), None)
        if place is not None:
            places[column] = place
    missing = [COLUMNS[column][0] for column in NEEDED if column not in places]
    if missing:
        raise InputError(
            f"{path.name} has no column for {', '.join(missing)}; "
            f"its columns are {', '.join(header) or 'none'}."
        )
    for fields in reader:
        if any(field.strip() for field in fields):
            yield {
                column: fields[place].strip() if place < len(fields) else ""
                for column, place in places.items()
            }


def _parse(cells: dict, now: datetime) -> tuple[_Row | None, str]:
    """A row, or the reason why the line cannot be used."""
    customer = re.sub(r"\.0+$", "", cells["customer"])
    if not customer:
        return None, "no_customer"
    if not cells["invoice"]:
        return None, "no_invoice"
    at = _moment(cells["at"])
    if at is None or not EARLIEST <= at <= now:
        return None, "odd_date"
    quantity, price = _number(cells["quantity"]), _number(cells["price"])
    if quantity is None or price is None:
        return None, "unreadable_number"
    if not quantity or abs(quantity) > LARGEST_QUANTITY:
        return None, "odd_quantity"
    if price <= 0 or price > LARGEST_PRICE:
        return None, "no_value" if not price else "odd_price"
    name = " ".join(cells.get("name", "").split())
    code = cells.get("code", "").upper() or name.upper()
    if not code:
        return None, "no_product"
    return _Row(
        cells["invoice"].upper(),
        code,
        name,
        quantity,
        at,
        price,
        customer,
        cells.get("country", ""),
    ), ""


def _moment(text: str) -> datetime | None:
    for pattern in DATE_FORMATS:
        try:
            return datetime.strptime(text, pattern)
        except ValueError:
            continue
    return None


def _number(text: str) -> Decimal | None:
    """A number with a point or a comma, thousands apart or not."""
    text = re.sub(r"[^\d.,+-]", "", text)
    if "," in text and "." in text:
        thousands = "," if text.rindex(".") > text.rindex(",") else "."
        text = text.replace(thousands, "")
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _products(rows: list[_Row]) -> dict[str, Product]:
    """One product per code, under the longest-used of its names."""
    names = defaultdict(Counter)
    for row in rows:
        names[row.code][row.name] += 1
    products = {}
    for code in sorted(names):
        name = max(sorted(names[code]), key=lambda n, c=code: (names[c][n], len(n)))
        products[code] = Product(code, name.capitalize() or code, _kind(code, name))
    goods = {code: p.name for code, p in products.items() if p.kind == GOODS}
    category_by_code = categorise(goods)
    return {
        code: replace(product, category=category_by_code.get(code, ""))
        for code, product in products.items()
    }


def _kind(code: str, name: str) -> str:
    words = set(re.findall(r"[a-z]+\d?", f"{code} {name}".lower()))
    # A real article has a number in its code; "Vintage post bag" is no freight.
    if re.search(r"\d{3}", code):
        return GOODS
    if words & FREIGHT_WORDS:
        return FREIGHT
    return SERVICE if words & SERVICE_WORDS else GOODS


def _documents(rows, products, counts, dropped) -> tuple[list, list]:
    """Purchases and returns; an invoice of carriage alone is neither."""
    groups = defaultdict(list)
    for row in rows:
        back = row.quantity < 0 or row.invoice.startswith("C")
        if row.quantity < 0 and not row.invoice.startswith("C"):
            counts["negative_lines"] += 1
        elif back:
            counts["cancellation_lines"] += 1
        if products[row.code].kind != GOODS:
            counts["freight_and_service_lines"] += 1
        groups[row.invoice, row.customer, back].append(row)
    purchases, returns = [], []
    for (invoice, customer, back), members in groups.items():
        if not any(products[row.code].kind == GOODS for row in members):
            dropped["return_without_goods" if back else "purchase_without_goods"] += (
                len(members)
            )
            continue
        lines = tuple(Line(row.code, abs(row.quantity), row.price) for row in members)
        at = min(row.at for row in members)
        (returns if back else purchases).append(Document(invoice, customer, at, lines))
    return purchases, returns
