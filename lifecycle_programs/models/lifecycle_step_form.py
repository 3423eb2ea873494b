"""The step's form: the fields that its type uses, and nothing else."""

from odoo import api, fields, models


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    used_fields = fields.Json(
        compute="_compute_type_entry",
        help="The fields that the step type uses. Views ask "
        "“'the_field' not in used_fields” to hide one.",
    )
    branch_fields = fields.Json(
        compute="_compute_type_entry",
        help="The fields of its branches that the step type uses, likewise.",
    )
    icon = fields.Char(compute="_compute_type_entry")

    @api.depends("type")
    def _compute_type_entry(self):
        types = self._step_types()
        for step in self:
            entry = types.get(step.type, {})
            step.used_fields = entry.get("fields", [])
            step.branch_fields = entry.get("branch_fields", [])
            step.icon = entry.get("icon", "")
