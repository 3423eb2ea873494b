"""The fewest clauses whose answers must turn so that a rule's answer turns."""

from dataclasses import dataclass, replace
from itertools import combinations

from .explain import Clause, Speaker, capital, key_of, parts_of
from .operators import OPERATORS
from .tree import Call, Given, Item, Literal, Name, Saved, walk

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _

#: How many sets of clauses are tried where a clause stands in a rule more than once:
#: then the way through the tree alone does not find the smallest set.
_TRIES = 5000


@dataclass(frozen=True)
class Change:
    """One clause whose answer must turn.

    :ivar text: "Orders: at least 2 (now 1)"
    :ivar clause: the clause as it is now
    :ivar label: what must change: "Orders"
    :ivar wanted: what it must become: "at least 2"
    :ivar shown: what it is now: "1"
    """

    text: str
    clause: Clause
    label: str
    wanted: str
    shown: str


def smallest_change(tree, env, facts, words=None, steady=()):
    """The changes, in the order of the rule; none when nothing can turn its answer.

    :param steady: names of facts that do not change; nothing is asked of them
    """
    if tree is None:
        return []
    speaker = Speaker(facts, env, words)
    skeleton = _Skeleton(tree, speaker, steady)
    return [_change(speaker, *skeleton.tests[index]) for index in skeleton.smallest()]


class _Skeleton:
    """A rule as "and" and "or" over tests, of which equal ones are the same test.

    :ivar tests: by number, each test and whether the rule wants its opposite
    """

    def __init__(self, tree, speaker, steady):
        self.tests = []
        self._numbers = {}
        self._repeats = False
        self.tree = self._read(tree, False)
        self.answers = [bool(speaker.value(node)) for node, _negated in self.tests]
        self.fixed = {
            number
            for number, (node, _negated) in enumerate(self.tests)
            if not any(_can_change(part, steady) for part in walk(node))
        }

    def _read(self, node, negated):
        """("AND" or "OR", parts), or (number of a test, whether it is negated)."""
        joint, parts = parts_of(node, negated)
        if joint:
            return joint, [self._read(*part) for part in parts]
        ((node, negated),) = parts
        if isinstance(node, Saved):
            return self._read(node.args[0], negated)
        shape = _shape(node)
        if shape in self._numbers:
            self._repeats = True
        else:
            self._numbers[shape] = len(self.tests)
            self.tests.append((node, negated))
        return self._numbers[shape], negated

    def smallest(self):
        """Numbers of the tests that must turn, as few as there can be."""
        found = self._turned(self.tree)
        if self._repeats:
            found = self._tried(found)
        return sorted(found or ())

    def _holds(self, tree, answers):
        head, rest = tree
        if head in ("AND", "OR"):
            judge = all if head == "AND" else any
            return judge(self._holds(part, answers) for part in rest)
        return answers[head] != rest

    def _turned(self, tree):
        """The tests that turn this part, each taken for one of its own; None if none
        can.
        """
        head, rest = tree
        if head not in ("AND", "OR"):
            return None if head in self.fixed else {head}
        # One part is enough to turn a true "and" and a false "or".
        holds = self._holds(tree, self.answers)
        wrong = [part for part in rest if self._holds(part, self.answers) == holds]
        found = [self._turned(part) for part in wrong]
        if holds == (head == "AND"):
            return min((one for one in found if one), key=len, default=None)
        return None if None in found else set().union(*found)

    def _tried(self, found):
        """The smallest set that turns the whole, where tests stand in it repeatedly."""
        before = self._holds(self.tree, self.answers)
        free = [n for n in range(len(self.tests)) if n not in self.fixed]
        tries = 0
        for size in range(1, len(free) + 1):
            for numbers in combinations(free, size):
                if self._turns(numbers, before):
                    return numbers
                tries += 1
                if tries > _TRIES:
                    return found if found and self._turns(found, before) else None
        return None

    def _turns(self, numbers, before):
        answers = list(self.answers)
        for number in numbers:
            answers[number] = not answers[number]
        return self._holds(self.tree, answers) != before


def _can_change(node, steady):
    if isinstance(node, Name):
        return node.name not in steady
    return isinstance(node, (Item, Given))


def _shape(node):
    """What a node says, without where it stands."""
    if isinstance(node, Call):
        return (id(node.case), *(_shape(arg) for arg in node.args))
    if isinstance(node, Saved):
        return _shape(node.args[0])
    value = node.value if isinstance(node, Literal) else node.name
    return type(node).__name__, node.type, value


def _change(speaker, node, negated):
    """The change that turns a test, in words."""
    clause = speaker.clause(node, negated, 0)
    holds = bool(speaker.value(node))
    number = speaker.subject(node)
    if number is None or key_of(node) == "truth":
        label, shown = clause.label, clause.shown
        wanted = _("no") if holds else _("yes")
    else:
        subject = node.args[number]
        label, shown = capital(speaker.phrase(subject)), clause.shown
        wanted = _opposite_words(speaker, node, number) if holds else None
        wanted = wanted or speaker.wanted(node, number)
    now = _("now %s", shown)
    return Change(f"{label}: {wanted} ({now})", clause, label, wanted, shown)


def _opposite_words(speaker, node, number):
    inverse = OPERATORS.get(node.operator.inverse)
    for case in inverse.cases if inverse else ():
        if case.takes == node.case.takes:
            opposite = replace(node, operator=inverse, case=case)
            return speaker.wanted(opposite, number)
    return _("not %s", speaker.wanted(node, number))
