"""Contact and opportunity say why marketing rests."""

from odoo import api, fields, models

from .lifecycle_explain import REASONS


class ResPartner(models.Model):
    _inherit = "res.partner"

    # What sales has going on with a customer is not for the customer, who may read the
    # other fields of his own contact.
    lifecycle_rest_reason = fields.Char(
        compute="_compute_lifecycle_rest_reason",
        compute_sudo=True,
        groups="lifecycle_programs.group_lifecycle_user",
    )

    @api.depends_context("allowed_company_ids", "lang", "tz")
    def _compute_lifecycle_rest_reason(self):
        """Why marketing to the customer rests now; empty when it does not."""
        now = fields.Datetime.now()
        customers = self.commercial_partner_id.ids
        talks = self.env["lifecycle.talk"]._find(self.env.company, customers, now)
        paused = dict(
            self.env["lifecycle.enrolment"]._read_group(
                [
                    ("partner_id", "in", self.ids),
                    ("company_id", "=", self.env.company.id),
                    ("state", "=", "active"),
                    ("paused_until", ">", now),
                ],
                ["partner_id"],
                ["paused_until:max"],
            )
        )
        for partner in self:
            talk = talks.get(partner.commercial_partner_id.id)
            reason, until = "paused", paused.get(partner)
            if talk and not until:
                reason, until = talk.reason, talk.until
            partner.lifecycle_rest_reason = (
                self._say_lifecycle_rest(reason, until) if talk or until else False
            )

    @api.model
    def _say_lifecycle_rest(self, reason, until):
        text = self.env._(REASONS[reason])
        if not until:
            return self.env._("Marketing pauses: %s.", text)
        return self.env._(
            "Marketing pauses until %(day)s at the latest: %(reason)s.",
            day=self.env["lifecycle.program"]._say_day(until),
            reason=text,
        )


class CrmLead(models.Model):
    _inherit = "crm.lead"

    lifecycle_rest_reason = fields.Char(related="partner_id.lifecycle_rest_reason")
