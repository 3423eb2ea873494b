from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.lifecycle_program_launch import MANAGER


class LifecyclePublish(models.TransientModel):
    """Who enters at once: those who match, and those to whom it has happened before."""

    _inherit = "lifecycle.publish"

    launch_count = fields.Integer(
        compute="_compute_launch_count",
        help="How many people the first look at all contacts would let in.",
    )
    past_days = fields.Integer(
        string="Days Back",
        help="Whoever had one of the program's events in so many days enters too, as "
        "of then: what was due before today is left out, the rest follows in time. "
        "Whoever would be through already stays out.",
    )
    past_count = fields.Integer(compute="_compute_past_count")
    is_too_many = fields.Boolean(compute="_compute_is_too_many")
    may_agree = fields.Boolean(compute="_compute_is_too_many")
    cost = fields.Text(compute="_compute_is_too_many")

    @api.depends("program_id")
    def _compute_launch_count(self):
        now = fields.Datetime.now()
        for wizard in self:
            program = wizard.program_id
            wizard.launch_count = 0 if wizard.problems else program._count_launch(now)

    @api.depends("program_id", "past_days")
    def _compute_past_count(self):
        now = fields.Datetime.now()
        for wizard in self:
            program, days = wizard.program_id, wizard.past_days
            asked = days > 0 and not wizard.problems
            wizard.past_count = program._count_past(days, now) if asked else 0

    @api.depends("launch_count", "past_count")
    def _compute_is_too_many(self):
        for wizard in self:
            program = wizard.program_id
            count = wizard.launch_count + wizard.past_count
            limit = program.company_id.lifecycle_launch_limit
            wizard.is_too_many = bool(limit) and count > limit
            wizard.may_agree = self.env.user.has_group(MANAGER)
            wizard.cost = program._say_cost(count) if wizard.is_too_many else ""

    def action_publish(self):
        if self.is_too_many and not self.program_id.sudo().launch_agreed:
            raise UserError(
                self.env._("So many people at once: ask a manager to let them in.")
            )
        now = fields.Datetime.now()
        result = super().action_publish()
        if self.past_days > 0:
            self.program_id._enrol_past(self.past_days, now)
            self.env["lifecycle.enrolment"]._wake_runner(now)
        return result

    def action_publish_all(self):
        """The second click, by a manager who has seen how many they are."""
        if not self.may_agree:
            raise UserError(
                self.env._("So many people at once: ask a manager to let them in.")
            )
        self.program_id._agree_to_launch(self.launch_count + self.past_count)
        return self.action_publish()
