"""Counting A/B tests, and deciding them."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.statistics import find_best


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    test_result = fields.Text(
        string="Result",
        compute="_compute_test_result",
        help="The numbers of the test, or who won and by how much.",
    )

    @api.depends("type", "winner_decision")
    def _compute_test_result(self):
        tests = self.filtered(lambda step: step.type == "ab_test")
        (self - tests).test_result = False
        now = fields.Datetime.now()
        for step in tests:
            step.test_result = (
                step._describe_decision()
                if step.winner_decision
                else step._describe_counts(step._count_test(now))
            )

    # ------------------------------------------------------------
    # COUNT
    # ------------------------------------------------------------

    def _count_test(self, now):
        """How many went each way long enough ago, and how many of them did it, in all
        versions of the program: a branch is the same as long as its name and the step
        that it leads to stay.

        :return: (successes, people) per branch with a share
        """
        self.ensure_one()
        branches = self.branch_ids.filtered("share")
        if not self._origin.id:
            return dict.fromkeys(branches, (0, 0))
        for model in ("lifecycle.step.run", "lifecycle.event", "lifecycle.enrolment"):
            self.env[model].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(b.name->>'en_US', ''), COALESCE(target.key, ''),
                       count(*) FILTER (WHERE %(success)s), count(*)
                  FROM (SELECT r.*, r.run_at + %(window)s AS until
                          FROM lifecycle_step_run r
                         WHERE r.step_id = ANY(%(steps)s) AND r.outcome = 'done'
                           AND r.reason = 'by_chance'
                           AND r.run_at <= %(now)s - %(window)s
                           AND r.run_at >= %(since)s) AS r
                  JOIN lifecycle_enrolment e ON e.id = r.enrolment_id
                  JOIN lifecycle_program p ON p.id = r.program_id
                  JOIN lifecycle_step_branch b ON b.id = r.branch_id
                  LEFT JOIN lifecycle_step target ON target.id = b.next_step_id
                 GROUP BY 1, 2
                """,
                success=self._get_success_sql(),
                window=timedelta(days=self.winner_days),
                steps=self._get_all_versions().ids,
                now=now,
                since=self.winner_since or fields.Datetime.to_datetime("1900-01-01"),
            )
        )
        found = {(name, key): (hits, people) for name, key, hits, people in rows}
        return {
            branch: found.get(branch._get_identity(), (0, 0)) for branch in branches
        }

    def _get_all_versions(self):
        """This test in every version of the program."""
        return self.search(
            [
                ("program_id", "=", self.program_id.id),
                ("type", "=", "ab_test"),
                ("key", "=", self.key),
            ]
        )

    def _get_success_sql(self):
        """Whether the person of a step run ``r`` did what the test counts."""
        if self.winner_metric == "goal":
            return SQL("e.goal_at >= r.run_at AND e.goal_at <= r.until")
        code = {"click": "mail_clicked", "reply": "mail_replied"}[self.winner_metric]
        return SQL(
            """
            EXISTS (
                SELECT FROM lifecycle_event event
                  JOIN lifecycle_event_type kind ON kind.id = event.type_id
                 WHERE event.partner_id = r.partner_id AND kind.code = %s
                   AND event.occurred_at >= r.run_at AND event.occurred_at <= r.until
                   AND event.payload->>'program' = p.code)
            """,
            code,
        )

    # ------------------------------------------------------------
    # DECIDE
    # ------------------------------------------------------------

    @api.model
    def _cron_decide_tests(self):
        """Decide the tests that have enough people."""
        self._decide_tests(fields.Datetime.now())

    @api.model
    def _decide_tests(self, now):
        tests = self.search(
            [
                ("type", "=", "ab_test"),
                ("version_id.state", "=", "published"),
                ("program_id.state", "in", ("running", "closed")),
            ]
        )
        for step in tests.filtered(lambda one: not one.winner_decision):
            step._decide(now)

    def _decide(self, now):
        """Name the winner if every branch has had enough people and it is sure.

        Looking again and again would find a winner by accident sooner or later. So it
        is looked at once at the smallest sample, once at twice as many and so on, and
        each look may err half as often as the one before: all of them together stay
        within what the certainty allows.
        """
        counts = self._count_test(now)
        people = min((number for _hits, number in counts.values()), default=0)
        if people < self.winner_min_sample * 2**self.winner_looks:
            return
        self.winner_looks += 1
        alpha = (1 - self.winner_confidence / 100) / 2**self.winner_looks
        verdict = find_best(list(counts.values()), alpha)
        if not verdict:
            return
        branch = list(counts)[verdict.best]
        decision = {
            "branch": branch.name,
            "p": verdict.p,
            "counts": [
                {"branch": one.name, "hits": hits, "people": number}
                for one, (hits, number) in counts.items()
            ],
        }
        self._note_winner(branch, decision, now)

    # ------------------------------------------------------------
    # WORDS
    # ------------------------------------------------------------

    def _describe_decision(self):
        decision = self.winner_decision
        day = self.program_id._say_day(fields.Datetime.to_datetime(decision["at"]))
        if decision.get("by"):
            return self.env._(
                "“%(branch)s” was chosen by %(who)s on %(day)s.",
                branch=decision["branch"],
                who=decision["by"],
                day=day,
            )
        return self.env._(
            "“%(branch)s” has won on %(day)s: %(numbers)s. Chance alone would bring "
            "such a lead in %(p)s of 100 tests.",
            branch=decision["branch"],
            day=day,
            numbers=self._describe_numbers(
                (one["branch"], one["hits"], one["people"])
                for one in decision["counts"]
            ),
            p=f"{decision['p'] * 100:.2g}",
        )

    def _describe_counts(self, counts):
        numbers = self._describe_numbers(
            (branch.name or "", hits, people)
            for branch, (hits, people) in counts.items()
        )
        needed = self.winner_min_sample * 2**self.winner_looks
        return self.env._(
            "So far: %(numbers)s. Looked at when every branch has had %(needed)s "
            "people for %(days)s days.",
            numbers=numbers,
            needed=needed,
            days=self.winner_days,
        )

    def _describe_numbers(self, numbers):
        return ", ".join(
            self.env._(
                "“%(branch)s” %(rate)s %% of %(people)s",
                branch=branch,
                rate=f"{100 * hits / people:.1f}" if people else "0",
                people=people,
            )
            for branch, hits, people in numbers
        )
