"""The engine's own words, in the language of whoever reads them.

The engine knows no language but English. Whoever calls it says how a text is translated
(:func:`speaking`). Texts stand in `_("...")`, or in `_lt("...")` where they are kept in
a table and translated when they are used: that is how translation tools find them.
"""

from contextlib import contextmanager
from contextvars import ContextVar

_translate = ContextVar("translate", default=str)


@contextmanager
def speaking(translate):
    """Inside, texts are in another language.

    :param translate: function from an English text to that text in the language
    """
    token = _translate.set(translate)
    try:
        yield
    finally:
        _translate.reset(token)


def _(text, *args, **kwargs):
    """A text in the reader's language, with the values put in its places."""
    translated = _translate.get()(text)
    values = args or kwargs
    if not values:
        return translated
    try:
        return translated % values
    except (KeyError, TypeError, ValueError):  # a place is missing in the translation
        return text % values


def _lt(text):
    """Marks a text that `_` translates where it is used."""
    return text
