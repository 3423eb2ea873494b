"""Odoo's scheduler, asked at the simulated moments which crons are due.

The jobs run through Odoo's own code, with its commits and its progress. Between two
moments a server would have run the crons of every minute again and again for nothing;
here they run when there is something to do. The addon's hourly and daily crons run
once a day, the queues when they are triggered.
"""

from collections import Counter
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api

from odoo.addons.base.models.ir_cron import IrCron

from .clock import real_seconds
from .world import World

QUEUES = ("mail.ir_cron_mail_scheduler_action", "sms.ir_cron_sms_scheduler_action")
# What the crons of every minute look for. A run that finds nothing changes nothing.
WORK = (
    "SELECT EXISTS (SELECT FROM lifecycle_enrolment"
    " WHERE state = 'active' AND due_at <= %(now)s)"
    " OR EXISTS (SELECT FROM lifecycle_event WHERE processed_at IS NULL"
    " AND occurred_at <= %(now)s AND (retry_at IS NULL OR retry_at <= %(now)s))"
)
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
        self._instant = []
        self._daily = []
        self._looked_on = None

    @contextmanager
    def running(self):
        """Let the crons start now, an installation sets them for the real today; and
        wake no server, which would cost a connection at each trigger."""
        with self.world.transaction() as env:
            data = env["ir.model.data"].search_fetch(
                [("module", "=", "lifecycle_programs"), ("model", "=", "ir.cron")],
                ["res_id"],
            )
            crons = env["ir.cron"].browse(data.mapped("res_id"))
            self._instant = [c.id for c in crons if c.interval_type == "minutes"]
            self._daily = [c.id for c in crons if c.interval_type != "minutes"]
            for queue in QUEUES:
                crons |= env.ref(queue)
            self._names = {cron.id: cron.cron_name for cron in crons}
            env["ir.cron.trigger"].search([("cron_id", "in", crons.ids)]).unlink()
            crons.write({"nextcall": self.world.now})
        with patch.object(IrCron, "_notifydb", lambda cron: None):
            yield self

    def run_due(self) -> None:
        """Run what was triggered and what is due, until nothing is left."""
        now = self.world.now
        with self.world.registry.cursor() as cr:
            # As if they had run each minute: rescheduling counts every one of them.
            cr.execute(
                "UPDATE ir_cron SET nextcall = %s WHERE id = ANY(%s) AND nextcall < %s",
                (now, self._instant, now),
            )
        self._run_until_idle(self._triggered)
        if now.date() != self._looked_on:
            self._looked_on = now.date()
            for job_id in self._due_by_interval(self._daily):
                self._run(job_id)
        self._run_until_idle(self._wanted)

    def _run_until_idle(self, find) -> None:
        for _round in range(MOST_ROUNDS):
            jobs = find()
            if not jobs:
                return
            self._run(jobs[0])
        self.world.problems[f"cron never done: {self._names[jobs[0]]}"] += 1

    def _triggered(self) -> list[int]:
        with self.world.registry.cursor() as cr:
            cr.execute(
                "SELECT trigger.cron_id, min(trigger.id) FROM ir_cron_trigger trigger"
                " JOIN ir_cron cron ON cron.id = trigger.cron_id AND cron.active"
                " WHERE trigger.call_at <= %s AND trigger.cron_id = ANY(%s)"
                " GROUP BY trigger.cron_id ORDER BY 2",
                (self.world.now, list(self._names)),
            )
            return [cron_id for cron_id, _first in cr.fetchall()]

    def _wanted(self) -> list[int]:
        """What was triggered, else the crons of every minute while there is work."""
        if jobs := self._triggered():
            return jobs
        with self.world.registry.cursor() as cr:
            cr.execute(WORK, {"now": self.world.now})
            has_work = cr.fetchone()[0]
        return self._due_by_interval(self._instant) if has_work else []

    def _due_by_interval(self, wanted: list[int]) -> list[int]:
        with self.world.registry.cursor() as cr:
            jobs = IrCron._get_all_ready_jobs(cr)
        return [job["id"] for job in jobs if job["id"] in wanted]

    def _run(self, job_id: int) -> None:
        self.runs[self._names[job_id]] += 1
        began = real_seconds()
        with self.world.registry.cursor() as cr:
            cron = api.Environment(cr, SUPERUSER_ID, {})["ir.cron"].browse(job_id)
            if cron.method_direct_trigger() is not True:
                self.world.problems[f"cron failed: {self._names[job_id]}"] += 1
        self.seconds[self._names[job_id]] += real_seconds() - began
