"""The simulated clock: Python's and Odoo's, moved together.

freezegun is started once for the whole run and only moved from moment to moment,
because starting it walks through all loaded modules. ``cr.now()``, which Odoo uses for
``create_date``, crons and much else, asks PostgreSQL; it is answered from here.
"""

from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

import freezegun.api
from freezegun import freeze_time

from odoo import sql_db

# Modules that must keep the real clock: the connection pool would close connections
# that seem idle for a simulated night, and sockets count real seconds.
REAL = [
    "odoo.sql_db",
    "aiosmtpd",
    "asyncio",
    "logging",
    "smtplib",
    "socket",
    "psycopg2",
]


def real_seconds() -> float:
    """Seconds that pass outside of the simulation: how long the run itself takes."""
    return freezegun.api.real_perf_counter()


class Clock:
    """Where the run stands in simulated time (naive, UTC)."""

    def __init__(self, start: datetime):
        self.now = start
        self._frozen = None

    @contextmanager
    def running(self):
        """Freeze the process at the clock's moment while the block runs."""
        freezer = freeze_time(self.now, ignore=REAL, real_asyncio=True)
        with patch.object(sql_db.BaseCursor, "now", lambda cursor: self.now):
            self._frozen = freezer.start()
            try:
                yield self
            finally:
                freezer.stop()
                self._frozen = None

    def move_to(self, moment: datetime) -> None:
        """Go on to a later moment.

        :raises ValueError: when it is an earlier one: the past has happened.
        """
        if moment < self.now:
            raise ValueError(f"The clock stands at {self.now}, not before {moment}.")
        self.now = moment
        self._frozen.move_to(moment)

    def pass_minutes(self, minutes: int) -> None:
        self.move_to(self.now + timedelta(minutes=minutes))
