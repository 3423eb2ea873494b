"""Whether the messages of a program would reach a contact now: the gate, asked."""

from odoo import models

from .lifecycle_entry_check import Line
from .lifecycle_explain import REASONS
from .lifecycle_gate import GateBatch

# These look at one message, or at what the entry has answered already.
OF_ONE_MESSAGE = {
    "_gate_archived",
    "_gate_veto",
    "_gate_same_address",
    "_gate_too_late",
    "_gate_discount",
    "_gate_reserve",
}


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    def _get_sending_lines(self, now):
        """What keeps messages of the program back from the contact: a `Line` for each
        channel and category that can be sent, and one for each refusal."""
        self.ensure_one()
        lines = []
        steps = self.version_id.step_ids.filtered("message_id")
        kinds = {}
        for step in steps:
            for channel in step._get_channels():
                kinds.setdefault((channel, step.message_id.category_id), step)
        for (channel, _category), step in kinds.items():
            step = step.with_company(self.company_id)
            lines += step._get_sending_lines(self, channel, now)
        return lines


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _get_sending_lines(self, enrolment, channel, now):
        self.ensure_one()
        category = self.message_id.category_id
        kind = self.env._(
            "%(channel)s “%(category)s”",
            channel=self.env._("Mail")
            if channel == "mail"
            else self._get_channel_names()[channel],
            category=category.name,
        )
        address = self._get_address(enrolment.partner_id, channel)[1]
        lines = []
        for check in self._gate_checks():
            if check in OF_ONE_MESSAGE:
                continue
            batch = GateBatch(self, category, channel, now, {enrolment: address})
            getattr(self, check)(batch)
            if enrolment.id in batch.refused:
                result = batch.refused[enrolment.id]
                lines.append(self._get_refusal_line(kind, result, enrolment, channel))
            if not address:
                break
        return lines or [
            Line("sending", True, self.env._("%s may be sent.", kind)),
        ]

    def _get_refusal_line(self, kind, result, enrolment, channel):
        program = enrolment.program_id
        text = self.env._(REASONS.get(result.reason, result.reason))
        if result.reason == "higher_program":
            text = self._say_higher_programs(enrolment) or text
        elif result.reason == "no_address" and channel == "mail":
            text = self.env._("no mail address")
        elif result.reason == "no_address" and channel == "sms":
            text = self.env._("no phone number")
        if result.due_at:
            told = {"reason": text, "until": program._say_day(result.due_at)}
            text = self.env._("%(reason)s, looked at again on %(until)s", **told)
        text = self.env._("%(kind)s: %(reason)s.", kind=kind, reason=text)
        return Line(result.reason, False, text, until=result.due_at)

    def _say_higher_programs(self, enrolment):
        """The names of the more important programs that have the customer."""
        customer = enrolment.commercial_partner_id
        others = self.env["lifecycle.enrolment"].search(
            [
                ("commercial_partner_id", "=", customer.id),
                ("company_id", "=", enrolment.company_id.id),
                ("state", "=", "active"),
                ("started", "=", True),
                ("program_id.is_exclusive", "=", True),
                ("program_id.sequence", "<", enrolment.program_id.sequence),
            ]
        )
        names = ", ".join(others.program_id.mapped("name"))
        return names and self.env._("%s goes first", names)
