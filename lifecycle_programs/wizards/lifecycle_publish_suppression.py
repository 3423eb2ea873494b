from odoo import api, fields, models
from odoo.exceptions import UserError


class LifecyclePublish(models.TransientModel):
    """Asks once whether the old opt-outs are known here."""

    _inherit = "lifecycle.publish"

    asks_suppression = fields.Boolean(compute="_compute_asks_suppression")
    suppression_done = fields.Boolean(
        string="Old Unsubscribes Imported",
        help="Asked before the first program of a company goes live.",
    )

    @api.depends("program_id")
    def _compute_asks_suppression(self):
        for wizard in self:
            company = wizard.program_id.company_id.sudo()
            wizard.asks_suppression = not company.lifecycle_suppression_done

    def action_publish(self):
        if self.asks_suppression:
            if not self.suppression_done:
                raise UserError(
                    self.env._(
                        "Import who has unsubscribed elsewhere first, or confirm that "
                        "there is nobody."
                    )
                )
            self.program_id.company_id.sudo().lifecycle_suppression_done = True
        return super().action_publish()
