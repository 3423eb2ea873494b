"""The A/B test: branches by chance until one of them has won, then that one for all."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .step_result import StepResult


class LifecycleStepBranch(models.Model):
    _inherit = "lifecycle.step.branch"

    is_winner = fields.Boolean(
        string="Winner", readonly=True, help="Everybody goes this way from now on."
    )

    @api.model
    def _technical_fields(self):
        return super()._technical_fields() | {"is_winner"}

    def _get_identity(self):
        """What makes it the same branch in another version: name and next step."""
        return self.with_context(lang=None).name or "", self.next_step_id.key or ""

    def action_choose(self):
        """Let everybody go this way from now on, whatever the numbers say."""
        self.ensure_one()
        self.step_id.program_id.check_access("write")
        decision = {"by": self.env.user.name, "branch": self.name}
        self.step_id._note_winner(self, decision, fields.Datetime.now())
        return True


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    winner_metric = fields.Selection(
        [
            ("click", "a link of a message is clicked"),
            ("reply", "a message is answered"),
            ("goal", "the goal of the program is reached"),
        ],
        string="Wins by how often",
        default="click",
        help="Opens decide nothing: mail programs open messages by themselves.",
    )
    winner_days = fields.Integer(
        string="Counted for (days)",
        default=3,
        help="From the moment the contact went one of the ways. Who has not had that "
        "long does not count yet.",
    )
    winner_min_sample = fields.Integer(
        string="People per branch",
        default=200,
        help="Nothing is decided before every branch has had this many people. If it "
        "is too close then, it is looked at again at twice as many, and so on.",
    )
    winner_confidence = fields.Float(
        string="Certainty (%)",
        default=95.0,
        digits=(4, 1),
        help="How sure a winner has to be. At 95 %, of a hundred tests of two equal "
        "versions at most five name a winner by accident, all looks together.",
    )
    winner_looks = fields.Integer(
        readonly=True, copy=False, help="How often the numbers have been looked at."
    )
    winner_since = fields.Datetime(
        readonly=True, copy=False, help="People before that do not count in the test."
    )
    winner_decision = fields.Json(readonly=True)

    @api.model
    def _technical_fields(self):
        return super()._technical_fields() | {
            "winner_looks",
            "winner_since",
            "winner_decision",
        }

    @api.model
    def _step_types(self):
        return super()._step_types() | {
            "ab_test": {
                "label": self.env._("A/B test"),
                "icon": "fa-flask",
                "fields": [
                    "branch_ids",
                    "winner_metric",
                    "winner_days",
                    "winner_min_sample",
                    "winner_confidence",
                ],
                "branch_fields": ["share", "is_winner"],
            }
        }

    def _run_ab_test_batch(self, enrolments, now):
        """Draw a branch, or take the winner."""
        winner = self.branch_ids.filtered("is_winner")[:1]
        if not winner:
            return self._run_random_split_batch(enrolments, now)
        result = StepResult(
            reason="winner", next_step=winner.next_step_id, branch=winner
        )
        return dict.fromkeys(enrolments.ids, result)

    def _note_winner(self, branch, decision, now):
        """Keep who won, and why, and tell it in the program's chatter."""
        self.ensure_one()
        (self.branch_ids - branch).write({"is_winner": False})
        branch.write({"is_winner": True})
        self.winner_decision = decision | {"at": fields.Datetime.to_string(now)}
        self.program_id.message_post(
            body=self.env._(
                "“%(step)s”: %(decision)s",
                step=self.name,
                decision=self._describe_decision(),
            )
        )

    def action_test_again(self):
        """Forget the winner; count from now on."""
        self.program_id.check_access("write")
        self._begin_anew()
        return True

    # ------------------------------------------------------------
    # CHECKS AND WORDS
    # ------------------------------------------------------------

    def _get_problems(self):
        problems = super()._get_problems()
        if self.type == "ab_test":
            if len(self.branch_ids.filtered("share")) < 2:
                problems.append(self.env._("a test needs two branches with shares."))
            if self.winner_days < 1 or self.winner_min_sample < 10:
                problems.append(
                    self.env._("it counts for a day or more, and 10 people or more.")
                )
            if not 50 <= self.winner_confidence < 100:
                problems.append(self.env._("the certainty is from 50 to below 100 %."))
        return problems

    @api.depends("branch_ids.is_winner")
    def _compute_summary(self):
        return super()._compute_summary()

    def _describe_ab_test(self):
        winner = self.branch_ids.filtered("is_winner")
        if winner:
            return self.env._("Winner: %s", winner.name)
        return self._describe_random_split()

    # ------------------------------------------------------------
    # MAKING ONE
    # ------------------------------------------------------------

    def action_make_test(self):
        """Put a test in front of a message, with a copy of it as the second version."""
        # In the form a new step is hung behind the last one; these have their places.
        self = self.ensure_one().with_context(lifecycle_append=False)
        if self.version_state != "draft":
            raise UserError(self.env._("Choose “Edit steps” first."))
        leading = self.version_id.step_ids.filtered(
            lambda step: step.next_step_id == self
        )
        leading_branches = self.version_id.step_ids.branch_ids.filtered(
            lambda branch: branch.next_step_id == self
        )
        second = self.copy(
            {
                "name": self.env._("%s (B)", self.name),
                "key": self._get_free_key(
                    {"name": f"{self.key}_b", "version_id": self.version_id.id}
                ),
                "message_id": self.message_id.copy(
                    {"name": self.env._("%s (B)", self.message_id.name)}
                ).id,
                "mailing_id": False,
            }
        )
        test = self.create(
            {
                "version_id": self.version_id.id,
                "name": self.env._("Test: %s", self.name),
                "type": "ab_test",
                "next_step_id": self.next_step_id.id,
                "branch_ids": [
                    Command.create({"name": name, "share": 50, "next_step_id": step.id})
                    for name, step in (("A", self), ("B", second))
                ],
            }
        )
        leading.next_step_id = test
        leading_branches.next_step_id = test
        self._put_in_order(test, second)
        # The list of steps shows both, and the test in front of them.
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _put_in_order(self, before, after):
        """Number the steps anew, these around this one."""
        others = self.version_id.step_ids - before - after
        place = 0
        for step in others.sorted(lambda step: (step.sequence, step.id)):
            group = [before, step, after] if step == self else [step]
            for one in group:
                place += 10
                one.sequence = place
