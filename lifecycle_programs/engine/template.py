"""Message templates: Jinja2 in a sandbox that people's data and time cannot leave.

A template sees plain values only, calls nothing but the filters of
:mod:`template_filters`, and stops at fixed limits of size, loops and time.
"""

import time
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from jinja2 import TemplateSyntaxError, UndefinedError, meta, nodes, pass_context
from jinja2.runtime import ChainableUndefined, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError
from markupsafe import Markup

from .errors import TemplateError
from .template_filters import FILTERS, plain_number

MAX_SOURCE = 300_000
MAX_OUTPUT = 500_000
MAX_TEXT = 200_000
MAX_ITERATIONS = 10_000
MAX_SECONDS = 3
MAX_DEPTH = 60
MAX_LOOPS = 3
MAX_NUMBER = 10**15
MAX_VALUES = 50_000
MAX_VALUE_DEPTH = 8

_SCALARS = (str, Markup, int, float, bool, Decimal, date, datetime, type(None))
_NUMBERS = (int, float, Decimal)
_ALLOWED_NODES = {
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For),
    *(nodes.Assign, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem),
    *(nodes.Slice, nodes.Filter, nodes.Test, nodes.Keyword, nodes.Compare),
    *(nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Add),
    *(nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg),
    *(nodes.Pos, nodes.List, nodes.Tuple),
}
_INSTEAD = {
    nodes.Call: "a filter, such as {{ name | upper }}",
    nodes.Concat: "the values one after the other, or [a, b] | join(' ')",
    nodes.Pow: "a number",
}
_DATE_PARTS = {"year", "month", "day", "hour", "minute"}
_LOOP_PARTS = {"index", "index0", "first", "last", "length", "revindex", "revindex0"}


class _Missing(ChainableUndefined):
    """A value that is not there: false, empty, never equal, and an error when printed.

    It behaves as a missing value in a rule; ``or`` and ``default`` replace it.
    """

    def __str__(self):
        path = _path(self)
        raise TemplateError(
            f"There is no value for {path}: write {{{{ {path} or '...' }}}}"
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
            raise TemplateError("The template takes too long")

    def step(self):
        self.iterations -= 1
        if self.iterations < 0:
            raise TemplateError(f"The loops run more than {MAX_ITERATIONS} times")
        self.check()


@pass_context
def _counted(context, items):
    """Every loop of a template runs over this, so that all of them share a budget."""
    if not isinstance(items, (list, tuple, dict, Undefined)):
        raise TemplateError("A loop runs over a list")
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
            raise SecurityError(f"{key} is not available")
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
                raise TemplateError("A text becomes too long")
            return left + right
        left, right = _number(left, operator), _number(right, operator)
        if not right and operator in ("/", "//", "%"):
            return self.undefined(name="a division by zero")
        result = self.binop_table[operator](left, right)
        if abs(result) > MAX_NUMBER:
            raise TemplateError("A number becomes too big")
        return result


def _number(value, operator):
    if isinstance(value, bool) or not isinstance(value, _NUMBERS):
        raise TemplateError(f"{operator} works on numbers only")
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) > MAX_NUMBER:
        raise TemplateError("A number becomes too big")
    return number


def _printable(value):
    """What stands in the message for a value."""
    if isinstance(value, (str, Undefined)):
        return value
    if isinstance(value, bool):
        raise TemplateError("A yes or no cannot be printed: write {% if ... %}")
    if isinstance(value, _NUMBERS):
        return plain_number(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        raise TemplateError("A list cannot be printed: write {{ list | join(', ') }}")
    raise TemplateError("Only texts, numbers and dates can be printed")


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
            raise TemplateError("There are too many values for a template")
        # Of dates only the parts can be seen, so that a subclass gives nothing away.
        if type(value) in _SCALARS or isinstance(value, date):
            if isinstance(value, str) and len(value) > MAX_TEXT:
                raise TemplateError(f"{path.rstrip('.')} is too long")
            return value
        if type(value) in (list, tuple):
            return [copy(item, path, depth + 1) for item in value]
        if isinstance(value, Mapping):
            return fill(_Values(path), value, path, depth)
        raise TemplateError(
            f"{path.rstrip('.')} cannot be given to a template: it is no plain value"
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
            raise TemplateError(f"A template has at most {MAX_SOURCE} characters")
        environment = _environment(html)
        try:
            tree = environment.parse(source)
            _check(tree)
            self.variables = frozenset(_variables(tree))
            for loop in tree.find_all(nodes.For):
                loop.iter = nodes.Filter(loop.iter, "_counted", [], [], None, None)
            self._template = environment.from_string(tree)
        except TemplateSyntaxError as error:
            raise TemplateError(error.message.rstrip("."), error.lineno) from None
        except (RecursionError, MemoryError):
            raise TemplateError("The template is too deeply nested") from None
        except (SyntaxError, ValueError, OverflowError) as error:
            if isinstance(error, TemplateError):
                raise
            raise TemplateError(f"The template cannot be read: {error}") from None

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
                        f"The message has more than {MAX_OUTPUT} characters"
                    )
                pieces.append(piece)
        except TemplateError as error:
            raise TemplateError(error.message, _line(error)) from None
        except (SecurityError, UndefinedError) as error:
            raise TemplateError(str(error).rstrip("."), _line(error)) from None
        except (ArithmeticError, TypeError, ValueError, LookupError) as error:
            message = f"The template cannot be rendered: {error}".rstrip(".")
            raise TemplateError(message, _line(error)) from None
        return "".join(pieces)


def _line(error):
    """The template's line in which an error arose."""
    line, traceback = None, error.__traceback__
    while traceback:
        if traceback.tb_frame.f_code.co_filename == "<template>":
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def _check(tree):
    """Refuse what is not on the list of allowed forms, with its line."""
    stack = [(tree, 1, 0)]
    while stack:
        node, depth, loops = stack.pop()
        if type(node) not in _ALLOWED_NODES:
            name = type(node).__name__.lower()
            instead = _INSTEAD.get(type(node))
            hint = f": write {instead}" if instead else ""
            raise TemplateError(f"{name} is not part of a template{hint}", node.lineno)
        loops += isinstance(node, nodes.For)
        if depth > MAX_DEPTH or loops > MAX_LOOPS:
            raise TemplateError("The template is too deeply nested", node.lineno)
        _check_node(node)
        children = node.iter_child_nodes()
        stack.extend((child, depth + 1, loops) for child in children)


def _check_node(node):
    name = getattr(node, "name", None) or getattr(node, "attr", None)
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        name = node.arg.value
    if isinstance(name, str) and name.startswith("_"):
        raise TemplateError(f"{name} is not available", node.lineno)
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        raise TemplateError(f"There is no filter {node.name}", node.lineno)
    if isinstance(node, nodes.For) and node.recursive:
        raise TemplateError("A loop cannot call itself", node.lineno)
    if isinstance(node, nodes.Assign) and (
        isinstance(node.node, (nodes.List, nodes.Tuple))
        or any(True for _ in node.node.find_all((nodes.List, nodes.Tuple)))
    ):
        # Lists of lists of lists would grow without end.
        raise TemplateError("A list cannot be set", node.lineno)


def _variables(tree):
    """Dotted names that the template reads from its values."""
    free = meta.find_undeclared_variables(tree)
    inner = set()
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        inner.add(id(node.node))
    for node in tree.find_all((nodes.Name, nodes.Getattr, nodes.Getitem)):
        if id(node) not in inner:
            path = _dotted(node)
            if path and path[0] in free:
                yield ".".join(path)


def _dotted(node):
    """The names from the first value to this node, as far as they are constant."""
    if isinstance(node, nodes.Name):
        return [node.name]
    if not isinstance(node, (nodes.Getattr, nodes.Getitem)):
        return []
    path = _dotted(node.node)
    if isinstance(node, nodes.Getattr):
        return [*path, node.attr] if path else []
    if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        return [*path, node.arg.value] if path else []
    return path
