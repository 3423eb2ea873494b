from odoo import fields, models

# What everybody sets for themselves.
OWN_SETTINGS = [
    "lifecycle_substitute_id",
    "lifecycle_away_until",
    "lifecycle_morning_mail",
]


class ResUsers(models.Model):
    """A salesperson says who stands in, and whether a mail in the morning is wanted."""

    _inherit = "res.users"

    lifecycle_substitute_id = fields.Many2one(
        "res.users",
        string="Substitute",
        domain="[('share', '=', False), ('id', '!=', id)]",
        help="Gets the sales alerts while you are away. Without one your team leader "
        "gets them.",
    )
    lifecycle_away_until = fields.Date(
        string="Away until",
        help="The last day away. Until then new sales alerts go to your substitute.",
    )
    lifecycle_morning_mail = fields.Boolean(
        string="Sales alerts by mail in the morning",
        default=True,
        help="A mail on working days, with the customers who wait for your call.",
    )
    lifecycle_morning_mailed_on = fields.Date(
        readonly=True, copy=False, help="The day of the last mail in the morning."
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + OWN_SETTINGS

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + OWN_SETTINGS

    def _lifecycle_is_away(self, day):
        """Whether somebody is away on a day; with Odoo's Time Off also by that."""
        self.ensure_one()
        until = self.lifecycle_away_until
        on_leave = "leave_date_to" in self._fields and bool(self.leave_date_to)
        return on_leave or bool(until and until >= day)
