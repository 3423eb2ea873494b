"""The warm parent of the crash test: it loads Odoo once, forks, kills, and looks.

    python crash.py DATABASE SMTP_PORT FOLDER

It reads one command per line, as JSON, and answers each with one line:
``["round", seed, seconds]``, ``["finish"]``, ``["check"]``.
"""

import odoo.init  # noqa: F401, I001  (the names in `odoo` exist from here on)

import gc
import json
import os
import random
import sys
import time
from datetime import timedelta

import crash_check
import crash_workers as workers
import crash_world

from odoo import SUPERUSER_ID, api, fields, sql_db
from odoo.tools import config

from devtools import guard, quiet
from devtools.demo import clock as clocks
from devtools.demo import session

# All rounds together take this long on the clock of the programs.
SPAN = timedelta(hours=60)
# After the last round: until every wait and every discount is over.
AFTERWARDS = [timedelta(hours=12)] * 8


class Provider:
    """Takes SMS and writes down the UUID of each before it answers, as a provider
    does; now and then it refuses one."""

    def __init__(self, path):
        self.path = path

    def install(self):
        from odoo.addons.sms.models.res_company import ResCompany
        from odoo.addons.sms.tools.sms_api import SmsApiBase

        keep = self.keep

        class LocalSmsApi(SmsApiBase):
            def _send_sms_batch(self, messages, delivery_reports_url=False):
                return keep(messages)

        ResCompany._get_sms_api_class = lambda company: LocalSmsApi

    def keep(self, messages):
        results = []
        with open(self.path, "a", buffering=1) as lines:
            for number in (one for message in messages for one in message["numbers"]):
                refused = random.random() < 0.03
                if not refused:
                    lines.write(number["uuid"] + "\n")
                state = "server_error" if refused else "success"
                results.append({"uuid": number["uuid"], "state": state})
        return results


class Stage:
    def __init__(self, database, port, folder):
        quiet.skip_link_titles()
        guard.install()
        self.log = os.path.join(folder, "odoo.log")
        self.registry, _watch = session.start(database, self.log)
        # A collection walks through all of Odoo; in a child it copies its memory, too.
        gc.disable()
        config["smtp_port"] = int(port)
        self.provider = Provider(os.path.join(folder, "sms.txt"))
        self.provider.install()
        tomorrow = fields.Datetime.now().replace(hour=9, minute=0, second=0)
        self.clock = clocks.Clock(tomorrow + timedelta(days=1))

    def prepare(self):
        """Make the data, and go every way once: what Odoo computes at the first time
        (templates, views) is there when the children are forked."""
        with self.registry.cursor() as cr:
            crash_world.prepare(api.Environment(cr, SUPERUSER_ID, {}))
        for _again in range(2):
            for work in workers.WORK:
                workers.once(self.registry, work)

    def round(self, seed, seconds, rounds):
        """Let everything run for a while, then kill it all at once."""
        # A connection cannot be shared with a child.
        sql_db.close_all()
        pids = [
            workers.fork(self.registry, work, f"{seed} {number}")
            for number, work in enumerate(workers.WORK)
        ]
        time.sleep(seconds)
        gone = workers.kill(pids)
        self.clock.move_to(self.clock.now + SPAN / rounds)
        return {"ended by themselves": len(gone)}

    def finish(self):
        """Do the rest, undisturbed; Odoo's own "try again" for refused SMS included."""
        for hours in AFTERWARDS:
            for work in workers.WORK:
                while workers.once(self.registry, work):
                    pass
            for _again in range(3):
                workers.once(self.registry, workers.work_off_events)
                workers.once(self.registry, workers.run_due)
            self.clock.move_to(self.clock.now + hours)
        return {}

    def check(self):
        with self.registry.cursor() as cr:
            found = crash_check.check(api.Environment(cr, SUPERUSER_ID, {}))
        with open(self.provider.path) as lines:
            found["accepted sms"] = lines.read().split()
        return found


def main(database, port, folder):
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    stage = Stage(database, port, folder)
    with stage.clock.running():
        stage.prepare()
        print(json.dumps("ready"), file=answers)
        for line in sys.stdin:
            verb, *arguments = json.loads(line)
            print(json.dumps(getattr(stage, verb)(*arguments)), file=answers)


if __name__ == "__main__":
    main(*sys.argv[1:])
