"""The split by chance: branches with shares."""

from odoo import api, fields, models

from ..engine import chance
from .step_result import StepResult


class LifecycleStepBranch(models.Model):
    _inherit = "lifecycle.step.branch"

    share = fields.Float(
        string="Share (%)",
        digits=(5, 2),
        help="How many of a hundred people go this way. What the shares leave over "
        "goes to “Everybody else”.",
    )

    _share_range = models.Constraint(
        "CHECK (share >= 0 AND share <= 100)", "A share is from 0 to 100 %."
    )


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    @api.model
    def _step_types(self):
        return super()._step_types() | {
            "random_split": {
                "label": self.env._("Split by chance"),
                "icon": "fa-random",
                "fields": ["branch_ids"],
                "branch_fields": ["share"],
            }
        }

    def _run_random_split_batch(self, enrolments, now):
        """Draw a branch. The draw hangs on the enrolment and the step key alone: a
        retry, and another visit, take the same way."""
        return {one.id: self._draw_branch(one) for one in enrolments}

    def _draw_branch(self, enrolment):
        branches = self.branch_ids
        place = chance.pick(
            chance.draw(enrolment.id, self.key), branches.mapped("share")
        )
        if place is None:
            return StepResult(reason="else_by_chance")
        branch = branches[place]
        return StepResult(
            reason="by_chance", next_step=branch.next_step_id, branch=branch
        )

    def _get_problems(self):
        problems = super()._get_problems()
        if "share" in (self.branch_fields or []):
            shares = sum(self.branch_ids.mapped("share"))
            if not shares:
                problems.append(self.env._("give its branches shares."))
            elif shares > 100.001:
                problems.append(
                    self.env._(
                        "the shares add up to %s %%, more than 100.", f"{shares:g}"
                    )
                )
        return problems

    @api.depends("branch_ids.share")
    def _compute_summary(self):
        return super()._compute_summary()

    def _describe_random_split(self):
        return ", ".join(
            self.env._(
                "%(share)s %% %(branch)s", share=f"{one.share:g}", branch=one.name
            )
            for one in self.branch_ids
        )
