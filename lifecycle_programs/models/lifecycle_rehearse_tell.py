"""What a rehearsal has shown: lines for people to read."""

import re

from odoo import fields, models

from .lifecycle_explain import REASONS
from .lifecycle_step import SPLITS, WAITS

# Personal links work: nobody may unsubscribe a customer by trying one.
HREF = re.compile(r'href="[^"]*"')


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    def _tell_entries(self, inside, entered, now):
        """The first line of each of these enrolments, by its id."""
        first = {
            enrolment.id: enrolment._prepare_rehearsal_line(
                "enter", now, enrolment.step_id
            )
            for enrolment in entered
        }
        for enrolment in inside:
            line = enrolment._prepare_rehearsal_line("inside", now, enrolment.step_id)
            day = self._say_day(enrolment.entered_at)
            first[enrolment.id] = line | {"why": self.env._("since %s", day)}
        return first

    def _tell_refused(self, partners, checks, now):
        others = partners.filtered(lambda one: (self, one) not in checks)
        checks = checks | self._check_entries(others, now)
        say = self.env["lifecycle.explanation"]
        return [
            {
                "kind": "out",
                "at": now,
                "partner_id": one.id,
                "why": say._say_reason(checks[self, one])
                if (self, one) in checks
                else "",
            }
            for one in partners
        ]


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    def _tell_rehearsal(self, play, first, visits):
        """The lines of these enrolments, one enrolment after the other: who is in the
        program twice walks two ways.

        :param play: the `Play` they were in
        :param first: their first lines by id
        :param visits: for those who were inside before, the visit they began at
        """
        runs = self.env["lifecycle.step.run"].search(
            [("enrolment_id", "in", self.ids)], order="enrolment_id, visit, id"
        )
        runs = runs.filtered(
            lambda run: run.visit >= visits.get(run.enrolment_id.id, 0)
        )
        texts = runs._get_rendered()
        lines = {one.id: [first[one.id]] for one in self}
        for run in runs:
            kind = run._get_rehearsal_kind()
            if kind:
                lines[run.enrolment_id.id].append(
                    run.enrolment_id._prepare_rehearsal_line(
                        kind, run.run_at, run.step_id
                    )
                    | run._prepare_rehearsal_line(play)
                    | texts.get(run.id, {})
                )
        return [line for one in self for line in (*lines[one.id], one._tell_end(play))]

    def _prepare_rehearsal_line(self, kind, at, step):
        return {
            "kind": kind,
            "at": at,
            "partner_id": self.partner_id.id,
            "entry_key": self.entry_key,
            "day": (at - self.entered_at).days,
            "step_id": step.id,
            "why": "",
        }

    def _tell_end(self, play):
        """How it ended, or where the contact still is."""
        state = self.state
        if state == "error":
            line = self._prepare_rehearsal_line("failed", self.ended_at, self.step_id)
            return line | {"why": self.error}
        if state == "active":
            line = self._prepare_rehearsal_line("stays", play.until, self.step_id)
            if self.due_at:
                day = self.program_id._say_day(self.due_at)
                line["why"] = self.env._("next on %s", day)
            return line
        line = self._prepare_rehearsal_line("end", self.ended_at, self.step_id)
        words = dict(self._fields["state"]._description_selection(self.env))
        return line | {"why": words[state]}


class LifecycleStepRun(models.Model):
    _inherit = "lifecycle.step.run"

    def _get_rehearsal_kind(self):
        """The kind of the line; None for a wait that is simply over."""
        if self.outcome in ("held", "skipped", "failed"):
            return self.outcome
        if self.outcome == "fallback":
            return "skipped"
        if self.step_type in SPLITS or self.step_type == "wait_until":
            return "branch"
        if self.step_type in WAITS or self.step_type == "end":
            return None
        return "message" if self.message_id else "action"

    def _prepare_rehearsal_line(self, play):
        why = self.env._(REASONS[self.reason]) if self.reason in REASONS else ""
        why = why or self.reason or ""
        if self.branch_id:
            why = f"{self.branch_id.name}: {why}"
        until = (self.detail or {}).get("until")
        if self.outcome == "held" and until:
            moment = fields.Datetime.to_datetime(until.partition(".")[0])
            day = self.program_id._say_moment(moment)
            why = self.env._("%(reason)s, until %(day)s", reason=why, day=day)
        was_read = (self.enrolment_id.id, self.visit) in play.reviewed
        if was_read and self.outcome == "done":
            why = self.env._("after somebody has reviewed it")
        return {
            "why": why,
            "channel": self.channel or self.message_id.channel,
            "message_id": self.message_id.id,
            "address": self.step_id._say_address(self.address),
        }

    def _get_rendered(self):
        """The messages as they would leave: subject and body per id."""
        sent = self.filtered(lambda run: run.message_id and run.outcome == "done")
        messages = self.env["sms.sms"].search(
            [("id", "in", [one for one in sent.trace_id.mapped("sms_id_int") if one])]
        )
        sms_by_id = {sms.id: sms for sms in messages}
        texts = {}
        for run in sent:
            mail = run.trace_id.mail_mail_id
            sms = sms_by_id.get(run.trace_id.sms_id_int)
            if mail:
                subject, body = mail.subject, HREF.sub('href="#"', mail.body_html)
            elif sms:
                subject, body = sms.body.partition("\n")[0], sms.body
            else:
                subject, body = run._render_again()
            texts[run.id] = {"subject": subject, "body": body}
        return texts

    def _render_again(self):
        """The text of a message that is no mail and no SMS, from what was kept."""
        example = self.message_id._render_example(self.partner_id, run=self)
        return (
            example.subject or self.message_id.name,
            example.body or example.sms,
        )
