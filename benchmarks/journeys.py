"""What journeys cost, each thing beside its limit or a peer.

    ./dev bench journeys [--contacts N] [--rounds N] [--only CASE ...]

Both sides of a ratio are measured in the same run; the milliseconds belong to the
machine. A ratio over its limit makes the command fail. The numbers also go to
.dev/bench_journeys.json. automation_oca, the nearest peer, has no version for Odoo 19.
"""

import argparse
import json
import os
import sys
from dataclasses import asdict

from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config

from devtools import guard, paths, quiet

from ._journeys_cases import Bench
from ._rules_row import describe_machine, markdown

RESULT = os.path.join(paths.DEV, "bench_journeys.json")
# Memory comes first: what other cases leave behind is not its own.
CASES = {
    "memory": Bench.memory_case,
    "entry": Bench.entry_case,
    "idle": Bench.idle_case,
    "due": Bench.due_case,
    "mail": Bench.mail_case,
    "sms": Bench.sms_case,
    "earlier": Bench.earlier_case,
}


def main(arguments):
    """Run the cases that are asked for; whether all ratios are within their limits."""
    options = parse(arguments)
    config.parse_config(["--config", os.environ["LIFECYCLE_ODOO_CONF"]])
    guard.install()
    # A link without a title is looked up: those of the peers are never fetched.
    quiet.skip_link_titles()
    rows = []
    with Registry(options.db).cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})
        machine = describe_machine(env)
        print(machine, flush=True)
        bench = Bench(env, options)
        print(f"making {options.contacts:,} contacts ...", flush=True)
        bench.people.grow(options.contacts)
        for case in sorted(options.only, key=list(CASES).index):
            bench.prepare(case)
            for row in CASES[case](bench):
                print(row.text, flush=True)
                rows.append(row)
                keep(rows, machine, options)
        cr.rollback()
    print("\n" + markdown(rows))
    return 0 if all(row.ok for row in rows) else 1


def keep(rows, machine, options):
    """Write down what is known so far."""
    result = {
        "machine": machine,
        "contacts": options.contacts,
        "rows": [asdict(row) | {"ratio": row.ratio, "ok": row.ok} for row in rows],
    }
    with open(RESULT, "w") as handle:
        json.dump(result, handle, indent=1)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench journeys")
    parser.add_argument("--db", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--few", type=int, default=10_000, help="beside which a tick")
    parser.add_argument("--steps", type=int, default=100_000, help="of one long run")
    parser.add_argument("--rounds", type=int, default=3, help="the median is shown")
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES))
    options = parser.parse_args(arguments)
    if options.contacts < max(options.few, options.steps):
        parser.error("--contacts must be at least --few and --steps")
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
