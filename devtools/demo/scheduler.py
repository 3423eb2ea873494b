"""Odoo's scheduler, asked at the simulated moments which crons are due.

Triggers decide, as on a server: a step that nobody woke a cron for stays undone. What
is due by its interval alone (every minute, hour, day) is run once a day, and a minute's
cron that then finds work shows that a trigger was missing. The jobs themselves run
through Odoo's own code, with its commits and its progress.
"""

from collections import Counter

from odoo import SUPERUSER_ID, api

from odoo.addons.base.models.ir_cron import IrCron

from .world import World

QUEUES = ("mail.ir_cron_mail_scheduler_action", "sms.ir_cron_sms_scheduler_action")
# A job that keeps waking itself at one moment is a fault, not diligence.
MOST_ROUNDS = 100


class Scheduler:
    """Runs the addon's crons and the two message queues.

    :ivar runs: how often each cron ran, by name.
    """

    def __init__(self, world: World):
        self.world = world
        self.runs = Counter()
        self._names = {}
        self._instant = set()
        self._looked_on = None

    def prepare(self) -> None:
        """Let the crons start with the run: an installation sets them for today."""
        with self.world.transaction() as env:
            data = env["ir.model.data"].search_fetch(
                [("module", "=", "lifecycle_programs"), ("model", "=", "ir.cron")],
                ["res_id"],
            )
            crons = env["ir.cron"].browse(data.mapped("res_id"))
            self._instant = {c.id for c in crons if c.interval_type == "minutes"}
            for queue in QUEUES:
                crons |= env.ref(queue)
            self._names = {cron.id: cron.cron_name for cron in crons}
            env["ir.cron.trigger"].search([("cron_id", "in", crons.ids)]).unlink()
            crons.write({"nextcall": self.world.now})

    def run_due(self) -> None:
        """Run what was triggered until nothing is left; first thing in the morning also
        what its interval makes due."""
        self._run_until_idle(self._triggered)
        today = self.world.now.date()
        if today != self._looked_on:
            self._looked_on = today
            for job_id in self._due_by_interval():
                done = self._run(job_id)
                if done and job_id in self._instant:
                    self.world.problems[f"no trigger woke: {self._names[job_id]}"] += 1
            self._run_until_idle(self._triggered)

    def _run_until_idle(self, find) -> None:
        jobs = []
        for _round in range(MOST_ROUNDS):
            jobs = find()
            if not jobs:
                return
            for job_id in jobs:
                self._run(job_id)
        for job_id in jobs:
            self.world.problems[f"cron never done: {self._names[job_id]}"] += 1

    def _triggered(self) -> list[int]:
        with self.world.registry.cursor() as cr:
            cr.execute(
                "SELECT DISTINCT trigger.cron_id FROM ir_cron_trigger trigger"
                " JOIN ir_cron cron ON cron.id = trigger.cron_id AND cron.active"
                " WHERE trigger.call_at <= %s AND trigger.cron_id = ANY(%s)"
                " ORDER BY trigger.cron_id",
                (self.world.now, list(self._names)),
            )
            return [cron_id for (cron_id,) in cr.fetchall()]

    def _due_by_interval(self) -> list[int]:
        with self.world.registry.cursor() as cr:
            jobs = IrCron._get_all_ready_jobs(cr)
        return [job["id"] for job in jobs if job["id"] in self._names]

    def _run(self, job_id: int) -> int:
        """Run a job; how many records it says it has worked off."""
        self.runs[self._names[job_id]] += 1
        with self.world.registry.cursor() as cr:
            cron = api.Environment(cr, SUPERUSER_ID, {})["ir.cron"].browse(job_id)
            if cron.method_direct_trigger() is not True:
                self.world.problems[f"cron failed: {self._names[job_id]}"] += 1
        with self.world.registry.cursor() as cr:
            cr.execute(
                "SELECT done FROM ir_cron_progress WHERE cron_id = %s"
                " ORDER BY id DESC LIMIT 1",
                (job_id,),
            )
            row = cr.fetchone()
        return row[0] if row else 0
