"""`./dev` itself: its sentences, its guard, and what it leaves after a failure."""

import re
import shlex
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devtools import cli, console, odoo_server, paths

OUTSIDE = """
import contextlib, socket
with contextlib.suppress(OSError):
    socket.create_connection(("192.0.2.1", 80), timeout=1)
print("swallowed")
"""


def test_connection_to_the_outside_fails_a_shell_that_swallows_it(dev, database):
    result = dev("shell", "--db", database, input=OUTSIDE)
    assert "swallowed" in result.stdout
    assert result.returncode == 1
    assert "tried to leave the machine: getaddrinfo 192.0.2.1" in result.stderr


def test_shell_runs_a_script_against_a_database(dev, database):
    result = dev("shell", "--db", database, input="print(env.cr.dbname, env.user.id)")
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == [database, "1"]


def test_odoo_makes_no_outside_call_by_itself(dev, database):
    script = """
assert not env.ref("mail.ir_cron_module_update_notification").active
assert not env["ir.mail_server"].search([])
link = env["link.tracker"].create({"url": "http://example.invalid/page"})
print(link.title)
"""
    result = dev("shell", "--db", database, input=script)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "http://example.invalid/page"


def test_taken_port_is_one_sentence(dev, database):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = dev("serve", "--db", database, "--port", port)
    assert result.returncode == 1
    assert result.stderr == (
        f"dev: Port {port} is taken: stop what uses it, or choose one with --port.\n"
    )


def test_unknown_database_is_one_sentence(dev):
    result = dev("shell", "--db", "no_such_database", input="")
    assert result.returncode == 1
    assert result.stderr.startswith("dev: No database no_such_database: make it with")


def test_wrong_odoo_path_is_one_sentence(dev, monkeypatch, tmp_path):
    monkeypatch.setenv("ODOO_PATH", str(tmp_path))
    result = dev("shell", "--db", "any", input="")
    assert result.returncode == 1
    assert re.fullmatch(r"dev: \S+ holds no Odoo: set ODOO_PATH .*\n", result.stderr)


def test_second_start_takes_seconds(dev):
    started = time.monotonic()
    assert dev("help").returncode == 0
    assert time.monotonic() - started < 5


def test_half_built_database_is_never_used_and_made_again(store):
    def fail(part):
        with store.odoo.server.cursor(part) as cursor:
            cursor.execute("CREATE TABLE half (id integer)")
        raise console.Stop("interrupted")

    def fill(part):
        with store.odoo.server.cursor(part) as cursor:
            cursor.execute("SELECT to_regclass('half')")
            assert cursor.fetchone() == (None,)

    name = "lifecycle_test_half"
    with pytest.raises(console.Stop):
        store.build(name, None, fail)
    assert not store.exists(name)
    store.build(name, None, fill)
    assert store.exists(name)
    store.drop(name)


def test_commands_of_the_readme_are_commands():
    text = (Path(paths.ROOT) / "README.md").read_text()
    commands = [
        shlex.split(found)[1:] for found in re.findall(r"\./dev[^`\n<|#]*", text)
    ]
    assert {"demo", "test"} <= {words[0] for words in commands if words}
    for words in commands:
        if words:
            cli.parser().parse_known_args(words)


@pytest.mark.parametrize("name", cli.benchmarks())
def test_benchmark_starts(name):
    """Each is read before Odoo knows its addons."""
    result = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--help"],
        cwd=paths.ROOT,
        env=odoo_server.Odoo().environment(),
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert "--contacts" in result.stdout
