"""What people read about a decision: why somebody got in, why nothing was sent."""

import re
from datetime import date

from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.translate import LazyTranslate

from .group_words import call_groups

_lt = LazyTranslate(__name__)

# A day, or a moment of it, as events carry it.
DAY = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d.*)?$")

# Words for the reasons that step runs keep; an unknown one is shown as it is.
REASONS = {
    # the checks before sending
    "archived": _lt("the contact is archived"),
    "no_address": _lt("no address for this channel"),
    "bad_address": _lt("the address is not valid"),
    "same_address": _lt("somebody else with the same address has received it"),
    "too_late": _lt("too late to be true"),
    "blacklist": _lt("the address is blacklisted"),
    "opt_out": _lt("opted out of this kind of message"),
    "no_thanks": _lt("said “no thanks” to this program"),
    "no_consent": _lt("has not agreed to this kind of message"),
    "customer_pause": _lt("the customer has asked for a pause"),
    "channel_reserved": _lt("the kind of message does not use this channel"),
    "no_channel": _lt("no channel has a text"),
    "undelivered": _lt("it did not arrive"),
    "bounced": _lt("mails to this address came back"),
    "address_busy": _lt("the address was being served at that moment"),
    "quiet_hours": _lt("outside the hours for this kind of message"),
    "holiday": _lt("a holiday or a day without messages"),
    "sunset": _lt("has not reacted to the question whether to stop"),
    "paused": _lt("taken over by a salesperson"),
    "higher_program": _lt("a more important program was busy with the contact"),
    "cap": _lt("enough messages in these days"),
    "no_discount": _lt("no live discount"),
    "sales_pause": _lt("a salesperson has asked for a pause"),
    "veto": _lt("stopped by a salesperson"),
    "talk_complaint": _lt("a complaint is open"),
    "talk_quotation": _lt("a quotation waits for an answer"),
    "talk_stage": _lt("an opportunity is being negotiated"),
    "talk_call": _lt("sales calls the customer in these days"),
    "talk_invoice": _lt("an invoice is overdue"),
    "never": _lt("the company sends no messages of programs"),
    "review": _lt("waits for review"),
    "dropped": _lt("dropped by whoever reviewed it"),
    "exclusion": _lt("another program of its group has the contact"),
    "no_content": _lt("nothing new to show on the topic"),
    # steps
    "timeout": _lt("nothing happened in time"),
    "event": _lt("it happened"),
    "branch": _lt("the rule matched"),
    "else": _lt("no rule matched"),
    "by_chance": _lt("drawn by chance"),
    "winner": _lt("the winner of the test"),
    "else_by_chance": _lt("drawn by chance, none of the branches"),
    "no_date": _lt("no date to count from"),
    "error": _lt("failed"),
    "program_not_running": _lt("the other program is not running"),
    "not_let_in": _lt("the other program did not let the contact in"),
    "below_value": _lt("below the value limit"),
    # versions and entries
    "before_entry": _lt("its time was before the entry"),
    "moved": _lt("moved to the new version"),
    "version_ended": _lt("ended when a new version was published"),
    # discounts
    "no_discount_chosen": _lt("no discount chosen"),
}


class LifecycleStepRun(models.Model):
    _inherit = "lifecycle.step.run"

    reason_text = fields.Char(string="Why", compute="_compute_reason_text")

    @api.depends("reason")
    def _compute_reason_text(self):
        words = self._get_reason_words()
        for run in self:
            run.reason_text = words.get(run.reason, run.reason or "")

    @api.model
    def _get_reason_words(self):
        """What people call the codes of `reason`; other addons add theirs.

        :rtype: dict[str, str]
        """
        return {code: self.env._(text) for code, text in REASONS.items()}

    def _web_read_group_groupby_formatter(self, groupby_spec, values):
        formatter = super()._web_read_group_groupby_formatter(groupby_spec, values)
        if groupby_spec != "reason":
            return formatter
        return call_groups(formatter, self._get_reason_words())


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    reasons_html = fields.Html(
        string="Why is this contact here?",
        compute="_compute_reasons_html",
        sanitize=False,
    )

    def _compute_display_name(self):
        for enrolment in self:
            enrolment.display_name = self.env._(
                "%(contact)s in %(program)s",
                contact=enrolment.partner_id.display_name,
                program=enrolment.program_id.name,
            )

    @api.depends("entry_rule_id", "entry_values", "event_id")
    @api.depends_context("lang", "tz")
    def _compute_reasons_html(self):
        draw = self.env["lifecycle.explanation"]
        for enrolment in self:
            enrolment.reasons_html = draw._frame([draw._draw_entry(enrolment)])

    def action_leave(self):
        """Take these people out of the program, by hand: whoever may stop its messages
        to them may."""
        self.check_access("read")
        for enrolment in self:
            self.env["lifecycle.veto"]._check_may_stop(enrolment)
        enrolments = self.filtered(lambda one: one.state in ("active", "error")).sudo()
        enrolments._leave("exited", "by_hand", fields.Datetime.now())
        return True

    def action_pause(self):
        """A salesperson keeps the program away from the contact for 30 days."""
        self.check_access("read")
        # As for a pause of all marketing to the contact.
        self.partner_id.check_access("write")
        until = fields.Datetime.add(fields.Datetime.now(), days=30)
        self.sudo().write({"paused_until": until})
        return True


class LifecycleEvent(models.Model):
    _inherit = "lifecycle.event"

    payload_text = fields.Char(compute="_compute_payload_text")

    @api.depends("payload", "company_id")
    @api.depends_context("lang")
    def _compute_payload_text(self):
        label = self.env["lifecycle.event.type"]._payload_label
        for company, events in self.grouped("company_id").items():
            told = {
                event: {
                    f"event.{key}": value
                    for key, value in (event.payload or {}).items()
                    # The number of a record says nothing to people.
                    if value not in (None, False, "", []) and not key.endswith("_id")
                }
                for event in events
            }
            names = set().union(*told.values())
            words = self.env["lifecycle.fact"]._words(names, company, told.values())
            for event, values in told.items():
                event.payload_text = ", ".join(
                    f"{label(name.removeprefix('event.'))}: "
                    f"{self._say_value(value, words.get(name, {}))}"
                    for name, value in values.items()
                )

    @api.model
    def _say_value(self, value, words):
        """A value of an event, as people write it.

        :param words: what they call it, when it is a code
        """
        if isinstance(value, list):
            return ", ".join(str(self._say_value(one, words)) for one in value)
        if value is True:
            return self.env._("yes")
        if isinstance(value, str) and DAY.match(value):
            try:
                return format_date(self.env, date.fromisoformat(value[:10]))
            except ValueError:
                return value
        return words.get(value, value) if isinstance(value, str) else value
