"""Every test run: nothing leaves the machine, and only installed addons are tested."""

import inspect
import json
import os
import sys

import pytest

from devtools import guard

ROOT = os.path.dirname(os.path.realpath(__file__))
BUNDLES = ("web.assets_web", "web.assets_frontend_lazy", "web.assets_frontend")
seen = pytest.StashKey[int]()


def pytest_addoption(parser):
    parser.addoption(
        "--crash-rounds",
        type=int,
        default=20,
        help="how often the crash test kills everything (default: 20)",
    )
    parser.addoption(
        "--crowd",
        type=int,
        default=2000,
        help="contacts for the test of many workers (default: 2000; 20000 compares"
        " their speeds)",
    )


def pytest_configure(config):
    guard.install()
    if "odoo.tests.common" in sys.modules:
        guard.install_in_odoo_tests(sys.modules["odoo.tests.common"])


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


def _starts_browser(cls):
    source = inspect.getsource(cls)
    return "start_tour" in source or "browser_js" in source


@pytest.fixture(scope="session", autouse=True)
def asset_bundles(request):
    """Make the bundles of the web client and the portal before the first browser test.

    Odoo's own test runs do so too: it takes longer than a browser test waits.
    """
    common = sys.modules.get("odoo.tests.common")
    classes = {getattr(item, "cls", None) for item in request.session.items}
    if not common or not any(_starts_browser(cls) for cls in classes if cls):
        return
    request.getfixturevalue("load_registry")
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    with Registry(common.get_db_name()).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        for name in BUNDLES:
            env["ir.qweb"]._get_asset_bundle(name, css=False).js()
            env["ir.qweb"]._get_asset_bundle(name, js=False).css()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    item.stash[seen] = len(guard.violations)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Fail the test during which something tried to leave the machine."""
    report = yield
    new = guard.violations[item.stash[seen] :]
    if call.when == "call" and new and report.passed:
        report.outcome = "failed"
        report.longrepr = f"tried to leave the machine: {'; '.join(new)}"
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """Fail the run when anything tried to leave the machine at any time."""
    if guard.violations and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """Name what tried to leave, and tell `./dev test` the counts."""
    path = os.environ.get("LIFECYCLE_TALLY")
    if path:
        counts = {name: len(found) for name, found in terminalreporter.stats.items()}
        with open(path, "w") as handle:
            json.dump(counts, handle)
    if guard.violations:
        terminalreporter.section("tried to leave the machine")
        for violation in sorted(set(guard.violations)):
            terminalreporter.line(violation)
