"""Calls that programs ask for: what came of them is an event."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

OUTCOMES = [
    ("saved", "Reached and saved"),
    ("competitor", "Buys from a competitor"),
    ("no_need", "Has no need any more"),
    ("no_answer", "No answer"),
]
# How often somebody is called about the same thing.
TRIES = 3
# What only programs write: an outcome moves the contact in its program.
OF_PROGRAM = {"groups": "base.group_system", "copy": False, "readonly": True}


class MailActivity(models.Model):
    _inherit = "mail.activity"

    lifecycle_enrolment_id = fields.Many2one(
        "lifecycle.enrolment", ondelete="set null", index="btree_not_null", **OF_PROGRAM
    )
    lifecycle_step_id = fields.Many2one(
        "lifecycle.step", ondelete="set null", index="btree_not_null", **OF_PROGRAM
    )
    lifecycle_tries = fields.Integer(**OF_PROGRAM)
    lifecycle_again_on = fields.Date(
        help="Nobody answered: the day of the next call.", **OF_PROGRAM
    )
    lifecycle_outcome = fields.Selection(OUTCOMES, string="Outcome", copy=False)
    lifecycle_asks_outcome = fields.Boolean(
        compute="_compute_lifecycle_asks_outcome",
        compute_sudo=True,
        help="A program has asked for this call and goes on with what came of it.",
    )

    @api.depends("lifecycle_enrolment_id", "activity_type_id", "active")
    def _compute_lifecycle_asks_outcome(self):
        for activity in self:
            activity.lifecycle_asks_outcome = (
                bool(activity.lifecycle_enrolment_id)
                and activity.active
                and activity.activity_type_id.category == "phonecall"
            )

    def _to_store_defaults(self, target):
        return [*super()._to_store_defaults(target), "lifecycle_asks_outcome"]

    # ------------------------------------------------------------
    # DONE
    # ------------------------------------------------------------

    def action_done(self):
        if len(self) == 1 and self.lifecycle_asks_outcome:
            return self.action_lifecycle_outcome()
        return super().action_done()

    def action_lifecycle_outcome(self, feedback=False):
        """Ask what came of the call."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lifecycle_programs.lifecycle_call_outcome_action"
        )
        action["context"] = {
            "default_activity_id": self.id,
            "default_note": feedback or False,
        }
        return action

    def _action_done(self, feedback=False, attachment_ids=None):
        calls = self.sudo().filtered("lifecycle_asks_outcome")
        calls._lifecycle_call_again(fields.Datetime.now())
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        self.env["lifecycle.event"]._watch("call_outcome", calls.exists())
        return result

    def _lifecycle_call_again(self, now):
        """Nobody answered: the same task again in some days, as long as the contact is
        in the program and has not been called too often."""
        rows = []
        for call in self:
            days = call.lifecycle_step_id.call_again_days
            if (
                call.lifecycle_outcome != "no_answer"
                or call.lifecycle_enrolment_id.state != "active"
                or call.lifecycle_tries >= TRIES
                or days <= 0
            ):
                continue
            company = call.lifecycle_enrolment_id.company_id
            day, _begin = company._lifecycle_next_workday(now + timedelta(days=days), 0)
            call.lifecycle_again_on = day
            again = {
                "activity_type_id": call.activity_type_id.id,
                "user_id": call.user_id.id,
                "summary": call.summary,
                "note": call.note,
                "date_deadline": day,
                "lifecycle_enrolment_id": call.lifecycle_enrolment_id.id,
                "lifecycle_step_id": call.lifecycle_step_id.id,
                "lifecycle_tries": call.lifecycle_tries + 1,
            }
            rows.append((self.env[call.res_model].browse(call.res_id), again))
        if rows:
            self._lifecycle_create(rows)

    def _lifecycle_rows_call_outcome(self, hook):
        return self.env["lifecycle.event"]._select_rows(
            SQL(
                """
                FROM %s
                JOIN mail_activity call ON call.id = hook.id
                JOIN lifecycle_enrolment e ON e.id = call.lifecycle_enrolment_id
                JOIN lifecycle_program p ON p.id = e.program_id
                LEFT JOIN lifecycle_step s ON s.id = call.lifecycle_step_id
                """,
                hook,
            ),
            partner_id=SQL("e.partner_id"),
            company_id=SQL("e.company_id"),
            occurred_at=SQL("hook.moment"),
            payload=SQL(
                """
                jsonb_build_object(
                    'outcome', COALESCE(call.lifecycle_outcome, 'done'),
                    'tries', call.lifecycle_tries,
                    'last', call.lifecycle_again_on IS NULL,
                    'program', p.code,
                    'step', s.key)
                """
            ),
            res_model=SQL("%s", self._name),
            res_id=SQL("call.id"),
            unique_key=SQL("concat('call_outcome:', call.id)"),
        )


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    call_again_days = fields.Integer(
        string="No answer: again in (days)",
        default=3,
        help="When nobody answers the call, the task comes again after so many days, "
        "three times in all. 0: never.",
    )

    @api.model
    def _step_types(self):
        types = super()._step_types()
        types["activity"]["fields"] = [*types["activity"]["fields"], "call_again_days"]
        return types

    def _prepare_task_values(self, enrolment):
        return super()._prepare_task_values(enrolment) | {
            "lifecycle_enrolment_id": enrolment.id,
            "lifecycle_step_id": self.id,
            "lifecycle_tries": 1,
        }
