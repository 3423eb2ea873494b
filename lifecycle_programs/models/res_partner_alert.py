from odoo import api, fields, models


class ResPartner(models.Model):
    """ "Ready for sales" on a customer who has a salesperson and no opportunity."""

    _inherit = "res.partner"

    lifecycle_alert_ids = fields.One2many(
        "lifecycle.alert", "commercial_partner_id", string="Sales Alerts"
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
        return self.lifecycle_alert_id.with_env(self.env)
