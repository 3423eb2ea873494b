"""Every test run: nothing leaves the machine, and only installed addons are tested."""

import os

import pytest

from devtools import guard

ROOT = os.path.dirname(os.path.realpath(__file__))
guard.install()


def pytest_ignore_collect(collection_path, config):
    """Leave out tests of addons that the database does not have installed.

    `./dev test` names the installed ones; pytest-odoo would collect and fail the rest.
    """
    installed = os.environ.get("LIFECYCLE_INSTALLED")
    if installed is None:
        return None
    top = os.path.relpath(collection_path, ROOT).split(os.sep)[0]
    if top.startswith("lifecycle_programs") and top not in installed.split(","):
        return True
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Fail the test during which something tried to leave the machine."""
    report = yield
    if call.when == "call" and guard.violations and report.passed:
        report.outcome = "failed"
        report.longrepr = "tried to leave the machine: " + "; ".join(guard.violations)
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """Fail the run when anything tried to leave the machine at any time."""
    if guard.violations and not exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    if guard.violations:
        terminalreporter.section("tried to leave the machine")
        for violation in sorted(set(guard.violations)):
            terminalreporter.line(violation)
