"""Messages that left and did not arrive: once more, by the next channel."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .lifecycle_retry import CONCURRENCY_ERRORS, run_in_batches
from .lifecycle_runner import BLOCKED

_logger = logging.getLogger(__name__)

BATCH = 200
#: When another try is made after an error, and how many there are.
RETRY = timedelta(hours=1)
MAX_TRIES = 5
#: Why a step run fell back after the message had left.
REASON = "undelivered"


class LifecycleUndelivered(models.Model):
    """A message of a step with several channels that bounced or failed.

    A row waits until the message has left by the next channel that reaches the contact,
    or until there is none; then it goes. The step run of the first message turns into a
    fall-back, and the one of the second stands in its place. A message falls back after
    a failure once, not for each channel that fails.
    """

    _name = "lifecycle.undelivered"
    _description = "Message That Did Not Arrive"
    _order = "due_at, id"

    run_id = fields.Many2one("lifecycle.step.run", required=True, ondelete="cascade")
    program_id = fields.Many2one(
        "lifecycle.program", required=True, ondelete="cascade", index=True
    )
    due_at = fields.Datetime(required=True)
    tries = fields.Integer(default=0)

    _once = models.UniqueIndex("(run_id)")
    _due = models.Index("(due_at)")

    # ------------------------------------------------------------
    # NOTE
    # ------------------------------------------------------------

    @api.model
    def _note(self, traces, now):
        """Remember the messages behind these traces that may take another channel."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO lifecycle_undelivered (run_id, program_id, due_at, tries)
                SELECT r.id, r.program_id, %(now)s, 0
                  FROM lifecycle_step_run r
                 WHERE r.trace_id = ANY(%(traces)s) AND r.outcome = 'done'
                   AND r.step_type = 'message'
                   AND NOT EXISTS (
                       SELECT FROM lifecycle_step_run o
                        WHERE o.enrolment_id = r.enrolment_id
                          AND o.step_id = r.step_id AND o.visit = r.visit
                          AND o.outcome = 'fallback' AND o.reason = %(reason)s)
                    ON CONFLICT DO NOTHING
                RETURNING id
                """,
                now=now,
                traces=traces.ids,
                reason=REASON,
            )
        )
        if rows:
            self.env.ref(
                "lifecycle_programs.ir_cron_send_undelivered"
            ).sudo()._trigger()

    # ------------------------------------------------------------
    # SEND
    # ------------------------------------------------------------

    @api.model
    def _cron_send(self):
        """A batch per transaction, each with effects, step runs and rows together."""
        now = fields.Datetime.now()
        run_in_batches(
            self.env, lambda: self._send_due(now), lambda: self._count_due(now)
        )
        self.env["lifecycle.step"]._trigger_queues()

    @api.model
    def _get_due_domain(self, now):
        return [
            ("due_at", "<=", now),
            ("program_id.active", "=", True),
            ("program_id.state", "in", ("running", "closed")),
            ("program_id.company_id.lifecycle_stopped_at", "=", False),
        ]

    @api.model
    def _count_due(self, now):
        return self.search_count(self._get_due_domain(now))

    @api.model
    def _send_due(self, now, limit=BATCH):
        """Deal with one batch; the caller commits.

        :return: how many rows were dealt with
        """
        due = self.search(self._get_due_domain(now), limit=limit)
        claimed = due.try_lock_for_update()
        claimed = claimed.filtered(lambda one: one.due_at <= now)
        if not claimed:
            return 0
        customers = claimed.run_id.enrolment_id.commercial_partner_id.ids
        # Whoever has bought or left meanwhile gets nothing any more.
        _count, blocked = self.env["lifecycle.event"]._consume(now, customers)
        self.env.invalidate_all()
        busy = claimed.filtered(
            lambda one: one.run_id.enrolment_id.commercial_partner_id.id in blocked
        )
        busy.due_at = now + BLOCKED
        ours = claimed - busy
        over = ours.filtered(lambda one: not one._is_wanted(now))
        over.unlink()
        # A contact that has been at a step twice: one after the other.
        first = (ours - over).grouped(lambda one: one.run_id.enrolment_id)
        for (_step, _company, _channel), rows in (
            self.union(*(some[0] for some in first.values()))
            .grouped(
                lambda one: (
                    one.run_id.step_id,
                    one.run_id.company_id,
                    one.run_id.channel,
                )
            )
            .items()
        ):
            rows._send_batch(now)
        self.env.flush_all()
        return len(claimed)

    def _is_wanted(self, now):
        """Whether the contact is still to get the message."""
        run = self.run_id
        enrolment = run.enrolment_id
        days = run.message_id.category_id.max_late_days
        return (
            run.message_id
            and (enrolment.state == "active" or enrolment.end_reason == "steps_done")
            and not (days and run.scheduled_at < now - timedelta(days=days))
            # Another text would have to be read by somebody first.
            and not run.step_id.with_company(run.company_id)._needs_review()
        )

    def _send_batch(self, now):
        """Send these, all of one step and channel: together, and when that fails one by
        one."""
        try:
            with self.env.cr.savepoint():
                self._send_on(now)
            return
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:
            self.env.invalidate_all(flush=False)
            if len(self) == 1:
                self._try_later(error, now)
                return
        for row in self:
            row._send_batch(now)

    def _try_later(self, error, now):
        _logger.warning(
            "The next channel failed for step run %s: %s", self.run_id.id, error
        )
        if self.tries + 1 >= MAX_TRIES:
            self.unlink()
        else:
            self.write({"tries": self.tries + 1, "due_at": now + RETRY})

    def _send_on(self, now):
        """Send by the channels after the one that failed."""
        runs = self.run_id
        company = runs.company_id
        step = runs.step_id.with_company(company)
        step = step.with_context(allowed_company_ids=company.ids)
        enrolments = runs.enrolment_id.with_env(step.env)
        channels = step._get_channels()
        if runs[0].channel in channels:
            channels = channels[channels.index(runs[0].channel) + 1 :]
        # What did not arrive counts in no limit.
        runs._give_way()
        results = step._send_in_order(enrolments, channels, now) if channels else {}
        sent, places = {}, {}
        for row in self:
            run = row.run_id
            result = results.get(run.enrolment_id.id)
            outcome = result.outcome if result else "skipped"
            if outcome != "done":
                run.write({"outcome": "done", "reason": False})
            if outcome != "skipped":
                # At the place of the first message: the cursor has moved on.
                sent[run.enrolment_id.id] = result
                places[run.enrolment_id.id] = run.id
            if outcome == "wait":
                row.due_at = result.due_at
            else:
                row.unlink()
        runs._insert(sent, now, places)


class LifecycleStepRun(models.Model):
    _inherit = "lifecycle.step.run"

    def _give_way(self):
        """Messages that did not arrive leave their place to what leaves instead."""
        visits = {(run.enrolment_id, run.visit) for run in self}
        earlier = self.search(
            [
                ("enrolment_id", "in", self.enrolment_id.ids),
                ("step_id", "in", self.step_id.ids),
                ("channel", "in", self.mapped("channel")),
                ("outcome", "=", "fallback"),
            ]
        )
        # The channel had refused before, and took the message later.
        earlier.filtered(lambda run: (run.enrolment_id, run.visit) in visits).unlink()
        self.write({"outcome": "fallback", "reason": REASON})
        self.flush_recordset()


class MailingTrace(models.Model):
    _inherit = "mailing.trace"

    def write(self, vals):
        """A mail that came back, an SMS that the carrier could not deliver."""
        result = super().write(vals)
        if vals.get("trace_status") in ("bounce", "error"):
            self.env["lifecycle.undelivered"].sudo()._note(self, fields.Datetime.now())
        return result
