"""When a forecast message may leave: the sending hours and closed days of its category,
on the company's clock."""

from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..engine.window import next_window
from .lifecycle_gate_hours import ANY_HOUR, DAYS_AHEAD
from .lifecycle_message import ORDER

WINDOW_COLUMNS = {
    "company_id": "integer",
    "category_id": "integer",
    "channel": "text",
    "country_id": "integer",
    "since": "timestamp",
    "opens": "timestamp",
    "closes": "timestamp",
}


class LifecycleForecast(models.Model):
    _inherit = "lifecycle.forecast"

    @api.model
    def _select_windows(self, now, days):
        """SELECT of the windows of these days: what is ready between ``since`` and
        ``closes`` leaves at ``opens``, or at once when that has been.

        A row per company, category, channel and country; 0 stands for all countries
        without hours or closed days of their own. Also the ids of those that have.
        """
        rows = []
        for company in self.env.companies:
            rows += self.with_company(company)._get_windows(now, days)
        codes = {row[3] for row in rows if row[3]}
        found = self.env["res.country"].search([("code", "in", list(codes))])
        ids = {country.code: country.id for country in found}
        rows = [(*row[:3], ids.get(row[3], 0), *row[4:]) for row in rows]
        columns = list(zip(*rows, strict=True)) or [()] * len(WINDOW_COLUMNS)
        arrays = [
            SQL("%s::%s[]", list(values), SQL(column_type))
            for values, column_type in zip(
                columns, WINDOW_COLUMNS.values(), strict=True
            )
        ]
        names = SQL(", ").join(SQL.identifier(name) for name in WINDOW_COLUMNS)
        query = SQL(
            "SELECT * FROM unnest(%s) AS given(%s)", SQL(", ").join(arrays), names
        )
        return query, list(ids.values())

    @api.model
    def _get_windows(self, now, days):
        """The windows of the current company, as `_gate_hours` would find them: tuples
        of `WINDOW_COLUMNS`, with the code of the country."""
        company = self.env.company
        today = now.date()
        closed = self.env["lifecycle.blackout"]._get_closed_days(
            today - timedelta(days=1), today + timedelta(days=DAYS_AHEAD)
        )
        hours = self._get_hours(company)
        countries = {country for _category, _channel, country in hours} | set(closed)
        messages = self.env["lifecycle.message"].sudo()
        rows = []
        for category, channel in messages._read_group([], ["category_id", "channel"]):
            first = category._get_channels()[0] if channel == ORDER else channel
            for country in countries | {None}:
                row = hours.get((category, first, country)) or hours.get(
                    (category, first, None)
                )
                if not row and not category.is_capped:
                    continue
                windows = _look_ahead(
                    now,
                    now + timedelta(days=days),
                    company.partner_id.tz,
                    row._get_window() if row else ANY_HOUR,
                    closed[None] | closed.get(country, set()),
                )
                key = (company.id, category.id, channel, country)
                rows += [(*key, *window) for window in windows]
        return rows

    @api.model
    def _get_hours(self, company):
        """The nearest row of `lifecycle.hours` per category, channel and country."""
        rows = self.env["lifecycle.hours"].sudo()
        rows = rows.search([("company_id", "in", [False, company.id])])
        channels = [code for code, _label in self._selection_channel()]
        found = {}
        for row in rows.sorted(lambda row: (bool(row.company_id), bool(row.channel))):
            for channel in [row.channel] if row.channel else channels:
                found[row.category_id, channel, row.country_id.code or None] = row
        return found

    @api.model
    def _week_opening(self):
        """When the time of the week that step ``s`` waits for opens, as SQL."""
        return SQL(
            """
            (SELECT min(GREATEST(local.at, d.day + s.hour_from * interval '1 hour'))
                    AT TIME ZONE local.tz AT TIME ZONE 'UTC'
               FROM (SELECT COALESCE(o.tz, 'UTC') AS tz, w.due_at
                            AT TIME ZONE 'UTC' AT TIME ZONE COALESCE(o.tz, 'UTC') AS at
                       FROM res_company c JOIN res_partner o ON o.id = c.partner_id
                      WHERE c.id = w.company_id) AS local
              CROSS JOIN LATERAL (
                    SELECT local.at::date + n AS day
                      FROM generate_series(0, 7) AS n) AS d
              WHERE (ARRAY[s.mon, s.tue, s.wed, s.thu, s.fri, s.sat, s.sun]
                    )[extract(isodow FROM d.day)::integer]
                AND d.day + s.hour_to * interval '1 hour' > local.at
              GROUP BY local.tz)
            """
        )


def _look_ahead(now, until, tz, window, closed):
    """The windows between two moments: since, opens, closes, naive UTC."""
    moment = now
    while moment < until:
        found = next_window(moment, tz, *window, is_closed=closed.__contains__)
        if found is None:
            return
        yield moment, *found
        moment = found[1]
