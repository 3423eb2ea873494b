"""The verbs of `./dev`."""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

from . import console, databases, odoo_server, paths, postgres, serverlog
from .demo.kept import DEMO

SERVE = "lifecycle_serve"
BENCH = "lifecycle_bench"
PORT = 8069


def main(arguments):
    """Run one verb; its exit status."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        return _parse_and_run(arguments)
    except console.Stop as stop:
        sys.stderr.write(f"dev: {stop}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        sentence = console.explain_os_error(error)
        if sentence is None:
            raise
        sys.stderr.write(f"dev: {sentence}\n")
        return 1


def _parse_and_run(arguments):
    known = parser()
    options, rest = known.parse_known_args(arguments or ["help"])
    if options.verb == "help":
        known.print_help()
        return 0
    if rest and options.verb not in ("test", "demo", "bench", "screenshots"):
        known.error(f"unknown argument: {rest[0]}")
    return options.run(options, rest)


def parser():
    """The verbs and their options."""
    known = argparse.ArgumentParser(prog="./dev", allow_abbrev=False)
    verbs = known.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name, run, text, **more):
        added = verbs.add_parser(
            name, help=text, description=text, allow_abbrev=False, **more
        )
        added.set_defaults(run=run)
        return added

    demo = verb(
        "demo",
        _demo,
        "run the programs over real purchases, then serve",
        epilog="Also: --customers N, --full, --purchases FILE.csv, --until YYYY-MM-DD.",
    )
    demo.add_argument("--port", type=int, default=PORT)
    demo.add_argument("--db", default=DEMO)
    demo.add_argument("--no-serve", action="store_true", help="stop after the report")
    demo.add_argument(
        "--again", action="store_true", help="run anew, also what is there already"
    )
    test = verb("test", _test, "run the tests; other arguments go to pytest")
    test.add_argument("--db", help="use this database as it is")
    test.add_argument("--keep", action="store_true", help="keep the test database")
    serve = verb("serve", _serve, "run Odoo on the demo database, or on a fresh one")
    serve.add_argument("--port", type=int, default=PORT)
    serve.add_argument("--db")
    shell = verb("shell", _shell, "run Odoo's shell, or a script given on stdin")
    shell.add_argument("--db", required=True)
    database = verb("db", _db, "make a database with the addon installed")
    database.add_argument("name")
    database.add_argument("--update", action="store_true", help="update the addon")
    database.add_argument("--fresh", action="store_true", help="drop it first")
    database.add_argument("--glue", action="store_true", help="with the glue addons")
    bench = verb("bench", _bench, "run a benchmark; other arguments go to it")
    bench.add_argument("name", nargs="?")
    lint = verb("lint", _lint, "check style, conventions, XML and the server log")
    lint.add_argument("--quick", action="store_true", help="without starting Odoo")
    verb("vendor", _vendor, "build the web client's libraries from npm (needs node)")
    pictures = verb(
        "screenshots", _screenshots, "take the pictures of the docs from the demo"
    )
    pictures.add_argument("--db", default=DEMO)
    pictures.add_argument("--port", type=int, default=PORT)
    docs = verb("docs", _docs, "write the pages of docs/ that are made of the code")
    docs.add_argument("--check", action="store_true", help="only say if one is old")
    reset = verb("reset", _reset, "drop the databases")
    reset.add_argument("--all", action="store_true", help="remove all of .dev")
    verb("help", None, "show this")
    return known


def _demo(options, rest):
    from .demo import kept
    from .demo.__main__ import parse

    address = f"http://localhost:{options.port}"
    arguments = [*rest, "--db", options.db, "--base-url", address]
    run = kept.key(parse(arguments))  # A wrong one is refused before the long steps.
    if not options.no_serve:
        _ensure_free(options.port)
    odoo = odoo_server.Odoo()
    if not options.again and kept.is_kept(odoo.server, options.db, run):
        console.step(
            f"this run is in database {options.db} already, as you left it;"
            " --again runs it anew"
        )
        arguments.append("--report")
    else:
        log = databases.Databases(odoo).make(options.db)
        if not serverlog.check(log, "installation"):
            return 1
    command = [sys.executable, "-m", "devtools.demo", *arguments]
    status = subprocess.call(command, cwd=paths.ROOT, env=odoo.environment())
    if not status:
        kept.keep(odoo.server, options.db, run)
    if status or options.no_serve:
        return status
    return _run_server(odoo, options.db, options.port)


def _test(options, rest):
    from . import testing

    return testing.run(rest, database=options.db, keep=options.keep)


def _lint(options, rest):
    from . import linting

    return linting.run(quick=options.quick)


def _vendor(options, rest):
    from . import vendoring

    return vendoring.run()


def _serve(options, rest):
    _ensure_free(options.port)
    odoo = odoo_server.Odoo()
    store = databases.Databases(odoo)
    name = options.db or (DEMO if store.exists(DEMO) else SERVE)
    if not store.exists(name):
        store.make(name)
    return _run_server(odoo, name, options.port)


def _shell(options, rest):
    odoo = odoo_server.Odoo()
    _ensure_exists(databases.Databases(odoo), options.db)
    command = odoo.command("shell", "-d", options.db, "--no-http", "--log-level=warn")
    return subprocess.call(command, cwd=paths.ROOT, env=odoo.environment())


def _db(options, rest):
    store = databases.Databases(odoo_server.Odoo())
    clean = True
    if options.fresh or not store.exists(options.name):
        log = store.make(options.name, with_glue=options.glue)
        clean = serverlog.check(log, "installation")
    elif options.update:
        clean = serverlog.check(store.update(options.name), "update")
    print(options.name)
    return 0 if clean else 1


def benchmarks():
    """The names of the benchmarks."""
    return sorted(
        name.removesuffix(".py")
        for name in os.listdir(os.path.join(paths.ROOT, "benchmarks"))
        if name.endswith(".py") and not name.startswith("_")
    )


def _bench(options, rest):
    known = benchmarks()
    if options.name not in known:
        raise console.Stop(f"Say which benchmark: {', '.join(known)}.")
    odoo = odoo_server.Odoo()
    databases.Databases(odoo).make(BENCH)
    command = [sys.executable, "-m", f"benchmarks.{options.name}", "--db", BENCH, *rest]
    return subprocess.call(command, cwd=paths.ROOT, env=odoo.environment())


def _screenshots(options, rest):
    _ensure_free(options.port)
    odoo = odoo_server.Odoo()
    _ensure_exists(databases.Databases(odoo), options.db)
    # Without scheduled actions: what is photographed does not move meanwhile.
    with _server(odoo, options.db, options.port, crons=0) as server:
        _wait_for(server, options.port)
        url = f"http://localhost:{options.port}"
        command = [sys.executable, "-m", "devtools.screenshots", "--url", url, *rest]
        try:
            return subprocess.call(command, cwd=paths.ROOT, env=odoo.environment())
        finally:
            server.terminate()


def _docs(options, rest):
    odoo = odoo_server.Odoo()
    command = [sys.executable, "-m", "devtools.fact_docs"]
    command += ["--check"] if options.check else []
    return subprocess.call(command, cwd=paths.ROOT, env=odoo.environment())


def _reset(options, rest):
    if options.all:
        postgres.stop()
        console.step("removing .dev")
        shutil.rmtree(paths.DEV)
        return 0
    store = databases.Databases(odoo_server.Odoo())
    for name in store.all():
        console.step(f"dropping {name}")
        store.drop(name)
    return 0


def _ensure_exists(store, name):
    if not store.exists(name):
        raise console.Stop(f"No database {name}: make it with ./dev db {name}.")


def _ensure_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise console.Stop(
                f"Port {port} is taken: stop what uses it, or choose one with --port."
            ) from error


def _run_server(odoo, database, port):
    """Serve a database until Ctrl-C; say where once it answers. The demo's mail goes on
    landing in its folder meanwhile."""
    from .demo import kept, outbox

    with (
        outbox.after_the_run(kept.outbox(database)),
        _server(odoo, database, port) as server,
    ):
        try:
            if _wait_for(server, port):
                console.step(f"Odoo runs on http://localhost:{port} (Ctrl-C stops it)")
                console.step("log in as admin with the password admin")
            return server.wait()
        except KeyboardInterrupt:  # The terminal told the server too.
            server.wait()
            return 0
        except SystemExit:
            server.terminate()
            raise


def _server(odoo, database, port, crons=2):
    """The process of Odoo serving one database."""
    options = ["-d", database, f"--db-filter=^{database}$", f"--http-port={port}"]
    options += [f"--max-cron-threads={crons}", "--log-level=warn"]
    return subprocess.Popen(
        odoo.command(*options), cwd=paths.ROOT, env=odoo.environment()
    )


def _wait_for(server, port):
    """Until the server answers, or has ended; whether it answers."""
    while server.poll() is None and not _answers(port):
        time.sleep(0.2)
    return server.poll() is None


def _answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
