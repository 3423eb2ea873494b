"""The wait for a time of the week: these days, between these hours."""

from odoo import api, fields, models

from ..engine.window import next_opening
from .step_result import StepResult

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    mon = fields.Boolean(string="Monday", default=True)
    tue = fields.Boolean(string="Tuesday", default=True)
    wed = fields.Boolean(string="Wednesday", default=True)
    thu = fields.Boolean(string="Thursday", default=True)
    fri = fields.Boolean(string="Friday", default=True)
    sat = fields.Boolean(string="Saturday")
    sun = fields.Boolean(string="Sunday")
    hour_from = fields.Float(
        string="From",
        default=9.0,
        help="Where the contact lives: by the time zone noted on the contact, else the "
        "region of the phone number, else the country, else the company.",
    )
    hour_to = fields.Float(
        string="Until",
        default=17.0,
        help="Whoever arrives later waits for the next of these days. 24:00 is the end "
        "of the day.",
    )

    @api.model
    def _step_types(self):
        return super()._step_types() | {
            "wait_window": {
                "label": self.env._("Wait for a time of the week"),
                "icon": "fa-calendar",
                "fields": [*DAYS, "hour_from", "hour_to"],
            }
        }

    def _run_wait_window_batch(self, enrolments, now):
        """Go on at once inside the window, else wait until it opens."""
        weekdays = self._get_weekdays()
        results = {}
        for enrolment_id, zone in enrolments._get_zones().items():
            opens = next_opening(now, zone, weekdays, self.hour_from, self.hour_to)
            results[enrolment_id] = (
                StepResult("wait", due_at=opens) if opens > now else StepResult()
            )
        return results

    def _get_weekdays(self):
        """The days as numbers, 0 for Monday."""
        return {number for number, day in enumerate(DAYS) if self[day]}

    def _get_problems(self):
        problems = super()._get_problems()
        if self.type == "wait_window":
            if not self._get_weekdays():
                problems.append(self.env._("choose at least one day of the week."))
            if not 0 <= self.hour_from < self.hour_to <= 24:
                problems.append(
                    self.env._("it needs an hour to begin and a later one to end.")
                )
        return problems

    @api.depends(*DAYS, "hour_from", "hour_to")
    def _compute_summary(self):
        return super()._compute_summary()

    def _describe_wait_window(self):
        days = [
            self._fields[day]._description_string(self.env)[:3]
            for day in DAYS
            if self[day]
        ]
        return self.env._(
            "%(days)s, %(start)s to %(end)s",
            days=", ".join(days),
            start=_clock(self.hour_from),
            end=_clock(self.hour_to),
        )


def _clock(hours):
    minutes = round(hours * 60)
    return f"{minutes // 60}:{minutes % 60:02}"
