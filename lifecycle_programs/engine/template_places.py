"""Where in a template something went wrong, and Jinja2's complaints in plain words.

Jinja2 tells the line of an error and no more, and the whole text of a mail may stand in
one line. So every placeholder is given a line of its own before it is compiled: a line
break right behind its opening braces, where it means nothing.
"""

import re
from itertools import accumulate

from .errors import TemplateError

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _, _lt

_NEW_LINE = re.compile("\r\n?")
#: A comment, or a placeholder; what is not closed reaches to the end.
_TAG = re.compile(
    r"\{#.*?(?:#\}|\Z)|(?P<open>\{\{|\{%)(?P<trim>[-+]?)(?P<rest>.*?(?:\}\}|%\}|\Z))",
    re.DOTALL,
)
#: Inside of this, braces are plain text.
_RAW = re.compile(r"\{%[-+]?\s*raw\b")
_WORD = re.compile(r"\s*(\w+)")
_OPENING = {"if": "endif", "for": "endfor"}

_UNCLOSED = re.compile("unexpected end of template", re.IGNORECASE)
#: What Jinja2 says, and what is said instead.
_WORDS = (
    (
        _UNCLOSED,
        _lt("It is not closed: every block needs its end, and {{ needs }}"),
    ),
    (
        re.compile(r"unknown tag '(end\w+|else|elif)'"),
        _lt("“%s” has no block before it that it belongs to"),
    ),
    (re.compile(r"unknown tag '(\w+)'"), _lt("There is no block “%s”")),
    (
        re.compile("Expected an expression|(?:unexpected|got) 'end of"),
        _lt("Something is missing before the end: a name, a number or a text"),
    ),
    (re.compile(r"expected token '.+', got '(.+)'"), _lt("“%s” is not expected here")),
    (re.compile(r"unexpected (?:char )?'(.+?)'"), _lt("“%s” is not expected here")),
)


class Places:
    """A template's source, with every placeholder on a line of its own.

    :ivar text: what is compiled instead of the source
    """

    def __init__(self, source):
        self.source = _NEW_LINE.sub("\n", source)
        self.text = self.source
        #: Where in the source each line of the text begins, and its placeholder ends.
        self._lines = [(0, None)]
        if _RAW.search(self.source):
            lengths = map(len, self.source.splitlines(keepends=True))
            self._lines += [(start, None) for start in accumulate(lengths)]
        else:
            self._spread()

    def _spread(self):
        pieces, end = [], 0

        def take(start, stop, tag=None):
            for place in range(start, stop):
                if self.source[place] == "\n":
                    self._lines.append(tag or (place + 1, None))
            pieces.append(self.source[start:stop])

        for match in _TAG.finditer(self.source):
            take(end, match.start())
            end = match.end()
            if not match["open"]:
                take(match.start(), end)
                continue
            tag = match.span()
            pieces.append(f"{match['open']}{match['trim']}\n")
            self._lines.append(tag)
            take(match.start("rest"), end, tag)
        take(end, len(self.source))
        self.text = "".join(pieces)

    def find(self, line):
        """Where a line of the text stands in the source.

        :return: 1-based line and column, and the placeholder there or None; nothing
            when there is no line
        :rtype: tuple
        """
        if not line:
            return None, None, None
        start, end = self._lines[min(line, len(self._lines)) - 1]
        return self._describe(start, end)

    def _describe(self, start, end):
        line = self.source.count("\n", 0, start) + 1
        column = start - self.source.rfind("\n", 0, start)
        return line, column, self.source[start:end] if end else None

    def error(self, message, line):
        """A `TemplateError` with its place in the source."""
        return TemplateError(message, *self.find(line))

    def syntax_error(self, error):
        """A `TemplateError` for Jinja2's own, in plain words."""
        where = self.find(error.lineno)
        if _UNCLOSED.search(error.message):
            where = self._find_unclosed() or where
        return TemplateError(_reworded(error.message), *where)

    def _find_unclosed(self):
        """The placeholder that is never closed, or the innermost block."""
        blocks = []
        for match in _TAG.finditer(self.source):
            if match["open"] and not match[0].endswith(("}}", "%}")):
                return self._describe(*match.span())
            word = match["open"] == "{%" and _WORD.match(match["rest"])
            if word and word[1] in _OPENING:
                blocks.append(match.span())
            elif word and word[1] in _OPENING.values() and blocks:
                blocks.pop()
        return self._describe(*blocks[-1]) if blocks else None


def _reworded(message):
    for pattern, text in _WORDS:
        found = pattern.search(message)
        if found:
            return _(text, *found.groups())
    return _("It cannot be read: %s", message.rstrip("."))
