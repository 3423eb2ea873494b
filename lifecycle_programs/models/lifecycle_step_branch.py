from odoo import fields, models


class LifecycleStepBranch(models.Model):
    """One way out of a split or of a wait for something.

    A split takes the first branch whose rule matches. A wait takes the branch whose
    event arrives first (and whose rule matches, if it has one).
    """

    _name = "lifecycle.step.branch"
    _description = "Step Branch"
    _order = "sequence, id"

    step_id = fields.Many2one(
        "lifecycle.step", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    rule = fields.Text()
    event_type_ids = fields.Many2many("lifecycle.event.type", string="Events")
    next_step_id = fields.Many2one(
        "lifecycle.step", string="Then", ondelete="set null"
    )
