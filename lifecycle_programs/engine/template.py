"""Message templates: Jinja2 in a sandbox that people's data and time cannot leave.

A template sees plain values only, calls nothing but the filters of
:mod:`template_filters`, and stops at fixed limits of size, loops and time.
"""

import time
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from jinja2 import TemplateSyntaxError, UndefinedError, nodes, pass_context
from jinja2.runtime import ChainableUndefined, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError
from markupsafe import Markup

from .errors import TemplateError
from .template_check import check, variables
from .template_filters import FILTERS, plain_number
from .template_places import Places

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _

MAX_SOURCE = 300_000
MAX_OUTPUT = 500_000
MAX_TEXT = 200_000
MAX_ITERATIONS = 10_000
MAX_SECONDS = 3
MAX_NUMBER = 10**15
MAX_VALUES = 50_000
MAX_VALUE_DEPTH = 8

_SCALARS = (str, Markup, int, float, bool, Decimal, date, datetime, type(None))
_NUMBERS = (int, float, Decimal)
_DATE_PARTS = {"year", "month", "day", "hour", "minute"}
_LOOP_PARTS = {"index", "index0", "first", "last", "length", "revindex", "revindex0"}


class _Missing(ChainableUndefined):
    """A value that is not there: false, empty, never equal, and an error when printed.

    It behaves as a missing value in a rule; ``or`` and ``default`` replace it.
    """

    def __str__(self):
        path = _path(self)
        raise TemplateError(
            _(
                "There is no value for %(name)s: write {{ %(name)s or '...' }}",
                name=path,
            )
        )

    __html__ = __str__

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    def __contains__(self, item):
        return False

    def _false(self, other):
        return False

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _false
    __hash__ = Undefined.__hash__


def _path(missing):
    return str(missing._undefined_name)


class _Budget:
    """What one rendering may still use."""

    __slots__ = ("deadline", "iterations")

    def __init__(self):
        self.iterations = MAX_ITERATIONS
        self.deadline = time.monotonic() + MAX_SECONDS

    def check(self):
        if time.monotonic() > self.deadline:
            raise TemplateError(_("The template takes too long"))

    def step(self):
        self.iterations -= 1
        if self.iterations < 0:
            raise TemplateError(_("The loops run more than %s times", MAX_ITERATIONS))
        self.check()


@pass_context
def _counted(context, items):
    """Every loop of a template runs over this, so that all of them share a budget."""
    if not isinstance(items, (list, tuple, dict, Undefined)):
        raise TemplateError(_("A loop runs over a list"))
    budget = context["_budget"]
    for item in items:
        budget.step()
        yield item


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox: own look-up, own arithmetic, own filters, no functions."""

    intercepted_binops = frozenset(["+", "-", "*", "/", "//", "%", "**"])

    def __init__(self, html):
        super().__init__(
            autoescape=html,
            undefined=_Missing,
            finalize=_printable,
            optimized=False,
            cache_size=0,
        )
        self.globals.clear()
        self.filters = {**FILTERS, "_counted": _counted}
        self.tests["none"] = lambda value: value is None or isinstance(value, Undefined)

    def getattr(self, obj, attribute):
        return self._look_up(obj, attribute)

    def getitem(self, obj, argument):
        return self._look_up(obj, argument)

    def _look_up(self, obj, key):
        if isinstance(key, str) and key.startswith("_"):
            raise SecurityError(_("%s is not available", key))
        found = None
        if isinstance(obj, dict):
            found = obj.get(key) if isinstance(key, (str, int)) else None
        elif isinstance(obj, (date, datetime)):
            found = getattr(obj, key, None) if key in _DATE_PARTS else None
        elif isinstance(obj, LoopContext):
            found = getattr(obj, key) if key in _LOOP_PARTS else None
        elif isinstance(obj, (list, tuple, str)) and isinstance(key, (int, slice)):
            try:
                found = obj[key]
            except IndexError:
                found = None
        if found is None:
            prefix = f"{_path(obj)}." if isinstance(obj, Undefined) else ""
            prefix = prefix or getattr(obj, "path", "")
            return self.undefined(name=f"{prefix}{key}")
        return found

    def call_binop(self, context, operator, left, right):
        context["_budget"].check()
        for side in (left, right):
            if isinstance(side, Undefined):
                return side
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            if len(left) + len(right) > MAX_TEXT:
                raise TemplateError(_("A text becomes too long"))
            return left + right
        left, right = _number(left, operator), _number(right, operator)
        if not right and operator in ("/", "//", "%"):
            return self.undefined(name=_("a division by zero"))
        result = self.binop_table[operator](left, right)
        if abs(result) > MAX_NUMBER:
            raise TemplateError(_("A number becomes too big"))
        return result


def _number(value, operator):
    if isinstance(value, bool) or not isinstance(value, _NUMBERS):
        raise TemplateError(_("%s works on numbers only", operator))
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) > MAX_NUMBER:
        raise TemplateError(_("A number becomes too big"))
    return number


def _printable(value):
    """What stands in the message for a value."""
    if isinstance(value, (str, Undefined)):
        return value
    if isinstance(value, bool):
        raise TemplateError(_("A yes or no cannot be printed: write {% if ... %}"))
    if isinstance(value, _NUMBERS):
        return plain_number(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        raise TemplateError(
            _("A list cannot be printed: write {{ list | join(', ') }}")
        )
    raise TemplateError(_("Only texts, numbers and dates can be printed"))


class _Values(dict):
    """A dictionary of a template that knows its own name, for readable errors."""

    __slots__ = ("path",)

    def __init__(self, path):
        super().__init__()
        self.path = path


def _guarded(values):
    """A copy of the values as plain nested dictionaries, dotted names unfolded."""
    count = 0

    def copy(value, path, depth):
        nonlocal count
        count += 1
        if count > MAX_VALUES or depth > MAX_VALUE_DEPTH:
            raise TemplateError(_("There are too many values for a template"))
        # Of dates only the parts can be seen, so that a subclass gives nothing away.
        if type(value) in _SCALARS or isinstance(value, date):
            if isinstance(value, str) and len(value) > MAX_TEXT:
                raise TemplateError(_("%s is too long", path.rstrip(".")))
            return value
        if type(value) in (list, tuple):
            return [copy(item, path, depth + 1) for item in value]
        if isinstance(value, Mapping):
            return fill(_Values(path), value, path, depth)
        raise TemplateError(
            _(
                "%s cannot be given to a template: it is no plain value",
                path.rstrip("."),
            )
        )

    def fill(target, mapping, path, depth):
        for name, value in mapping.items():
            *parents, last = str(name).split(".")
            place, where = target, path
            for parent in parents:
                where += f"{parent}."
                inner = place.get(parent)
                if not isinstance(inner, dict):
                    inner = place[parent] = _Values(where)
                place = inner
            copied = copy(value, f"{where}{last}.", depth + 1)
            if isinstance(copied, dict) and isinstance(place.get(last), dict):
                place[last].update(copied)
            elif copied is not None:
                place[last] = copied
        return target

    return fill(_Values(""), values, "", 0)


@lru_cache(maxsize=2)
def _environment(html):
    return _Environment(html)


def compile_template(source: str, *, html: bool) -> "Template":
    """Compile a template.

    :param source: Jinja2 text
    :param html: whether values are escaped
    :raises TemplateError: with the line, when it is not accepted
    """
    return Template(source or "", html)


class Template:
    """A compiled template. Make one with :func:`compile_template`.

    :ivar variables: dotted names of the values it reads, as far as they can be seen
    """

    def __init__(self, source, html):
        if len(source) > MAX_SOURCE:
            raise TemplateError(_("A template has at most %s characters", MAX_SOURCE))
        environment = _environment(html)
        self._places = Places(source)
        try:
            tree = environment.parse(self._places.text)
            check(tree)
            self._lines = {}
            for name, line in variables(tree):
                self._lines.setdefault(name, line)
            self.variables = frozenset(self._lines)
            for loop in tree.find_all(nodes.For):
                loop.iter = nodes.Filter(loop.iter, "_counted", [], [], None, None)
            self._template = environment.from_string(tree)
        except TemplateSyntaxError as error:
            raise self._places.syntax_error(error) from None
        except (RecursionError, MemoryError):
            raise TemplateError(_("The template is too deeply nested")) from None
        except TemplateError as error:
            raise self._places.error(error.message, error.line) from None
        except (SyntaxError, ValueError, OverflowError) as error:
            raise TemplateError(_("It cannot be read: %s", error)) from None

    def find(self, name):
        """Where a value is read first: line, column, placeholder (see `Places`)."""
        return self._places.find(self._lines.get(name))

    def render(self, values: Mapping) -> str:
        """The message for these values.

        :param values: plain values, nested or by dotted name; None is missing. The
            names ``lang``, ``tz`` and ``currency`` guide the filters.
        :raises TemplateError: naming the missing value, or the limit that was reached
        """
        context = dict(_guarded(values))
        context["_budget"] = _Budget()
        pieces, size = [], 0
        try:
            for piece in self._template.generate(context):
                size += len(piece)
                if size > MAX_OUTPUT:
                    raise TemplateError(
                        _("The message has more than %s characters", MAX_OUTPUT)
                    )
                pieces.append(piece)
        except TemplateError as error:
            raise self._places.error(error.message, _line(error)) from None
        except (SecurityError, UndefinedError) as error:
            message = str(error).rstrip(".")
            raise self._places.error(message, _line(error)) from None
        except (ArithmeticError, TypeError, ValueError, LookupError) as error:
            message = _("It cannot be rendered: %s", str(error).rstrip("."))
            raise self._places.error(message, _line(error)) from None
        return "".join(pieces)


def _line(error):
    """The line in which an error arose, in the text that was compiled."""
    line, traceback = None, error.__traceback__
    while traceback:
        if traceback.tb_frame.f_code.co_filename == "<template>":
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
