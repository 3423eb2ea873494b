"""Running Odoo: its configuration file, its environment and its processes."""

import os
import re
import subprocess
import sys

from . import console, glue, odoo_source, paths, postgres, quiet


def python_path():
    """Where Python finds our own packages, and what the glue addons need if it is
    there."""
    places = [paths.ROOT, glue.folder()]
    return os.pathsep.join(place for place in places if os.path.exists(place))


class Odoo:
    """Odoo's code and the PostgreSQL server, ready to use together."""

    def __init__(self):
        self.source = odoo_source.ensure()
        self.server = postgres.ensure()
        self._configure()

    def environment(self):
        """The variables for a process that runs Odoo. Odoo's own are left out: they
        would overrule the configuration file."""
        keep = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("ODOO_", "PG", "DATABASE_URL"))
        }
        keep["PYTHONPATH"] = python_path()
        keep["LIFECYCLE_ODOO_CONF"] = paths.CONFIG
        keep["PATH"] = os.pathsep.join(
            [os.path.join(paths.VENV, "bin"), keep.get("PATH", os.defpath)]
        )
        return keep

    def command(self, *arguments):
        """Odoo's command line with the guard on."""
        head = list(arguments[:1]) if arguments[:1] == ("shell",) else []
        rest = arguments[len(head) :]
        module = [sys.executable, "-m", "devtools.server", *head]
        return [*module, "--config", paths.CONFIG, *rest]

    def run_logged(self, log, *arguments):
        """Run Odoo until it stops, its log kept in a file and its progress shown."""
        os.makedirs(os.path.dirname(log), exist_ok=True)
        progress = console.Progress()
        with (
            open(log, "w") as handle,
            subprocess.Popen(
                self.command(*arguments),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=paths.ROOT,
                env=self.environment(),
            ) as process,
        ):
            for line in process.stdout:
                handle.write(line)
                match = re.search(r"Loading module (\S+) \((\d+)/(\d+)\)", line)
                if match:
                    progress.show("{1}/{2} {0}".format(*match.groups()))
        progress.done()
        if process.returncode:
            with open(log) as handle:
                tail = handle.readlines()[-40:]
            sys.stderr.writelines(tail)
            raise console.Stop(f"Odoo stopped with an error; the whole log: {log}")

    def _configure(self):
        options = {
            "addons_path": ",".join([*self.source.addons, paths.ROOT]),
            "data_dir": paths.DATA,
            "db_host": self.server.host,
            "db_port": self.server.port,
            "db_user": self.server.user,
            "db_password": self.server.password,
            "http_interface": "127.0.0.1",
            "list_db": "False",
            "workers": "0",
            "limit_time_real": "0",
            "limit_time_cpu": "0",
            # A port where nothing listens: no mail server of this machine gets mail.
            "smtp_server": "127.0.0.1",
            "smtp_port": "9",
            "publisher_warranty_url": quiet.NOWHERE,
        }
        lines = [f"{key} = {value}" for key, value in options.items() if value]
        text = "\n".join(["[options]", *lines, ""])
        console.write_if_changed(paths.CONFIG, text)
        os.makedirs(paths.DATA, exist_ok=True)
