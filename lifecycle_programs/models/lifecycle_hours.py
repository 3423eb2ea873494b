from odoo import api, fields, models
from odoo.tools import format_duration

from .lifecycle_message import CHANNELS

WEEKDAYS = {
    "mon_fri": range(5),
    "mon_sat": range(6),
    "sun_thu": (6, 0, 1, 2, 3),
    "all": range(7),
}


class LifecycleHours(models.Model):
    """When messages of a category may be sent, on the contact's own clock.

    The nearest row counts: one for the country goes before one for all countries, one
    for the company before one for all companies, one for the channel before one for
    all. A category without a row is sent at any hour.
    """

    _name = "lifecycle.hours"
    _description = "Sending Hours"
    _order = "category_id, channel, country_id, company_id, id"

    category_id = fields.Many2one(
        "lifecycle.category", required=True, ondelete="cascade"
    )
    channel = fields.Selection(CHANNELS, help="Empty for all channels.")
    country_id = fields.Many2one(
        "res.country",
        ondelete="cascade",
        help="The country that the contact lives in. Empty for all countries.",
    )
    company_id = fields.Many2one(
        "res.company", ondelete="cascade", help="Empty for all companies."
    )
    weekdays = fields.Selection(
        [
            ("mon_fri", "Monday to Friday"),
            ("mon_sat", "Monday to Saturday"),
            ("sun_thu", "Sunday to Thursday"),
            ("all", "Every day"),
        ],
        string="Days",
        required=True,
        default="mon_fri",
    )
    hour_from = fields.Float(string="From", required=True, default=9)
    hour_to = fields.Float(string="To", required=True, default=17)

    _hours_of_a_day = models.Constraint(
        "CHECK (0 <= hour_from AND hour_from < hour_to AND hour_to <= 24)",
        "Sending hours begin before they end, between 0:00 and 24:00.",
    )
    _once = models.UniqueIndex(
        "(category_id, COALESCE(channel, ''), COALESCE(country_id, 0),"
        " COALESCE(company_id, 0))",
        "There are sending hours for this already.",
    )

    def _compute_display_name(self):
        days = dict(self._fields["weekdays"]._description_selection(self.env))
        for hours in self:
            hours.display_name = self.env._(
                "%(category)s: %(days)s, %(start)s to %(end)s",
                category=hours.category_id.name,
                days=days.get(hours.weekdays, ""),
                start=format_duration(hours.hour_from),
                end=format_duration(hours.hour_to),
            )

    @api.model
    def _get_by_country(self, category, channel):
        """The hours of a kind of message.

        :return: dict of `lifecycle.hours` per country code, None for all others
        """
        rows = self.sudo().search(
            [
                ("category_id", "=", category.id),
                ("channel", "in", [False, channel]),
                ("company_id", "in", [False, self.env.company.id]),
            ]
        )
        found = {}
        for row in rows.sorted(lambda row: (bool(row.company_id), bool(row.channel))):
            found[row.country_id.code or None] = row
        return found
