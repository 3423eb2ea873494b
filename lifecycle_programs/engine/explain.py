"""Why a rule answers yes or no, in words a salesperson reads."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from .closures import compile_python
from .tree import Call, Item, Literal, Name, Saved, walk
from .values import ELEMENT, to_local

# The engine has no environment.
# pylint: disable=prefer-env-translation,translation-injection
from .words import _, _lt

MISSING = _lt("not known")


@dataclass(frozen=True)
class Clause:
    """One part of a rule, judged for one contact.

    :ivar text: "Orders: 3 (at least 2 wanted): yes"
    :ivar value: the contact's value that was judged; None when missing or composed
    :ivar ok: whether the part is fulfilled
    :ivar depth: 0 for the outermost
    :ivar children: the clauses of "all of these" and "at least one of these"
    :ivar label: what was judged: "Orders"
    :ivar shown: the value as people write it: "3"; empty when composed
    :ivar wanted: "at least 2 wanted"; empty when a plain yes is
    :ivar is_own: whether the contact has the value that makes the answer, and a yes is
        wanted
    """

    text: str
    value: Any
    ok: bool
    depth: int = 0
    children: tuple = ()
    label: str = ""
    shown: str = ""
    wanted: str = ""
    is_own: bool = True

    @property
    def statement(self):
        """The clause without its verdict: "Orders: 3 (at least 2 wanted)"."""
        text = f"{self.label}: {self.shown}" if self.shown else self.label
        return f"{text} ({self.wanted})" if self.wanted else text

    def flat(self):
        """This clause and everything below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.flat()

    def as_dict(self):
        """Plain data, to be kept as JSON."""
        value = self.value
        if isinstance(value, (date, Decimal)):
            value = str(value)
        return {
            "text": self.text,
            "value": list(value) if isinstance(value, tuple) else value,
            "ok": self.ok,
            "depth": self.depth,
            "label": self.label,
            "shown": self.shown,
            "wanted": self.wanted,
            "children": [child.as_dict() for child in self.children],
        }


@dataclass(frozen=True)
class Explanation:
    """The answer of a rule, and the clauses that make it."""

    result: bool
    clauses: list

    def lines(self):
        """All clauses as indented lines of text."""
        return [
            "  " * clause.depth + clause.text
            for top in self.clauses
            for clause in top.flat()
        ]

    def grounds(self):
        """What speaks for a yes, in a line each: the tests that the contact's own
        values fulfil, or, where there is none, whatever is fulfilled.
        """
        fulfilled = [
            clause
            for top in self.clauses
            for clause in top.flat()
            if clause.ok and not clause.children
        ]
        own = [clause for clause in fulfilled if clause.is_own]
        return [clause.statement for clause in own or fulfilled]

    def as_dict(self):
        """Plain data, to be kept as JSON."""
        return {
            "result": self.result,
            "clauses": [clause.as_dict() for clause in self.clauses],
        }


def explain(tree, env, facts, words=None):
    """The explanation of a typed tree (None: the empty rule) for one contact."""
    if tree is None:
        return Explanation(True, [])
    speaker = Speaker(facts, env, words)
    joint, parts = parts_of(tree, False)
    if joint == "AND":
        clauses = [speaker.clause(*part, 0) for part in parts]
        return Explanation(all(clause.ok for clause in clauses), clauses)
    clause = speaker.clause(tree, False, 0)
    return Explanation(clause.ok, [clause])


def describe(tree, facts, words=None):
    """A typed tree as a sentence, without a contact."""
    return Speaker(facts, words=words).sentence(tree) if tree else _("Everyone")


_HEADINGS = {"AND": _lt("All of these"), "OR": _lt("At least one of these")}
_JOINTS = {"AND": _lt(" and "), "OR": _lt(" or ")}
_GIVEN = {"now": _lt("now"), "today": _lt("today")}
_VERDICTS = {"AND": all, "OR": any}
_OPPOSITE = {"AND": "OR", "OR": "AND"}


def key_of(node):
    return node.operator.key if isinstance(node, Call) else None


def parts_of(node, negated):
    """A condition as "and" or "or" of (part, whether the part is negated), every "not"
    moved down to the tests, so that a yes is good news everywhere.

    :return: "AND" or "OR" and the parts; None and the one test when it is none of both
    """
    while key_of(node) == "NOT":
        node, negated = node.args[0], not negated
    key = key_of(node)
    if key not in _HEADINGS:
        return None, [(node, negated)]
    joint = _OPPOSITE[key] if negated else key
    parts = []
    for arg in node.args:
        inner, members = parts_of(arg, negated)
        parts += members if inner in (joint, None) else [(arg, negated)]
    return joint, parts


class Speaker:
    """Says the parts of a rule in words, and with ``env`` what they are for a contact.

    :param facts: facts by name, for their labels and units
    :param env: a :class:`closures.Env`, or None for sentences without a contact
    :param words: how people call texts that are codes: by the fact's name, and by the
        text; one that is not there is said as it is
    """

    def __init__(self, facts, env=None, words=None):
        self.facts = facts
        self.env = env
        self.words = words or {}

    # A contact's clauses

    def clause(self, node, negated, depth):
        """The clause of a condition, its verdict taken from its children if it has."""
        joint, parts = parts_of(node, negated)
        if joint is None and isinstance(parts[0][0], Saved):
            return self._saved(*parts[0], depth)
        if joint is None:
            return self._test(*parts[0], depth)
        return self._joined(_(_HEADINGS[joint]), "", joint, parts, depth)

    def _saved(self, node, negated, depth):
        """The clause of a saved rule: its name, and what it stands for below."""
        (body,) = node.args
        joint, parts = parts_of(body, negated)
        if joint == "OR":  # its heading says that one of them is enough
            parts = [(body, negated)]
        wanted = _("not wanted") if negated else ""
        return self._joined(capital(node.label), wanted, "AND", parts, depth)

    def _joined(self, label, wanted, joint, parts, depth):
        children = tuple(self.clause(*part, depth + 1) for part in parts)
        ok = _VERDICTS[joint](child.ok for child in children)
        text = f"{label} ({wanted}): {_yes(ok)}" if wanted else f"{label}: {_yes(ok)}"
        return Clause(text, None, ok, depth, children, label, "", wanted)

    def _test(self, node, negated, depth):
        """The clause of a condition that is no "and", "or" or "not"."""
        ok = bool(self.value(node)) != negated
        number = self.subject(node)
        if number is None:
            label = capital(self.phrase(node))
            shown = _yes(ok != negated)
            wanted = _("not wanted") if negated else ""
            return _clause(label, shown, wanted, ok, depth, is_own=not negated)
        subject = node.args[number]
        value = self.value(subject)
        shown = self.show(value, subject.type, self._fact(subject))
        wanted = _("not wanted") if negated else ""
        if key_of(node) != "truth":
            words = self.wanted(node, number)
            wanted = _("%s not wanted", words) if negated else _("%s wanted", words)
        label = capital(self.phrase(subject))
        is_own = value is not None and not negated
        return _clause(label, shown, wanted, ok, depth, value, is_own)

    def subject(self, node):
        """The number of the argument that a test is about, or None."""
        case = node.case if isinstance(node, Call) else None
        if case is None or node.type != "boolean" or not case.total or case.chain:
            return None
        if case.turned and not _reads(node.args[0]) and _reads(node.args[1]):
            return 1
        return case.subject

    def wanted(self, node, subject):
        """What a test wants of its subject, with the contact's values."""
        return self._wanted(node, subject, self._said_with_value)

    def _wanted(self, node, subject, say):
        """What a test wants of its subject."""
        words = node.case.words if subject == node.case.subject else node.case.turned
        fact = self._fact(node.args[subject])
        said = [
            say(arg, fact) if f"{{{index}}}" in words else ""
            for index, arg in enumerate(node.args)
        ]
        return _(words).format(*said)

    def _said_with_value(self, node, fact):
        """What a value is compared with: its words, and what it is for this contact."""
        nodes = list(walk(node))
        if any(isinstance(part, Item) for part in nodes):
            return self.phrase(node, fact)
        shown = self.show(self.value(node), node.type, fact)
        names = [part.name for part in nodes if isinstance(part, Name)]
        if all(name.startswith("param.") for name in names):
            return shown
        return f"{self.phrase(node, fact)} ({shown})"

    def value(self, node):
        """The node's value for the contact, as the rule itself computes it."""
        return compile_python(node)(self.env)

    # Sentences

    def sentence(self, node):
        """A condition in words."""
        if isinstance(node, Saved):
            return f"{node.label} ({self.sentence(node.args[0])})"
        key = key_of(node)
        if key in ("AND", "OR"):
            parts = [self.sentence(part) for part in node.args]
            if key == "AND":
                parts = [
                    f"({text})" if key_of(part) == "OR" else text
                    for text, part in zip(parts, node.args, strict=True)
                ]
            return _(_JOINTS[key]).join(parts)
        if key == "NOT":
            return _("not (%s)", self.sentence(node.args[0]))
        number = self.subject(node)
        if number is None:
            return self.phrase(node)
        label = capital(self.phrase(node.args[number]))
        if key == "truth":
            return label
        return f"{label}: {self._wanted(node, number, self.phrase)}"

    def phrase(self, node, fact=None):
        """A value in words.

        :param fact: the fact that it is compared with
        """
        if isinstance(node, Literal):
            return self.show(node.value, node.type, fact)
        if isinstance(node, Name):
            if self.env and node.name.startswith("param."):
                return self.show(self.value(node), node.type, fact)
            return in_sentence(self.facts[node.name].label or node.name)
        if isinstance(node, Saved):
            return node.label
        if not isinstance(node, Call):
            return _("it") if isinstance(node, Item) else _given(node.name)
        if node.type == "boolean" and node.case.total:
            return self.sentence(node)
        items_of = fact if node.type == "text_list" else None
        said = [self.phrase(arg, items_of) for arg in node.args]
        return _(node.case.words).format(*said, all=", ".join(said))

    def _fact(self, node):
        """The fact whose unit and words a value has, kept through what does not change
        them; None for any other value."""
        if isinstance(node, Name):
            return self.facts[node.name]
        if isinstance(node, Item):
            return node.items and self._fact(node.items)
        if key_of(node) in ("COALESCE", "$abs", "minus"):
            return self._fact(node.args[0])
        return None

    def show(self, value, type_, fact=None):
        """A value as people write it.

        :param fact: the fact whose value it is, or is compared with
        """
        if value is None:
            return _(MISSING)
        if type_ == "text":
            return self.words.get(fact.name, {}).get(value, value) if fact else value
        if type_ == "number":
            return f"{_plain(value)} {fact.unit if fact else ''}".rstrip()
        if type_ == "datetime":
            local = to_local(value, self.env.zone) if self.env else value
            return local.isoformat(" ", "minutes")
        if type_ in ELEMENT:
            # The unit of a number stands behind one, not behind each of a list.
            items_of = fact if type_ == "text_list" else None
            items = (self.show(item, ELEMENT[type_], items_of) for item in value)
            return ", ".join(items) or _("none")
        return _SHOW.get(type_, str)(value)


def _clause(label, shown, wanted, ok, depth, value=None, is_own=True):
    text = f"{label}: {shown}"
    if wanted:
        text += f" ({wanted}): {_yes(ok)}"
    return Clause(text, value, ok, depth, (), label, shown, wanted, is_own)


def _reads(node):
    """Whether a value depends on the contact."""
    return any(isinstance(part, (Name, Item)) for part in walk(node))


def _plain(number):
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _span(duration):
    """A duration in its largest unit: "30 days", "1.5 hours"."""
    for words, size in _SPANS:
        if abs(duration) >= size:
            return _(words, _plain(round(duration / size, 1)))
    return _("%s seconds", _plain(duration))


def _given(name):
    return _(_GIVEN[name]) if name in _GIVEN else name


def _yes(ok):
    return _("yes") if ok else _("no")


_SPANS = (
    (_lt("%s days"), 86400),
    (_lt("%s hours"), 3600),
    (_lt("%s minutes"), 60),
)
_SHOW = {
    "boolean": _yes,
    "duration": _span,
    "date": date.isoformat,
    "local": lambda clock: clock.isoformat(" ", "minutes"),
}


def capital(text):
    return text[:1].upper() + text[1:]


def in_sentence(label):
    """A label in the middle of a sentence: "Orders" is "orders", "NPS" stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
