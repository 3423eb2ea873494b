"""Steps that take the contact out of another program."""

from datetime import timedelta

from odoo import api, fields, models

from .step_result import StepResult

# Another worker has the other program's steps in hand: look again.
AGAIN = timedelta(minutes=1)


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    stopped_program_id = fields.Many2one(
        "lifecycle.program",
        string="Program to Stop",
        ondelete="restrict",
        domain="[('company_id', '=', company_id), ('id', '!=', program_id)]",
        help="The contact leaves this program, if it is in it.",
    )

    @api.model
    def _step_types(self):
        return super()._step_types() | {
            "stop_program": {
                "label": self.env._("Stop another program"),
                "icon": "fa-ban",
                "fields": ["stopped_program_id"],
            }
        }

    def _get_problems(self):
        problems = super()._get_problems()
        if self.type == "stop_program":
            other = self.stopped_program_id
            if not other:
                problems.append(self.env._("choose the program to stop."))
            elif other == self.program_id:
                problems.append(self.env._("a program does not stop itself: end it."))
            elif other.company_id != self.company_id:
                problems.append(self.env._("the program is of another company."))
        return problems

    def _describe_stop_program(self):
        return self.stopped_program_id.name or ""

    def _run_stop_program_batch(self, enrolments, now):
        """:return: a `StepResult` per enrolment id"""
        self.ensure_one()
        others = self.env["lifecycle.enrolment"].search(
            [
                ("program_id", "=", self.stopped_program_id.id),
                ("partner_id", "in", enrolments.partner_id.ids),
                ("state", "=", "active"),
            ]
        )
        ours = others.try_lock_for_update(allow_referencing=True)
        busy = (others - ours).partner_id
        stopped = ours.filtered(lambda one: one.partner_id not in busy)
        stopped._leave("exited", "stopped", now)
        results = {}
        for one in enrolments:
            if one.partner_id in busy:
                result = StepResult("wait", due_at=now + AGAIN, holds=True)
            elif one.partner_id in stopped.partner_id:
                result = StepResult()
            else:
                result = StepResult("skipped", "not_in_program")
            results[one.id] = result
        return results


class LifecycleStepRun(models.Model):
    _inherit = "lifecycle.step.run"

    @api.model
    def _get_reason_words(self):
        return super()._get_reason_words() | {
            "stopped": self.env._("another program has stopped this one"),
            "not_in_program": self.env._("was not in the other program"),
        }
