from odoo import fields, models


class LifecycleAlertAnswering(models.AbstractModel):
    """A record on which a sales alert is shown and answered.

    The model computes `lifecycle_alert_id` and its reasons in
    `_compute_lifecycle_alert`, with the dependencies that it has.
    """

    _name = "lifecycle.alert.answering"
    _description = "Record with a Sales Alert"

    lifecycle_alert_id = fields.Many2one(
        "lifecycle.alert",
        string="Open Sales Alert",
        compute="_compute_lifecycle_alert",
        compute_sudo=True,
    )
    lifecycle_alert_reasons = fields.Html(
        compute="_compute_lifecycle_alert", compute_sudo=True, sanitize=False
    )

    def _compute_lifecycle_alert(self):
        self.lifecycle_alert_id = False
        self.lifecycle_alert_reasons = False

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_lifecycle_take_over(self):
        return self._get_lifecycle_alert().action_take_over()

    def action_lifecycle_not_yet(self):
        return self._get_lifecycle_alert().action_not_yet()

    def action_lifecycle_not_interested(self):
        return self._get_lifecycle_alert().action_not_interested()

    def action_lifecycle_wrong_person(self):
        return self._get_lifecycle_alert().action_wrong_person()

    def _get_lifecycle_alert(self):
        """The alert to answer, as the user may see it."""
        self.ensure_one()
        return self.lifecycle_alert_id.with_env(self.env)
