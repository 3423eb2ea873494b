"""From the syntax tree to the typed tree: names, types, and helpful refusals."""

from .doubts import doubts
from .errors import RuleError
from .fit import ZONE, call, fit, fit_at
from .hints import TYPE_WORDS, nearest_name
from .literals import LITERALS
from .macros import Macros, Size
from .operators import OPERATORS
from .tree import Given, Item, Literal, Name
from .values import ELEMENT

# The engine has no environment.
# pylint: disable=prefer-env-translation
from .words import _

_GIVEN = {"$now": "datetime", "$today": "date"}
#: Who sees so many errors mends these first.
_MOST_ERRORS = 10
#: What is short for a part of $local($now).
_LOCAL = {"$local_today": ".date", "$local_hour": ".hour"}
#: The fact that holds the name of a zone that PostgreSQL knows, too, or nothing.
_CONTACT_ZONE = "contact.timezone"
_QUANTIFIERS = ("$any", "$all", "$count")
_LIST_OF = {element: kind for kind, element in ELEMENT.items()}


class Checker:
    """The way from one rule's syntax to its typed tree.

    :param text: the rule, as written
    :param facts: facts by name
    :param macros: the saved rules it may name, a :class:`macros.Macros`
    :param errors: list that collects the errors of separate conditions; without it
        the first error is raised
    :ivar warnings: what the rule says and its writer may not mean, as problems
    """

    def __init__(self, text, facts, macros=None, errors=None):
        self.text = text
        self.facts = facts
        self.macros = macros or Macros({})
        self.errors = errors
        self.warnings = []
        self.size = None  # how big the rule is, saved rules included
        self.depth = 0
        self.variable = None  # (name, type) inside a comprehension

    def check(self, syntax):
        """The typed tree of the rule.

        :param syntax: what :func:`grammar.read` gives
        :raises RuleError: unknown name, wrong type, or a form that rules do not have
        """
        self.size = Size(self.text, syntax)
        node = self.build(syntax)
        if node.type != "boolean":
            raise RuleError(
                _(
                    "A rule answers yes or no, this one gives %s",
                    _(TYPE_WORDS[node.type]),
                ),
                syntax.start,
                None,
                _("a comparison, such as x > 3"),
                end=syntax.end,
            )
        return fit(node, "condition")

    def build(self, syntax):
        self.depth += 1
        node = getattr(self, f"_{syntax.name}")(syntax)
        self.depth -= 1
        self.warnings += doubts(syntax, node, self.text, self.facts)
        return node

    def condition(self, syntax):
        """A part that says yes or no; its error is kept, if errors are collected."""
        depth, variable = self.depth, self.variable
        try:
            return fit_at(self.build(syntax), syntax, "condition")
        except RuleError as error:
            if self.errors is None or len(self.errors) >= _MOST_ERRORS:
                raise
            self.errors.append(error)
            self.depth, self.variable = depth, variable
            return Literal("boolean", True, syntax.position)

    # Forms of the grammar

    def _infix(self, syntax):
        token, key = syntax.tokens[0], syntax.operator
        if key in ("AND", "OR"):
            args = [self.condition(part) for part in syntax.parts]
            return call(key, args, token.position, token.text)
        args = [self.build(part) for part in syntax.parts]
        if key in ("EQ", "NE") and any(arg.type == "null" for arg in args):
            return self._null_test(key, args, token)
        if key == "COALESCE":
            args = self._typed_nulls(args)
        return call(key, args, token.position, OPERATORS[key].text)

    def _prefix(self, syntax):
        (token,), (part,) = syntax.tokens, syntax.parts
        if token.kind == "NOT":
            return call("NOT", [self.condition(part)], token.position, "not")
        return call("minus", [self.build(part)], token.position, token.text)

    def _ternary(self, syntax):
        condition, *branches = (self.build(part) for part in syntax.parts)
        args = [condition, *self._typed_nulls(branches)]
        return call("ternary", args, syntax.tokens[0].position, "? :")

    def _attribute(self, syntax):
        path = []
        while syntax.name == "attribute":
            path.insert(0, syntax.tokens[1])
            (syntax,) = syntax.parts
        first = syntax.tokens[0] if syntax.name == "leaf" else None
        if first and first.kind == "SYMBOL" and not self._is_given(first.text):
            node, path = self._longest_fact([first, *path])
        else:
            node = self.build(syntax)
        for token in path:
            key = f".{token.text}"
            if key not in OPERATORS:
                known = [name[1:] for name in OPERATORS if name.startswith(".")]
                nearest = nearest_name(token.text, known)
                raise RuleError(
                    _("There is no such part"),
                    token.position,
                    token.text,
                    nearest,
                    nearest,
                )
            node = call(key, [node], token.position, key)
        return node

    def _call(self, syntax):
        function, *arguments = syntax.parts
        if function.name == "attribute":
            token = function.tokens[1]
        else:
            token = function.tokens[0] if function.name == "leaf" else None
        name = token.text if token else None
        known = [key for key in OPERATORS if key.startswith("$")]
        if name not in known or function.name == "attribute":
            nearest = nearest_name(f"${name or ''}".replace("$$", "$"), known)
            instead = f"{nearest}(...)" if nearest else ", ".join(known)
            mends = nearest if function.name == "leaf" else None
            raise RuleError(
                _("There is no such function"), function.position, name, instead, mends
            )
        if name in _QUANTIFIERS and any(part.name == "each" for part in arguments):
            return self._quantifier(name, token.position, arguments)
        args = [self.build(argument) for argument in arguments]
        if name == "$local":
            return self._local(args, token)
        return call(name, args, token.position, name)

    def _local(self, args, token):
        """A moment on the clock of the contact, else of the company."""
        if len(args) != 1:
            raise RuleError(_("$local takes one moment"), token.position, token.text)
        if _CONTACT_ZONE not in self.facts:
            raise RuleError(
                _("Nothing is known of the contact's time zone here"),
                token.position,
                token.text,
            )
        name = Name("text", _CONTACT_ZONE, token.position)
        own = call("to zone", [name, ZONE], token.position, token.text)
        return call("$local", [*args, own], token.position, "$local")

    def _list(self, syntax):
        token = syntax.tokens[0]
        if not syntax.parts:
            raise RuleError(
                _("An empty list holds nothing"), token.position, "[]", "x == null"
            )
        args = [self.build(part) for part in syntax.parts]
        for arg, part in zip(args, syntax.parts, strict=True):
            if arg.type not in _LIST_OF or arg.type != args[0].type:
                raise RuleError(
                    _("The items of a list are all numbers, all texts or all dates"),
                    part.start,
                    end=part.end,
                )
        return call("list", args, token.position, "[ ]")

    def _each(self, syntax):
        raise RuleError(
            _("[... for ...] stands only in $any, $all or $count"),
            syntax.start,
            None,
            "$any([condition for x in list])",
            end=syntax.end,
        )

    def _refused(self, syntax):
        raise RuleError(
            _("This form is not part of a rule"),
            syntax.tokens[0].position if syntax.tokens else syntax.position,
            syntax.tokens[0].text if syntax.tokens else None,
            _("x in list, or a fact of its own"),
        )

    def _leaf(self, syntax):
        (token,) = syntax.tokens
        if token.kind == "SYMBOL":
            return self._symbol(token)
        literal = LITERALS[token.kind](token)
        if literal.type == "local":
            args = [literal, ZONE]
            return call("to datetime", args, token.position, token.text)
        return literal

    # Names

    def _symbol(self, token):
        name = token.text
        if self.variable and name == self.variable[0]:
            items = self.variable[1]
            return Item(ELEMENT[items.type], name, token.position, items)
        if name in _GIVEN:
            return Given(_GIVEN[name], name[1:], token.position)
        if name in _LOCAL:
            clock = self._local([Given("datetime", "now", token.position)], token)
            return call(_LOCAL[name], [clock], token.position, name)
        if name in OPERATORS:
            raise RuleError(
                _("A function needs brackets"), token.position, name, f"{name}(...)"
            )
        if name in self.macros and name not in self.facts:
            return self.macros.expand(token, self)
        return self._longest_fact([token])[0]

    def _is_given(self, name):
        return name.startswith("$") or (self.variable and name == self.variable[0])

    def _longest_fact(self, path):
        """The fact that the dotted path names, and what of the path is left."""
        for length in range(len(path), 0, -1):
            name = ".".join(token.text for token in path[:length])
            if name in self.facts:
                node = Name(self.facts[name].type, name, path[0].position)
                return node, path[length:]
        full = ".".join(token.text for token in path)
        spelled = {"True": "true", "False": "false", "None": "null", "NULL": "null"}
        known = [*self.facts, *self.macros, *_GIVEN, *_LOCAL]
        nearest = spelled.get(full) or nearest_name(full, known)
        raise RuleError(
            _("There is no such fact"),
            path[0].position,
            full,
            nearest,
            nearest,
            end=path[-1].end,
        )

    def _null_test(self, key, args, token):
        value = args[1] if args[0].type == "null" else args[0]
        null = Literal("null", None, token.position)
        if value.type == "null":
            return Literal("boolean", key == "EQ", token.position)
        return call(f"{key} null", [value, null], token.position, token.text)

    def _typed_nulls(self, args):
        """A null beside a value has the type of that value."""
        type_ = next((arg.type for arg in args if arg.type != "null"), "null")
        return [
            Literal(type_, None, arg.position) if arg.type == "null" else arg
            for arg in args
        ]

    def _quantifier(self, name, position, arguments):
        if len(arguments) != 1:
            raise RuleError(
                _("%s takes one list", name),
                position,
                name,
                f"{name}([... for x in list])",
            )
        (each,) = arguments
        shown, source, *wanted = each.parts
        if self.variable:
            raise RuleError(
                _("[... for ...] cannot be nested"),
                each.start,
                None,
                _("x in list for the inner one"),
                end=each.end,
            )
        items = self.build(source)
        if not (isinstance(items, Name) and items.type in ELEMENT):
            raise RuleError(
                _("A list fact is wanted here"),
                source.start,
                None,
                "$any([condition for x in list])",
                end=source.end,
            )
        variable = each.tokens[2].text
        if variable in self.facts or variable.startswith("$"):
            raise RuleError(
                _("The variable has the name of a fact"),
                each.tokens[2].position,
                variable,
                "x",
            )
        self.variable = (variable, items)
        shown = self.build(shown)
        wanted = [self.condition(part) for part in wanted]
        self.variable = None
        condition = self._verdict(name, each, shown, wanted)
        return call(name, [items, condition], position, name, each=True)

    def _verdict(self, name, each, shown, wanted):
        """The condition that a quantifier asks of each item of its list."""
        if name == "$count":
            if not isinstance(shown, Item):
                raise RuleError(
                    _("$count counts the items themselves"),
                    each.parts[0].position,
                    None,
                    "$count([x for x in list if condition])",
                )
            return wanted[0] if wanted else Literal("boolean", True, each.position)
        shown = fit_at(shown, each.parts[0], "condition")
        if not wanted:
            return shown
        if name == "$any":
            return call("AND", [*wanted, shown], each.position, "if")
        other = call("NOT", wanted, each.position, "if")
        return call("OR", [other, shown], each.position, "if")
