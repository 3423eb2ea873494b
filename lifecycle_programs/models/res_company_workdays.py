from datetime import datetime, time, timedelta, timezone

import pytz

from odoo import models


class ResCompany(models.Model):
    """Working days of the company, by its working hours and public holidays."""

    _inherit = "res.company"

    def _lifecycle_zone(self):
        self.ensure_one()
        name = self.resource_calendar_id.tz or self.partner_id.tz or "UTC"
        return pytz.timezone(name)

    def _lifecycle_today(self, now):
        """The company's date at a moment (naive UTC)."""
        return (
            now.replace(tzinfo=timezone.utc).astimezone(self._lifecycle_zone()).date()
        )

    def _lifecycle_workdays(self, first, last):
        """The working days from `first` to `last`, both included.

        :return: per date the moment (naive UTC) at which work begins
        :rtype: dict[date, datetime]
        """
        zone = self._lifecycle_zone()
        start = zone.localize(datetime.combine(first, time.min))
        end = zone.localize(datetime.combine(last + timedelta(days=1), time.min))
        calendar = self.resource_calendar_id
        if not calendar:
            opening = time(8)
            days = ((first + timedelta(days=n)) for n in range((last - first).days + 1))
            return {
                day: self._lifecycle_utc(zone, day, opening)
                for day in days
                if day.weekday() < 5
            }
        begins = {}
        for begin, _end, _what in calendar._work_intervals_batch(start, end)[False]:
            local = begin.astimezone(zone)
            moment = begin.astimezone(pytz.utc).replace(tzinfo=None)
            begins.setdefault(local.date(), moment)
        return begins

    def _lifecycle_utc(self, zone, day, clock):
        local = zone.localize(datetime.combine(day, clock))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _lifecycle_next_workday(self, now, days=1):
        """The day that lies some working days after today, and when work begins then.

        :param now: naive UTC
        :param days: 0 is today or, on a day off, the next working day
        :return: (date, naive UTC)
        """
        today = self._lifecycle_today(now)
        # Long enough for the longest holidays.
        begins = self._lifecycle_workdays(today, today + timedelta(days=3 * days + 60))
        after = sorted(day for day in begins if day > today or (not days))
        if len(after) < max(days, 1):
            day = today + timedelta(days=days)
            return day, self._lifecycle_utc(self._lifecycle_zone(), day, time(8))
        day = after[max(days, 1) - 1]
        return day, begins[day]

    def _lifecycle_workdays_ago(self, now, days):
        """The latest moment since which that many whole working days have passed.

        On Tuesday at three, two working days ago is Friday at three.

        :rtype: datetime (naive UTC)
        """
        zone = self._lifecycle_zone()
        local = now.replace(tzinfo=timezone.utc).astimezone(zone)
        today = local.date()
        worked = sorted(
            self._lifecycle_workdays(today - timedelta(days=3 * days + 60), today),
            reverse=True,
        )
        if len(worked) <= days:
            return now - timedelta(days=days)
        clock = local.time() if worked[0] == today else time.max
        return self._lifecycle_utc(zone, worked[days], clock)
