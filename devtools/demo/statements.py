"""Statements that PostgreSQL plans once for the whole run.

A run asks the same few hundred questions on each of its days, mostly about a handful of
people: planning them takes longer than answering. Odoo has each statement planned
whenever it comes, and its pool lets a connection forget everything (``DISCARD ALL``)
before it is used again. Here a connection prepares what it is asked the third time, and
keeps it. What is asked, and what is answered, stays the same.
"""

import re
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import count
from unittest.mock import patch

import psycopg2
import psycopg2.extensions
import psycopg2.extras

from odoo import sql_db

from .. import cores

# Many statements are made for one occasion: their names, or their number of rows.
WORTH_PREPARING = 3
PLACES = re.compile(r"(%s|%%)")
IS_IN = re.compile(r"(\s+NOT)?\s+IN\s*$", re.IGNORECASE)
PARAMETER = re.compile(r"\$(\d+)")
IN = "IN "
NULL = "NULL"
# What a parameter is where a literal of Python's type stands, in the order of asking:
# a boolean is an integer to Python, and a moment a date. PostgreSQL finds out itself
# what a text stands for.
TYPES = (
    (bool, "boolean"),
    (int, "integer"),
    ((float, Decimal), "numeric"),
    (datetime, "timestamp"),
    (date, "date"),
    (timedelta, "interval"),
    ((str, psycopg2.extras.Json), "unknown"),
    (type(None), NULL),
)
INTEGERS = range(-(2**31), 2**31)


class Statement:
    """What a connection knows of a statement.

    :ivar times: how often it was executed.
    :ivar call: the statement that executes it, once it is prepared.
    """

    def __init__(self):
        self.times = 0
        self.call = None


class PlanningConnection(sql_db.PsycoConnection):
    """A connection that keeps its plans when the pool hands it out again.

    :ivar statements: by text and the types of the parameters.
    """

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.statements = {}
        self.names = (f"demo_{number}" for number in count())
        with super().cursor() as cursor:
            # The costs of a plan for any values look high, planning included.
            cursor.execute("SET plan_cache_mode = force_generic_plan")
        self.commit()
        cores.bring_server(self)
        self.cursor_factory = PlanningCursor

    def reset(self):
        """Called by the pool: only what is open is undone."""
        self.rollback()


class PlanningCursor(psycopg2.extensions.cursor):
    """Executes statements by their plans."""

    def execute(self, query, params=None):
        """Called by Odoo, with a list or tuple of parameters."""
        types = _types(query, params)
        if types is None:
            return super().execute(query, params)
        statements = self.connection.statements
        statement = statements.setdefault((query, types), Statement())
        statement.times += 1
        if statement.times == WORTH_PREPARING:
            statement.call = self._prepare(query, list(types))
        if not statement.call:
            return super().execute(query, params)
        return super().execute(
            statement.call,
            [
                list(value) if isinstance(value, tuple) else value
                for value in params
                if value is not None
            ],
        )

    def _prepare(self, query: str, types: list[str]) -> str | None:
        """Prepare a statement; how to execute it, or None when that cannot be."""
        name = next(self.connection.names)
        for _attempt in types:
            text = _with_parameters(query, types)
            if not text:
                return None
            known = [one.removeprefix(IN) for one in types if one != NULL]
            try:
                super().execute("SAVEPOINT demo_statement")
                super().execute(f"PREPARE {name} ({', '.join(known)}) AS {text}")
                super().execute("RELEASE SAVEPOINT demo_statement")
            except psycopg2.Error as error:
                super().execute("ROLLBACK TO SAVEPOINT demo_statement")
                unknown = PARAMETER.search(str(error))
                if not unknown:
                    return None
                # A literal would be a text there.
                places = [at for at, one in enumerate(types) if one != NULL]
                types[places[int(unknown[1]) - 1]] = "text"
            else:
                return f"EXECUTE {name} ({', '.join(['%s'] * len(known))})"
        return None


@contextmanager
def planned_once(database: str):
    """Let the connections to a database keep their plans while the block runs."""
    from odoo.addons.lifecycle_programs.models import prepared

    sql_db.close_db(database)
    with (
        patch.object(sql_db, "PsycoConnection", PlanningConnection),
        # They would be prepared twice, under two names.
        patch.object(prepared, "MOST_STATEMENTS", -1),
    ):
        try:
            yield
        finally:
            sql_db.close_db(database)


def _types(query, params) -> tuple | None:
    """The types of a statement's parameters; None if it is not to be prepared."""
    if not params or isinstance(params, dict) or not isinstance(query, str):
        return None
    types = tuple([_type(value) for value in params])
    return None if None in types else types


def _type(value) -> str | None:
    kind = type(value)
    if kind is list or kind is tuple:
        return _type_of_many(value)
    if kind is int and value not in INTEGERS:
        return "bigint"
    return _type_of(kind)


@cache
def _type_of(kind: type) -> str | None:
    """The type of a value by its class: asking each value is slow, because the frozen
    clock has its own idea of what a moment is."""
    return next((name for python, name in TYPES if issubclass(kind, python)), None)


def _type_of_many(values: list | tuple) -> str | None:
    is_list = isinstance(values, list)
    known = [value for value in values if value is not None] if is_list else values
    if not known:
        return "unknown" if is_list else None
    kinds = set(map(type, known))
    element = _type_of(kinds.pop()) if len(kinds) == 1 else None
    if element in (None, NULL):
        return None
    if element == "integer" and not (min(known) in INTEGERS and max(known) in INTEGERS):
        element = "bigint"
    element = "text" if element == "unknown" else element
    return f"{'' if is_list else IN}{element}[]"


def _with_parameters(query: str, types: list[str]) -> str | None:
    """The text with numbered parameters instead of psycopg2's places. What asks for one
    of several values asks for an element of one array, whose length may vary."""
    pieces = []
    numbers = count(1)
    left = iter(types)
    for piece in PLACES.split(query):
        if piece == "%s":
            type_ = next(left)
            if type_ == NULL:
                pieces.append(NULL)
                continue
            if type_.startswith(IN):
                is_in = IS_IN.search(pieces[-1])
                if not is_in:
                    return None  # Such as a row of VALUES.
                pieces[-1] = pieces[-1][: is_in.start()]
                pieces.append(" <> ALL" if is_in[1] else " = ANY")
            pieces.append(f"(${next(numbers)})")
        else:
            pieces.append("%" if piece == "%%" else piece)
    return "".join(pieces)
