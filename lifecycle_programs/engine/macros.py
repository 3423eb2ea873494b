"""Saved rules: a rule names them where a condition may stand."""

import re
from dataclasses import dataclass

from .errors import RuleError
from .grammar import read
from .guard import MAX_CHARACTERS, MAX_LEVELS, MAX_OPERATORS
from .tree import Saved

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _, _lt

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
#: Words of the grammar.
RESERVED = frozenset(
    "and or not in for if elif else while true false null inf nan".split()
)


def is_macro_name(name):
    """Whether a saved rule can have that name."""
    return bool(
        isinstance(name, str) and _NAME.fullmatch(name) and name not in RESERVED
    )


@dataclass(frozen=True)
class Macro:
    """A saved rule.

    :ivar name: plain identifier, as other rules write it: ``is_active_customer``
    :ivar label: how people call it: "Active customer"
    :ivar text: the rule that it stands for
    """

    name: str
    label: str
    text: str


@dataclass(frozen=True)
class _Expanded:
    """What a saved rule stands for, and how big it is with all that it names."""

    node: object
    operators: int
    characters: int
    levels: int


class Size:
    """How big a rule is with the saved rules that it names, counted as one reads."""

    def __init__(self, text, syntax):
        self.operators = _operators(syntax)
        self.characters = len(text)
        self.levels = syntax.depth

    def add(self, other, depth, token):
        """Count one more saved rule in, or refuse it at its name."""
        self.operators += other.operators
        self.characters += other.characters
        self.levels = max(self.levels, depth + other.levels)
        for size, most, what in (
            (self.operators, MAX_OPERATORS, _lt("operators")),
            (self.characters, MAX_CHARACTERS, _lt("characters")),
            (self.levels, MAX_LEVELS, _lt("levels")),
        ):
            if size > most:
                raise RuleError(
                    _(
                        "With its saved rules, a rule has at most %(most)s %(what)s",
                        most=most,
                        what=_(what),
                    ),
                    token.position,
                    token.text,
                )


class _Final(RuleError):
    """An error whose message needs no name of a saved rule in front."""


class Macros:
    """The saved rules that one rule may name, each read once.

    :param known: :class:`Macro` by name
    :ivar used: names of those that the rule names, directly or through others
    """

    def __init__(self, known):
        self._known = known
        self._expanded = {}
        self._path = []

    def __iter__(self):
        return iter(self._known)

    def __contains__(self, name):
        return name in self._known

    @property
    def used(self):
        return frozenset(self._expanded)

    def expand(self, token, checker):
        """The node of a saved rule, named by that token in the rule of the checker.

        :raises RuleError: at that name, for a circle, for a saved rule that does not
            work by itself, and when the whole would become too big
        """
        name = token.text
        if name in self._path:
            circle = " -> ".join([*self._path[self._path.index(name) :], name])
            raise _Final(
                _("Saved rules lead in a circle: %s", circle), token.position, name
            )
        if len(self._path) >= MAX_LEVELS:
            raise _Final(
                _("Saved rules name each other at most %s deep", MAX_LEVELS),
                token.position,
                name,
            )
        if name not in self._expanded:
            self._expanded[name] = self._read(name, token, checker)
        found = self._expanded[name]
        checker.size.add(found, checker.depth, token)
        return Saved(name, self._known[name].label, (found.node,), token.position)

    def _read(self, name, token, checker):
        macro = self._known[name]
        self._path.append(name)
        try:
            inner = type(checker)(macro.text, checker.facts, self)
            node = inner.check(read(macro.text))
        except _Final as error:
            raise _Final(error.message, token.position, name) from None
        except RuleError as error:
            message = _(
                "The saved rule %(name)s does not work: %(problem)s",
                name=name,
                problem=str(error).rstrip("."),
            )
            raise _Final(message, token.position, name) from None
        finally:
            self._path.pop()
        size = inner.size
        return _Expanded(node, size.operators, size.characters, size.levels)


def _operators(syntax):
    """How many operators a syntax tree holds."""
    own = 0
    if syntax.name == "infix":
        own = len(syntax.parts) - 1
    elif syntax.name in ("prefix", "ternary"):
        own = 1
    elif syntax.name == "each":
        own = len(syntax.parts) - 1
    return own + sum(_operators(part) for part in syntax.parts)
