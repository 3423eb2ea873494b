"""Operators and the types of what they are applied to."""

from .errors import RuleError
from .hints import TYPE_WORDS, hint
from .operators import COERCIONS, OPERATORS
from .tree import Call, Given

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _

#: The company's time zone, which is known when a rule is asked.
ZONE = Given("zone", "zone")


def call(key, args, position, found, each=False):
    """An operator applied to arguments, in the case that fits their types."""
    operator = OPERATORS[key]
    for coerced in (False, True):
        for case in operator.cases:
            fitted = _fit_all(case, args, coerced, each)
            if fitted:
                return Call(operator, case, tuple(fitted), position)
    raise _mismatch(operator, args, position, found)


def _fit_all(case, args, coerced, each):
    takes = case.takes * len(args) if case.chain else case.takes
    if each:
        takes = (takes[0], "condition") if takes[-1] == "each" else ()
    if len(takes) != len(args):
        return None
    pairs = list(zip(args, takes, strict=True))
    if not coerced and any(a.type != t for a, t in pairs if t != "condition"):
        return None
    fitted = [fit(arg, type_) for arg, type_ in pairs]
    return None if None in fitted else fitted


def fit(node, type_):
    """The node as that type, or None when it cannot be."""
    if node.type == type_ or (type_ == "condition" and node.type == "boolean"):
        if type_ != "condition" or node.total:
            return node
    key = COERCIONS.get((node.type, type_))
    if key is None:
        return None
    operator = OPERATORS[key]
    for case in operator.cases:
        if case.takes[0] == node.type:
            args = (node,) if len(case.takes) == 1 else (node, ZONE)
            return Call(operator, case, args, node.position)
    return None


def fit_at(node, syntax, type_):
    fitted = fit(node, type_)
    if fitted is None:
        raise RuleError(
            _("A condition is wanted here, not %s", _(TYPE_WORDS[node.type])),
            syntax.start,
            None,
            _("a comparison, such as x > 3"),
            end=syntax.end,
        )
    return fitted


def _mismatch(operator, args, position, found):
    types = [arg.type for arg in args if arg.type != "zone"]
    counts = {len(case.takes) for case in operator.cases if not case.chain}
    if counts and len(args) not in counts:
        wanted = _(" or ").join(str(count) for count in sorted(counts))
        message = _(
            "%(operator)s takes %(wanted)s values, not %(given)s",
            operator=found,
            wanted=wanted,
            given=len(args),
        )
        instead = f"{operator.key}({operator.takes})" if operator.takes else None
        return RuleError(message, position, found, instead)
    words = _(" and ").join(_(TYPE_WORDS.get(type_, type_)) for type_ in types)
    return RuleError(
        _("%(operator)s does not go with %(types)s", operator=found, types=words),
        position,
        found,
        hint(operator, types),
    )
