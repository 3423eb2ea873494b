"""The errors of the engine: every one says where, what, and what to write instead."""

from dataclasses import dataclass

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _


class RuleError(ValueError):
    """A rule that cannot be accepted.

    :param message: what is wrong, without a final full stop
    :param position: 0-based place in the rule's text, or None
    :param found: the text found at that place, or None
    :param suggestion: what to write instead, in words or as text of a rule, or None
    :param replacement: text of a rule that can stand for what was found, or None
    :param end: where the faulty part ends, or None for the end of what was found
    """

    def __init__(
        self,
        message,
        position=None,
        found=None,
        suggestion=None,
        replacement=None,
        end=None,
    ):
        super().__init__(message)
        self.message = message
        self.position = position
        self.found = found
        self.suggestion = suggestion
        self.replacement = replacement
        self.end = end

    def __str__(self):
        sentence = self.message
        if self.position is not None:
            place = _("at character %s", self.position + 1)
            sentence += f" ({place}: {self.found})" if self.found else f" ({place})"
        sentence += "."
        if self.suggestion:
            sentence += " " + _("Try %s", self.suggestion)
            sentence += "" if sentence.endswith((".", "?")) else "."
        return sentence


@dataclass(frozen=True)
class Problem:
    """What an editor underlines.

    :ivar start: 0-based place in the text where the underline begins, in characters
        (code points, not the UTF-16 units of a browser)
    :ivar end: where it ends; behind ``start`` unless the text is empty
    :ivar severity: "error", or "warning" for what can be saved
    :ivar message: what is wrong and what to write instead, whole sentences
    :ivar replacement: text for the place from start to end that mends it, or None
    """

    start: int
    end: int
    severity: str
    message: str
    replacement: str | None = None


class TemplateError(ValueError):
    """A template that cannot be compiled or rendered.

    :param message: what is wrong, without a final full stop
    :param line: 1-based line in the template's source, or None
    :param column: 1-based place in that line, or None
    :param found: the placeholder in which it is wrong, or None
    """

    def __init__(self, message, line=None, column=None, found=None):
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.found = found

    def __str__(self):
        if not self.line:
            return f"{self.message}."
        return f"{self.message} ({_('line %s', self.line)})."
