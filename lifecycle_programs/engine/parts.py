"""The conditions that a rule is made of, each a rule of its own."""

import copy
from dataclasses import dataclass
from typing import Any

from .closures import compile_python
from .explain import key_of
from .tree import Call, Name, Saved, walk

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _, _lt

_HEADINGS = {
    "AND": _lt("All of these"),
    "OR": _lt("At least one of these"),
    "NOT": _lt("Not this"),
}


@dataclass(frozen=True)
class Part:
    """A condition inside a rule.

    :ivar text: in words; a heading when further parts stand below it
    :ivar depth: 0 for the outermost
    :ivar rule: the condition as a rule
    """

    text: str
    depth: int
    rule: Any


def conjuncts(rule):
    """The rules that all must hold for this one to hold: itself, if it has no "and".

    :rtype: list[Rule]
    """
    if rule._tree is None:
        return []
    if key_of(rule._tree) == "AND":
        return [_of(rule, tree) for tree in rule._tree.args]
    return [rule]


def together(rule, wanted):
    """What is left of a rule when only some of its conjuncts must hold.

    :param wanted: some of what :func:`conjuncts` gives, one at least
    :rtype: Rule
    """
    trees = tuple(part._tree for part in wanted)
    if len(trees) == 1:
        return wanted[0]
    whole = rule._tree
    return _of(rule, Call(whole.operator, whole.case, trees, whole.position))


def parts(rule, words=None):
    """The conditions of a rule in reading order, those below a heading behind it.

    :param words: see :meth:`Rule.describe`
    :rtype: list[Part]
    """
    return [
        part for one in conjuncts(rule) for part in _below(one, one._tree, 0, words)
    ]


def _below(rule, tree, depth, words):
    one = _of(rule, tree)
    heading = _heading(tree)
    yield Part(heading or one.describe(words), depth, one)
    if heading:
        for child in tree.args:
            yield from _below(rule, child, depth + 1, words)


def _heading(tree):
    """What stands over the parts of a condition; None when it is a single test."""
    if isinstance(tree, Saved):
        return tree.label
    if key_of(tree) == "NOT" and not _heading(tree.args[0]):
        return None
    heading = _HEADINGS.get(key_of(tree))
    return heading and _(heading)


def _of(rule, tree):
    part = copy.copy(rule)
    part._tree = tree
    part.facts = frozenset(n.name for n in walk(tree) if isinstance(n, Name))
    part._matches = compile_python(tree)
    return part
