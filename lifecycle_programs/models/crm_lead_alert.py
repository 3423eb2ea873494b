from odoo import api, fields, models
from odoo.tools import html2plaintext


class CrmLead(models.Model):
    """ "Ready for sales" in the pipeline."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "lifecycle.alert.answering"]

    lifecycle_alert_ids = fields.One2many(
        "lifecycle.alert", "lead_id", string="Sales Alerts"
    )
    lifecycle_alert_hint = fields.Char(
        compute="_compute_lifecycle_alert_hint",
        help="Why it is ready, for whoever points at the ribbon.",
    )
    lifecycle_readiness = fields.Float(
        string="Readiness",
        digits=(16, 0),
        compute="_compute_lifecycle_readiness",
        compute_sudo=True,
        store=True,
        copy=False,
        help="The points of the open sales alert; the more, the nearer to buying.",
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

    @api.depends("lifecycle_alert_ids.state", "lifecycle_alert_ids.strength")
    def _compute_lifecycle_readiness(self):
        for lead in self:
            alerts = lead.lifecycle_alert_ids.filtered(lambda a: a.state == "open")
            lead.lifecycle_readiness = max(alerts.mapped("strength"), default=0)

    @api.depends("lifecycle_alert_ids.state", "lifecycle_alert_ids.reasons")
    def _compute_lifecycle_alert(self):
        for lead in self:
            alert = lead.lifecycle_alert_ids.filtered(lambda a: a.state == "open")[:1]
            lead.lifecycle_alert_id = alert
            lead.lifecycle_alert_reasons = alert.reasons_html

    @api.depends("lifecycle_alert_reasons")
    def _compute_lifecycle_alert_hint(self):
        for lead in self:
            reasons = lead.lifecycle_alert_reasons
            lead.lifecycle_alert_hint = html2plaintext(reasons) if reasons else False

    def _get_lifecycle_alert(self):
        self.check_access("write")
        return super()._get_lifecycle_alert()
