"""What a rule must hold before the parser sees it.

The library's parser computes while it parses and recurses while it builds, so that a
hostile text hangs it or overflows its stack. Size is therefore checked on the tokens.
"""

import re

from .errors import RuleError

MAX_CHARACTERS = 4000
MAX_LEVELS = 30
MAX_OPERATORS = 200
MAX_DIGITS = 15
MAX_DECIMALS = 6

#: Tokens that the library knows and a rule may not use, with what to write instead.
REFUSED = {
    "POW": ("Powers are not part of a rule", "a product: x * x"),
    "BWLSH": ("Shifts are not part of a rule", "* or /"),
    "BWRSH": ("Shifts are not part of a rule", "* or /"),
    "BWAND": ("& is not part of a rule", "and"),
    "BWOR": ("| is not part of a rule", "or"),
    "BWXOR": ("^ is not part of a rule", "!="),
    "EQ_FZM": ("Regular expressions are not part of a rule", "$contains(x, text)"),
    "EQ_FZS": ("Regular expressions are not part of a rule", "$contains(x, text)"),
    "NE_FZM": ("Regular expressions are not part of a rule", "not $contains(x, text)"),
    "NE_FZS": ("Regular expressions are not part of a rule", "not $contains(x, text)"),
    "BYTES": ("Bytes are not part of a rule", "a text in quotes"),
    "ATTR_SAFE": ("&. is not part of a rule", "a plain dot: missing values are safe"),
    "FLOAT_INF": ("inf is not part of a rule", "a number"),
    "FLOAT_NAN": ("nan is not part of a rule", "a number"),
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
            f"A rule has at most {MAX_CHARACTERS} characters, this one {len(text)}",
            MAX_CHARACTERS,
        )
    nul = text.find("\x00")
    if nul >= 0:
        raise RuleError("A rule cannot hold a NUL character", nul)


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
            raise RuleError(message, position, token.value, instead, mends)
        if token.type == "LBRACKET" and token.value != "[":
            raise RuleError("&[ is not part of a rule", position, "&[", "x in list")
        if token.type in _OPENING:
            levels += 1
            if levels > MAX_LEVELS:
                raise RuleError(
                    f"A rule has at most {MAX_LEVELS} levels of brackets",
                    position,
                    token.value,
                    "two rules, or fewer brackets",
                )
        elif token.type in _CLOSING:
            levels -= 1
        elif token.type in _OPERATORS:
            operators += 1
            if operators > MAX_OPERATORS:
                raise RuleError(
                    f"A rule has at most {MAX_OPERATORS} operators",
                    position,
                    token.value,
                    "x in [a, b, c] instead of many comparisons",
                )
        elif token.type == "FLOAT":
            _check_number(token)
        yield token


def _check_number(token):
    number, position = token.value, token.lexpos
    if not re.fullmatch(r"[0-9]+(\.[0-9]*)?|\.[0-9]+", number):
        raise RuleError(
            "A number is written in plain digits", position, number, "1000 or 0.25"
        )
    if re.match(r"0[0-9]", number):
        raise RuleError(
            "A number does not begin with 0",
            position,
            number,
            number.lstrip("0") or "0",
            number.lstrip("0") or "0",
        )
    whole, _, decimals = number.partition(".")
    if len(whole) + len(decimals) > MAX_DIGITS:
        raise RuleError(
            f"A number has at most {MAX_DIGITS} digits", position, number[:20]
        )
    if len(decimals.rstrip("0")) > MAX_DECIMALS:
        raise RuleError(
            f"A number has at most {MAX_DECIMALS} decimals", position, number
        )
    if int(whole or 0) > 10**12:
        raise RuleError("A number goes up to 1000000000000", position, number)
