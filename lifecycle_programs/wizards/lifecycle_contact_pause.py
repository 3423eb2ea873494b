from datetime import datetime, time, timedelta, timezone

from odoo import fields, models
from odoo.exceptions import UserError

# What is proposed.
DAYS = timedelta(days=30)


class LifecycleContactPause(models.TransientModel):
    """Until when marketing to a customer rests."""

    _name = "lifecycle.contact.pause"
    _description = "Pause Marketing to a Customer"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade"
    )
    until = fields.Date(
        required=True,
        default=lambda self: fields.Date.context_today(self) + DAYS,
        help="The first day on which marketing goes on.",
    )
    note = fields.Char(string="Reason")

    def action_pause(self):
        """The day begins at midnight where the company is."""
        self.ensure_one()
        now = fields.Datetime.now()
        zone = self.env.company._lifecycle_zone()
        midnight = zone.localize(datetime.combine(self.until, time.min))
        until = midnight.astimezone(timezone.utc).replace(tzinfo=None)
        if until <= now:
            raise UserError(self.env._("Choose a day to come."))
        self.partner_id.commercial_partner_id._lifecycle_pause(until, now, self.note)
        return {"type": "ir.actions.act_window_close"}
