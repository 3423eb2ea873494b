"""What stands in the way of an entry besides the rule, in words."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.translate import LazyTranslate

from .lifecycle_entry_check import Line

_lt = LazyTranslate(__name__)

# The conditions of `_addressable`, for whom they fail: in a sentence of its own, and in
# the middle of one.
NOT_ADDRESSABLE = {
    "archived": (_lt("The contact is archived."), _lt("the contact is archived")),
    "no_address": (
        _lt("There is neither a mail address nor a phone number."),
        _lt("there is neither a mail address nor a phone number"),
    ),
    "internal_user": (
        _lt("The contact is a user of this database: a colleague."),
        _lt("it is a colleague"),
    ),
    "own_company": (
        _lt("The contact belongs to one of our own companies."),
        _lt("it belongs to one of our own companies"),
    ),
}
STATES = {
    "draft": _lt("The program is a draft: nobody enters yet."),
    "paused": _lt("The program is paused: nobody enters."),
    "closed": _lt("The program is closed: nobody enters any more."),
}
STATE_REASONS = {
    "draft": _lt("the program is a draft"),
    "paused": _lt("the program is paused"),
    "closed": _lt("the program is closed"),
}


class LifecycleEventType(models.Model):
    _inherit = "lifecycle.event.type"

    absence = fields.Char(
        string="When it has not happened",
        translate=True,
        help="How explanations say that it has not happened: “no answer to the survey "
        "yet”.",
    )

    def _get_absence(self):
        self.ensure_one()
        return self.absence or self.env._("no “%s” yet", self.name)


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    def _get_entry_lines(self, check):
        """What decides about an entry besides the rule, in the order in which people
        ask: a `Line` each.

        A condition that another addon puts into `_entry_conditions` gets its words by
        extending this method.

        :param check: an `EntryCheck` of this program
        """
        lines = [
            self._get_state_line(),
            *self._get_contact_lines(check),
            self._get_inside_line(check),
            None if check.by_hand else self._get_start_line(check),
            self._get_pick_line(check),
            self._get_addressee_line(check),
            self._get_earlier_line(check),
            self._get_no_thanks_line(check),
        ]
        return [line for line in lines if line]

    def _get_state_line(self):
        if not self.active:
            text = self.env._("The program is archived.")
            reason = self.env._("the program is archived")
        elif self.state != "running":
            text = self.env._(STATES[self.state])
            reason = self.env._(STATE_REASONS[self.state])
        elif not self.version_id._get_first_step():
            text = self.env._("The program has no steps in use.")
            reason = self.env._("it has no steps in use")
        else:
            return Line("state", True, self.env._("The program is running."))
        return Line("state", False, text, reason, basic=True)

    def _get_contact_lines(self, check):
        """Whether programs may write to the contact at all."""
        lines = [
            Line(code, False, self.env._(text), self.env._(reason), basic=True)
            for code, (text, reason) in NOT_ADDRESSABLE.items()
            if not check.answers[code]
        ]
        if not check.answers.get("other_company", True):
            text = self.env._(
                "The contact belongs to %(theirs)s, the program to %(ours)s.",
                theirs=check.partner.company_id.name,
                ours=self.company_id.name,
            )
            reason = self.env._("it belongs to %s", check.partner.company_id.name)
            lines.append(Line("other_company", False, text, reason, basic=True))
        return lines or [
            Line(
                "addressable",
                True,
                self.env._(
                    "Can be written to: %s",
                    check.partner.email_normalized or check.partner.phone,
                ),
            )
        ]

    def _get_inside_line(self, check):
        if check.answers["inside"]:
            return None
        day = self._say_day(check.inside.entered_at or check.as_of)
        return Line(
            "inside",
            False,
            self.env._("Is in the program already, since %s.", day),
            self.env._("it is in the program already, since %s", day),
        )

    # ------------------------------------------------------------
    # THE START
    # ------------------------------------------------------------

    def _get_start_line(self, check):
        if self.start == "manual":
            return Line(
                "start",
                False,
                self.env._(
                    "Nobody enters by itself: a person or another program adds people."
                ),
                self.env._("nobody has added the contact"),
            )
        if self.start == "schedule":
            if self.state != "running" or not self.next_scan_at:
                return None
            text = self.env._(
                "All contacts are looked at %(often)s, next on %(day)s.",
                often=self._fields["schedule"]
                .convert_to_export(self.schedule, self)
                .lower(),
                day=self._say_moment(self.next_scan_at),
            )
            return Line("start", True, text)
        if not check.event:
            return self._get_absence_line()
        return self._get_event_line(check.event, check.as_of)

    def _get_absence_line(self):
        absences = [kind._get_absence() for kind in self.event_type_ids]
        kinds = ", ".join(self.event_type_ids.mapped("name"))
        return Line(
            "start",
            False,
            self.env._("It starts with: %s. That has not happened yet.", kinds),
            absences[0]
            if len(absences) == 1
            else self.env._("none of these yet: %s", kinds),
            basic=True,
        )

    def _get_event_line(self, event, as_of):
        """What became of the event that could let the contact in."""
        told = {"event": event.type_id.name, "day": self._say_day(event.occurred_at)}
        if event.processed_at and event.processed_at <= as_of:
            text = self.env._(
                "%(event)s on %(day)s, and that is over. The next time counts.", **told
            )
            if event.is_history:
                text = self.env._(
                    "%(event)s on %(day)s, but that was imported as history. The next "
                    "time counts.",
                    **told,
                )
        elif not event._is_news(as_of):
            text = self.env._(
                "%(event)s on %(day)s, too long ago to be news. The next time counts.",
                **told,
            )
        elif event.retry_at and event.retry_at > as_of:
            text = self.env._(
                "%(event)s on %(day)s; it could not be worked off and is tried again "
                "on %(again)s.",
                again=self._say_moment(event.retry_at),
                **told,
            )
        else:
            text = self.env._("%(event)s on %(day)s, about to be worked off.", **told)
            return Line("start", True, text)
        reason = self.env._("it starts with “%(event)s”, last on %(day)s", **told)
        return Line("start", False, text, reason, event.retry_at or None)

    # ------------------------------------------------------------
    # THE OTHER CONDITIONS
    # ------------------------------------------------------------

    def _get_pick_line(self, check):
        if check.answers.get("pick", True):
            return None
        pick = self._picks()[self.pick]
        nothing = pick.get("nothing") or self.env._("there is nothing to pick")
        return Line("pick", False, nothing[:1].upper() + nothing[1:] + ".", nothing)

    def _get_addressee_line(self, check):
        if check.answers["addressee"]:
            return None
        if self.recipient == "main":
            text = self.env._(
                "The program writes to %s, the main contact.",
                check.partner.commercial_partner_id.display_name,
            )
        elif self.recipient == "role":
            text = self.env._(
                "The program writes to contacts with the tag “%s”.",
                self.recipient_tag_id.name,
            )
        else:
            text = self.env._(
                "The program writes to whoever ordered last: %s.",
                check.last_buyer.display_name,
            )
        reason = self.env._("it writes to somebody else of the company")
        return Line("addressee", False, text, reason)

    def _get_earlier_line(self, check):
        latest = check.enrolments
        if self.cooldown_scope == "key":
            latest = latest.filtered(lambda one: one.entry_key == check.entry_key)
        latest = latest[:1]
        ok = check.answers["earlier"]
        if not ok and not check.answers["inside"]:
            # The same entry, told already.
            return None
        if not latest:
            return Line(
                "earlier", ok, self.env._("Has not been in the program before.")
            )
        day = self._say_day(latest.entered_at)
        if ok:
            text = self.env._("Was in it last on %s; may enter again.", day)
            return Line("earlier", True, text)
        if self.reentry == "never":
            text = self.env._("Entered on %s; nobody enters this program twice.", day)
            reason = self.env._("it entered on %s, and nobody enters it twice", day)
            return Line("earlier", False, text, reason)
        until = latest.entered_at + timedelta(days=self.cooldown_days)
        told = {"day": day, "until": self._say_day(until)}
        text = self.env._("Entered on %(day)s; again from %(until)s.", **told)
        reason = self.env._("it entered on %(day)s; again from %(until)s", **told)
        return Line("earlier", False, text, reason, until)

    def _get_no_thanks_line(self, check):
        if check.answers["no_thanks"]:
            return None
        day = self._say_day(check.opt_out.opted_out_at or check.as_of)
        return Line(
            "no_thanks",
            False,
            self.env._("Said “no thanks” to this program on %s.", day),
            self.env._("it said “no thanks” on %s", day),
        )

    # ------------------------------------------------------------
    # TOOLS
    # ------------------------------------------------------------

    @api.model
    def _say_day(self, moment):
        """The day of a moment, for the user."""
        local = fields.Datetime.context_timestamp(self, moment)
        return format_date(self.env, local.date())

    @api.model
    def _say_moment(self, moment):
        """Day and time of a moment, for the user."""
        local = fields.Datetime.context_timestamp(self, moment)
        return f"{format_date(self.env, local.date())} {local:%H:%M}"
