"""A database of the first release is updated while people are in the middle of
journeys: they stay where they are, and walk on.

The dump was made by version 19.0.1.0.0. It holds a program with people at every kind of
step, another with a live coupon, a limit on messages and an opt-out; see
`children/upgrade_check.py` for who stands where.
"""

import lzma
import os

import odoo_shell as shell
import pytest

from devtools import paths, serverlog

SYSTEM = os.path.join(paths.ROOT, "tests", "system")
DUMP = os.path.join(SYSTEM, "data", "first_release.sql.xz")
# What older servers than the one that made the dump do not know.
UNKNOWN = ("\\restrict", "\\unrestrict", "SET transaction_timeout")


@pytest.fixture
def first_release(store):
    """The name of a database as the first release left it."""
    name = f"{os.environ['LIFECYCLE_DATABASE']}_first"

    def fill(part):
        with lzma.open(DUMP, "rt") as dump:
            statements = "".join(line for line in dump if not line.startswith(UNKNOWN))
        with store.odoo.server.cursor(part) as cursor:
            cursor.execute(statements)

    store.drop(name)
    store.build(name, None, fill)
    yield name
    store.drop(name)


def test_an_update_leaves_people_where_they_are(store, first_release, tmp_path):
    assert serverlog.check(store.update(first_release), "update")
    script = os.path.join(SYSTEM, "children", "upgrade_check.py")
    text = shell.run(first_release, script, tmp_path / "check.log")
    assert "EVERYBODY WALKED ON" in text, text[-4000:]
    assert " ERROR " not in text and " WARNING " not in text, text[-4000:]
