"""How the facts of one heading are defined, and the units behind their values."""

from datetime import date, datetime

from odoo.tools.translate import LazyTranslate

from ..engine.fact import Fact

#: Marks texts for translation; without a user, as in generated docs, they are English.
_lt = LazyTranslate(__name__, default_lang="en_US")

DAYS = _lt("days")
MONTHS = _lt("months")
YEARS = _lt("years")
SECONDS = _lt("seconds")
POINTS = _lt("points")
OF_TEN = _lt("of 10")
HOUR = _lt("o'clock")
PERCENT = "%"
#: Stands for the currency of the company that is asked about.
CURRENCY = "currency"

# What a fact without a more telling example looks like.
_EXAMPLES = {
    "boolean": True,
    "date": date(2026, 5, 4),
    "datetime": datetime(2026, 5, 4, 9, 30),
    "number": 10,
    "text": "A",
    "text_list": ["A", "B"],
}


def written(value):
    """An example as a rule writes it; an empty text for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, date):  # a datetime, too
        moment = value.strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")
        return f'd"{moment}"'
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(written, value))}]"
    return str(value)


def one_of(**words):
    """The choices of a fact: what people call each code."""
    return tuple(words.items())


def facts_of(space, group, history=True):
    """A function that makes the facts of one heading.

    :param space: first part of their names
    :param group: heading under which they are listed
    :param history: whether their values on a past date can be computed; a fact may say
        otherwise
    """

    def fact(
        name,
        type_,
        label,
        help_,
        sql,
        unit="",
        example=None,
        history=history,
        choices=(),
    ) -> Fact:
        return Fact(
            f"{space}.{name}",
            type_,
            label,
            help=help_,
            unit=unit,
            example=_EXAMPLES.get(type_) if example is None else example,
            history=history,
            sql=sql,
            group=group,
            choices=choices,
        )

    return fact
