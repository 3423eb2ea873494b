"""The errors of the engine: every one says where, what, and what to write instead."""


class RuleError(ValueError):
    """A rule that cannot be accepted.

    :param message: what is wrong, without a final full stop
    :param position: 0-based place in the rule's text, or None
    :param found: the text found at that place, or None
    :param suggestion: what to write instead, or None
    """

    def __init__(self, message, position=None, found=None, suggestion=None):
        super().__init__(message)
        self.message = message
        self.position = position
        self.found = found
        self.suggestion = suggestion

    def __str__(self):
        sentence = self.message
        if self.position is not None:
            sentence += f" (at character {self.position + 1}"
            sentence += f": {self.found})" if self.found else ")"
        sentence += "."
        if self.suggestion:
            sentence += f" Try {self.suggestion}"
            sentence += "" if sentence.endswith((".", "?")) else "."
        return sentence


class TemplateError(ValueError):
    """A template that cannot be compiled or rendered.

    :param message: what is wrong, without a final full stop
    :param line: 1-based line in the template's source, or None
    """

    def __init__(self, message, line=None):
        super().__init__(message)
        self.message = message
        self.line = line

    def __str__(self):
        place = f" (line {self.line})" if self.line else ""
        return f"{self.message}{place}."
