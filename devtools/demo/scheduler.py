"""Odoo's scheduler, asked at the simulated moments which crons are due.

The jobs run their own code, with its commits. Odoo's bookkeeping around each run, a
dozen statements, is left out: it decides when a job runs next, and that is decided
here. Between two moments a server would have run the crons of every minute again and
again for nothing; here they run when there is something to do. The addon's other crons
run once a day, the queues when they are triggered.
"""

import logging
import re
from collections import Counter
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api

from odoo.addons.base.models.ir_cron import IrCron

from .clock import real_seconds
from .world import World

_logger = logging.getLogger(__name__)

QUEUES = ("mail.ir_cron_mail_scheduler_action", "sms.ir_cron_sms_scheduler_action")
CODE = re.compile(r"model\.(\w+)\(")
# Counts anew what it counted before. Nobody looks before the last day.
DASHBOARD = "lifecycle_programs.ir_cron_count_dashboard"
# What the crons of every minute look for. A run that finds nothing changes nothing.
WORK = {
    "lifecycle.event": "SELECT EXISTS (SELECT FROM lifecycle_event"
    " WHERE processed_at IS NULL AND occurred_at <= %(now)s"
    " AND (retry_at IS NULL OR retry_at <= %(now)s))",
    "lifecycle.enrolment": "SELECT EXISTS (SELECT FROM lifecycle_enrolment"
    " WHERE state = 'active' AND due_at <= %(now)s)",
}
# A job that keeps waking itself at one moment is a fault, not diligence.
MOST_ROUNDS = 100


class Scheduler:
    """Runs the addon's crons and the two message queues.

    :ivar runs: how often each cron ran, by name.
    :ivar seconds: how long each took, by name.
    """

    def __init__(self, world: World):
        self.world = world
        self.runs = Counter()
        self.seconds = Counter()
        self._names = {}
        self._methods = {}
        self._instant = {}
        self._daily = []
        self._dashboard = None
        self._looked_on = None

    @contextmanager
    def running(self):
        """Forget what an installation has triggered for the real today; and wake no
        server, which would cost a connection at each trigger."""
        with self.world.transaction() as env:
            data = env["ir.model.data"].search_fetch(
                [("module", "=", "lifecycle_programs"), ("model", "=", "ir.cron")],
                ["res_id"],
                order="res_id",
            )
            crons = env["ir.cron"].browse(data.mapped("res_id")).filtered("active")
            self._dashboard = env.ref(DASHBOARD).id
            for cron in crons:
                model = cron.model_id.model
                if cron.id == self._dashboard:
                    continue
                if cron.interval_type == "minutes" and model in WORK:
                    self._instant.setdefault(model, cron.id)
                else:
                    self._daily.append(cron.id)
            for queue in QUEUES:
                crons |= env.ref(queue)
            for cron in crons:
                self._names[cron.id] = cron.cron_name
                method = CODE.match(cron.code)[1]
                self._methods[cron.id] = (cron.model_id.model, method)
            env["ir.cron.trigger"].search([("cron_id", "in", crons.ids)]).unlink()
        with patch.object(IrCron, "_notifydb", lambda cron: None):
            yield self

    def run_due(self) -> None:
        """Run what was triggered and what is due, until nothing is left."""
        self._run_triggered()
        if self.world.now.date() != self._looked_on:
            self._looked_on = self.world.now.date()
            for job_id in self._daily:
                self._run(job_id)
            self._run_triggered()
        for model, job_id in self._instant.items():
            if self._has_work(model):
                self._run(job_id)
                self._run_triggered()

    def count_dashboard(self) -> None:
        """Bring the dashboard up to date, for whoever looks now."""
        self._run(self._dashboard)

    def _run_triggered(self) -> None:
        for _round in range(MOST_ROUNDS):
            jobs = self._triggered()
            if not jobs:
                return
            self._run(jobs[0])
        self.world.problems[f"cron never done: {self._names[jobs[0]]}"] += 1

    def _triggered(self) -> list[int]:
        with self.world.registry.cursor() as cr:
            cr.execute(
                "SELECT trigger.cron_id, min(trigger.id) FROM ir_cron_trigger trigger"
                " WHERE trigger.call_at <= %s AND trigger.cron_id = ANY(%s)"
                " GROUP BY trigger.cron_id ORDER BY 2",
                (self.world.now, list(self._names)),
            )
            return [cron_id for cron_id, _first in cr.fetchall()]

    def _has_work(self, model: str) -> bool:
        with self.world.registry.cursor() as cr:
            cr.execute(WORK[model], {"now": self.world.now})
            return cr.fetchone()[0]

    def _run(self, job_id: int) -> None:
        self.runs[self._names[job_id]] += 1
        began = real_seconds()
        model, method = self._methods[job_id]
        try:
            with self.world.registry.cursor() as cr:
                cr.execute(
                    "DELETE FROM ir_cron_trigger WHERE cron_id = %s AND call_at <= %s",
                    (job_id, self.world.now),
                )
                cr.commit()
                getattr(api.Environment(cr, SUPERUSER_ID, {})[model], method)()
        except Exception:
            _logger.exception("Cron %s failed", self._names[job_id])
            self.world.problems[f"cron failed: {self._names[job_id]}"] += 1
        self.seconds[self._names[job_id]] += real_seconds() - began
