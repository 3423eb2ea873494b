"""The tests: which run needs what, each on a database of its own.

pure      tests/engine, tests/demo, tests/devtools: neither Odoo nor a database
addon     lifecycle_programs, by pytest-odoo
glue      lifecycle_programs_*: by pytest-odoo, their own dependencies installed
system    tests/system: plain pytest, starting Odoo processes of its own
"""

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
WITH_VALUE = ("-k", "-m", "-n", "-o", "-p", "-r", "-W", "--maxfail", "--durations")
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
    for kind in runs:
        if kind == "pure":
            status = _run_pure(runs[kind], options, tally)
        else:
            status = _run_with_odoo(kind, runs[kind], options, database, keep, tally)
        clean = clean and status == 0
    if not tally:
        raise console.Stop("No test matches.")
    names = ("failed", "error", "passed", "skipped", "xfailed", "xpassed", "log")
    counts = [f"{tally[name]} {name}" for name in names if tally[name]]
    seconds = time.monotonic() - started
    print(f"===== all runs: {', '.join(counts)} in {seconds:.2f}s =====", flush=True)
    return 0 if clean else 1


def _run_pure(places, options, tally):
    """Without Odoo. The engine's SQL is tried in an empty scratch database."""
    server = postgres.ensure()
    name = f"{DATABASE}pure_{os.getpid()}"
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        variables = {**os.environ, "ENGINE_TEST_DSN": server.dsn(name)}
        return _pytest("pure", places, [*options, "-p", "no:odoo"], variables, tally)
    finally:
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _run_with_odoo(kind, places, options, database, keep, tally):
    odoo = odoo_server.Odoo()
    store = databases.Databases(odoo)
    folder = browser.ensure()
    # Tests of the system start `./dev` themselves: they need all it was told.
    variables = dict(os.environ) if kind == "system" else odoo.environment()
    if folder:
        variables["PATH"] = os.pathsep.join([folder, variables["PATH"]])
    clean = True
    name = database or f"{DATABASE}{kind}_{os.getpid()}"
    if not database:
        _drop_left_over(store)
        log = store.make(name, with_glue=kind == "glue")
        clean = serverlog.check(log, "installation")
    try:
        log = os.path.join(paths.LOGS, f"{name}-tests.log")
        variables["LIFECYCLE_DATABASE"] = name
        if kind == "system":
            extra = ["-p", "no:odoo"]
        else:
            variables["LIFECYCLE_INSTALLED"] = ",".join(store.installed(name))
            extra = pytest_options(name, log)
        if os.path.exists(log):
            os.unlink(log)
        status = _pytest(kind, places, [*options, *extra], variables, tally)
        if os.path.exists(log):
            clean = serverlog.check(log, "tests") and clean
    finally:
        if not database and not keep:
            store.drop(name)
    tally["log"] += not clean
    return status or int(not clean)


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


def _pytest(kind, places, options, variables, tally):
    """One run of pytest; adds its counts to the tally."""
    report = os.path.join(paths.LOGS, f"tally-{kind}-{os.getpid()}.json")
    os.makedirs(paths.LOGS, exist_ok=True)
    console.step(f"{kind} tests: {' '.join(places)}")
    variables = {
        **variables,
        "PYTHONPATH": paths.ROOT,
        "HYPOTHESIS_STORAGE_DIRECTORY": os.path.join(paths.DEV, "hypothesis"),
        "LIFECYCLE_TALLY": report,
    }
    command = [sys.executable, "-m", "pytest", *options, *places]
    status = subprocess.call(command, cwd=paths.ROOT, env=variables)
    if os.path.exists(report):
        with open(report) as handle:
            tally.update(json.load(handle))
        os.unlink(report)
    return 0 if status == NOTHING_COLLECTED else status


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
        match = re.match(rf"{DATABASE}[a-z]+_(\d+)", name)
        if match and not os.path.exists(f"/proc/{match.group(1)}"):
            store.drop(name)
