"""Clicks of scanners: marked, and kept away from programs and counts.

A scanner that names itself is known at once. One that looks like a browser is known by
what it does: it follows a link before anybody could have read the mail, or two links at
once. Its requests come at the same moment and cannot see each other, so a click soon
after the sending is judged a little later, when its event is worked off.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.http import request
from odoo.tools import SQL

from ..engine.automatic import is_automatic_click

# In the context of a click: "yes" when a machine made it, "ask" while that is open.
AUTOMATIC = "lifecycle_automatic"
# Scanners look at a mail when it arrives.
SUSPECT = timedelta(minutes=10)
JUDGE_AFTER = timedelta(seconds=10)
# Nobody has read a mail so soon after it was sent, or follows two links so fast.
INSTANT = timedelta(seconds=5)
TOGETHER = timedelta(seconds=2)


class LinkTrackerClick(models.Model):
    _inherit = "link.tracker.click"

    lifecycle_is_automatic = fields.Boolean(
        string="By a Machine",
        readonly=True,
        help="A mail scanner or a preview has followed the link, not a person: it says "
        "so itself, followed it within seconds of the sending, or followed several "
        "links of one message at once. Such clicks start nothing and are not counted.",
    )
    lifecycle_judge_at = fields.Datetime(
        readonly=True,
        help="So soon after the sending it may be a scanner: decided at this moment.",
    )

    @api.model
    def add_click(self, code, **route_values):
        doubt = self._lifecycle_get_doubt(route_values.get("mailing_trace_id"))
        if doubt:
            # Odoo marks the message as opened and clicked with the same context.
            self = self.with_context(**{AUTOMATIC: doubt})
        return super().add_click(code, **route_values)

    @api.model
    def _lifecycle_get_doubt(self, trace_id):
        """Whether the click that is being noted may be a machine's: "yes", "ask" or
        None."""
        if not request:
            return None
        http = request.httprequest
        if is_automatic_click(http.method, http.user_agent.string):
            return "yes"
        trace = self.env["mailing.trace"].sudo().browse(trace_id or ()).exists()
        if not trace.mass_mailing_id.lifecycle_program_id:
            return None
        sent_at = trace.sent_datetime
        if sent_at and fields.Datetime.now() > sent_at + SUSPECT:
            return None
        return "ask"

    @api.model_create_multi
    def create(self, vals_list):
        doubt = self.env.context.get(AUTOMATIC)
        if doubt == "yes":
            vals_list = [vals | {"lifecycle_is_automatic": True} for vals in vals_list]
        elif doubt:
            judge_at = fields.Datetime.now() + JUDGE_AFTER
            vals_list = [vals | {"lifecycle_judge_at": judge_at} for vals in vals_list]
            self.env["lifecycle.event"]._wake_processing(judge_at)
        return super().create(vals_list)

    def _lifecycle_filter_automatic(self):
        """Those of these clicks that nobody but a machine makes."""
        self.flush_model()
        self.env["mailing.trace"].flush_model(["sent_datetime"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT click.id
                  FROM link_tracker_click click
                  JOIN mailing_trace t ON t.id = click.mailing_trace_id
                 WHERE click.id = ANY(%(ids)s)
                   AND (click.create_date <= t.sent_datetime + %(instant)s
                        OR EXISTS (
                            SELECT FROM link_tracker_click other
                             WHERE other.mailing_trace_id = t.id
                               AND other.link_id <> click.link_id
                               AND other.create_date
                                   BETWEEN click.create_date - %(together)s
                                       AND click.create_date + %(together)s))
                """,
                ids=self.ids,
                instant=INSTANT,
                together=TOGETHER,
            )
        )
        return self.browse(row[0] for row in rows)


class LinkTracker(models.Model):
    _inherit = "link.tracker"

    @api.depends("link_click_ids.lifecycle_is_automatic")
    def _compute_count(self):
        result = super()._compute_count()
        automatic = self.env["link.tracker.click"]._read_group(
            [("link_id", "in", self.ids), ("lifecycle_is_automatic", "=", True)],
            ["link_id"],
            ["__count"],
        )
        for link, count in automatic:
            link.count -= count
        return result


class LifecycleEvent(models.Model):
    _inherit = "lifecycle.event"

    def _process(self, now):
        return super(LifecycleEvent, self - self._drop_automatic())._process(now)

    def _drop_automatic(self):
        """Judge the clicks behind these events: forget those of machines; the others
        are noted on their messages now.

        :return: the events that are forgotten
        """
        click_by_event = {
            event: event.payload["click"]
            for event in self
            if event.type_id.code == "mail_clicked" and "click" in (event.payload or {})
        }
        if not click_by_event:
            return self.browse()
        clicks = self.env["link.tracker.click"].sudo()
        clicks = clicks.browse(click_by_event.values()).exists()
        automatic = clicks._lifecycle_filter_automatic()
        automatic.lifecycle_is_automatic = True
        traces = (clicks - automatic).mailing_trace_id
        traces.set_opened()
        traces.set_clicked()
        dropped = self.browse(
            event.id
            for event, click_id in click_by_event.items()
            if click_id in automatic.ids
        )
        dropped.unlink()
        return dropped
