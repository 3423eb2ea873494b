from odoo import Command, api, fields, models
from odoo.exceptions import UserError

PEOPLE = [
    ("stay", "Finish on the old version"),
    ("move", "Go on in the new version"),
    ("end", "Leave the program"),
]


class LifecyclePublish(models.TransientModel):
    """The last look before a program goes live: its numbers, and what is missing."""

    _name = "lifecycle.publish"
    _description = "Take a Program into Use"

    program_id = fields.Many2one("lifecycle.program", required=True)
    parameter_ids = fields.One2many(
        related="program_id.parameter_ids", readonly=False, string="Numbers"
    )
    problems = fields.Text(compute="_compute_problems")
    inside_count = fields.Integer(
        related="program_id.active_count", string="People inside now"
    )
    start = fields.Selection(related="program_id.start")
    draft_version_id = fields.Many2one(related="program_id.draft_version_id")
    changes = fields.Text(related="draft_version_id.changes")
    people = fields.Selection(
        PEOPLE,
        string="People inside",
        default="stay",
        help="What happens to the people who are inside; below you can choose "
        "otherwise for a step.",
    )
    line_ids = fields.One2many("lifecycle.publish.line", "wizard_id")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        values.setdefault("program_id", self.env.context.get("active_id"))
        program = self.env["lifecycle.program"].browse(values["program_id"])
        if "line_ids" in fields_list and program.draft_version_id:
            values["line_ids"] = [
                Command.create(self.line_ids._prepare_line(program, step, count))
                for step, count in self._get_inside_steps(program)
            ]
        return values

    @api.model
    def _get_inside_steps(self, program):
        """The steps where people are, with their number, the latest version first."""
        return sorted(
            program._get_inside().items(),
            key=lambda item: (-item[0].version_id.number, item[0].sequence, item[0].id),
        )

    @api.onchange("people")
    def _onchange_people(self):
        for line in self.line_ids:
            line.choice = self.people

    @api.depends("program_id")
    def _compute_problems(self):
        for wizard in self:
            program = wizard.program_id
            version = program.draft_version_id or program.version_id
            wizard.problems = "\n".join(
                [*program._get_setup_problems(), *version._get_problems()]
            )

    def action_publish(self):
        """Publish, and bring the people inside to where they were sent."""
        now = fields.Datetime.now()
        version = self.draft_version_id
        choices = self.line_ids._get_choices()
        self.program_id.action_publish()
        if choices:
            version._move_people(choices, now)
            self.env["lifecycle.enrolment"]._wake_runner(now)
        return {"type": "ir.actions.act_window_close"}


class LifecyclePublishLine(models.TransientModel):
    """Where the people go who stand at one step of an older version."""

    _name = "lifecycle.publish.line"
    _description = "People at a Step"

    wizard_id = fields.Many2one("lifecycle.publish", required=True, ondelete="cascade")
    draft_version_id = fields.Many2one(related="wizard_id.draft_version_id")
    step_id = fields.Many2one("lifecycle.step", required=True, string="They stand at")
    number = fields.Integer(related="step_id.version_id.number", string="Version")
    count = fields.Integer(string="People", readonly=True)
    choice = fields.Selection(PEOPLE, required=True, default="stay")
    target_step_id = fields.Many2one(
        "lifecycle.step",
        string="Go on at",
        domain="[('version_id', '=', draft_version_id)]",
        help="They keep the time at which they are due; what lies before this step is "
        "not run for them.",
    )

    @api.model
    def _prepare_line(self, program, step, count):
        steps = program.draft_version_id.step_ids
        same = steps.filtered(lambda other: other.key == step.key)
        return {
            "step_id": step.id,
            "count": count,
            "choice": "stay",
            "target_step_id": same.id,
        }

    def _get_choices(self):
        """The choices as `LifecycleVersion._move_people` takes them."""
        choices = {}
        for line in self:
            if line.choice == "end":
                choices[line.step_id] = line.target_step_id.browse()
            elif line.choice == "move":
                if not line.target_step_id:
                    raise UserError(
                        self.env._(
                            "“%s” is not in the new version: choose the step where its "
                            "people go on.",
                            line.step_id.name,
                        )
                    )
                choices[line.step_id] = line.target_step_id
        return choices
