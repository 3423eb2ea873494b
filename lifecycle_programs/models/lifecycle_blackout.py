from datetime import date, timedelta

from odoo import api, fields, models

MAX_DAYS = 60


class LifecycleBlackout(models.Model):
    """Days on which no marketing is sent: holidays, mourning, stocktaking."""

    _name = "lifecycle.blackout"
    _description = "Day without Messages"
    _order = "date_from, id"

    name = fields.Char(required=True, translate=True)
    date_from = fields.Date(string="First Day", required=True)
    date_to = fields.Date(string="Last Day", required=True)
    every_year = fields.Boolean(help="The same days of every year, such as Christmas.")
    country_id = fields.Many2one(
        "res.country",
        ondelete="cascade",
        help="For contacts who live there. Empty for everybody.",
    )
    company_id = fields.Many2one(
        "res.company", ondelete="cascade", help="Empty for all companies."
    )
    active = fields.Boolean(default=True)

    _dates_in_order = models.Constraint(
        f"CHECK (date_to >= date_from AND date_to - date_from < {MAX_DAYS})",
        f"The last day is not before the first, and at most {MAX_DAYS} days after it.",
    )

    @api.onchange("date_from")
    def _onchange_date_from(self):
        if self.date_from and not self.date_to:
            self.date_to = self.date_from

    @api.model
    def _get_closed_days(self, first, last):
        """The days between two dates on which nothing is sent.

        The public holidays of the company's working hours close the days of its own
        country.

        :return: dict of sets of dates per country code, None for everybody
        """
        company = self.env.company
        closed = {None: set()}
        rows = self.sudo().search(
            [
                ("company_id", "in", [False, company.id]),
                "|",
                ("every_year", "=", True),
                "&",
                ("date_from", "<=", last),
                ("date_to", ">=", first),
            ]
        )
        for row in rows:
            days = closed.setdefault(row.country_id.code or None, set())
            days.update(row._get_days(first, last))
        country = company.country_id.code or None
        closed.setdefault(country, set()).update(self._get_holidays(first, last))
        return closed

    def _get_days(self, first, last):
        """The days of this row between two dates."""
        years = (
            range(first.year - 1, last.year + 1)
            if self.every_year
            else [self.date_from.year]
        )
        length = (self.date_to - self.date_from).days
        for year in years:
            start = _in_year(self.date_from, year)
            for ahead in range(length + 1):
                day = start + timedelta(days=ahead)
                if first <= day <= last:
                    yield day

    @api.model
    def _get_holidays(self, first, last):
        """The public holidays of the company."""
        company = self.env.company
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "=", False),
                    ("company_id", "in", [False, company.id]),
                    ("calendar_id", "in", [False, company.resource_calendar_id.id]),
                    ("date_from", "<=", last + timedelta(days=1)),
                    ("date_to", ">=", first),
                ]
            )
        )
        zone = company._lifecycle_zone() if leaves else None
        for leave in leaves:
            start = fields.Datetime.to_datetime(leave.date_from)
            day, end = (
                zone.fromutc(moment).date() for moment in (start, leave.date_to)
            )
            while day <= end:
                yield day
                day += timedelta(days=1)


def _in_year(day, year):
    """The same day of another year; 29 February is 1 March where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
