"""What an editor underlines while somebody types."""

from .check import Checker
from .errors import Problem, RuleError
from .grammar import read, token_end
from .macros import Macros

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _


def diagnose(text, facts, macros=None):
    """Everything that is wrong or doubtful in a rule's text, in reading order.

    It never raises, and it reads no more than :func:`parse` would: the same limits
    guard it, so that it can be asked on every key.

    :param text: whatever somebody has typed so far
    :param facts: facts by name
    :param macros: :class:`Macro` by name
    :rtype: list[Problem]
    """
    if not text or not text.strip():
        return []
    errors = []
    checker = Checker(text, facts, Macros(macros or {}), errors)
    try:
        checker.check(read(text))
    except RuleError as error:
        errors.append(error)
    problems = [_problem(text, error) for error in errors]
    problems += checker.warnings
    return sorted(problems, key=lambda problem: (problem.start, problem.end))


def _problem(text, error):
    start = min(error.position or 0, len(text))
    end = error.end
    if end is None:
        found = error.found or ""
        shown = bool(found) and text.startswith(found, start)
        end = start + len(found) if shown else token_end(text, start)
        # "&&" and "||" are one slip, not two.
        while shown and found in "&|" and text.startswith(found, end):
            end += len(found)
    if end <= start:  # at the end of the text: underline its last character
        end = min(start + 1, len(text))
        start = min(start, end - 1)
    message = f"{error.message}."
    if error.suggestion:
        message += " " + _("Try %s", error.suggestion.rstrip(".")) + "."
    return Problem(start, end, "error", message, error.replacement)
