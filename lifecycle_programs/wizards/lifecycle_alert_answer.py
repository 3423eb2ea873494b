from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.lifecycle_alert import ANSWERS, BACK_AFTER


class LifecycleAlertAnswer(models.TransientModel):
    """A salesperson's answer to a sales alert, with what belongs to it."""

    _name = "lifecycle.alert.answer"
    _description = "Answer to a Sales Alert"

    alert_id = fields.Many2one("lifecycle.alert", required=True, ondelete="cascade")
    answer = fields.Selection(
        [answer for answer in ANSWERS if answer[0] != "taken"], required=True
    )
    customer_id = fields.Many2one(
        "res.partner", compute="_compute_alert_values", compute_sudo=True
    )
    has_lead = fields.Boolean(compute="_compute_alert_values", compute_sudo=True)
    note = fields.Char(string="Reason")
    back_on = fields.Date(
        string="Come back on",
        default=lambda self: fields.Date.context_today(self) + BACK_AFTER,
    )
    afterwards = fields.Selection(
        [("old_leads", "To the old leads"), ("out", "No more messages")],
        string="From now on",
        default="old_leads",
    )
    lose_lead = fields.Boolean(
        string="Mark the opportunity as lost",
        default=True,
        help="Old leads are found among the lost ones.",
    )
    lost_reason_id = fields.Many2one("crm.lost.reason")
    colleague_id = fields.Many2one(
        "res.partner",
        string="Right person",
        domain="[('commercial_partner_id', '=', customer_id)]",
        help="The alert goes on with this colleague. Leave empty if you know nobody.",
    )

    @api.depends("alert_id")
    def _compute_alert_values(self):
        for wizard in self:
            wizard.customer_id = wizard.alert_id.commercial_partner_id
            wizard.has_lead = bool(wizard.alert_id.lead_id)

    @api.onchange("afterwards")
    def _onchange_afterwards(self):
        never = self._get_never_contact_reason()
        if self.afterwards == "out":
            self.lost_reason_id = never
        elif self.lost_reason_id == never:
            self.lost_reason_id = False

    def action_answer(self):
        self.ensure_one()
        alert = self.alert_id
        alert._check_can_answer()
        now = fields.Datetime.now()
        answer = getattr(self, f"_prepare_{self.answer}_values")()
        alert._answer(self.answer, now, answer_note=self.note, **answer)
        if self.answer == "not_interested":
            self._lose_lead(alert.sudo().lead_id)
        return {"type": "ir.actions.act_window_close"}

    def _prepare_not_yet_values(self):
        if not self.back_on or self.back_on <= fields.Date.context_today(self):
            raise UserError(self.env._("Choose a day to come: the alert is back then."))
        return {"back_on": self.back_on}

    def _prepare_not_interested_values(self):
        return {"afterwards": self.afterwards or "old_leads"}

    def _prepare_wrong_person_values(self):
        alert = self.alert_id.sudo()
        colleague = self.colleague_id
        if colleague and (
            colleague == alert.partner_id
            or colleague.commercial_partner_id != alert.commercial_partner_id
        ):
            raise UserError(self.env._("Choose another contact of the same company."))
        return {"colleague_id": colleague.id}

    def _lose_lead(self, lead):
        """Old leads are lost leads; who wants no more messages is lost for a reason
        that says so.
        """
        out = self.afterwards == "out"
        if not lead or not (self.lose_lead or out):
            return
        reason = self.lost_reason_id
        if out and not reason.lifecycle_never_contact:
            reason = self._get_never_contact_reason()
            if not reason:
                reason = (
                    self.env["crm.lost.reason"]
                    .sudo()
                    .create(
                        {
                            "name": self.env._("Wants no contact"),
                            "lifecycle_never_contact": True,
                        }
                    )
                )
        lead.action_set_lost(lost_reason_id=reason.id)

    def _get_never_contact_reason(self):
        return (
            self.env["crm.lost.reason"]
            .sudo()
            .search([("lifecycle_never_contact", "=", True)], limit=1)
        )
