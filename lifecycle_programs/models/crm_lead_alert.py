from odoo import api, fields, models


class CrmLead(models.Model):
    """ "Ready for sales" in the pipeline."""

    _inherit = "crm.lead"

    lifecycle_alert_ids = fields.One2many(
        "lifecycle.alert", "lead_id", string="Sales Alerts"
    )
    lifecycle_alert_id = fields.Many2one(
        "lifecycle.alert",
        string="Open Sales Alert",
        compute="_compute_lifecycle_alert",
        compute_sudo=True,
    )
    lifecycle_alert_reasons = fields.Html(
        compute="_compute_lifecycle_alert", compute_sudo=True, sanitize=False
    )
    lifecycle_alert_state = fields.Selection(
        selection=lambda self: [
            ("open", self.env._("Ready for sales")),
            *self.env["lifecycle.alert"]
            ._fields["state"]
            ._description_selection(self.env)[1:],
        ],
        string="Ready for Sales",
        compute="_compute_lifecycle_alert_state",
        compute_sudo=True,
        store=True,
        copy=False,
        index="btree_not_null",
        help="What programs have told about the customer, and what was answered.",
    )

    @api.depends("lifecycle_alert_ids.state")
    def _compute_lifecycle_alert_state(self):
        for lead in self:
            alerts = lead.lifecycle_alert_ids
            latest = alerts.filtered(lambda a: a.state == "open") or alerts.sorted("id")
            lead.lifecycle_alert_state = latest[-1:].state

    @api.depends("lifecycle_alert_ids.state", "lifecycle_alert_ids.reasons")
    def _compute_lifecycle_alert(self):
        for lead in self:
            alert = lead.lifecycle_alert_ids.filtered(lambda a: a.state == "open")[:1]
            lead.lifecycle_alert_id = alert
            lead.lifecycle_alert_reasons = alert.reasons_html

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
        self.ensure_one()
        self.check_access("write")
        return self.lifecycle_alert_id
