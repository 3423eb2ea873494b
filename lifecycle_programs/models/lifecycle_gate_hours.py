"""The gate: messages arrive at hours and on days that fit, on the contact's clock."""

from datetime import timedelta

from odoo import models

from ..engine.window import next_window, spread
from .lifecycle_hours import WEEKDAYS

# As far as closed days are looked up.
DAYS_AHEAD = 120
# Marketing without sending hours keeps to closed days all the same.
ANY_HOUR = (range(7), 0, 24)


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _gate_hours(self, batch):
        """Outside the sending hours of its category, and on closed days, a message
        waits for the next opening. Whoever waited gets it spread over some time, always
        at the same moment; the wait is no lateness."""
        category = batch.category
        hours = self.env["lifecycle.hours"]._get_by_country(category, batch.channel)
        if not hours and not category.is_capped:
            return
        today = batch.now.date()
        closed = self.env["lifecycle.blackout"]._get_closed_days(
            today - timedelta(days=1), today + timedelta(days=DAYS_AHEAD)
        )
        minutes = self.env.company.lifecycle_spread_minutes
        enrolments = self.env["lifecycle.enrolment"].union(*batch.enrolments)
        places = enrolments._get_places()
        home = self.env.company.country_id.code
        openings = {}
        for enrolment in batch.enrolments:
            zone, country = places[enrolment.id]
            country = country or home
            row = hours.get(country, hours.get(None))
            if not row and not category.is_capped:
                continue
            if (country, zone) not in openings:
                window = row._get_window() if row else ANY_HOUR
                days = closed[None] | closed.get(country, set())
                openings[country, zone] = _look_ahead(batch.now, zone, window, days)
            opens, closes, reason = openings[country, zone]
            if reason:
                until = spread(opens, closes, str(enrolment.partner_id.id), minutes)
                batch.hold(enrolment, reason, until, is_excused=True)


def _look_ahead(now, zone, window, days):
    """When a message may leave, until when, and why not now (None when it may)."""
    found = next_window(now, zone, *window, is_closed=days.__contains__)
    if found is None:
        # Closed for months: somebody has to look at the days.
        return now + timedelta(days=30), now + timedelta(days=31), "holiday"
    if found[0] <= now:
        return *found, None
    usual = next_window(now, zone, *window)
    reason = "quiet_hours" if usual == found else "holiday"
    return *found, reason


class LifecycleHours(models.Model):
    _inherit = "lifecycle.hours"

    def _get_window(self):
        """As `next_window` takes it."""
        return WEEKDAYS[self.weekdays], self.hour_from, self.hour_to
