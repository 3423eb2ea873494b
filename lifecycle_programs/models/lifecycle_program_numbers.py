"""The live numbers of a program, for its card and its smart buttons."""

from datetime import timedelta

from odoo import api, fields, models


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    active_count = fields.Integer(
        string="In program", compute="_compute_enrolment_counts"
    )
    entered_count = fields.Integer(
        string="Entered", compute="_compute_enrolment_counts"
    )
    goal_count = fields.Integer(
        string="Reached the goal", compute="_compute_enrolment_counts"
    )
    error_count = fields.Integer(string="Errors", compute="_compute_enrolment_counts")
    goal_rate = fields.Float(
        string="Goal rate",
        compute="_compute_enrolment_counts",
        help="The share of those who entered that reached the goal.",
    )
    sent_count = fields.Integer(
        string="Messages in 30 days", compute="_compute_sent_count"
    )
    alert_count = fields.Integer(string="Sales alerts", compute="_compute_alert_count")
    grant_count = fields.Integer(string="Discounts", compute="_compute_grant_count")

    def _compute_enrolment_counts(self):
        enrolments = self.env["lifecycle.enrolment"]
        counts = {
            (program, state): (count, goals)
            for program, state, count, goals in enrolments._read_group(
                [("program_id", "in", self.ids)],
                ["program_id", "state"],
                ["__count", "goal_at:count"],
            )
        }
        states = [state for state, _label in enrolments._fields["state"].selection]
        for program in self:
            mine = {state: counts.get((program, state), (0, 0)) for state in states}
            program.active_count = mine["active"][0]
            program.error_count = mine["error"][0]
            program.entered_count = sum(count for count, _goals in mine.values())
            program.goal_count = sum(goals for _count, goals in mine.values())
            program.goal_rate = (
                program.goal_count / program.entered_count
                if program.entered_count
                else 0.0
            )

    def _compute_sent_count(self):
        since = fields.Datetime.now() - timedelta(days=30)
        runs = self.env["lifecycle.step.run"]._read_group(
            [
                ("program_id", "in", self.ids),
                ("outcome", "=", "done"),
                ("address", "!=", False),
                ("run_at", ">=", since),
            ],
            ["program_id"],
            ["__count"],
        )
        counts = dict(runs)
        for program in self:
            program.sent_count = counts.get(program, 0)

    def _compute_alert_count(self):
        self._count_related("lifecycle.alert", "alert_count")

    def _compute_grant_count(self):
        self._count_related("lifecycle.grant", "grant_count")

    def _count_related(self, model, field):
        counts = dict(
            self.env[model]._read_group(
                [("program_id", "in", self.ids)], ["program_id"], ["__count"]
            )
        )
        for program in self:
            program[field] = counts.get(program, 0)

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def _open(self, xmlid, **context):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            f"lifecycle_programs.{xmlid}"
        )
        action["domain"] = [("program_id", "=", self.id)]
        action["context"] = context
        return action

    def action_open_enrolments(self):
        return self._open("lifecycle_enrolment_action", search_default_active=1)

    def action_open_goals(self):
        return self._open("lifecycle_enrolment_action", search_default_goal=1)

    def action_open_errors(self):
        return self._open("lifecycle_enrolment_action", search_default_error=1)

    def action_open_history(self):
        return self._open("lifecycle_step_run_action")

    def action_open_alerts(self):
        return self._open("lifecycle_alert_action")

    def action_open_grants(self):
        return self._open("lifecycle_grant_action")


class ResPartner(models.Model):
    _inherit = "res.partner"

    lifecycle_enrolment_ids = fields.One2many(
        "lifecycle.enrolment", "partner_id", string="Programs"
    )
    lifecycle_enrolment_count = fields.Integer(
        string="Number of programs", compute="_compute_lifecycle_enrolment_count"
    )

    @api.depends("lifecycle_enrolment_ids")
    def _compute_lifecycle_enrolment_count(self):
        if not self.env["lifecycle.enrolment"].has_access("read"):
            self.lifecycle_enrolment_count = 0
            return
        counts = dict(
            self.env["lifecycle.enrolment"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.lifecycle_enrolment_count = counts.get(partner, 0)

    def action_open_lifecycle_enrolments(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "lifecycle_programs.lifecycle_enrolment_action"
        )
        action["domain"] = [("partner_id", "=", self.id)]
        action["context"] = {}
        return action


class CrmLead(models.Model):
    _inherit = "crm.lead"

    lifecycle_enrolment_count = fields.Integer(
        related="partner_id.lifecycle_enrolment_count"
    )

    def action_open_lifecycle_enrolments(self):
        return self.partner_id.action_open_lifecycle_enrolments()
