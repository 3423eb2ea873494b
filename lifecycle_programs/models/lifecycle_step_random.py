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
        ways = [
            StepResult(reason="by_chance", next_step=branch.next_step_id, branch=branch)
            for branch in self.branch_ids
        ]
        shares = self.branch_ids.mapped("share")
        rest = StepResult(reason="else_by_chance")
        places = {
            one_id: chance.pick(chance.draw(one_id, self.key), shares)
            for one_id in enrolments.ids
        }
        return {
            one_id: rest if place is None else ways[place]
            for one_id, place in places.items()
        }

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
