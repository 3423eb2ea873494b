"""What deciding about a million contacts costs, each thing beside its limit or a peer.

    ./dev bench rules [--contacts N] [--rounds N] [--growth] [--only CASE ...]

Both sides of a ratio are measured in the same run; the seconds belong to the machine. A
ratio over its limit makes the command fail. The numbers also go to
.dev/bench_rules.json, as they come; at the end stands the table as Markdown. --growth
draws docs/images/growth.svg, --plan says how PostgreSQL does the scan.
"""

import argparse
import json
import os
import sys
from dataclasses import asdict

from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config

from devtools import guard, paths

from . import _rules_peers as peers
from ._rules_cases import Bench
from ._rules_data import Data
from ._rules_hooks import Hooks
from ._rules_picture import draw
from ._rules_row import Row, describe_machine, markdown

RESULT = os.path.join(paths.DEV, "bench_rules.json")
PICTURE = os.path.join(paths.ROOT, "docs", "images", "growth.svg")
CASES = {
    "scan": Bench.scan_case,
    "orm": peers.orm,
    "entry": Bench.entry_case,
    "events": Bench.events_case,
    "editor": peers.editor,
    "python": peers.python,
    "hooks": lambda bench: Hooks(bench.env, bench.data).case(),
}


def main(arguments):
    """Run the cases that are asked for; whether all ratios are within their limits."""
    options = parse(arguments)
    config.parse_config(["--config", os.environ["LIFECYCLE_ODOO_CONF"]])
    guard.install()
    with Registry(options.db).cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})
        run = Run(env, options)
        print(run.machine, flush=True)
        run.all()
        cr.rollback()
    print(markdown(run.rows))
    return 0 if all(row.ok for row in run.rows) else 1


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench rules")
    parser.add_argument("--db", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5, help="the median is shown")
    parser.add_argument("--growth", action="store_true", help="draw the picture")
    parser.add_argument("--plan", action="store_true", help="print the scan's plan")
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES))
    options = parser.parse_args(arguments)
    least = 100_000 if options.growth else 10_000
    if options.contacts < least:
        parser.error(f"--contacts must be at least {least}: other sizes are parts")
    return options


class Run:
    def __init__(self, env, options):
        self.env = env
        self.options = options
        self.rows = []
        self.growth = []
        self.machine = describe_machine(env)

    def all(self):
        data, only = Data(self.env), self.options.only
        sizes = [self.options.contacts // 10, self.options.contacts]
        if self.options.growth:
            sizes.insert(0, self.options.contacts // 100)
        for size in sizes:
            print(f"making {size:,} contacts ...", flush=True)
            data.grow(size)
            bench = Bench(self.env, data, self.options.rounds)
            self.measure_growth(bench, size)
        if self.options.growth:
            self.draw()
        if self.options.plan:
            print(bench.plan(), flush=True)
        for case in only:
            self.show(CASES[case](bench))
            if case == "events":
                self.show([self.row_of_growth()])

    def measure_growth(self, bench, size):
        """What it takes with so many contacts, in seconds."""
        found = {"contacts": size}
        if "events" in self.options.only:
            found["events"], _limit = (one / 1000 for one in bench.time_events())
        if self.options.growth:
            scan, limit = bench.timed(bench.scan, bench.scan_by_hand, rounds=3)
            found |= {"scan": scan / 1000, "limit": limit / 1000}
        self.growth.append(found)

    def row_of_growth(self):
        few, many = self.growth[-2:]
        return Row(
            f"500 events among {many['contacts']:,} contacts",
            many["events"] * 1000,
            f"among {few['contacts']:,}",
            few["events"] * 1000,
            at_most=1.5,
        )

    def show(self, rows):
        for row in rows:
            self.rows.append(row)
            print(row.text, flush=True)
            self.keep()

    def keep(self):
        """Write down what is known so far."""
        with open(RESULT, "w") as handle:
            json.dump(self.result(), handle, indent=1)

    def draw(self):
        names = {
            "scan": "ten programs decided",
            "limit": "aggregate by hand",
            "events": "500 events",
        }
        draw(
            PICTURE,
            "Seconds by the number of contacts",
            [
                (name, [(one["contacts"], one[key]) for one in self.growth])
                for key, name in names.items()
                if key in self.growth[0]
            ],
        )

    def result(self):
        return {
            "machine": self.machine,
            "contacts": self.options.contacts,
            "rows": [
                asdict(row) | {"ratio": row.ratio, "ok": row.ok} for row in self.rows
            ],
            "growth": self.growth,
        }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
