"""Odoo's scheduler, asked at every simulated moment which crons are due.

Odoo's own query decides, so a step that nobody triggers stays undone here as it would
on a server; and Odoo's own code runs the job, with its commits and its progress.
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

    def prepare(self) -> None:
        """Let the crons start with the run: an installation sets them for today."""
        with self.world.transaction() as env:
            data = env["ir.model.data"].search_fetch(
                [("module", "=", "lifecycle_programs"), ("model", "=", "ir.cron")],
                ["res_id"],
            )
            crons = env["ir.cron"].browse(data.mapped("res_id"))
            for queue in QUEUES:
                crons |= env.ref(queue)
            self._names = {cron.id: cron.cron_name for cron in crons}
            env["ir.cron.trigger"].search([("cron_id", "in", crons.ids)]).unlink()
            crons.write({"nextcall": self.world.now})

    def run_due(self) -> None:
        """Run due jobs until none is left at this moment."""
        for _round in range(MOST_ROUNDS):
            jobs = self._due()
            if not jobs:
                return
            for job_id in jobs:
                self._run(job_id)
        for job_id in jobs:
            self.world.problems[f"cron never done: {self._names[job_id]}"] += 1

    def _due(self) -> list[int]:
        with self.world.registry.cursor() as cr:
            return [
                job["id"]
                for job in IrCron._get_all_ready_jobs(cr)
                if job["id"] in self._names
            ]

    def _run(self, job_id: int) -> None:
        self.runs[self._names[job_id]] += 1
        with self.world.registry.cursor() as cr:
            cron = api.Environment(cr, SUPERUSER_ID, {})["ir.cron"].browse(job_id)
            if cron.method_direct_trigger() is not True:
                self.world.problems[f"cron failed: {self._names[job_id]}"] += 1
