"""The tests: which run needs what, each on a database of its own.

pure      tests/engine, tests/demo, tests/devtools: neither Odoo nor a database
addon     lifecycle_programs, by pytest-odoo
glue      lifecycle_programs_*: by pytest-odoo, their own dependencies installed
system    tests/system: plain pytest, starting Odoo processes of its own
"""

import functools
import glob
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter

from . import browser, console, databases, odoo_server, paths, postgres, serverlog

PURE = ("tests/engine", "tests/demo", "tests/devtools")
SYSTEM = "tests/system"
KINDS = ("pure", "addon", "glue", "system")
DATABASE = "lifecycle_test_"
# pytest's options that take the next argument: it is no path, whatever it looks like.
WITH_VALUE = (
    *("-k", "-m", "-n", "-o", "-p", "-r", "-W", "--maxfail", "--durations"),
    "--crash-rounds",
    "--crowd",
)
NOTHING_COLLECTED = 5


def plan(arguments):
    """The runs to make, {kind: [paths]}, and the options for all of them.

    Without a path everything runs; a path given selects the run that knows how.
    """
    given, options, previous = [], [], ""
    for argument in arguments:
        place = os.path.join(os.getcwd(), argument.split("::")[0])
        is_value = argument.startswith("-") or previous in WITH_VALUE
        if not is_value and os.path.exists(place):
            given.append(
                (os.path.relpath(os.path.realpath(place), paths.ROOT), argument)
            )
        else:
            options.append(argument)
        previous = argument
    runs = {}
    for name in _everything():
        for place, argument in given or [(".", "")]:
            if _within(place, name):
                test = argument.partition("::")[1:]
                runs.setdefault(_kind(name), []).append(place + "".join(test))
            elif _within(name, place):
                runs.setdefault(_kind(name), []).append(name)
    unknown = [argument for place, argument in given if not _known(place)]
    if unknown:
        raise console.Stop(f"{unknown[0]} holds no tests of this project.")
    return {kind: runs[kind] for kind in KINDS if kind in runs}, options


def run(arguments, database=None, keep=False):
    """Run the tests and return the exit status; `database` is used as it is."""
    runs, options = plan(arguments)
    started = time.monotonic()
    tally, clean = Counter(), True
    session = _Session(options, database, keep, tally)
    try:
        for kind in runs:
            clean = session.run(kind, runs[kind]) and clean
    finally:
        session.close()
    if not tally:
        raise console.Stop("No test matches.")
    names = ("failed", "error", "passed", "skipped", "xfailed", "xpassed", "log")
    counts = [f"{tally[name]} {name}" for name in names if tally[name]]
    seconds = time.monotonic() - started
    print(f"===== all runs: {', '.join(counts)} in {seconds:.2f}s =====", flush=True)
    return 0 if clean and not tally["log"] else 1


class _Session:
    """The runs of one command: the addon is installed once, each run has a clone."""

    def __init__(self, options, database, keep, tally):
        self.options = options
        self.database = database
        self.keep = keep
        self.tally = tally
        self.made, self.clean_logs = [], []

    @functools.cached_property
    def store(self):
        store = databases.Databases(odoo_server.Odoo())
        _drop_left_over(store)
        return store

    @functools.cached_property
    def browser(self):
        return browser.ensure()

    def run(self, kind, places):
        """Make one run and say whether it went well."""
        if kind == "pure":
            return self._run_pure(places)
        name = self.database or self._clone(kind)
        return self._run_with_odoo(kind, name, places)

    def close(self):
        """Drop what was made, unless it is to be kept; a log stays if it complains."""
        for name in [] if self.keep else self.made:
            self.store.drop(name)
        for log in self.clean_logs:
            os.unlink(log)

    def _run_pure(self, places):
        """Without Odoo. The engine's SQL is tried in an empty scratch database."""
        server = postgres.ensure()
        name = f"{DATABASE}pure_{os.getpid()}"
        with server.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            variables = {**os.environ, "ENGINE_TEST_DSN": server.dsn(name)}
            return self._pytest("pure", places, ["-p", "no:odoo"], variables)
        finally:
            with server.cursor() as cursor:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _run_with_odoo(self, kind, name, places):
        log = os.path.join(paths.LOGS, f"{name}-tests.log")
        if os.path.exists(log):
            os.unlink(log)
        if kind == "system":
            # These start `./dev` themselves: they need all that it was told.
            variables, extra = dict(os.environ), ["-p", "no:odoo"]
        else:
            variables, extra = self.store.odoo.environment(), pytest_options(name, log)
            variables["LIFECYCLE_INSTALLED"] = ",".join(self.store.installed(name))
        variables["LIFECYCLE_DATABASE"] = name
        if self.browser:
            variables["PATH"] = os.pathsep.join([self.browser, variables["PATH"]])
        clean = self._pytest(kind, places, extra, variables)
        return self._check_log(log, "tests") and clean

    def _clone(self, kind):
        """The name of a new database for a run."""
        base = f"{DATABASE}{'glue' if kind == 'glue' else 'base'}_{os.getpid()}"
        if base not in self.made:
            self.made.append(base)
            log = self.store.make(base, with_glue=kind == "glue")
            self._check_log(log, "installation")
        name = f"{DATABASE}{kind}_run_{os.getpid()}"
        self.made.append(name)
        self.store.clone(name, base)
        return name

    def _check_log(self, log, what):
        if not os.path.exists(log):
            return True
        clean = serverlog.check(log, what)
        self.tally["log"] += not clean
        if clean and not self.database:
            self.clean_logs.append(log)
        return clean

    def _pytest(self, kind, places, extra, variables):
        """One run of pytest, its counts added to the tally; whether it went well."""
        report = os.path.join(paths.LOGS, f"tally-{kind}-{os.getpid()}.json")
        os.makedirs(paths.LOGS, exist_ok=True)
        console.step(f"{kind} tests: {' '.join(places)}")
        with_odoo = kind in ("addon", "glue")
        variables = {
            **variables,
            "PYTHONPATH": odoo_server.python_path() if with_odoo else paths.ROOT,
            "HYPOTHESIS_STORAGE_DIRECTORY": os.path.join(paths.DEV, "hypothesis"),
            "LIFECYCLE_TALLY": report,
        }
        command = [sys.executable, "-m", "pytest", *self.options, *extra, *places]
        status = subprocess.call(command, cwd=paths.ROOT, env=variables)
        if os.path.exists(report):
            with open(report) as handle:
                self.tally.update(json.load(handle))
            os.unlink(report)
        return status in (0, NOTHING_COLLECTED)


def pytest_options(database, log):
    """How pytest-odoo must be called here.

    At its own log level it hides a failing scheduled action, and without the flag it
    skips every browser test.
    """
    return [
        f"--odoo-config={paths.CONFIG}",
        f"--odoo-database={database}",
        "--odoo-log-level=warn",
        "--odoo-http",
        f"--odoo-extra=logfile={log}",
    ]


def _everything():
    """All places with tests, as paths below the root."""
    glue = glob.glob(os.path.join(paths.ROOT, f"{paths.ADDON}_*", "tests"))
    places = [*PURE, paths.ADDON, *sorted(_relative(p) for p in glue), SYSTEM]
    return [
        place for place in places if os.path.exists(os.path.join(paths.ROOT, place))
    ]


def _relative(path):
    return os.path.dirname(os.path.relpath(path, paths.ROOT))


def _known(place):
    return any(_within(place, name) or _within(name, place) for name in _everything())


def _within(place, folder):
    return folder == "." or place == folder or place.startswith(folder + os.sep)


def _kind(place):
    if place in PURE:
        return "pure"
    if place == SYSTEM:
        return "system"
    return "addon" if place == paths.ADDON else "glue"


def _drop_left_over(store):
    """Drop the test databases of processes that are gone."""
    for name in store.names(DATABASE):
        match = re.match(rf"{DATABASE}[a-z_]+_(\d+)", name)
        if match and not os.path.exists(f"/proc/{match.group(1)}"):
            store.drop(name)
