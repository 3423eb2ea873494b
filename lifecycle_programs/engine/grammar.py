"""The grammar of the library rule-engine, read into a plain syntax tree.

Only its lexer and its parser tables are used. Its own tree computes constants and
refuses operators on values that may be missing, so its semantic actions are replaced by
one that keeps the symbols of each production together with their positions.
"""

import copy
import functools
import itertools
import re
from dataclasses import dataclass, replace

import rule_engine
from rule_engine._vendor.ply.lex import LexToken

from . import guard
from .errors import RuleError

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _, _lt


@dataclass(frozen=True)
class Token:
    """One terminal symbol: its kind in the grammar, its text and where it stands."""

    kind: str
    text: str
    position: int
    end: int


@dataclass(frozen=True)
class Syntax:
    """One production: a name, its tokens and its inner productions.

    ``name`` is one of the values of the table of productions, or "refused"; ``start``
    and ``end`` tell its text, brackets around it included, and ``position`` where an
    error about it stands.
    """

    name: str
    tokens: tuple
    parts: tuple
    position: int
    depth: int
    start: int
    end: int

    @property
    def operator(self):
        """Kinds of the tokens: the key of an infix or prefix operator."""
        return " ".join(token.kind for token in self.tokens)


#: What each production of the library becomes; None passes on what it holds.
_PRODUCTIONS = {
    **dict.fromkeys(("statement_expr", "expression_object")),
    "group": "group",
    **dict.fromkeys(
        ("logic", "comparison", "arithmetic_comparison", "contains", "coalesce")
        + ("arithmetic", "add", "sub"),
        "infix",
    ),
    **dict.fromkeys(("negate", "uminus"), "prefix"),
    **dict.fromkeys(
        ("symbol", "boolean", "datetime", "timedelta", "float", "null", "string"),
        "leaf",
    ),
    **dict.fromkeys(("array", "set"), "list"),
    "ternary": "ternary",
    "getattr": "attribute",
    "function_call": "call",
    "array_comprehension": "each",
    "array_members": "members",
}
_CHAINS = {"AND", "OR"}


def read(text):
    """Syntax tree of a rule's text.

    :raises RuleError: with the position, when the text is no expression or too big
    """
    guard.check_length(text)
    # Same length, so that positions stay true.
    text = text.replace("\r", " ")
    lexer, parser = _machines()
    tokens = list(guard.checked(_tokens(lexer.clone(), text)))
    # A copy for each call: the parser keeps its stacks on itself.
    parser = copy.copy(parser)
    try:
        return parser.parse(lexer=_Replay(tokens))
    except rule_engine.errors.RuleSyntaxError as error:
        raise _syntax_error(text, error.token) from None


def _tokens(lexer, text):
    lexer.input(text)
    try:
        for token in iter(lexer.token, None):
            token.end = lexer.lexpos
            yield token
    except rule_engine.errors.RuleSyntaxError as error:
        raise _illegal(text, error.token) from None


class _Replay:
    """The tokens once more, for the parser."""

    def __init__(self, tokens):
        self._tokens = iter(tokens)

    def token(self):
        return next(self._tokens, None)


def plain_names(text):
    """The names without a dot in a rule's text, which may be wrong or half written:
    saved rules, and words that are no names of anything. Loop variables are none.
    """
    try:
        tokens = list(_tokens(_machines()[0].clone(), text or ""))
    except RuleError:
        return set(re.findall(r"\w+", text))
    kinds = ["", *(token.type for token in tokens), ""]
    names = {
        token.value
        for before, token, after in zip(kinds, tokens, kinds[2:], strict=False)
        if token.type == "SYMBOL" and "ATTR" not in (before, after)
    }
    pairs = itertools.pairwise(tokens)
    return names - {after.value for word, after in pairs if word.type == "FOR"}


def token_end(text, position):
    """Where the token that begins at that place ends; there, if none does."""
    if position >= len(text.rstrip()):
        return position
    lexer = _machines()[0].clone()
    lexer.input(text.replace("\r", " "))
    lexer.lexpos = position
    try:
        lexer.token()
    except rule_engine.errors.RuleSyntaxError:
        return position
    return lexer.lexpos


@functools.lru_cache(maxsize=1)
def _machines():
    """The library's lexer and parser tables, with our action on each production."""
    library = rule_engine.Rule.parser
    parser = copy.copy(library._parser)
    parser.productions = [_with_action(item) for item in parser.productions]
    return library._lexer, parser


def _with_action(production):
    function = getattr(production, "func", None)
    if not function:
        return production
    production = copy.copy(production)
    name = function.removeprefix("p_")
    short = name.removeprefix("expression_")
    name = _PRODUCTIONS.get(name, _PRODUCTIONS.get(short, "refused"))
    production.callable = functools.partial(_act, name)
    return production


def _act(name, symbols):
    """Put the node of one production in the place of its symbols."""
    tokens, parts = [], []
    for symbol in symbols.slice[1:]:
        if isinstance(symbol, LexToken):
            tokens.append(
                Token(symbol.type, str(symbol.value), symbol.lexpos, symbol.end)
            )
        elif isinstance(symbol.value, list):
            parts.extend(symbol.value)
        else:
            parts.append(symbol.value)
    if name is None:
        symbols[0] = parts[0]
    elif name == "group":
        first, last = tokens
        symbols[0] = replace(parts[0], start=first.position, end=last.end)
    elif name == "members":
        symbols[0] = parts
    else:
        symbols[0] = _node(name, tokens, parts)


def _node(name, tokens, parts):
    depth = 1 + max((part.depth for part in parts), default=0)
    if name == "infix" and tokens[0].kind in _CHAINS:
        # A chain of the same word is one level: ten conditions are not ten deep.
        kind, flat, depth = tokens[0].kind, [], 1
        for part in parts:
            same = part.name == "infix" and part.operator == kind
            flat.extend(part.parts if same else [part])
            depth = max(depth, part.depth + (not same))
        parts = flat
    position = min(item.position for item in (*tokens, *parts))
    if depth > guard.MAX_LEVELS:
        raise RuleError(
            _("A rule has at most %s levels", guard.MAX_LEVELS),
            tokens[0].position if tokens else position,
            tokens[0].text if tokens else None,
            _("two rules, or fewer brackets"),
        )
    start = min([position, *(part.start for part in parts)])
    end = max(item.end for item in (*tokens, *parts))
    return Syntax(name, tuple(tokens), tuple(parts), position, depth, start, end)


_COMPARISONS = {"GT", "GE", "LT", "LE", "EQ", "NE", "IN"}
_INSTEAD = {
    "=": "==",
    "!": "not",
    "&": "and",
    "|": "or",
    "~": "not",
    "’": _lt("a plain quotation mark"),
    "”": _lt('a plain quotation mark: "'),
    "“": _lt('a plain quotation mark: "'),
}
_WORDS = {"AND": "and", "OR": "or", "NOT": "not", "IN": "in", "IF": "? :"}
_WORDS |= {"IS": "==", "BETWEEN": "$between(x, low, high)"}
_WORDS |= {"LIKE": "$contains(x, text)", "ELSE": _lt("condition ? this : that")}


def _illegal(text, token):
    if token is None:  # the library keeps these words for itself
        found = re.search(r"\b(elif|else|while)\b", text)
        return RuleError(
            _("Unexpected word"), found.start(), found[0], _(_WORDS["ELSE"])
        )
    position = token.lexpos
    found = text[position]
    if found in "\"'":
        return RuleError(
            _("A quotation mark is not closed"), position, found, f"{found}text{found}"
        )
    instead = _INSTEAD.get(found)
    mends = instead if found in "=!" and instead else None
    return RuleError(
        _("Unexpected character"), position, found, instead and _(instead), mends
    )


def _syntax_error(text, token):
    if token is None:
        return RuleError(
            _("The rule ends too early"),
            len(text.rstrip()) or None,
            None,
            _("to close what is open, or to write what is compared"),
        )
    suggestion = replacement = None
    if token.type in _COMPARISONS:
        suggestion = _("$between(x, low, high), or two comparisons joined by and")
    elif token.type == "SYMBOL":
        suggestion = _WORDS.get(token.value.upper())
        if suggestion and suggestion.isalpha():
            replacement = suggestion
        suggestion = suggestion and _(suggestion)
    found = str(token.value)
    return RuleError(_("Unexpected text"), token.lexpos, found, suggestion, replacement)
