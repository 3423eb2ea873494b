"""By which channel a message reaches a contact: the category's order, and falling back.

A step of the type “message” tries the channels one after the other. A channel that does
not reach the contact leaves a step run with its reason (outcome ``fallback``); the last
one tried says how the step went.
"""

from collections import defaultdict
from dataclasses import replace

from odoo import api, models

from .lifecycle_message import ORDER
from .step_result import StepResult

# What one channel refuses, and another may let through. A “no thanks” to the program is
# meant for all of them.
OF_CHANNEL = {
    "no_address",
    "bad_address",
    "bounced",
    "blacklist",
    "opt_out",
    "no_consent",
    "channel_reserved",
}
# What keeps a message back because of its channel and its moment.
HOLDS_OF_CHANNEL = {"cap", "quiet_hours", "holiday"}


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    @api.model
    def _step_types(self):
        types = super()._step_types()
        entry = {
            "label": self.env._("Message (best channel)"),
            "icon": "fa-paper-plane-o",
            "fields": types["mail"]["fields"],
        }
        return types | {"message": entry}

    def _describe_message(self):
        message = self.message_id
        return message.subject or message.body_text or self.env._("No message yet")

    # ------------------------------------------------------------
    # SEND
    # ------------------------------------------------------------

    def _run_message_batch(self, enrolments, now):
        return self._send_in_order(enrolments, self._get_channels(), now)

    def _get_channels(self):
        """The channels that this step may take, in their order."""
        self.ensure_one()
        message = self.message_id
        if message.channel != ORDER:
            return [message.channel] if message else []
        return [
            channel
            for channel in message.category_id._get_channels()
            if message._has_texts(channel)
        ]

    def _send_in_order(self, enrolments, channels, now):
        """Send the message to each contact by the first of these channels that reaches
        it. A channel costs a constant number of queries.

        :return: dict of `StepResult` per enrolment id
        """
        if not channels:
            reason = "no_channel" if self.message_id else "no_message"
            return dict.fromkeys(enrolments.ids, StepResult("skipped", reason))
        tried = defaultdict(list)
        left = enrolments
        for channel in channels:
            for enrolment_id, result in self._send(left, channel, now).items():
                tried[enrolment_id].append((channel, result))
            left = left.filtered(lambda one: self._falls_back(tried[one.id][-1][1]))
            if not left:
                break
        return {
            enrolment_id: self._conclude(results)
            for enrolment_id, results in tried.items()
        }

    def _send(self, enrolments, channel, now):
        """Send the message by one channel to whom the checks let it through."""
        if not self.message_id:
            return {one.id: StepResult("skipped", "no_message") for one in enrolments}
        drafts, results = self._prepare_drafts(enrolments, channel, now)
        if drafts:
            results |= self._deliver(drafts, channel, now)
        return results

    def _deliver(self, drafts, channel, now):
        """Hand drafts to the queue of a channel; another channel adds itself here.

        :return: dict of `StepResult` per enrolment id
        """
        match channel:
            case "mail":
                return self._create_mails(drafts)
            case "sms":
                return self._create_sms(drafts)
        raise NotImplementedError(channel)

    def _falls_back(self, result):
        """Whether the next channel gets its turn."""
        if result.outcome == "skipped":
            return result.reason in OF_CHANNEL
        return (
            result.outcome == "wait"
            and result.reason in HOLDS_OF_CHANNEL
            and self.message_id.category_id.when_held == "next"
        )

    def _conclude(self, tried):
        """What becomes of the step after these channels: what the last one says. When
        none lets it through, it waits for the first that only asks for time.

        :param tried: list of (channel, `StepResult`)
        """
        chosen = tried[-1]
        if self._falls_back(chosen[1]):
            waits = [one for one in tried if one[1].outcome == "wait"]
            chosen = waits[0] if waits else chosen
        channel, result = chosen
        return replace(
            result,
            values=result.values | {"channel": channel},
            earlier=tuple(
                StepResult("fallback", other.reason, values={"channel": code})
                for code, other in tried
                if code != channel
            ),
        )

    # ------------------------------------------------------------
    # GATE
    # ------------------------------------------------------------

    @api.model
    def _gate_checks(self):
        return ["_gate_channel", *super()._gate_checks()]

    def _gate_channel(self, batch):
        """A kind of message takes the channels that are chosen for it: SMS is reserved
        for what may disturb."""
        if batch.channel not in batch.category._get_channels():
            for enrolment in batch.enrolments:
                batch.skip(enrolment, "channel_reserved")

    def _gate(self, enrolments, channel, now):
        """As without: what a category would rather leave out does not wait."""
        addresses, refused = super()._gate(enrolments, channel, now)
        if self.message_id.category_id.when_held == "skip":
            for enrolment_id, result in refused.items():
                if result.outcome == "wait" and result.reason in HOLDS_OF_CHANNEL:
                    refused[enrolment_id] = replace(
                        result, outcome="skipped", due_at=None, holds=False
                    )
        return addresses, refused

    # ------------------------------------------------------------
    # CHECKS
    # ------------------------------------------------------------

    def _get_problems(self):
        problems = super()._get_problems()
        if self.type == "message" and not self.message_id:
            problems.append(self.env._("choose a message."))
        elif self.type == "message" and not self._get_channels():
            problems.append(
                self.env._(
                    "the message has no text for any channel of “%s”.",
                    self.message_id.category_id.name,
                )
            )
        elif self.type in ("mail", "sms") and self.message_id:
            category = self.message_id.category_id
            if self.type not in category._get_channels():
                problems.append(
                    self.env._(
                        "messages of the kind “%(category)s” do not go by %(channel)s.",
                        category=category.name,
                        channel=self._get_channel_names()[self.type],
                    )
                )
        return problems

    @api.model
    def _get_channel_names(self):
        """The names of the channels, by code."""
        field = self.env["lifecycle.category.channel"]._fields["channel"]
        return dict(field._description_selection(self.env))
