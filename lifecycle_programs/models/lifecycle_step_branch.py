from odoo import api, fields, models


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
    next_step_id = fields.Many2one("lifecycle.step", string="Then", ondelete="set null")

    @api.model_create_multi
    def create(self, vals_list):
        branches = super().create(vals_list)
        branches.step_id.version_id._check_is_draft()
        return branches

    @api.model
    def _technical_fields(self):
        """What the engine itself notes on a branch, published or not."""
        return set()

    def write(self, vals):
        if vals.keys() - self._technical_fields():
            self.step_id.version_id._check_is_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self.step_id.version_id._check_is_draft()
