"""What an editor needs to colour and to complete a rule."""

from .operators import OPERATORS
from .row_table import ROW_OPERATORS

#: Names that stand for a value of the evaluation, with their type.
GIVEN = {
    "$now": ("datetime", "The moment at which the rule is asked."),
    "$today": ("date", "The day on which it is asked, in the company's time zone."),
    "$local_today": ("date", "The day on the contact's calendar, in its time zone."),
    "$local_hour": ("number", "The hour on the contact's clock, from 0 to 23."),
}
_KEYWORDS = ("and", "or", "not", "in", "for", "if", "true", "false", "null")
_LITERALS = (
    ('"text"', "text", "A text, in single or double quotation marks."),
    ("0.25", "number", "A number, with a point before its decimals."),
    ('d"2024-01-31"', "date", "A day."),
    ('d"2024-01-31T09:00"', "datetime", "A moment, on the company's clock."),
    ('t"P30D"', "duration", "30 days; a duration is added to dates or taken off."),
    ('t"PT2H"', "duration", "Two hours."),
)


def vocabulary():
    """Everything that can stand in a rule besides facts and saved rules.

    :return: ``functions`` and ``values`` (each name, signature or type, help),
        ``attributes`` by the type that has them, ``operators`` (text, help),
        ``keywords``, ``literals`` (text, type, help) and ``row_operators``
    :rtype: dict
    """
    return {
        "functions": [
            {
                "name": operator.key,
                "signature": f"{operator.key}({operator.takes})",
                "help": operator.help,
            }
            for operator in OPERATORS.values()
            if operator.key.startswith("$")
        ],
        "values": [
            {"name": name, "type": type_, "help": help_}
            for name, (type_, help_) in GIVEN.items()
        ],
        "attributes": _attributes(),
        "operators": [
            {"text": operator.text, "help": operator.help}
            for operator in OPERATORS.values()
            if operator.help and operator.key[0] not in "$."
        ],
        "keywords": list(_KEYWORDS),
        "literals": [
            {"text": text, "type": type_, "help": help_}
            for text, type_, help_ in _LITERALS
        ],
        "row_operators": ROW_OPERATORS,
    }


def _attributes():
    """The attributes that a value of each type has."""
    attributes = {}
    for operator in OPERATORS.values():
        if not operator.key.startswith("."):
            continue
        entry = {"name": operator.key[1:], "help": operator.help}
        for case in operator.cases:
            # A moment has what the clock on the wall has.
            type_ = "datetime" if case.takes[0] == "local" else case.takes[0]
            attributes.setdefault(type_, []).append(entry)
    return attributes
