"""Whole-system tests start processes of their own, each on a clone of the database that
`./dev test` names: they need neither pytest-odoo nor a registry in this process."""

import itertools
import os
import subprocess
import sys

import pytest

from devtools import databases, odoo_server, paths

counter = itertools.count(1)


@pytest.fixture(scope="session")
def store():
    """The databases of `./dev`."""
    return databases.Databases(odoo_server.Odoo())


@pytest.fixture(scope="module")
def database(store):
    """The name of a fresh database with the addon installed."""
    base = os.environ["LIFECYCLE_DATABASE"]
    name = f"{base}_{next(counter)}"
    store.clone(name, base)
    yield name
    store.drop(name)


@pytest.fixture(scope="session")
def dev():
    """Run `./dev` with arguments; the finished process with its output."""

    def run(*arguments, **options):
        command = [sys.executable, os.path.join(paths.ROOT, "dev"), *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=300, **options
        )

    return run


@pytest.fixture(scope="session")
def crash_rounds(request):
    """How often the crash test kills everything."""
    return request.config.getoption("--crash-rounds")


@pytest.fixture(scope="session")
def crowd(request):
    """How many contacts the workers of the test of a crowd share."""
    return request.config.getoption("--crowd")
