"""What the entries of a timeline say."""

from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.translate import LazyTranslate

from ..engine.errors import TemplateError
from .lifecycle_grant import GRANT_ENDS
from .lifecycle_step_message import unpack_values

_lt = LazyTranslate(__name__)

# What became of a message: word and colour, by Odoo's own status.
DELIVERY = {
    "sent": (_lt("Sent"), "secondary"),
    "open": (_lt("Opened"), "info"),
    "reply": (_lt("Replied"), "success"),
    "bounce": (_lt("Came back"), "danger"),
    "error": (_lt("Not delivered"), "danger"),
    "cancel": (_lt("Cancelled"), "warning"),
}
CLICKED = (_lt("Clicked"), "success")


class LifecycleTimeline(models.AbstractModel):
    _inherit = "lifecycle.timeline"

    @api.model
    def _tell(self, found, partner):
        """The entries in words: the records of each source are read at once.

        :param found: list of (source, id, moment)
        :param partner: whose page it is; who else did something is named
        """
        sources, kinds = self._sources(), self._kinds()
        words = {}
        for name in {name for name, _id, _moment in found}:
            records = self.env[sources[name].model].browse(
                row_id for source, row_id, _moment in found if source == name
            )
            words[name] = getattr(self, f"_tell_{name}")(records)
        people = {
            name: self.env[sources[name].model].browse(words[name]).partner_id
            for name in words
        }
        self.env["res.partner"].union(*people.values()).mapped("display_name")
        entries = []
        for name, row_id, moment in found:
            record = self.env[sources[name].model].browse(row_id)
            kind = sources[name].kind
            entries.append(
                {
                    "key": f"{name}-{row_id}",
                    "at": fields.Datetime.to_string(moment),
                    "kind": kind,
                    "icon": kinds[kind]["icon"],
                    "who": record.partner_id.display_name
                    if record.partner_id != partner
                    else "",
                }
                | words[name][row_id]
            )
        return entries

    @api.model
    def _badge(self, words):
        text, tone = words
        return {"text": self.env._(text), "tone": tone}

    # ------------------------------------------------------------
    # EVENTS AND PROGRAMS
    # ------------------------------------------------------------

    @api.model
    def _tell_event(self, events):
        return {
            event.id: {"title": event.type_id.name, "text": event.payload_text}
            for event in events
        }

    @api.model
    def _tell_entered(self, enrolments):
        return {
            one.id: {
                "title": self.env._("Entered “%s”", one.program_id.name),
                "text": "",
                "record": [one._name, one.id],
            }
            for one in enrolments
        }

    @api.model
    def _tell_goal(self, enrolments):
        return {
            one.id: {
                "title": self.env._("Goal of “%s” reached", one.program_id.name),
                "text": "",
                "badge": {"text": self.env._("Goal"), "tone": "success"},
                "record": [one._name, one.id],
            }
            for one in enrolments
        }

    @api.model
    def _tell_left(self, enrolments):
        return {
            one.id: {
                "title": self.env._("Left “%s”", one.program_id.name),
                "text": one.end_text,
                "record": [one._name, one.id],
            }
            for one in enrolments
        }

    # ------------------------------------------------------------
    # STEPS
    # ------------------------------------------------------------

    @api.model
    def _tell_step(self, runs):
        return {run.id: self._tell_run(run) for run in runs}

    @api.model
    def _tell_message(self, runs):
        icons = self.env["lifecycle.step"]._step_types()
        entries = {}
        for run in runs:
            entry = self._tell_run(run)
            entry["icon"] = icons.get(run.step_type, {}).get("icon", "fa-envelope-o")
            if run.outcome == "done" and run.message_id:
                entry["title"] = run._get_sent_title()
                entry["text"] = self.env._(
                    "%(program)s · to %(address)s",
                    program=run.program_id.name,
                    address=run.step_id._say_address(run.address),
                )
                entry["message"] = run.id
                if badge := self._tell_delivery(run):
                    entry["badge"] = badge
            entries[run.id] = entry
        return entries

    @api.model
    def _tell_run(self, run):
        outcomes = dict(run._fields["outcome"]._description_selection(self.env))
        tones = {"held": "warning", "skipped": "warning", "failed": "danger"}
        entry = {
            "title": run.step_id.name,
            "text": " · ".join(filter(None, (run.program_id.name, run.reason_text))),
            "record": [run.enrolment_id._name, run.enrolment_id.id],
        }
        if run.outcome in tones:
            entry["badge"] = {
                "text": outcomes[run.outcome],
                "tone": tones[run.outcome],
            }
        return entry

    @api.model
    def _tell_delivery(self, run):
        # Traces are Email Marketing's, which a salesperson need not have.
        trace = run.sudo().trace_id
        if trace.links_click_datetime and trace.trace_status != "reply":
            return self._badge(CLICKED)
        words = DELIVERY.get(trace.trace_status)
        return words and self._badge(words)

    # ------------------------------------------------------------
    # SALES AND DISCOUNTS
    # ------------------------------------------------------------

    @api.model
    def _tell_alerted(self, alerts):
        return {
            alert.id: {
                "title": self.env._("Ready for sales"),
                "text": alert.user_id.name or "",
                "lines": (alert.reasons or {}).get("clauses") or [],
                "record": [alert._name, alert.id],
            }
            for alert in alerts
        }

    @api.model
    def _tell_answered(self, alerts):
        return {
            alert.id: {
                "title": self.env._("Sales alert answered"),
                "text": alert._describe_answer(),
                "record": [alert._name, alert.id],
            }
            for alert in alerts
        }

    @api.model
    def _tell_granted(self, grants):
        return {
            grant.id: {
                "title": self.env._("Discount given: %s", grant.display_name),
                "text": self.env._(
                    "%(program)s · until %(day)s",
                    program=grant.program_id.name or "",
                    day=format_date(self.env, grant.ends_at),
                ),
                "record": [grant._name, grant.id],
            }
            for grant in grants
        }

    @api.model
    def _tell_grant_over(self, grants):
        states = dict(grants._fields["state"]._description_selection(self.env))
        return {
            grant.id: {
                "title": self.env._("Discount over: %s", grant.display_name),
                "text": self.env._(GRANT_ENDS[grant.end_reason])
                if grant.end_reason in GRANT_ENDS
                else "",
                "badge": {
                    "text": states[grant.state],
                    "tone": "success" if grant.state == "used" else "secondary",
                },
                "record": [grant._name, grant.id],
            }
            for grant in grants
        }


class LifecycleStepRun(models.Model):
    _inherit = "lifecycle.step.run"

    # A contact's page reads the latest of one person.
    _timeline = models.Index("(partner_id, run_at, id)")

    def _get_sent_title(self):
        """The subject as sent; of a message without one, how it begins."""
        self.ensure_one()
        sent = self.detail or {}
        if sent.get("subject"):
            return sent["subject"]
        lang = sent.get("lang") or self.enrolment_id._get_lang()
        message = self.message_id.with_context(lang=lang)
        channel = self.channel or message.channel
        text = "body_text" if channel == "sms" else "subject"
        values = unpack_values(sent.get("values") or {})
        try:
            title = message._compile(text).render(
                values | self.enrolment_id._get_format_values() | {"lang": lang}
            )
        except TemplateError:
            # What it was made of has been erased.
            return self.message_id.name
        return title.strip().partition("\n")[0] or self.message_id.name


class LifecycleEvent(models.Model):
    _inherit = "lifecycle.event"

    _timeline = models.Index("(partner_id, occurred_at, id)")


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_lifecycle_timeline(self):
        """Everything that happened to this contact, and what comes next."""
        self.ensure_one()
        return self.env["ir.actions.client"]._for_xml_id(
            "lifecycle_programs.lifecycle_timeline_action_partner"
        ) | {"context": {"active_id": self.id}}


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def action_lifecycle_timeline(self):
        """Everything that happened to the contact of this opportunity."""
        self.ensure_one()
        return self.env["ir.actions.client"]._for_xml_id(
            "lifecycle_programs.lifecycle_timeline_action_lead"
        ) | {"context": {"active_id": self.id}}
