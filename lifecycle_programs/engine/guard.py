"""What a rule must hold before the parser sees it.

The library's parser computes while it parses and recurses while it builds, so that a
hostile text hangs it or overflows its stack. Size is therefore checked on the tokens.
"""

import re

from .errors import RuleError

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _, _lt

MAX_CHARACTERS = 4000
MAX_LEVELS = 30
MAX_OPERATORS = 200
MAX_DIGITS = 15
MAX_DECIMALS = 6

#: Tokens that the library knows and a rule may not use, with what to write instead.
REFUSED = {
    "POW": (_lt("Powers are not part of a rule"), _lt("a product: x * x")),
    "BWLSH": (_lt("Shifts are not part of a rule"), _lt("* or /")),
    "BWRSH": (_lt("Shifts are not part of a rule"), _lt("* or /")),
    "BWAND": (_lt("& is not part of a rule"), "and"),
    "BWOR": (_lt("| is not part of a rule"), "or"),
    "BWXOR": (_lt("^ is not part of a rule"), "!="),
    "EQ_FZM": (_lt("Regular expressions are not part of a rule"), "$contains(x, text)"),
    "EQ_FZS": (_lt("Regular expressions are not part of a rule"), "$contains(x, text)"),
    "NE_FZM": (
        _lt("Regular expressions are not part of a rule"),
        _lt("not $contains(x, text)"),
    ),
    "NE_FZS": (
        _lt("Regular expressions are not part of a rule"),
        _lt("not $contains(x, text)"),
    ),
    "BYTES": (_lt("Bytes are not part of a rule"), _lt("a text in quotes")),
    "ATTR_SAFE": (
        _lt("&. is not part of a rule"),
        _lt("a plain dot: missing values are safe"),
    ),
    "FLOAT_INF": (_lt("inf is not part of a rule"), _lt("a number")),
    "FLOAT_NAN": (_lt("nan is not part of a rule"), _lt("a number")),
}
_OPENING = {"LPAREN", "LBRACKET", "LBRACE"}
_CLOSING = {"RPAREN", "RBRACKET", "RBRACE"}
_OPERATORS = {
    *("ADD", "SUB", "MUL", "TDIV", "FDIV", "MOD", "EQ", "NE", "GT", "GE", "LT", "LE"),
    *("AND", "OR", "NOT", "IN", "COALESCE", "QMARK", "FOR", "IF"),
}


def check_length(text):
    """Refuse a text that is too long or holds a character no rule needs."""
    if len(text) > MAX_CHARACTERS:
        raise RuleError(
            _(
                "A rule has at most %(most)s characters, this one %(length)s",
                most=MAX_CHARACTERS,
                length=len(text),
            ),
            MAX_CHARACTERS,
        )
    nul = text.find("\x00")
    if nul >= 0:
        raise RuleError(_("A rule cannot hold a NUL character"), nul)


def checked(tokens):
    """The tokens, as long as they are allowed and within the limits.

    :raises RuleError: with the position of the first that is not
    """
    levels = operators = 0
    for token in tokens:
        position = token.lexpos
        if token.type in REFUSED:
            message, instead = REFUSED[token.type]
            mends = instead if instead in ("and", "or", "!=") else None
            raise RuleError(_(message), position, token.value, _(instead), mends)
        if token.type == "LBRACKET" and token.value != "[":
            raise RuleError(_("&[ is not part of a rule"), position, "&[", "x in list")
        if token.type in _OPENING:
            levels += 1
            if levels > MAX_LEVELS:
                raise RuleError(
                    _("A rule has at most %s levels of brackets", MAX_LEVELS),
                    position,
                    token.value,
                    _("two rules, or fewer brackets"),
                )
        elif token.type in _CLOSING:
            levels -= 1
        elif token.type in _OPERATORS:
            operators += 1
            if operators > MAX_OPERATORS:
                raise RuleError(
                    _("A rule has at most %s operators", MAX_OPERATORS),
                    position,
                    token.value,
                    _("x in [a, b, c] instead of many comparisons"),
                )
        elif token.type == "FLOAT":
            _check_number(token)
        yield token


def _check_number(token):
    number, position = token.value, token.lexpos
    if not re.fullmatch(r"[0-9]+(\.[0-9]*)?|\.[0-9]+", number):
        raise RuleError(
            _("A number is written in plain digits"),
            position,
            number,
            _("1000 or 0.25"),
        )
    if re.match(r"0[0-9]", number):
        raise RuleError(
            _("A number does not begin with 0"),
            position,
            number,
            number.lstrip("0") or "0",
            number.lstrip("0") or "0",
        )
    whole, _point, decimals = number.partition(".")
    if len(whole) + len(decimals) > MAX_DIGITS:
        raise RuleError(
            _("A number has at most %s digits", MAX_DIGITS), position, number[:20]
        )
    if len(decimals.rstrip("0")) > MAX_DECIMALS:
        raise RuleError(
            _("A number has at most %s decimals", MAX_DECIMALS), position, number
        )
    if int(whole or 0) > 10**12:
        raise RuleError(_("A number goes up to 1000000000000"), position, number)
