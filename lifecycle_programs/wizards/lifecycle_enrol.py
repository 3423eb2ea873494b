from odoo import fields, models
from odoo.exceptions import UserError


class LifecycleEnrol(models.TransientModel):
    """Add people to a program by hand."""

    _name = "lifecycle.enrol"
    _description = "Add People to a Program"

    program_id = fields.Many2one(
        "lifecycle.program", required=True, domain=[("state", "=", "running")]
    )
    partner_ids = fields.Many2many("res.partner", string="Contacts", required=True)

    def action_enrol(self):
        """Let them in and say who stayed out: the entry rule holds here too."""
        self.ensure_one()
        now = fields.Datetime.now()
        enrolments = self.program_id.action_enrol_partners(self.partner_ids, now)
        enrolments._wake_runner(now)
        refused = self.partner_ids - enrolments.partner_id
        if not enrolments:
            raise UserError(
                self.env._(
                    "Nobody was added: they do not match the rule, have been in the "
                    "program lately, have said no to it, or cannot be reached."
                )
            )
        message = self.env._("%s added to the program.", len(enrolments))
        if refused:
            message += " " + self.env._(
                "Stayed out by the rule or the pause: %s",
                ", ".join(refused.mapped("display_name")),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if refused else "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
