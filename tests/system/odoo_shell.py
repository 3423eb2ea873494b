"""Odoo processes that run a script, each with connections of its own."""

import subprocess

from devtools import odoo_server, paths


def start(database, script, log, variables=None):
    """Start `odoo shell` on a script; the running process, its output in `log`.

    :param variables: further environment variables
    """
    odoo = odoo_server.Odoo()
    with open(script) as source, open(log, "w") as output:
        return subprocess.Popen(
            odoo.command("shell", "-d", database, "--no-http"),
            stdin=source,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=paths.ROOT,
            env=odoo.environment() | (variables or {}),
        )


def run(database, script, log, timeout=300, variables=None):
    """Run a script to its end and return its output; it must succeed."""
    process = start(database, script, log, variables)
    status = process.wait(timeout)
    with open(log) as output:
        text = output.read()
    assert status == 0 and "Traceback" not in text, text[-4000:]
    return text
