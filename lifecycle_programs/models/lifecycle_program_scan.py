"""Programs on a schedule: one look at all contacts for all that are due."""

import logging
import uuid
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .lifecycle_retry import CONCURRENCY_ERRORS, retry_on_conflict

_logger = logging.getLogger(__name__)

SCHEDULE_STEPS = {
    "daily": relativedelta(days=1),
    "weekly": relativedelta(weeks=1),
    "monthly": relativedelta(months=1),
}
# When a program that failed is looked at again.
RETRY = timedelta(hours=1)


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
                ("company_id.lifecycle_stopped_at", "=", False),
            ]
        )
        due.filtered("error").error = False
        if due:
            self._link_leads()
        for company, programs in due.grouped("company_id").items():
            programs.with_company(company)._scan_company(company, now)
        for program in due:
            step = SCHEDULE_STEPS[program.schedule]
            following = program.next_scan_at + step
            following = following if following > now else now + step
            program.next_scan_at = now + RETRY if program.error else following
        self.env.flush_all()
        return len(due)

    @api.model
    def _link_leads(self):
        """Leads become contacts first; one that cannot must not stop the scan."""
        try:
            with self.env.cr.savepoint():
                self.env["crm.lead"]._lifecycle_link_contacts()
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            _logger.exception("Leads could not be linked to contacts")

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
        if not rules:
            return
        try:
            with self.env.cr.savepoint():
                table = self._materialise(rules, company, now)
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:
            # One program's facts must not stop the others.
            if len(self) == 1:
                self._tell_failure("scan", error)
            else:
                for program in self:
                    program._scan_company(company, now)
            return
        for program in rules:
            with program._own_failure("scan"):
                program._enrol_scan_guarded(table, now)
        self.env.cr.execute(SQL("DROP TABLE %s", SQL.identifier(table)))

    def _materialise(self, rules, company, now):
        """A temporary table of the facts of all contacts whom one of the programs lets
        in by its rule alone; its name.

        :param rules: the parsed entry rule by program
        """
        # Small tables are never analysed by themselves, and the plan hangs on them.
        self.env.cr.execute("ANALYZE lifecycle_event_type, product_category")
        table = f"lifecycle_snapshot_{uuid.uuid4().hex}"
        name = SQL.identifier(table)
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE %s AS %s",
                name,
                self._scan_query(rules, company, now),
            )
        )
        self.env.cr.execute(SQL("CREATE UNIQUE INDEX ON %s (contact_id)", name))
        self.env.cr.execute(SQL("ANALYZE %s", name))
        return table

    def _scan_query(self, rules, company, now):
        """The SELECT of `_materialise`: a row of facts per contact."""
        names, conditions = set(), []
        for program, rule in rules.items():
            names.update(program._entry_fact_names(rule))
            conditions.append(program._scan_condition(rule, now))
        return SQL(
            "SELECT s.* FROM (%s) AS s CROSS JOIN"
            " (SELECT '{}'::jsonb AS event_payload) AS c WHERE %s",
            self.env["lifecycle.fact"]._snapshot(sorted(names), company, now),
            SQL(" OR ").join(conditions),
        )

    def _scan_condition(self, rule, now):
        """The entry rule over a row ``s`` of facts, as far as they can tell."""
        if any(name.startswith("entry.") for name in rule.facts):
            return SQL("TRUE")
        return self._entry_condition(rule, now)
