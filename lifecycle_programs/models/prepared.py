"""Statements that PostgreSQL plans once for each connection.

The statement of a hook joins a dozen tables for one row: planning it takes six times as
long as running it.
"""

import hashlib
from datetime import datetime
from weakref import WeakKeyDictionary

from psycopg2.errors import DuplicatePreparedStatement, InvalidSqlStatementName

#: So many statements are kept on a connection; others are planned each time.
MOST_STATEMENTS = 20
#: For more rows a plan of their own is worth its while.
MOST_ROWS = 100
#: What PostgreSQL is told of a parameter. The statement itself says it of the others.
_TYPES = {bool: "boolean", int: "integer", datetime: "timestamp"}
_PLAIN = (str, list, type(None))

#: By connection, the names of its statements, and whether they can be relied on.
_known = WeakKeyDictionary()


def execute_prepared(cr, query, log_exceptions=True):
    """Execute a statement that comes again with other values.

    Values are booleans, integers below 2^31, moments, and texts and lists whose type
    the statement says; anything else is planned as usual.

    :param query: an :class:`odoo.tools.SQL`
    """
    known = _known.setdefault(cr.connection, {})
    name, types = _signature(query)
    if not types or not known.get(name, len(known) < MOST_STATEMENTS):
        cr.execute(query, log_exceptions=log_exceptions)
        return
    prepare = "" if name in known else _prepare(name, types, query.code)
    known[name] = True
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
        known[name] = False
        raise


def _signature(query):
    """The name of a statement and the types of its parameters; none when it is not to
    be prepared."""
    if any(isinstance(one, list) and len(one) > MOST_ROWS for one in query.params):
        return "", []
    types = [
        _TYPES.get(type(one), "unknown" if isinstance(one, _PLAIN) else None)
        for one in query.params
    ]
    if None in types:
        return "", []
    digest = hashlib.sha256("\n".join([query.code, *types]).encode()).hexdigest()
    return f"lifecycle_{digest[:20]}", types


def _prepare(name, types, code):
    numbers = [f"${number}" for number in range(1, len(types) + 1)]
    text = (code % tuple(numbers)).replace("%", "%%")
    return f"PREPARE {name} ({', '.join(types)}) AS {text};"
