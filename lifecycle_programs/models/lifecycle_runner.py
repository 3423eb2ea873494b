"""Running the steps that are due.

A batch: claim enrolments (SKIP LOCKED), work off the events of their customers first,
run step by step, write step runs and cursors. Effects, step runs and cursors are of one
transaction, which the scheduled action commits.
"""

import logging
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .lifecycle_retry import CONCURRENCY_ERRORS, claim, run_in_batches
from .lifecycle_step import SPLITS
from .step_result import StepResult

_logger = logging.getLogger(__name__)

BATCH = 500
# Steps that one enrolment takes in one batch at the most; the rest in the next one.
MAX_HOPS = 30
# When somebody whose events another worker has, or could not work off, is due again.
BLOCKED = timedelta(minutes=1)
# Minutes until a failed step is tried again: 1, 5, 25, about 2 hours, about 10 hours,
# a day.
RETRY_MINUTES = (1, 5, 25, 125, 625, 1440)
# What steps ask of an enrolment again and again. What it came with is long, and only
# some want it.
OFTEN_READ = (
    *("program_id", "version_id", "company_id", "partner_id", "commercial_partner_id"),
    *("entry_key", "state", "step_id", "visit", "waiting", "started", "launched_at"),
    *("due_at", "scheduled_at", "paused_until", "entered_at", "anchor_date"),
)
# The programs ``p`` whose steps are run.
RUNNING = SQL(
    """
    p.state IN ('running', 'closed') AND p.active
    AND NOT EXISTS (SELECT FROM res_company c
                     WHERE c.id = p.company_id AND c.lifecycle_stopped_at IS NOT NULL)
    """
)


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    # ------------------------------------------------------------
    # CRON
    # ------------------------------------------------------------

    @api.model
    def _cron_run_due(self):
        """Run what is due, a batch per transaction. Several identical scheduled actions
        may do this at the same time."""
        now = fields.Datetime.now()
        run_in_batches(
            self.env, lambda: self._run_due(now), lambda: self._count_due(now)
        )
        events = self.env["lifecycle.event"]
        if events._count_waiting(now):
            # Written while their customers were in our hands.
            events._wake_processing()
        self.env["lifecycle.step"]._trigger_queues()

    @api.model
    def _count_due(self, now):
        self.env.flush_all()
        query = SQL(
            """
            SELECT COALESCE(sum(due.count), 0)
              FROM lifecycle_program p
             CROSS JOIN LATERAL (
                   SELECT count(*) FROM lifecycle_enrolment e
                    WHERE e.program_id = p.id AND e.state = 'active'
                      AND e.due_at <= %s
                   ) AS due
             WHERE %s
            """,
            now,
            RUNNING,
        )
        return int(self.env.execute_query(query)[0][0])

    # ------------------------------------------------------------
    # CLAIM
    # ------------------------------------------------------------

    @api.model
    def _run_due(self, now, limit=BATCH):
        """Run one batch of due steps; the caller commits.

        :return: how many enrolments were dealt with
        """
        claimed = self._claim_due(now, limit)
        if claimed:
            claimed._run_claimed(now)
        return len(claimed)

    def _run_claimed(self, now):
        """Run the steps that are due for these enrolments, which are ours: as many as
        follow without a wait."""
        customers = self._get_customers()
        consumed, blocked = self.env["lifecycle.event"]._consume(
            now, set(customers.values())
        )
        due = self
        self.invalidate_recordset()
        self.fetch(OFTEN_READ)
        if consumed:
            # The events may have ended or moved some of them.
            due = self.filtered(lambda enrolment: enrolment._is_due(now))
        if blocked:
            held = due.filtered(lambda enrolment: customers[enrolment.id] in blocked)
            # Nothing leaves before their events are worked off.
            held.write({"due_at": now + BLOCKED})
            due -= held
        due = due._rest_while_paused(now)
        for _hop in range(MAX_HOPS):
            if not due:
                break
            groups = [
                enrolments
                for at_step in due.grouped("step_id").values()
                for enrolments in at_step._split_by("company_id").values()
            ]
            for number, enrolments in enumerate(groups):
                if number:
                    # The step of another program may have ended some on the way.
                    enrolments = enrolments.filtered(lambda one: one._is_due(now))
                if enrolments:
                    enrolments._run_step(now)
            due = due.filtered(lambda enrolment: enrolment._is_due(now))
        self.env.flush_all()

    @api.model
    def _claim_due(self, now, limit):
        """Lock the next due enrolments of each running program."""
        self.env.flush_all()
        rows = claim(
            self.env,
            SQL(
                """
                SELECT due.id
                  FROM lifecycle_program p
                 CROSS JOIN LATERAL (
                       SELECT e.id, e.due_at FROM lifecycle_enrolment e
                        WHERE e.program_id = p.id AND e.state = 'active'
                          AND e.due_at <= %(now)s
                        ORDER BY e.due_at, e.id LIMIT %(limit)s
                          FOR UPDATE SKIP LOCKED
                       ) AS due
                 WHERE %(running)s
                 ORDER BY due.due_at, due.id
                """,
                now=now,
                limit=limit,
                running=RUNNING,
            ),
        )
        return self.browse(row[0] for row in rows)

    def _get_customers(self):
        """The customer that each contact belongs to today, by enrolment id; theirs from
        now on. Nothing else is read of contacts of whom the step may want to know
        nothing."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT e.id, p.commercial_partner_id,
                       e.commercial_partner_id <> p.commercial_partner_id
                  FROM lifecycle_enrolment e
                  JOIN res_partner p ON p.id = e.partner_id
                 WHERE e.id = ANY(%s)
                """,
                self.ids,
            )
        )
        new = {customer_id for _id, customer_id, has_changed in rows if has_changed}
        if new:
            self._follow_customers(list(new))
        return {enrolment_id: customer_id for enrolment_id, customer_id, _new in rows}

    def _is_due(self, now):
        return self.state == "active" and bool(self.due_at) and self.due_at <= now

    def _rest_while_paused(self, now):
        """Put off who a salesperson has taken over; return the others."""
        paused = self.filtered(
            lambda enrolment: enrolment.paused_until and enrolment.paused_until > now
        )
        paused._rest(
            "paused", {enrolment: enrolment.paused_until for enrolment in paused}, now
        )
        return self - paused

    def _rest(self, reason, until, now):
        """Put off these enrolments, and keep why. That is not lateness: what follows is
        on time after it.

        :param until: dict of moment per enrolment
        """
        self.env["lifecycle.step.run"]._insert(
            {
                enrolment.id: StepResult("wait", reason, due_at=moment, holds=True)
                for enrolment, moment in until.items()
            },
            now,
        )
        for enrolment, moment in until.items():
            enrolment.write({"due_at": moment, "scheduled_at": moment})

    # ------------------------------------------------------------
    # RUN
    # ------------------------------------------------------------

    def _run_step(self, now):
        """Run the step that all these enrolments stand at: all together, and when that
        fails one by one, so that only the guilty one is held up."""
        try:
            with self.env.cr.savepoint():
                self._run_batch(now)
            return
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:
            self.env.invalidate_all(flush=False)
            if len(self) == 1:
                self._fail(error, now)
                return
            _logger.info("A batch of step %s failed; one by one now", self.step_id.id)
        for enrolment in self:
            enrolment._run_step(now)

    def _run_batch(self, now):
        company = self.company_id
        step = self.step_id.with_company(company)
        step = step.with_context(allowed_company_ids=company.ids)
        enrolments = self.with_env(step.env)
        run = getattr(step, f"_run_{step.type}_batch")
        results = run(enrolments, now)
        enrolments._apply_results(results, now)

    def _apply_results(self, results, now):
        """Write the step runs and move the cursors: by one statement for all who go the
        same way.

        :param results: dict of `StepResult` per enrolment id
        """
        self.env["lifecycle.step.run"]._insert(
            {enrolment_id: results[enrolment_id] for enrolment_id in self.ids}, now
        )
        ways = defaultdict(dict)
        for step, enrolments in self._split_by("step_id").items():
            prepared = {}
            for enrolment_id in enrolments.ids:
                result = results[enrolment_id]
                way = result.way
                if way not in prepared:
                    values = step._prepare_cursor(result, now)
                    due_at = values.pop("due_at", None)
                    prepared[way] = ways[tuple(values.items())], due_at
                people, due_at = prepared[way]
                people[enrolment_id] = due_at or result.due_at
        for values, people in ways.items():
            self.browse(people)._move(dict(values), list(people.values()))

    def _move(self, values, due_at):
        """Write the same cursor to all of these, by one statement: the ORM goes row by
        row even then.

        :param values: as `LifecycleStep._prepare_cursor` makes them
        :param due_at: when each of them is due
        """
        self.flush_recordset()
        values = values | {
            "due_at": SQL("moved.due_at"),
            "write_date": self.env.cr.now(),
        }
        assignments = [
            SQL(
                "%s = %s",
                SQL.identifier(name),
                value
                if isinstance(value, SQL)
                else self._fields[name].convert_to_column(value, self),
            )
            for name, value in values.items()
        ]
        self.env.cr.execute(
            SQL(
                """
                UPDATE lifecycle_enrolment e
                   SET %s
                  FROM unnest(%s, %s::timestamp[]) AS moved(id, due_at)
                 WHERE e.id = moved.id
                """,
                SQL(", ").join(assignments),
                self.ids,
                due_at,
            )
        )
        self.invalidate_recordset(values, flush=False)
        self.modified(values)
        # What says whether somebody goes on at once need not be read back.
        if "state" in values:
            self._fields["state"]._update_cache(self, values["state"])
        for enrolment, moment in zip(self, due_at, strict=True):
            self._fields["due_at"]._update_cache(enrolment, moment)

    def _fail(self, error, now):
        """Try the step again later; after the last try keep the error, for a person."""
        self.ensure_one()
        _logger.warning(
            "Step %s failed for enrolment %s: %s",
            self.step_id.id,
            self.id,
            error,
            exc_info=error,
        )
        text = str(error) or type(error).__name__
        if self.retry_count < len(RETRY_MINUTES):
            wait = timedelta(minutes=RETRY_MINUTES[self.retry_count])
            self.write(
                {
                    "retry_count": self.retry_count + 1,
                    "due_at": now + wait,
                    "error": text,
                }
            )
            return
        result = StepResult(
            "failed", reason="error", values={"detail": {"error": text}}
        )
        self.env["lifecycle.step.run"]._insert({self.id: result}, now)
        self.write(
            {
                "state": "error",
                "error": text,
                "due_at": False,
                "ended_at": now,
                "visit": self.visit + 1,
            }
        )
        self.program_id._tell_step_error(self, text)

    def action_retry(self):
        """Try the failed step again, at once."""
        self.program_id.check_access("write")
        now = fields.Datetime.now()
        self.sudo().filtered(lambda enrolment: enrolment.state == "error").write(
            {
                "state": "active",
                "retry_count": 0,
                "error": False,
                "ended_at": False,
                "scheduled_at": now,
                "due_at": now,
            }
        )
        self._wake_runner(now)


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _prepare_cursor(self, result, now):
        """The fields of a cursor at this step after a result. What differs from one
        person to the next is SQL over the enrolment ``e`` and when it is due,
        ``moved.due_at``; for a wait that is what the result says."""
        if result.outcome == "wait":
            if not result.holds:
                return {"waiting": True, "scheduled_at": SQL("moved.due_at")}
            if result.is_excused:
                return {
                    "scheduled_at": SQL("e.scheduled_at + (moved.due_at - %s)", now)
                }
            return {}
        following = result.next_step
        if following is None:
            following = self.next_step_id
        values = {
            "visit": SQL("e.visit + 1"),
            "waiting": False,
            "retry_count": 0,
            "error": False,
        }
        if self.type not in SPLITS:
            # A split before the first wait does not start anything yet.
            values["started"] = True
        if result.reason == "event":
            values["scheduled_at"] = now
        if following:
            return values | {"step_id": following.id, "due_at": now}
        return values | {
            "state": "ended",
            "end_reason": result.reason or "steps_done",
            "ended_at": now,
            "due_at": None,
        }
