"""The demo's connections: prepared statements answer as Odoo's own do."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import psycopg2
import pytest
from psycopg2.extras import Json

from devtools import odoo_server
from devtools.demo.statements import WORTH_PREPARING, PlanningConnection

MOMENT = datetime(2026, 3, 1, 12, 30)
# A statement, its parameters, and others of the same types.
ASKED = [
    ("SELECT login FROM res_users WHERE id = %s", [1], [2]),
    ("SELECT id FROM res_users WHERE login = %s", ["__system__"], ["admin"]),
    ("SELECT count(*) FROM res_users WHERE id IN %s", [(1, 2)], [(1, 2, 3)]),
    ("SELECT count(*) FROM res_users WHERE id NOT IN %s", [(1,)], [(2, 4)]),
    ("SELECT count(*) FROM res_users WHERE login IN %s", [("admin",)], [("a", "b")]),
    ("SELECT count(*) FROM res_users WHERE id = ANY(%s)", [[1, 2]], [[]]),
    ("SELECT id FROM res_users WHERE login LIKE 'ad%%' AND id > %s", [0], [1]),
    ("SELECT %s IS NULL, %s", ["a", None], ["b", None]),
    ("SELECT %s + %s", [2**40, 1], [2**41, 2]),
    ("SELECT %s / 2, %s", [3.5, Decimal("1.10")], [4.5, Decimal("2.20")]),
    ("SELECT %s > %s, %s", [MOMENT, MOMENT, True], [MOMENT, MOMENT, False]),
    (
        "SELECT %s + %s",
        [date(2026, 3, 1), timedelta(hours=3)],
        [date(2027, 1, 1), timedelta(1)],
    ),
    ("SELECT unnest(%s)", [[1, None]], [[2, 3]]),
    ("SELECT %s::jsonb->>'a'", [Json({"a": 1})], [Json({"a": 2})]),
    ("SELECT * FROM (VALUES %s, %s) AS row(id, name)", [(1, "a"), (2, "b")], None),
    (
        "SELECT name->>%s FROM res_partner_industry ORDER BY id LIMIT %s",
        ["en_US", 1],
        None,
    ),
]


@pytest.fixture
def connect(database):
    """Open a connection of a class to the test's database."""
    opened = []

    def connect(kind):
        dsn = odoo_server.Odoo().server.dsn(database)
        opened.append(psycopg2.connect(dsn, connection_factory=kind))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked[0])
def test_prepared_statement_answers_as_any_other(connect, asked):
    query, *rounds = asked
    plain, planning = (
        connect(psycopg2.extensions.connection),
        connect(PlanningConnection),
    )
    for params in [one for one in rounds if one] * (WORTH_PREPARING + 1):
        with plain.cursor() as theirs, planning.cursor() as ours:
            theirs.execute(query, params)
            ours.execute(query, params)
            assert ours.fetchall() == theirs.fetchall()


def test_third_time_is_prepared_and_stays_so_in_the_pool(connect):
    connection = connect(PlanningConnection)
    for number in range(WORTH_PREPARING):
        with connection.cursor() as cursor:
            assert count_prepared(cursor) == 0
            cursor.execute("SELECT id FROM res_users WHERE id = %s", [number])
    connection.reset()
    with connection.cursor() as cursor:
        assert count_prepared(cursor) == 1


def test_what_cannot_be_prepared_does_not_spoil_the_transaction(connect):
    connection = connect(PlanningConnection)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE noted (text varchar)")
        for number in range(WORTH_PREPARING + 1):
            cursor.execute("SET LOCAL application_name = %s", [f"demo {number}"])
            cursor.execute(
                "INSERT INTO noted SELECT current_setting('application_name')"
            )
        cursor.execute("SELECT text FROM noted")
        assert [text for (text,) in cursor.fetchall()] == [
            f"demo {number}" for number in range(WORTH_PREPARING + 1)
        ]


def count_prepared(cursor):
    cursor.execute("SELECT count(*) FROM pg_prepared_statements")
    return cursor.fetchone()[0]
