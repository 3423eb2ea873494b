"""What a rule says and its writer may not mean: warnings, not errors."""

from datetime import datetime

from .closures import Env, compile_python
from .errors import Problem
from .grammar import token_end
from .hints import nearest_name
from .operators import OPERATORS
from .tree import Call, Given, Item, Literal, Name, Saved, walk

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _

_PARAMETER = "param."
_LOGIC = {"AND", "OR", "NOT", "truth"}
#: Values that are missing although nothing in them is: division by zero.
_MAY_FAIL = {"TDIV", "FDIV", "MOD"}
_NOBODY = Env({}, datetime(2000, 1, 1), "UTC")


def doubts(syntax, node, text, facts):
    """The warnings about one node of a rule, not about what is below it.

    :param syntax: where the node comes from
    :param node: its typed node
    :param text: the whole rule, as written
    :param facts: facts by name
    """
    if not isinstance(node, Call) or node.type != "boolean":
        return
    if node.operator.key == "NOT":
        yield from _negations(syntax, node.args[0], text, facts)
    elif node.operator.key not in _LOGIC and syntax.name in ("infix", "call"):
        yield from _constants(syntax, node)
        yield from _strangers(node, text, facts)


def _negations(syntax, test, text, facts):
    missing = list(_missing(test, facts))
    if not missing:
        return
    label = facts[missing[0]].label or missing[0]
    instead = _opposite(syntax.parts[0], test, text)
    message = _("This is also true where there is no value for “%s”.", label)
    if instead:
        message += " " + _("To leave those out, write %s.", instead)
    else:
        add = f"and {missing[0]} != null"
        message += " " + _("To leave those out, add: %s.", add)
    yield Problem(syntax.start, syntax.end, "warning", message, instead)


def _opposite(syntax, test, text):
    """The test with the inverse operator, as text of a rule, or None."""
    inverse = test.operator.inverse
    if not inverse or syntax.name != "infix":
        return None
    left, right = (text[part.start : part.end] for part in syntax.parts)
    return f"{left} {OPERATORS[inverse].text} {right}"


def _missing(node, facts):
    """Names of facts whose absence makes a condition false."""
    if not isinstance(node, Call) or node.operator.key in ("NOT", "truth"):
        return
    if node.operator.key in _LOGIC:
        for part in node.args:
            yield from _missing(part, facts)
    elif not node.case.lazy and any(_may_miss(arg, facts) for arg in node.args):
        for part in walk(node):
            if isinstance(part, Name) and _may_miss(part, facts):
                yield part.name


def _may_miss(node, facts):
    """Whether a value may be missing for some contact."""
    if isinstance(node, Name):
        fact = facts[node.name]
        return not (fact.always or node.name.startswith(_PARAMETER))
    if isinstance(node, Literal):
        return node.value is None
    if not isinstance(node, Call) or node.total:
        return False
    key, args = node.operator.key, node.args
    if key in _MAY_FAIL and not (isinstance(args[1], Literal) and args[1].value):
        return True
    if key == "COALESCE":
        args = args[1:]
    return any(_may_miss(arg, facts) for arg in args)


def _constants(syntax, node):
    """Tests whose answer is the same for everybody."""
    varying = (Name, Item, Given, Saved)
    if not any(isinstance(part, varying) for part in walk(node)):
        message = (
            _("This is always true, whoever the contact is.")
            if compile_python(node)(_NOBODY)
            else _("This is never true, whoever the contact is.")
        )
        yield Problem(syntax.start, syntax.end, "warning", message)
    elif node.operator.key == "$between":
        _subject, low, high = node.args
        bounds = [part.value for part in (low, high) if isinstance(part, Literal)]
        if len(bounds) == 2 and bounds[0] > bounds[1]:
            message = _("This is never true: the first limit is above the second.")
            yield Problem(syntax.start, syntax.end, "warning", message)


def _strangers(node, text, facts):
    """Texts that a fact is compared with and never is, such as the word for a code."""
    if node.operator.key not in ("EQ", "NE", "IN"):
        return
    for subject, other in (node.args, node.args[::-1]):
        fact = facts[subject.name] if isinstance(subject, Name) else None
        if not fact or not fact.choices:
            continue
        codes = [code for code, _word in fact.choices]
        meant = {word: code for code, word in fact.choices} | {c: c for c in codes}
        is_list = isinstance(other, Call) and other.operator.key == "list"
        for item in other.args if is_list else [other]:
            if not isinstance(item, Literal) or item.value in (None, *codes):
                continue
            nearest = nearest_name(item.value, meant)
            message = _(
                "%(fact)s is one of %(values)s.",
                fact=fact.label or fact.name,
                values=", ".join(f'"{code}"' for code in codes),
            )
            yield Problem(
                item.position,
                token_end(text, item.position),
                "warning",
                message,
                nearest and f'"{meant[nearest]}"',
            )
