"""A fact: one typed, documented value about a contact."""

from dataclasses import dataclass
from typing import Any

#: Types a fact can have. "duration" appears only inside expressions.
TYPES = (
    "number",
    "text",
    "boolean",
    "date",
    "datetime",
    "duration",
    "text_list",
    "number_list",
)


@dataclass(frozen=True)
class Fact:
    """What rules, messages and people need to know about one fact.

    :param name: dotted name, as written in a rule: ``orders.count``
    :param type: one of :data:`TYPES`
    :param label: short name for people: "Orders"
    :param help: one sentence that defines the fact
    :param unit: written after a value: "days", "EUR"
    :param example: a typical value, for help texts and previews
    :param history: whether its value on a past date can be computed
    :param sql: the expression of its column inside its source
    :param group: heading under which it is listed
    :param always: whether every contact has a value, such as a count; editors then do
        not warn that it may be missing
    :param choices: of a text that is one of a few codes: each code, and what people
        call it
    """

    name: str
    type: str
    label: str
    help: str = ""
    unit: str = ""
    example: Any = None
    history: bool = True
    sql: str = ""
    group: str = ""
    always: bool = False
    choices: tuple[tuple[str, str], ...] = ()

    def __post_init__(self):
        if self.type not in TYPES or self.type == "duration":
            raise ValueError(f"Fact {self.name!r} has the unknown type {self.type!r}")
