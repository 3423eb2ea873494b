"""The checks that need no test: style, Odoo's conventions, XML, the server's log."""

import os
import subprocess
import sys

import polib
from lxml import etree

from . import console, databases, odoo_server, paths, serverlog

DATABASE = "lifecycle_lint"


def run(quick=False):
    """Run every check, the failed ones too; the exit status."""
    checks = [
        ("ruff", lambda: _tool("ruff", "check", ".")),
        ("the format", lambda: _tool("ruff", "format", "--check", ".")),
        ("XML and translations", _check_files),
        ("pylint-odoo", _check_pylint),
    ]
    if not quick:
        checks.append(("the server log", _check_server_log))
    failed = []
    for name, check in checks:
        console.step(f"checking {name}")
        if not check():
            failed.append(name)
    if failed:
        raise console.Stop(f"These checks failed: {', '.join(failed)}.")
    console.step("all checks passed")
    return 0


def _tool(name, *arguments):
    command = [sys.executable, "-m", name, *arguments]
    return subprocess.call(command, cwd=paths.ROOT) == 0


def _check_pylint():
    return _tool("pylint", "--rcfile=.pylintrc", *databases.addons())


def _check_files():
    """Whether every XML file is well-formed and every translation file readable."""
    clean = True
    for name in _tracked("*.xml", "*.po", "*.pot", "*.svg"):
        try:
            path = os.path.join(paths.ROOT, name)
            if name.endswith((".po", ".pot")):
                polib.pofile(path, check_for_duplicates=True)
            else:
                etree.parse(path)
        except (etree.XMLSyntaxError, OSError, ValueError) as error:
            console.step(f"{name}: {error}")
            clean = False
    return clean


def _tracked(*patterns):
    """The project's files, new ones included, ignored ones not."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=paths.ROOT, stdout=subprocess.PIPE, text=True)
    names = listed.stdout.splitlines()
    return [name for name in names if os.path.exists(os.path.join(paths.ROOT, name))]


def _check_server_log():
    """Whether installing and updating the addons, glue included, logs no complaint."""
    store = databases.Databases(odoo_server.Odoo())
    name = f"{DATABASE}_{os.getpid()}"
    try:
        log = store.make(name, with_glue=bool(databases.glue_addons()))
        clean = serverlog.check(log, "installation")
        return serverlog.check(store.update(name), "update") and clean
    finally:
        store.drop(name)
