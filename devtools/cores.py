"""A process and what it waits for, on one core.

Whoever asks PostgreSQL a hundred thousand short questions waits for each answer. On two
cores, one always sleeps while the other works, and to wake a core of a virtual machine
may take longer than the answer does.
"""

import contextlib
import os

from . import postgres

# Where the system lets choose (Linux), the cores that this process was given.
ALL = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def stay_on(number: int) -> None:
    """Keep this thread, and what it starts from now on, on one of the cores.

    :param number: any; consecutive ones mean different cores
    """
    if ALL:
        os.sched_setaffinity(0, {ALL[number % len(ALL)]})


def bring_server(connection) -> None:
    """Let the process of our own PostgreSQL server that answers a connection run where
    this one does."""
    if ALL and connection.info.host == postgres.embedded().host:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(connection.info.backend_pid, os.sched_getaffinity(0))
