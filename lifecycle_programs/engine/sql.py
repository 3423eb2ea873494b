"""The typed tree as one boolean SQL expression, never NULL, literals as parameters."""

from datetime import datetime
from string import Formatter

from .tree import Call, Given, Item, Literal, Name, Saved, walk
from .values import ELEMENT, SQL_TYPES, normalise_sql, to_local, zone


def compile_sql(node, column, now, tz):
    """SQL text in psycopg2 style, and its parameters.

    :param node: the typed tree
    :param column: from a fact's name to its SQL; text for a column of the snapshot
        (already in normal form), or ``(text, parameters)`` for a constant
    :param now: naive UTC datetime
    :param tz: name of a time zone; UTC when there is no such zone
    """
    return _Compiler(column, now, tz).compile(node)


class _Compiler:
    def __init__(self, column, now: datetime, tz):
        self.column = column
        place = zone(tz)
        self.given = {
            "now": now,
            "today": to_local(now, place).date(),
            "zone": place.key,
        }

    def compile(self, node):
        return getattr(self, f"_{type(node).__name__.lower()}")(node)

    def _literal(self, node: Literal):
        if node.value is None:
            return f"NULL::{SQL_TYPES.get(node.type, 'text')}", []
        return f"%s::{SQL_TYPES[node.type]}", [node.value]

    def _given(self, node: Given):
        return f"%s::{SQL_TYPES.get(node.type, 'text')}", [self.given[node.name]]

    def _item(self, node: Item):
        return "rule_item.value", []

    def _name(self, node: Name):
        found = self.column(node.name)
        if isinstance(found, str):
            return f"({found})::{SQL_TYPES[node.type]}", []
        text, parameters = found
        type_ = SQL_TYPES[node.type]
        if node.type in ELEMENT:
            # The normal form of a list mentions it twice. With the cast, what stands
            # in ANY(...) is an array, not the rows of a subquery.
            normal = normalise_sql(node.type, "rule_given.value")
            inner = f"SELECT ({text})::{type_} AS value"
            text = f"(SELECT {normal} FROM ({inner}) AS rule_given)::{type_}"
        else:
            text = normalise_sql(node.type, text)
        return text, list(parameters)

    def _saved(self, node: Saved):
        return self.compile(node.args[0])

    def _call(self, node: Call):
        case = node.case
        nodes = node.args
        if case.chain and case.gives == "boolean":
            # PostgreSQL keeps to this order, and lists cost most.
            nodes = sorted(nodes, key=_reads_list)
        args = [self.compile(arg) for arg in nodes]
        if case.chain:
            joined = case.chain.join(text for text, _ in args)
            text = case.sql.replace("{all}", joined)
            return text, [value for _, values in args for value in values]
        text, parameters = self._fill(case.sql, node.args, args)
        if case.gives == "boolean" and not case.lazy:
            if not all(arg.total for arg in node.args):
                text = f"COALESCE({text}, FALSE)"
        return text, parameters

    def _fill(self, template, nodes, args):
        """The template with its arguments.

        An argument that the template mentions more than once is computed in a subquery
        that PostgreSQL does not flatten, unless it is a leaf: nested, its text would
        grow without bound.
        """
        pieces = [
            (text, None if field is None else int(field))
            for text, field, _, _ in Formatter().parse(template)
        ]
        fields = [field for _, field in pieces]
        fenced = [
            index
            for index, node in enumerate(nodes)
            if fields.count(index) > 1 and isinstance(node, (Call, Saved))
        ]
        sql, parameters = "", []
        for text, field in pieces:
            sql += text
            if field in fenced:
                sql += f"rule_fence.value{field}"
            elif field is not None:
                sql += args[field][0]
                parameters += args[field][1]
        if fenced:
            columns = ", ".join(f"{args[i][0]} AS value{i}" for i in fenced)
            sql = f"(SELECT {sql} FROM (SELECT {columns} OFFSET 0) AS rule_fence)"
            parameters += [value for i in fenced for value in args[i][1]]
        return sql, parameters


def _reads_list(node):
    return any(part.type in ELEMENT for part in walk(node))
