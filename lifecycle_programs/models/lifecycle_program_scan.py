"""Programs on a schedule: one look at all contacts for all that are due."""

import uuid

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .lifecycle_retry import retry_on_conflict

SCHEDULE_STEPS = {
    "daily": relativedelta(days=1),
    "weekly": relativedelta(weeks=1),
    "monthly": relativedelta(months=1),
}


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    @api.model
    def _scan(self, now):
        """Look through all contacts for the programs whose time has come.

        One snapshot serves them all: it is materialised once per company in a
        temporary table that the same transaction drops again.

        :return: how many programs were looked at
        """
        due = self.sudo().search(
            [
                ("state", "=", "running"),
                ("start", "=", "schedule"),
                ("next_scan_at", "<=", now),
            ]
        )
        for company, programs in due.grouped("company_id").items():
            self.env["crm.lead"]._lifecycle_link_contacts()
            programs.with_company(company)._scan_company(company, now)
        for program in due:
            step = SCHEDULE_STEPS[program.schedule]
            following = program.next_scan_at + step
            program.next_scan_at = following if following > now else now + step
        return len(due)

    @api.model
    def _cron_scan(self):
        """All programs that are due are looked at in one transaction (see `_scan`)."""
        now = fields.Datetime.now()
        done = retry_on_conflict(self.env, lambda: self._scan(now))
        self.env["ir.cron"]._commit_progress(done, remaining=0)
        self.env["lifecycle.enrolment"]._wake_runner(now)

    def _scan_company(self, company, now):
        rules = {}
        for program in self:
            with program._own_failure("scan"):
                rules[program] = program._rule(program.rule, entry=True)
        names = set()
        for program, rule in rules.items():
            names.update(program._entry_fact_names(rule))
        table = f"lifecycle_snapshot_{uuid.uuid4().hex}"
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE %s AS %s",
                SQL.identifier(table),
                self.env["lifecycle.fact"]._snapshot(sorted(names), company, now),
            )
        )
        self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
        for program in rules:
            with program._own_failure("scan"):
                program._enrol_scan(table, now)
        self.env.cr.execute(SQL("DROP TABLE %s", SQL.identifier(table)))
