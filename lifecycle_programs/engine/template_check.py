"""What may stand in a template, and which values it reads: by its syntax tree."""

from jinja2 import meta, nodes
from jinja2.tests import TESTS

from .errors import TemplateError
from .template_filters import FILTERS

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _, _lt

MAX_DEPTH = 60
MAX_LOOPS = 3

_ALLOWED_NODES = {
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For),
    *(nodes.Assign, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem),
    *(nodes.Slice, nodes.Filter, nodes.Test, nodes.Keyword, nodes.Compare),
    *(nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Add),
    *(nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg),
    *(nodes.Pos, nodes.List, nodes.Tuple),
}
_INSTEAD = {
    nodes.Call: _lt("a filter, such as {{ name | upper }}"),
    nodes.Concat: _lt("the values one after the other, or [a, b] | join(' ')"),
    nodes.Pow: _lt("a number"),
}


def check(tree):
    """Refuse what is not on the list of allowed forms, with its line."""
    stack = [(tree, 1, 0)]
    while stack:
        node, depth, loops = stack.pop()
        if type(node) not in _ALLOWED_NODES:
            name = type(node).__name__.lower()
            message = _("%s is not part of a template", name)
            if type(node) in _INSTEAD:
                message += ": " + _("write %s", _(_INSTEAD[type(node)]))
            raise TemplateError(message, node.lineno)
        loops += isinstance(node, nodes.For)
        if depth > MAX_DEPTH or loops > MAX_LOOPS:
            raise TemplateError(_("The template is too deeply nested"), node.lineno)
        _check_node(node)
        children = node.iter_child_nodes()
        stack.extend((child, depth + 1, loops) for child in children)


def _check_node(node):
    name = getattr(node, "name", None) or getattr(node, "attr", None)
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        name = node.arg.value
    if isinstance(name, str) and name.startswith("_"):
        raise TemplateError(_("%s is not available", name), node.lineno)
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        raise TemplateError(_("There is no filter %s", node.name), node.lineno)
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        raise TemplateError(_("There is no test %s", node.name), node.lineno)
    if isinstance(node, nodes.For) and node.recursive:
        raise TemplateError(_("A loop cannot call itself"), node.lineno)
    if isinstance(node, nodes.Assign) and (
        isinstance(node.node, (nodes.List, nodes.Tuple))
        or any(True for _part in node.node.find_all((nodes.List, nodes.Tuple)))
    ):
        # Lists of lists of lists would grow without end.
        raise TemplateError(_("A list cannot be set"), node.lineno)


def variables(tree):
    """Dotted names that the template reads from its values, each with its line."""
    free = meta.find_undeclared_variables(tree)
    inner = set()
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        inner.add(id(node.node))
    for node in tree.find_all((nodes.Name, nodes.Getattr, nodes.Getitem)):
        if id(node) not in inner:
            path = _dotted(node)
            if path and path[0] in free:
                yield ".".join(path), node.lineno


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
