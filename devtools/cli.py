"""The verbs of `./dev`."""

import argparse
import os
import subprocess
import sys

from . import console, databases, odoo_server, paths


def main(arguments):
    """Run one verb; its exit status."""
    try:
        return _run(arguments)
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


def _run(arguments):
    parser = argparse.ArgumentParser(prog="./dev")
    verbs = parser.add_subparsers(dest="verb", required=True)
    db = verbs.add_parser("db")
    db.add_argument("name")
    db.add_argument("--update", action="store_true")
    db.add_argument("--fresh", action="store_true")
    db.add_argument("--glue", action="store_true")
    shell = verbs.add_parser("shell")
    shell.add_argument("--db", required=True)
    test = verbs.add_parser("test")
    test.add_argument("--db")
    options, rest = parser.parse_known_args(arguments)
    odoo = odoo_server.Odoo()
    store = databases.Databases(odoo)
    if options.verb == "db":
        if options.fresh or not store.exists(options.name):
            log = store.make(options.name, with_glue=options.glue)
            clean = databases.check_log(log, "installation")
        elif options.update:
            log = store.update(options.name)
            clean = databases.check_log(log, "update")
        else:
            clean = True
        print(options.name)
        return 0 if clean else 1
    if options.verb == "shell":
        command = odoo.command("shell", "-d", options.db, "--no-http", "--log-level=warn")
        return subprocess.call(command, cwd=paths.ROOT, env=odoo.environment())
    if options.verb == "test":
        command = [
            sys.executable, "-m", "pytest", f"--odoo-config={paths.CONFIG}",
            f"--odoo-database={options.db}", "--odoo-log-level=warn", "--odoo-http",
            *rest,
        ]
        return subprocess.call(command, cwd=paths.ROOT, env=odoo.environment())
