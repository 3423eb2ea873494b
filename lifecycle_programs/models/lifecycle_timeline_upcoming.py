"""What comes next for a contact, at the head of its timeline."""

from odoo import api, fields, models

from .lifecycle_step import WAITS
from .lifecycle_timeline import UPCOMING


class LifecycleTimeline(models.AbstractModel):
    _inherit = "lifecycle.timeline"

    @api.model
    def _get_upcoming(self, people, partner, now):
        """What the programs will do next, what ends and what comes back, the nearest
        first."""
        entries = [
            *self._tell_next_steps(people, now),
            *self._tell_ending_grants(people),
            *self._tell_coming_back(people),
        ]
        for entry in entries:
            contact = entry.pop("partner")
            entry["who"] = contact.display_name if contact != partner else ""
        return sorted(entries, key=lambda entry: entry["at"])[:UPCOMING]

    @api.model
    def _tell_next_steps(self, people, now):
        enrolments = self.env["lifecycle.enrolment"].search(
            [
                ("partner_id", "in", people.ids),
                ("state", "=", "active"),
                ("due_at", "!=", False),
            ],
            order="due_at, id",
            limit=UPCOMING,
        )
        icons = self.env["lifecycle.step"]._step_types()
        entries = []
        for one in enrolments:
            step = one.step_id
            if one.waiting and step.type in WAITS and step.next_step_id:
                step = step.next_step_id
            paused = one.paused_until and one.paused_until > now
            entries.append(
                {
                    "key": f"next-{one.id}",
                    "partner": one.partner_id,
                    "at": fields.Datetime.to_string(
                        max(one.due_at, one.paused_until) if paused else one.due_at
                    ),
                    "icon": icons.get(step.type, {}).get("icon", "fa-cog"),
                    "title": step.name,
                    "text": self.env._(
                        "%s · taken over by a salesperson until then",
                        one.program_id.name,
                    )
                    if paused
                    else one.program_id.name,
                    "record": [one._name, one.id],
                }
            )
        return entries

    @api.model
    def _tell_ending_grants(self, people):
        grants = self.env["lifecycle.grant"].search(
            [("partner_id", "in", people.ids), ("state", "=", "live")], limit=UPCOMING
        )
        return [
            {
                "key": f"ending-{grant.id}",
                "partner": grant.partner_id,
                "at": fields.Datetime.to_string(grant.ends_at),
                "icon": "fa-tag",
                "title": self.env._("Discount ends: %s", grant.display_name),
                "text": grant.program_id.name or "",
                "record": [grant._name, grant.id],
            }
            for grant in grants
        ]

    @api.model
    def _tell_coming_back(self, people):
        alerts = self.env["lifecycle.alert"].search(
            [
                ("partner_id", "in", people.ids),
                ("state", "=", "not_yet"),
                ("back_at", "=", False),
                ("back_on", "!=", False),
            ],
            limit=UPCOMING,
        )
        return [
            {
                "key": f"back-{alert.id}",
                "partner": alert.partner_id,
                "at": f"{alert.back_on} 00:00:00",
                "icon": "fa-bullhorn",
                "title": self.env._("Sales alert comes back"),
                "text": alert.answer_note or alert.user_id.name or "",
                "record": [alert._name, alert.id],
            }
            for alert in alerts
        ]
