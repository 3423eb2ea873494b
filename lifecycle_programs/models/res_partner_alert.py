from odoo import api, fields, models


class ResPartner(models.Model):
    """ "Ready for sales" on a customer who has a salesperson and no opportunity."""

    _name = "res.partner"
    _inherit = ["res.partner", "lifecycle.alert.answering"]

    lifecycle_alert_ids = fields.One2many(
        "lifecycle.alert", "commercial_partner_id", string="Sales Alerts"
    )
    # Customers may read the other fields of their own contact.
    lifecycle_alert_id = fields.Many2one(
        groups="lifecycle_programs.group_lifecycle_user"
    )
    lifecycle_alert_reasons = fields.Html(
        groups="lifecycle_programs.group_lifecycle_user"
    )

    @api.depends_context("allowed_company_ids")
    @api.depends("commercial_partner_id.lifecycle_alert_ids.state")
    def _compute_lifecycle_alert(self):
        alerts = (
            self.env["lifecycle.alert"]
            .search(
                [
                    ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                    ("company_id", "in", self.env.companies.ids),
                    ("state", "=", "open"),
                    ("lead_id", "=", False),
                ]
            )
            .grouped("commercial_partner_id")
        )
        none = self.env["lifecycle.alert"]
        for partner in self:
            alert = alerts.get(partner.commercial_partner_id, none)[:1]
            partner.lifecycle_alert_id = alert
            partner.lifecycle_alert_reasons = alert.reasons_html
