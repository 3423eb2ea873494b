"""A shop's purchase history, whatever file it came from."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

# What a line is about: goods count as purchases, the rest does not.
GOODS, FREIGHT, SERVICE = "goods", "freight", "service"


class InputError(Exception):
    """A file that cannot be read as purchases; the message tells the user why."""


@dataclass(frozen=True, slots=True)
class Product:
    """An article as the file names it; ``category`` is derived from its name."""

    code: str
    name: str
    kind: str = GOODS
    category: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One article in a purchase or a return; quantities are always positive."""

    product: str
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class Document:
    """A purchase, or goods given back, by one customer at one moment (naive, UTC)."""

    number: str
    customer: str
    at: datetime
    lines: tuple[Line, ...]


@dataclass
class History:
    """All that a file tells: who bought and returned what, and what was left out.

    ``counts`` says what was read, ``dropped`` how many lines were left out by reason.
    """

    source: str
    products: dict[str, Product]
    countries: dict[str, str]
    purchases: list[Document]
    returns: list[Document] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)
    dropped: Counter = field(default_factory=Counter)

    def __post_init__(self):
        if not self.purchases:
            raise InputError(f"{self.source} holds no purchase that could be used.")
        self.purchases.sort(key=_order)
        self.returns.sort(key=_order)

    @property
    def customers(self) -> list[str]:
        """The customers who bought something, in a fixed order."""
        return sorted({purchase.customer for purchase in self.purchases})

    @property
    def first_day(self) -> date:
        return self.purchases[0].at.date()

    @property
    def last_day(self) -> date:
        ends = [
            documents[-1].at
            for documents in (self.purchases, self.returns)
            if documents
        ]
        return max(ends).date()

    def sample(self, size: int, seed: str) -> "History":
        """The same history for ``size`` customers drawn by ``seed``.

        Returns of people who never bought in the file are left out, and counted.
        """
        customers = self.customers
        if size < len(customers):
            customers = random.Random(f"{seed}:sample").sample(customers, size)
        chosen, bought = set(customers), set(self.customers)
        strangers = [doc for doc in self.returns if doc.customer not in bought]
        dropped = Counter(self.dropped)
        if strangers:
            dropped["return_without_purchase"] += sum(len(d.lines) for d in strangers)
        purchases = [doc for doc in self.purchases if doc.customer in chosen]
        returns = [doc for doc in self.returns if doc.customer in chosen]
        used = {line.product for doc in purchases + returns for line in doc.lines}
        return replace(
            self,
            products={k: p for k, p in self.products.items() if k in used},
            countries={k: c for k, c in self.countries.items() if k in chosen},
            purchases=purchases,
            returns=returns,
            counts=Counter(self.counts),
            dropped=dropped,
        )

    def shifted(self, last_day: date) -> "History":
        """The same history moved in time so that it ends on ``last_day``."""
        days = last_day - self.last_day
        return replace(
            self,
            purchases=[replace(doc, at=doc.at + days) for doc in self.purchases],
            returns=[replace(doc, at=doc.at + days) for doc in self.returns],
        )

    def summary(self) -> dict:
        """What the report says about the input."""
        return {
            "source": self.source,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "customers": len(self.customers),
            "products": len(self.products),
            "purchases": len(self.purchases),
            "purchase_lines": sum(len(doc.lines) for doc in self.purchases),
            "returns": len(self.returns),
            "read": dict(sorted(self.counts.items())),
            "dropped_lines": dict(sorted(self.dropped.items())),
        }


def noon(day: date, hour: int = 12, minute: int = 0) -> datetime:
    """A moment of a day whose time is not known."""
    return datetime(day.year, day.month, day.day) + timedelta(
        hours=hour, minutes=minute
    )


def _order(document: Document) -> tuple:
    return (document.at, document.number, document.customer)
