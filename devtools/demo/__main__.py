"""``python -m devtools.demo --db NAME``: one run on a database with the addon."""

import argparse
import json
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

from .. import guard, paths
from . import cdnow, invoice_lines, kept
from .purchases import History, InputError

SEED = "lifecycle"
CUSTOMERS = 600


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev demo",
        description="Real purchases through the programs.",
        allow_abbrev=False,
    )
    parser.add_argument("--db", required=True, help=argparse.SUPPRESS)
    parser.add_argument(
        "--base-url", default="http://localhost:8069", help=argparse.SUPPRESS
    )
    parser.add_argument("--report", action="store_true", help=argparse.SUPPRESS)
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--customers",
        type=int,
        default=CUSTOMERS,
        metavar="N",
        help=f"how many customers are drawn (default {CUSTOMERS})",
    )
    size.add_argument("--full", action="store_true", help="all customers of the file")
    parser.add_argument(
        "--purchases",
        type=Path,
        metavar="FILE.csv",
        help="any CSV of invoice lines instead of CDNOW's purchases",
    )
    parser.add_argument(
        "--until",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="the day of the last purchase (default: yesterday)",
    )
    options = parser.parse_args(arguments)
    if options.customers < 1:
        parser.error("--customers needs a number from 1")
    return options


def read_history(options: argparse.Namespace) -> History:
    """The purchases that the run is about, moved to end on the wanted day."""
    if options.purchases:
        history = invoice_lines.read(options.purchases, datetime.now())
    else:
        history = cdnow.read(cdnow.fetch(Path(paths.DATA, "purchases")))
    size = len(history.customers) if options.full else options.customers
    until = options.until or date.today() - timedelta(days=1)
    return history.sample(size, SEED).shifted(until)


def main(arguments: list[str]) -> int:
    """Run and report, or only report what was; 0 when the run was sound."""
    options = parse(arguments)
    file = kept.report(options.db)
    if options.report:
        from . import report

        _say(report.show(json.loads(file.read_text("utf-8"))))
        return 0
    try:
        history = read_history(options)
    except InputError as error:
        sys.stderr.write(f"dev: {error}\n")
        return 2
    guard.install()
    # Odoo is loaded only now: the messages above come at once.
    from . import report
    from .run import Run

    home = "US" if not options.purchases else "GB"
    run = Run(options.db, history, SEED, home, options.base_url)
    result = run.go()
    report.write(result, file)
    _say(report.show(result))
    return 0 if run.is_sound(result) else 1


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
