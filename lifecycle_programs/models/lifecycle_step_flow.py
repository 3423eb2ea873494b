"""Steps that steer: wait, wait until, split, start another program, end."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import models

from .step_result import StepResult


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    # ------------------------------------------------------------
    # WAIT
    # ------------------------------------------------------------

    def _run_wait_batch(self, enrolments, now):
        arrived = enrolments.filtered(lambda enrolment: not enrolment.waiting)
        asked = enrolments if self._asks_again() else arrived
        asked_ids = set(asked._ids)
        bases = self._get_wait_dates(asked, now)
        results = {}
        for enrolment in enrolments:
            target = None
            if enrolment.id in asked_ids:
                base = bases.get(enrolment.id)
                if base is None:
                    results[enrolment.id] = StepResult("skipped", "no_date")
                    continue
                target = base + self._get_wait_delta()
            if target and target > now:
                results[enrolment.id] = StepResult("wait", due_at=target)
            else:
                if target:
                    # What follows was meant for then, and may be too late by now.
                    enrolment.scheduled_at = target
                results[enrolment.id] = StepResult()
        return results

    def _asks_again(self):
        """Whether the moment is asked for again when the wait is over; else only on
        arrival."""
        return False

    def _get_wait_delta(self):
        if self.wait_unit == "months":
            return relativedelta(months=int(self.wait_value))
        return timedelta(**{self.wait_unit: self.wait_value})

    def _get_wait_dates(self, enrolments, now):
        """The moments that the wait is counted from, by enrolment id."""
        match self.wait_from:
            case "entry":
                return {one.id: one.entered_at for one in enrolments}
            case "anchor":
                return {one.id: one.anchor_date or None for one in enrolments}
            case "grant_end":
                return self._get_grant_ends(enrolments)
        return dict.fromkeys(enrolments.ids, now)

    def _get_grant_ends(self, enrolments):
        rows = self.env["lifecycle.grant"]._read_group(
            [("enrolment_id", "in", enrolments.ids), ("state", "=", "live")],
            ["enrolment_id"],
            ["ends_at:max"],
        )
        return {enrolment.id: ends_at for enrolment, ends_at in rows}

    # ------------------------------------------------------------
    # WAIT UNTIL
    # ------------------------------------------------------------

    def _run_wait_until_batch(self, enrolments, now):
        """Arrive and wait for an event; whoever is due here again has seen none in
        time."""
        results = self._run_wait_batch(enrolments, now)
        return {
            enrolment_id: StepResult(reason="timeout")
            if result.outcome == "done"
            else result
            for enrolment_id, result in results.items()
        }

    def _take_branches(self, branch_by_enrolment, now):
        """Move enrolments that waited for an event to the branch that it opened.

        :param branch_by_enrolment: dict of branch per enrolment
        """
        self.env["lifecycle.enrolment"].union(*branch_by_enrolment)._apply_results(
            {
                enrolment.id: StepResult(
                    reason="event", next_step=branch.next_step_id, branch=branch
                )
                for enrolment, branch in branch_by_enrolment.items()
            },
            now,
        )

    # ------------------------------------------------------------
    # SPLIT
    # ------------------------------------------------------------

    def _run_split_batch(self, enrolments, now):
        """Take the first branch whose rule matches, else the step's "Then"."""
        program = self.program_id
        rules = [(branch, program._rule(branch.rule)) for branch in self.branch_ids]
        names = set().union(*(rule.facts for _branch, rule in rules))
        values = enrolments._get_values(names, now)
        tz = program._tz()
        ways = [
            (
                rule,
                StepResult(
                    reason="branch", next_step=branch.next_step_id, branch=branch
                ),
            )
            for branch, rule in rules
        ]
        rest = StepResult(reason="else")
        return {
            one_id: next(
                (way for rule, way in ways if rule.matches(values[one_id], now, tz)),
                rest,
            )
            for one_id in enrolments.ids
        }

    # ------------------------------------------------------------
    # START A PROGRAM, END
    # ------------------------------------------------------------

    def _run_start_program_batch(self, enrolments, now):
        target = self.target_program_id
        if target.state != "running" or target.company_id != self.company_id:
            result = StepResult("skipped", "program_not_running")
            return dict.fromkeys(enrolments.ids, result)
        # The entry rule of the other program sees where they come from.
        origin = {"program": self.program_id.code}
        started = target._enrol_partners(
            enrolments.partner_id,
            now,
            {one.partner_id.id: (one.payload or {}) | origin for one in enrolments},
        ).partner_id
        done, refused = StepResult(), StepResult("skipped", "not_let_in")
        return {
            one.id: done if one.partner_id in started else refused for one in enrolments
        }

    def _run_end_batch(self, enrolments, now):
        end = self.env["lifecycle.step"]
        return dict.fromkeys(enrolments.ids, StepResult(next_step=end))
