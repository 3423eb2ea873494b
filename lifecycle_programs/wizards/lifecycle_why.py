from datetime import datetime, time

from odoo import api, fields, models

from ..engine.values import to_utc, zone


class LifecycleWhy(models.TransientModel):
    """Why a contact is in a program, or is not: one program in detail, or all of them
    in a table. Nothing is written."""

    _name = "lifecycle.why"
    _description = "Why Is This Contact in a Program"

    partner_id = fields.Many2one("res.partner", string="Contact")
    program_id = fields.Many2one(
        "lifecycle.program", help="Leave it empty to see all programs at once."
    )
    enrolment_id = fields.Many2one(
        "lifecycle.enrolment", ondelete="cascade", readonly=True
    )
    as_of = fields.Date(
        string="On",
        help="Leave it empty for now. Another day gives the answer at its end.",
    )
    explanation = fields.Html(compute="_compute_explanation", sanitize=False)

    @api.depends("partner_id", "program_id", "enrolment_id", "as_of")
    @api.depends_context("lang", "tz", "allowed_company_ids")
    def _compute_explanation(self):
        for wizard in self:
            wizard.explanation = wizard._explain()

    def _explain(self):
        self.ensure_one()
        draw = self.env["lifecycle.explanation"]
        now = fields.Datetime.now()
        partner = self.partner_id
        if not partner:
            return False
        as_of = min(self._get_moment(), now) if self.as_of else now
        enrolment = self._get_enrolment(as_of, now)
        if enrolment:
            return draw._draw_enrolment(enrolment, now)
        programs = self.program_id or self.env["lifecycle.program"].search(
            [("company_id", "in", self.env.companies.ids)]
        )
        checks = list(programs._check_entries(partner, as_of).values())
        if self.program_id:
            return draw._draw_check(checks[0], now) if checks else self._say_unknown()
        return draw._draw_table(checks, now)

    def _say_unknown(self):
        return self.env._("The rule of this program cannot be read any more.")

    def _get_moment(self):
        """The end of the day that was asked about, naive UTC."""
        end = datetime.combine(self.as_of, time.max).replace(microsecond=0)
        return to_utc(end, zone(self.env.user.tz))

    def _get_enrolment(self, as_of, now):
        """The entry that was opened, as long as nothing else is asked about."""
        enrolment = self.enrolment_id
        same = (enrolment.partner_id, enrolment.program_id) == (
            self.partner_id,
            self.program_id,
        )
        if not same or self.as_of:
            return enrolment.browse()
        enrolment.check_access("read")
        self.partner_id.check_access("read")
        return enrolment.sudo()


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    def action_why(self):
        """Why a contact is in this program, or is not."""
        return self._get_why_action(default_program_id=self.id)

    @api.model
    def _get_why_action(self, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lifecycle_programs.lifecycle_why_action"
        )
        return action | {"context": context}


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    def action_why(self):
        """Why this contact is here: what was kept when it entered, and now."""
        self.ensure_one()
        return self.env["lifecycle.program"]._get_why_action(
            default_partner_id=self.partner_id.id,
            default_program_id=self.program_id.id,
            default_enrolment_id=self.id,
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_lifecycle_why(self):
        """Which programs this contact is in, and why not in the others."""
        self.ensure_one()
        return self.env["lifecycle.program"]._get_why_action(default_partner_id=self.id)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def action_lifecycle_why(self):
        return self.partner_id.action_lifecycle_why()
