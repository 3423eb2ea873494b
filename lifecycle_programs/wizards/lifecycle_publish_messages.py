"""What would better be mended in the messages before a program goes live."""

from odoo import api, fields, models


class LifecyclePublish(models.TransientModel):
    _inherit = "lifecycle.publish"

    warnings = fields.Text(compute="_compute_warnings")

    @api.depends("program_id")
    def _compute_warnings(self):
        for wizard in self:
            version = wizard.program_id.draft_version_id or wizard.program_id.version_id
            wizard.warnings = "\n".join(version._get_warnings())
