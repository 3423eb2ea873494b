"""When a forecast message may leave: the sending hours and closed days of its category,
on the company's clock."""

from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from .lifecycle_hours import WEEKDAYS

# As far as a message is put off; beyond it stays where it was.
DAYS_AHEAD = 30


class LifecycleForecast(models.Model):
    _inherit = "lifecycle.forecast"

    @api.model
    def _opening(self, moment, is_open, hour_from, hour_to, days=7):
        """The first moment from ``moment`` on that is inside a window, as SQL.

        :param is_open: condition on the day ``d.day``
        :param hour_from: hours since midnight, and ``hour_to`` likewise
        """
        return SQL(
            """
            (SELECT min(GREATEST(local.at, d.day + %(start)s * interval '1 hour'))
                    AT TIME ZONE local.tz AT TIME ZONE 'UTC'
               FROM (SELECT COALESCE(o.tz, 'UTC') AS tz, %(moment)s
                            AT TIME ZONE 'UTC' AT TIME ZONE COALESCE(o.tz, 'UTC') AS at
                       FROM res_company c JOIN res_partner o ON o.id = c.partner_id
                      WHERE c.id = w.company_id) AS local
              CROSS JOIN LATERAL (
                    SELECT local.at::date + n AS day
                      FROM generate_series(0, %(days)s) AS n) AS d
              WHERE %(is_open)s AND d.day + %(end)s * interval '1 hour' > local.at
              GROUP BY local.tz)
            """,
            moment=moment,
            is_open=is_open,
            start=hour_from,
            end=hour_to,
            days=days,
        )

    @api.model
    def _week_opening(self):
        """When the time of the week that step ``s`` waits for opens."""
        is_open = SQL(
            "(ARRAY[s.mon, s.tue, s.wed, s.thu, s.fri, s.sat, s.sun]"
            ")[extract(isodow FROM d.day)::integer]"
        )
        moment, start, end = SQL("w.due_at"), SQL("s.hour_from"), SQL("s.hour_to")
        return self._opening(moment, is_open, start, end)

    @api.model
    def _sent_at(self):
        """When the message of step ``s`` leaves for ``w``, as `_gate_hours` says; it
        reads the table ``closed`` of `_closed_days`."""
        weekdays = SQL(" ").join(
            SQL("WHEN %s THEN %s::integer[]", code, [day + 1 for day in days])
            for code, days in WEEKDAYS.items()
        )
        is_open = SQL(
            """
            (h.weekdays IS NULL OR extract(isodow FROM d.day)::integer
                                   = ANY(CASE h.weekdays %s END))
            AND NOT EXISTS (SELECT FROM closed x
                             WHERE x.company_id = w.company_id AND x.day = d.day
                               AND (x.country_id IS NULL
                                    OR x.country_id = l.country_id))
            """,
            weekdays,
        )
        return SQL(
            """
            COALESCE((
                SELECT %(opening)s
                  FROM lifecycle_message m
                  JOIN lifecycle_category k ON k.id = m.category_id
                 CROSS JOIN LATERAL (
                       SELECT COALESCE(p.country_id, cp.country_id, o.country_id)
                              AS country_id
                         FROM res_partner p
                         JOIN res_partner cp ON cp.id = p.commercial_partner_id
                         JOIN res_company c ON c.id = w.company_id
                         JOIN res_partner o ON o.id = c.partner_id
                        WHERE p.id = w.partner_id) AS l
                  LEFT JOIN LATERAL (
                       SELECT h.weekdays, h.hour_from, h.hour_to
                         FROM lifecycle_hours h
                        WHERE h.category_id = k.id
                          AND (h.channel IS NULL OR h.channel = m.channel)
                          AND (h.company_id IS NULL OR h.company_id = w.company_id)
                          AND (h.country_id IS NULL OR h.country_id = l.country_id)
                        ORDER BY h.country_id IS NULL, h.company_id IS NULL,
                                 h.channel IS NULL
                        LIMIT 1) AS h ON TRUE
                 WHERE m.id = s.message_id
                   AND (h.weekdays IS NOT NULL OR k.is_capped IS TRUE)
            ), w.due_at)
            """,
            opening=self._opening(
                SQL("w.due_at"),
                is_open,
                SQL("COALESCE(h.hour_from, 0)"),
                SQL("COALESCE(h.hour_to, 24)"),
                DAYS_AHEAD,
            ),
        )

    @api.model
    def _closed_days(self, now, days):
        """SELECT of company, country (NULL for all) and day without messages."""
        first = now.date() - timedelta(days=1)
        last = first + timedelta(days=days + DAYS_AHEAD)
        rows = [
            (company.id, code, day)
            for company in self.env.companies
            for code, closed in self.env["lifecycle.blackout"]
            .with_company(company)
            ._get_closed_days(first, last)
            .items()
            for day in closed
        ]
        return SQL(
            """
            SELECT given.company_id, country.id AS country_id, given.day
              FROM unnest(%s::integer[], %s::text[], %s::date[])
                   AS given(company_id, code, day)
              LEFT JOIN res_country country ON country.code = given.code
            """,
            [company_id for company_id, _code, _day in rows],
            [code for _company, code, _day in rows],
            [day for _company, _code, day in rows],
        )
