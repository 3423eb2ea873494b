from odoo import api, fields, models
from odoo.tools import SQL


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
    match_count = fields.Integer(
        compute="_compute_match_count",
        help="How many contacts match the rule of a scheduled program right now, "
        "before re-entry and opt-outs are looked at.",
    )
    start = fields.Selection(related="program_id.start")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        values.setdefault("program_id", self.env.context.get("active_id"))
        return values

    @api.depends("program_id")
    def _compute_problems(self):
        for wizard in self:
            program = wizard.program_id
            version = program.draft_version_id or program.version_id
            wizard.problems = "\n".join(
                [*program._get_setup_problems(), *version._get_problems()]
            )

    @api.depends("program_id")
    def _compute_match_count(self):
        for wizard in self:
            wizard.match_count = wizard._count_matches()

    def _count_matches(self):
        program = self.program_id
        if program.start != "schedule":
            return 0
        now = fields.Datetime.now()
        rule = program._rule(program.rule, entry=True)
        names = program._entry_fact_names(rule)
        if any(name.startswith(("event.", "entry.")) for name in rule.facts):
            return 0
        condition, parameters = rule.sql(program._entry_columns(), now, program._tz())
        snapshot = self.env["lifecycle.fact"]._snapshot(names, program.company_id, now)
        query = SQL(
            "SELECT count(*) FROM (%s) AS s WHERE %s",
            snapshot,
            SQL(condition, *parameters),
        )
        return self.env.execute_query(query)[0][0]

    def action_publish(self):
        self.program_id.action_publish()
        return {"type": "ir.actions.act_window_close"}
