"""What an editor needs to colour and to complete a rule."""

from .operators import OPERATORS
from .row_table import row_operators

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _, _lt

#: Names that stand for a value of the evaluation, with their type.
GIVEN = {
    "$now": ("datetime", _lt("The moment at which the rule is asked.")),
    "$today": (
        "date",
        _lt("The day on which it is asked, in the company's time zone."),
    ),
    "$local_today": (
        "date",
        _lt("The day on the contact's calendar, in its time zone."),
    ),
    "$local_hour": ("number", _lt("The hour on the contact's clock, from 0 to 23.")),
}
_KEYWORDS = ("and", "or", "not", "in", "for", "if", "true", "false", "null")
_LITERALS = (
    ('"text"', "text", _lt("A text, in single or double quotation marks.")),
    ("0.25", "number", _lt("A number, with a point before its decimals.")),
    ('d"2024-01-31"', "date", _lt("A day.")),
    ('d"2024-01-31T09:00"', "datetime", _lt("A moment, on the company's clock.")),
    ('t"P30D"', "duration", _lt("30 days; a duration is added to dates or taken off.")),
    ('t"PT2H"', "duration", _lt("Two hours.")),
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
                "help": _(operator.help),
            }
            for operator in OPERATORS.values()
            if operator.key.startswith("$")
        ],
        "values": [
            {"name": name, "type": type_, "help": _(help_)}
            for name, (type_, help_) in GIVEN.items()
        ],
        "attributes": _attributes(),
        "operators": [
            {"text": operator.text, "help": _(operator.help)}
            for operator in OPERATORS.values()
            if operator.help and operator.key[0] not in "$."
        ],
        "keywords": list(_KEYWORDS),
        "literals": [
            {"text": text, "type": type_, "help": _(help_)}
            for text, type_, help_ in _LITERALS
        ],
        "row_operators": row_operators(),
    }


def _attributes():
    """The attributes that a value of each type has."""
    attributes = {}
    for operator in OPERATORS.values():
        if not operator.key.startswith("."):
            continue
        entry = {"name": operator.key[1:], "help": _(operator.help)}
        for case in operator.cases:
            # A moment has what the clock on the wall has.
            type_ = "datetime" if case.takes[0] == "local" else case.takes[0]
            attributes.setdefault(type_, []).append(entry)
    return attributes
