"""Odoo's command line with the guard on: `python -m devtools.server <odoo arguments>`.

Ends with status 1 when anything tried to leave the machine.
"""

import sys

from . import guard, quiet


def main():
    guard.install()
    import odoo.cli

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


if __name__ == "__main__":
    main()
