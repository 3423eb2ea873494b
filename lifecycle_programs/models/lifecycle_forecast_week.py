"""The page “This week”: days, programs, channels, and how many people."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .lifecycle_forecast import DAYS


class LifecycleForecast(models.Model):
    _inherit = "lifecycle.forecast"

    @api.model
    def get_week(self):
        """What the page shows: the days, and per program and day how many people get a
        message on each channel.

        ``possible`` counts everybody who may get one, ``certain`` those before whom no
        branch lies. Whoever may get two messages of a program on a day counts once.
        """
        self.check_access("read")
        now = fields.Datetime.now()
        days = self._get_days(now)
        programs, totals = {}, {}
        for program_id, day, channel, certain, possible in self._count_people(now):
            day = fields.Date.to_string(day)
            cell = {"channel": channel, "certain": certain, "possible": possible}
            cells = programs.setdefault(program_id, {})
            cells.setdefault(day, []).append(cell)
            total = totals.setdefault(day, {"certain": 0, "possible": 0})
            total["certain"] += certain
            total["possible"] += possible
        records = self.env["lifecycle.program"].browse(programs).exists()
        return {
            "days": days,
            "programs": [
                {"id": one.id, "name": one.name, "days": programs[one.id]}
                for one in records.sorted(lambda one: (one.sequence, one.id))
            ],
            "totals": totals,
            "channels": dict(self._selection_channel()),
            "notes": self._get_week_notes(now),
        }

    @api.model
    def _get_days(self, now):
        """The days that the next seven times 24 hours touch, where the user lives."""
        first = self._to_local(now).date()
        last = self._to_local(now + timedelta(days=DAYS, seconds=-1)).date()
        return [
            fields.Date.to_string(first + timedelta(days=number))
            for number in range((last - first).days + 1)
        ]

    @api.model
    def _to_local(self, moment):
        return fields.Datetime.context_timestamp(self, moment)

    @api.model
    def _count_people(self, now):
        """Rows of program, day, channel, how many for certain, how many at most."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT f.program_id,
                       (f.due_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day,
                       f.channel,
                       count(DISTINCT f.enrolment_id) FILTER (WHERE f.certain),
                       count(DISTINCT f.enrolment_id)
                  FROM (%(messages)s) AS f
                 GROUP BY 1, 2, 3
                 ORDER BY 1, 2, 3
                """,
                tz=self._to_local(now).tzinfo.zone or "UTC",
                messages=self._select_messages(now),
            )
        )

    @api.model
    def _get_week_notes(self, now):
        """What the numbers do not tell, a sentence each."""
        programs = self.env["lifecycle.program"].search(
            [("company_id", "in", self.env.companies.ids)]
        )
        notes = []
        scans = programs.filtered(
            lambda one: (
                one.state == "running"
                and one.start == "schedule"
                and one.next_scan_at
                and one.next_scan_at < now + timedelta(days=DAYS)
            )
        )
        if scans:
            notes.append(
                self.env._(
                    "People who enter in these days are not counted yet. On a "
                    "schedule look for new people: %s",
                    ", ".join(scans.mapped("name")),
                )
            )
        paused = programs.filtered(lambda one: one.state == "paused")
        if paused:
            notes.append(
                self.env._(
                    "Paused, so not counted: %s", ", ".join(paused.mapped("name"))
                )
            )
        stopped = programs.company_id.filtered("lifecycle_stopped_at")
        if stopped:
            notes.append(
                self.env._(
                    "All programs are stopped: %s", ", ".join(stopped.mapped("name"))
                )
            )
        waiting = self.env["lifecycle.review"].search_count(
            [("state", "=", "waiting"), ("company_id", "in", self.env.companies.ids)]
        )
        if waiting:
            notes.append(
                self.env._("%s messages wait for somebody to review them.", waiting)
            )
        return notes

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_open_enrolment(self):
        """Show the person in the program whom the message is for."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "lifecycle.enrolment",
            "res_id": self.enrolment_id.id,
            "views": [(False, "form")],
        }

    def action_preview(self):
        """Show the message as the contact would get it now."""
        self.ensure_one()
        action = self.message_id.action_preview()
        context = {**action["context"], "default_partner_id": self.partner_id.id}
        return action | {"context": context}
