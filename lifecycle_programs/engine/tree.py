"""The typed tree of a rule: what check, SQL, Python and explanation all work on."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Literal:
    """A constant written in the rule; ``value`` None is a missing value."""

    type: str
    value: Any
    position: int = 0
    total = True


@dataclass(frozen=True)
class Name:
    """A fact, by its dotted name."""

    type: str
    name: str
    position: int = 0
    total = False


@dataclass(frozen=True)
class Item:
    """The loop variable of a comprehension (never nested, so it needs no name), an item
    of the list ``items``."""

    type: str
    name: str
    position: int = 0
    items: Any = None
    total = False


@dataclass(frozen=True)
class Given:
    """What the evaluation brings along: ``now``, ``today`` or ``zone``."""

    type: str
    name: str
    position: int = 0
    total = True


@dataclass(frozen=True)
class Call:
    """An operator of the table applied to arguments, in one of its cases."""

    operator: Any
    case: Any
    args: tuple
    position: int = 0

    @property
    def type(self):
        return self.case.gives

    @property
    def total(self):
        """Whether the value can never be missing."""
        return self.case.total


@dataclass(frozen=True)
class Saved:
    """A saved rule that the rule names; its one argument is what it stands for."""

    name: str
    label: str
    args: tuple
    position: int = 0
    type = "boolean"
    total = True


def walk(node):
    """A node and everything below it."""
    yield node
    for child in getattr(node, "args", ()):
        yield from walk(child)
