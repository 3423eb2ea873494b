"""The way the tests are run sees what a careless way would miss."""

import os
import subprocess
import sys

import pytest

from devtools import odoo_server, paths, serverlog, testing

CHILDREN = os.path.join(paths.ROOT, "tests", "system", "children")


@pytest.fixture(scope="module")
def run_child(database, tmp_path_factory):
    """Run a child file as `./dev test` runs the addon; (status, output, log)."""

    def run(name):
        log = str(tmp_path_factory.mktemp(name) / "server.log")
        options = testing.pytest_options(database, log)
        child = os.path.join(CHILDREN, f"{name}.py")
        result = subprocess.run(
            [sys.executable, "-m", "pytest", *options, child],
            capture_output=True,
            text=True,
            cwd=paths.ROOT,
            env=odoo_server.Odoo().environment(),
        )
        return result.returncode, result.stdout, log

    return run


def test_failing_cron_fails_the_test_and_the_log_check(run_child):
    status, output, log = run_child("failing_cron")
    assert status == 1 and "1 failed" in output
    found = serverlog.complaints(log)
    assert any("the canary sings" in complaint for complaint in found)


def test_tests_that_need_the_server_are_not_skipped(run_child):
    status, output, log = run_child("reached_server")
    assert status == 0 and "1 passed" in output
    assert serverlog.complaints(log) == []


def test_outside_connection_fails_the_test_that_swallows_it(run_child):
    status, output, _log = run_child("outside")
    assert status == 1 and "3 failed, 1 passed" in output
    assert "connect 192.0.2.1" in output
    assert "getaddrinfo example.invalid" in output
    assert "GET 192.0.2.1" in output


def test_outside_connection_between_tests_fails_the_run():
    child = os.path.join(CHILDREN, "outside_at_import.py")
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:odoo", child],
        capture_output=True,
        text=True,
        cwd=paths.ROOT,
    )
    assert result.returncode == 1 and "1 passed" in result.stdout
    assert "sendto 192.0.2.1" in result.stdout
