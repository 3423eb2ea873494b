from odoo import fields, models
from odoo.exceptions import UserError

# So many of those who stayed out are named.
TOLD = 10


class LifecycleEnrol(models.TransientModel):
    """Add people to a program by hand."""

    _name = "lifecycle.enrol"
    _description = "Add People to a Program"

    program_id = fields.Many2one(
        "lifecycle.program", required=True, domain=[("state", "=", "running")]
    )
    partner_ids = fields.Many2many("res.partner", string="Contacts", required=True)

    def action_enrol(self):
        """Let them in and say who stayed out, and why: the entry rule holds here too.

        :raises UserError: when nobody gets in
        """
        self.ensure_one()
        now = fields.Datetime.now()
        checks = self.program_id._check_entries(self.partner_ids, now, by_hand=True)
        enrolments = self.program_id._enrol_by_hand(self.partner_ids, now)
        enrolments._wake_runner(now)
        refused = self.partner_ids - enrolments.partner_id
        reasons = self._say_refusals(refused, checks)
        if not enrolments:
            raise UserError(self.env._("Nobody was added.\n%s", reasons))
        message = self.env._("%s added to the program.", len(enrolments))
        if refused:
            message += " " + self.env._("Stayed out: %s", reasons)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if refused else "success",
                "message": message,
                "sticky": bool(refused),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _say_refusals(self, partners, checks):
        """A line for each contact that stays out, for the first of them."""
        say = self.env["lifecycle.explanation"]._say_reason
        lines = []
        for partner in partners[:TOLD]:
            check = checks.get((self.program_id, partner))
            reason = check and not check.enters and say(check)
            lines.append(
                f"{partner.display_name}: {reason}" if reason else partner.name
            )
        if len(partners) > TOLD:
            lines.append(self.env._("and %s more", len(partners) - TOLD))
        return "\n".join(filter(None, lines))
