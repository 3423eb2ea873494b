"""Statements that come again on a cursor, which PostgreSQL then plans once.

The questions of the gate join a dozen tables for the few people of a minute: planning
them takes several times as long as answering. Odoo's pool lets a connection forget its
plans (``DISCARD ALL``) before it goes to another cursor, so that a statement is worth
preparing only when a cursor has it a second time, as scheduled actions have.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from weakref import WeakKeyDictionary

from psycopg2.errors import DuplicatePreparedStatement, InvalidSqlStatementName

#: So many statements are kept on a cursor; others are planned each time.
MOST_STATEMENTS = 60
#: For more rows a plan of their own is worth its while.
MOST_ROWS = 100
#: What PostgreSQL is told of a parameter. The statement itself says it of the others.
_TYPES = {
    bool: "boolean",
    int: "integer",
    date: "date",
    datetime: "timestamp",
}
_PLAIN = (str, list, type(None))
#: Counts as a statement that cannot be relied on.
_NEVER = -1


@dataclass
class _Statements:
    """Those of a cursor.

    :param number: tells them from those of other cursors: in tests several share a
        connection
    :param times: how often each was executed, by name
    """

    number: int
    times: Counter = field(default_factory=Counter)


_numbers = count()
_by_cursor = WeakKeyDictionary()


def execute_prepared(cr, query, log_exceptions=True):
    """Execute a statement that may come again with other values.

    Values are booleans, integers below 2^31, dates, moments, and texts and lists whose
    type the statement says; anything else is planned as usual.

    :param query: an :class:`odoo.tools.SQL`
    """
    statements = _by_cursor.get(cr)
    if statements is None:
        statements = _by_cursor[cr] = _Statements(next(_numbers))
    times = statements.times
    digest, types = _signature(query)
    name = f"lifecycle_{statements.number}_{digest}"
    before = times[name]
    if not types or before == _NEVER or len(times) > MOST_STATEMENTS:
        cr.execute(query, log_exceptions=log_exceptions)
        return
    times[name] += 1
    if not before:
        cr.execute(query, log_exceptions=log_exceptions)
        return
    prepare = _prepare(name, types, query.code) if before == 1 else ""
    places = ", ".join(["%s"] * len(types))
    try:
        # The costs of a plan for any values look high for one row: it is not chosen
        # by itself.
        cr.execute(
            f"{prepare} SET LOCAL plan_cache_mode = force_generic_plan;"
            f" EXECUTE {name} ({places})",
            query.params,
            log_exceptions=log_exceptions,
        )
    except (DuplicatePreparedStatement, InvalidSqlStatementName):
        # A proxy between here and PostgreSQL, such as pgbouncer, changes connections.
        times[name] = _NEVER
        raise


def fetch_prepared(env, query):
    """The rows of a statement that may come again with other values."""
    env.flush_query(query)
    execute_prepared(env.cr, query)
    return env.cr.fetchall()


def _signature(query):
    """What tells a statement from others, and the types of its parameters; none when it
    is not to be prepared."""
    if any(isinstance(one, list) and len(one) > MOST_ROWS for one in query.params):
        return "", []
    types = [
        _TYPES.get(type(one), "unknown" if isinstance(one, _PLAIN) else None)
        for one in query.params
    ]
    if None in types:
        return "", []
    digest = hashlib.sha256("\n".join([query.code, *types]).encode()).hexdigest()
    return digest[:20], types


def _prepare(name, types, code):
    numbers = [f"${number}" for number in range(1, len(types) + 1)]
    text = (code % tuple(numbers)).replace("%", "%%")
    return f"PREPARE {name} ({', '.join(types)}) AS {text};"
