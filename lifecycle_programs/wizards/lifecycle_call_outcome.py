from odoo import fields, models

from ..models.mail_activity_call import OUTCOMES


class LifecycleCallOutcome(models.TransientModel):
    """What came of a call: asked when its task is marked done."""

    _name = "lifecycle.call.outcome"
    _description = "Outcome of a Call"

    activity_id = fields.Many2one("mail.activity", required=True, ondelete="cascade")
    outcome = fields.Selection(OUTCOMES, required=True)
    note = fields.Text(help="Stands in the history of the contact.")

    def action_save(self):
        """Mark the call done, with the rights of whoever made it."""
        self.ensure_one()
        activity = self.activity_id
        activity.lifecycle_outcome = self.outcome
        selection = self._fields["outcome"]._description_selection(self.env)
        said = [dict(selection)[self.outcome], self.note]
        activity.action_feedback(feedback="\n".join(filter(None, said)))
        return {"type": "ir.actions.act_window_close"}
