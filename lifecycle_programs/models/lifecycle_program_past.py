"""People to whom it has happened before a program started enter where they belong.

Their entry is the moment of the past event, and waits count from it. Until the moment
of the launch their time runs in fast motion: waits that are over are over, and what was
due before is skipped, never sent.
"""

from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .lifecycle_program_launch import TooMany
from .step_result import StepResult

# They only decide where somebody goes next.
STEERING = {"wait", "wait_until", "split", "random_split", "ab_test", "end"}


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    def _enrol_past(self, days, now):
        """Enrol whoever had one of the program's events in the last days.

        :return: the new enrolments
        :raises UserError: when they are too many and no manager has agreed
        """
        self.ensure_one()
        program = self.sudo().with_company(self.company_id)
        enrolments = program._insert_past(days, now)
        try:
            program._check_launch(len(enrolments))
        except TooMany:
            raise UserError(
                self.env._("So many people at once: ask a manager to let them in.")
            ) from None
        if self.start == "event":
            program._end_launch()
        return enrolments

    def _count_past(self, days, now):
        """How many `_enrol_past` would let in: asked, and taken back."""
        self.ensure_one()
        program = self.sudo().with_company(self.company_id)
        with program._tried_out():
            return len(program._insert_past(days, now))

    def _insert_past(self, days, now):
        enrolments = self.env["lifecycle.enrolment"]
        if self.start != "event" or not self.version_id:
            return enrolments
        length = self.version_id._get_length()
        since = now - timedelta(days=days)
        if length is not None:
            # Whoever would be through by now stays out.
            since = max(since, now - length)
        candidates = SQL(
            """
            SELECT DISTINCT ON (e.partner_id, e.payload->>%(key)s)
                   p.id AS contact_id, p.commercial_partner_id AS customer_id,
                   e.id AS event_id, e.payload AS event_payload, e.occurred_at
              FROM lifecycle_event e
              JOIN res_partner p ON p.id = e.partner_id
             WHERE e.type_id = ANY(%(types)s) AND e.company_id = %(company)s
               AND e.occurred_at > %(since)s AND e.occurred_at <= %(now)s
               AND e.processed_at IS NOT NULL
             ORDER BY e.partner_id, e.payload->>%(key)s, e.occurred_at DESC, e.id DESC
            """,
            key=self.entry_key or "",
            types=self.event_type_ids.ids,
            company=self.company_id.id,
            since=since,
            now=now,
        )
        if self.recipient != "ordering":
            candidates = self._redirect_candidates(candidates)
        enrolments = self._insert_enrolments(candidates, now)
        if enrolments:
            enrolments.write({"launched_at": now})
            through = enrolments._get_through(now)
            enrolments -= through
            through.unlink()
        return enrolments


class LifecycleVersion(models.Model):
    _inherit = "lifecycle.version"

    def _get_length(self):
        """How long the longest way through the steps takes; None when a wait turns
        around a date of the contact, so that it cannot be said."""
        self.ensure_one()
        waits = self.step_ids.filtered(lambda step: step.type in ("wait", "wait_until"))
        if set(waits.mapped("wait_from")) - {"previous", "entry", False}:
            return None
        longest = timedelta()
        arrivals = {}
        ways = [(self._get_first_step(), timedelta(), frozenset())]
        start = fields.Datetime.to_datetime("2000-01-01")
        while ways:
            step, time, passed = ways.pop()
            # A loop is gone through once.
            if not step or step in passed or arrivals.get(step, -timedelta(1)) >= time:
                longest = max(longest, time)
                continue
            arrivals[step] = time
            if step in waits:
                base = start if step.wait_from == "entry" else start + time
                time = max(time, base + step._get_wait_delta() - start)
            longest = max(longest, time)
            ways += [(way, time, passed | {step}) for way in step._get_ways_out()]
        return longest


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    launched_at = fields.Datetime(
        string="Joined later",
        help="The contact entered as of an event from before; what was due until this "
        "moment was left out.",
    )

    def _get_through(self, now):
        """Of new enrolments as of a past event: whom a goal or an exit since then would
        have ended."""
        program = self.program_id
        goals = program.goal_event_type_ids if program.goal_ends else ()
        exits = program.exit_event_type_ids
        types = exits.union(*goals) if goals else exits
        if not types:
            return self.browse()
        events = self.env["lifecycle.event"].search(
            [
                ("type_id", "in", types.ids),
                ("company_id", "=", program.company_id.id),
                ("occurred_at", ">", min(self.mapped("entered_at"))),
                ("occurred_at", "<=", now),
                (
                    "partner_id.commercial_partner_id",
                    "in",
                    self.commercial_partner_id.ids,
                ),
            ]
        )
        per_customer = events.grouped(
            lambda event: event.partner_id.commercial_partner_id
        )
        wanted = [
            (enrolment, event, rule)
            for enrolment in self
            for event in per_customer.get(enrolment.commercial_partner_id, ())
            if event.occurred_at > enrolment.entered_at
            and event != enrolment.event_id
            and enrolment._is_touched_by(event)
            for kinds, rule, counts in (
                (goals, program.goal_rule, enrolment._in_goal_window(event)),
                (exits, program.exit_rule, True),
            )
            if event.type_id in kinds and counts
        ]
        matches = self._match_rules(wanted, now)
        return self.browse().union(
            *(row[0] for row, match in zip(wanted, matches, strict=True) if match)
        )

    # ------------------------------------------------------------
    # FAST MOTION
    # ------------------------------------------------------------

    def _is_before_launch(self):
        return bool(
            self.launched_at
            and self.scheduled_at
            and self.scheduled_at < self.launched_at
        )

    def _run_batch(self, now):
        if self.step_id.type in STEERING:
            return super()._run_batch(now)
        past = self.filtered(lambda enrolment: enrolment._is_before_launch())
        if past:
            skip = StepResult("skipped", "before_entry")
            past._apply_results(dict.fromkeys(past.ids, skip), now)
        if rest := self - past:
            super(LifecycleEnrolment, rest)._run_batch(now)
        return None


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _get_wait_dates(self, enrolments, now):
        """What happened before the launch happened when it was due, not now."""
        dates = super()._get_wait_dates(enrolments, now)
        for enrolment in enrolments:
            if dates.get(enrolment.id) == now and enrolment._is_before_launch():
                dates[enrolment.id] = enrolment.scheduled_at
        return dates
