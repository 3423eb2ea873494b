from odoo import api, fields, models

OUTCOMES = [
    ("done", "Done"),
    ("held", "Held"),
    ("fallback", "Next channel"),
    ("skipped", "Skipped"),
    ("failed", "Failed"),
]
# One row per visit of a step, one for each reason that held it up before, and one for
# each channel that did not reach the contact.
ONE_ROW = (
    "enrolment_id, step_id, visit, (CASE outcome WHEN 'held' THEN reason"
    " WHEN 'fallback' THEN 'fallback:' || COALESCE(channel, '') ELSE '' END)"
)


class LifecycleStepRun(models.Model):
    """What happened at one step for one enrolment, or why it did not."""

    _name = "lifecycle.step.run"
    _description = "Program History"
    _order = "run_at desc, id desc"
    _rec_name = "step_id"

    enrolment_id = fields.Many2one(
        "lifecycle.enrolment", required=True, ondelete="cascade"
    )
    step_id = fields.Many2one("lifecycle.step", required=True, ondelete="cascade")
    visit = fields.Integer(required=True)
    program_id = fields.Many2one("lifecycle.program", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade"
    )
    step_type = fields.Selection(selection="_selection_step_type", required=True)
    outcome = fields.Selection(OUTCOMES, required=True)
    reason = fields.Char(help="Why it was skipped, or which way it took.")
    branch_id = fields.Many2one(
        "lifecycle.step.branch", ondelete="set null", index="btree_not_null"
    )
    scheduled_at = fields.Datetime(required=True)
    run_at = fields.Datetime(required=True)
    address = fields.Char(help="The normalised mail address or number that it went to.")
    message_id = fields.Many2one(
        "lifecycle.message", ondelete="set null", index="btree_not_null"
    )
    content_id = fields.Many2one("lifecycle.content", ondelete="set null")
    trace_id = fields.Many2one("mailing.trace", ondelete="set null")
    grant_id = fields.Many2one(
        "lifecycle.grant", ondelete="set null", index="btree_not_null"
    )
    alert_id = fields.Many2one(
        "lifecycle.alert", ondelete="set null", index="btree_not_null"
    )
    detail = fields.Json(string="Values", help="The values that the step used.")

    _once = models.UniqueIndex(f"({ONE_ROW})")
    _step = models.Index("(step_id, outcome)")
    _address = models.Index("(address, run_at) WHERE address IS NOT NULL")
    _content = models.Index("(partner_id, content_id) WHERE content_id IS NOT NULL")
    _trace = models.Index("(trace_id) WHERE trace_id IS NOT NULL")

    @api.model
    def _selection_step_type(self):
        return self.env["lifecycle.step"]._selection_type()
