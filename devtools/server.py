"""Odoo's command line with the guard on: `python -m devtools.server <odoo arguments>`.

Ends with status 1 when anything tried to leave the machine.
"""

import os
import sys

from . import cores, guard, quiet


def main():
    guard.install()
    import odoo.cli

    if "--stop-after-init" in sys.argv:
        # Nobody asks at the same time: what is installed is installed step by step.
        _stay_with_the_server()

    quiet.skip_link_titles()
    status = None
    try:
        odoo.cli.main()
    except SystemExit as stop:
        status = stop.code
    if guard.violations:
        sys.stderr.write(
            "dev: this run tried to leave the machine: {}\n".format(
                "; ".join(sorted(set(guard.violations)))
            )
        )
        sys.exit(1)
    sys.exit(status)


def _stay_with_the_server():
    from odoo import sql_db

    class NearConnection(sql_db.PsycoConnection):
        """A connection whose other end runs on our core."""

        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            cores.bring_server(self)

    cores.stay_on(os.getpid())
    sql_db.PsycoConnection = NearConnection


if __name__ == "__main__":
    main()
