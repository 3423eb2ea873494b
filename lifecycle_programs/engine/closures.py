"""The typed tree as one Python function of a contact's values."""

from .tree import Call, Given, Item, Literal, Name, Saved
from .values import normalise, to_local, zone


class Env:
    """What one evaluation reads: the values, the moment, the zone, the loop's item."""

    __slots__ = ("item", "now", "values", "zone")

    def __init__(self, values, now, tz):
        self.values = values
        self.now = now
        self.zone = zone(tz)
        self.item = None


def compile_python(node):
    """A function from :class:`Env` to the node's value; None is missing."""
    return _BUILD[type(node)](node)


def _literal(node: Literal):
    value = node.value
    return lambda env: value


def _name(node: Name):
    name, type_ = node.name, node.type

    def read(env):
        value = env.values.get(name)
        return None if value is None else normalise(type_, value)

    return read


def _item(node: Item):
    return lambda env: env.item


def _today(env):
    return to_local(env.now, env.zone).date()


def _given(node: Given):
    return {
        "now": lambda env: env.now,
        "today": _today,
        "zone": lambda env: env.zone,
    }[node.name]


def _call(node: Call):
    case = node.case
    args = [compile_python(arg) for arg in node.args]
    if case.lazy:
        return case.python(*args)
    missing = False if case.gives == "boolean" else None
    build = {1: _strict_one, 2: _strict_two}.get(len(args), _strict_many)
    return build(case.python, missing, *args)


def _saved(node: Saved):
    return compile_python(node.args[0])


def _strict_one(function, missing, part):
    def evaluate(env):
        value = part(env)
        return missing if value is None else function(value)

    return evaluate


def _strict_two(function, missing, left, right):
    def evaluate(env):
        first = left(env)
        if first is None:
            return missing
        second = right(env)
        return missing if second is None else function(first, second)

    return evaluate


def _strict_many(function, missing, *parts):
    def evaluate(env):
        values = [part(env) for part in parts]
        return missing if None in values else function(*values)

    return evaluate


_BUILD = {
    Literal: _literal,
    Name: _name,
    Item: _item,
    Given: _given,
    Call: _call,
    Saved: _saved,
}
