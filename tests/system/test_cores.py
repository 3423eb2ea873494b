"""A process and the part of PostgreSQL that answers it, on one core."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from devtools import cores, postgres


def run_apart(work):
    """Do something in a thread of its own, whose core is nobody else's concern."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def test_consecutive_numbers_are_different_cores():
    def stay():
        found = []
        for number in range(7, 7 + len(cores.ALL)):
            cores.stay_on(number)
            found += os.sched_getaffinity(0)
        return found

    assert sorted(run_apart(stay)) == cores.ALL
    assert sorted(os.sched_getaffinity(0)) == cores.ALL


def test_our_own_server_comes_along(store):
    if store.odoo.server != postgres.embedded():
        pytest.skip("the server is somebody else's")

    def stay():
        connection = store.odoo.server.connect()
        try:
            cores.stay_on(1)
            cores.bring_server(connection)
            pid = connection.info.backend_pid
            return os.sched_getaffinity(pid), os.sched_getaffinity(0)
        finally:
            connection.close()

    there, here = run_apart(stay)
    assert there == here
    assert len(here) == 1
