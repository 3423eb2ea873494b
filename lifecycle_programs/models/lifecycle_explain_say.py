"""Explanations in sentences: the headline, the reason, the way in."""

from odoo import api, models

from ..engine.explain import in_sentence
from .speaking import in_user_language


class LifecycleExplanation(models.AbstractModel):
    """Says and draws what `_check_entries` and kept entries hold."""

    _name = "lifecycle.explanation"
    _description = "Explanation of a Decision"

    @api.model
    def _say_headline(self, check, now=None):
        """The answer in one sentence.

        :param now: naive UTC; without it the moment of the check is now
        """
        told = {
            "contact": check.partner.display_name,
            "program": check.program.name,
        }
        if check.status == "in":
            return self._say_enrolment(check.inside)
        if now and check.as_of < now:
            return self._say_past_headline(check, told)
        if check.status == "enters":
            if check.program.start == "schedule":
                told["day"] = check.program._say_moment(check.program.next_scan_at)
                return self.env._(
                    "%(contact)s enters %(program)s at the next look, on %(day)s.",
                    **told,
                )
            return self.env._("%(contact)s is about to enter %(program)s.", **told)
        return self.env._(
            "%(contact)s is not in %(program)s: %(reason)s.",
            reason=self._say_reason(check),
            **told,
        )

    @api.model
    def _say_past_headline(self, check, told):
        told = {**told, "day": check.program._say_day(check.as_of)}
        if check.status == "enters":
            return self.env._(
                "%(contact)s was not in %(program)s on %(day)s, but could enter.",
                **told,
            )
        return self.env._(
            "%(contact)s was not in %(program)s on %(day)s: %(reason)s.",
            reason=self._say_reason(check),
            **told,
        )

    @api.model
    def _say_reason(self, check):
        """What keeps the contact out, first and foremost; for the middle of a
        sentence."""
        basic = [line for line in check.hindrances if line.basic]
        if basic:
            return basic[0].reason
        if not check.answers["rule"]:
            return self._say_changes(check.changes)
        # That something would have to happen again is the last to be said.
        others = sorted(check.hindrances, key=lambda line: line.code == "start")
        return others[0].reason or others[0].text

    @api.model
    def _say_changes(self, changes):
        """What the rule misses, for the middle of a sentence."""
        if not changes:
            return self.env._("nothing can make its rule say yes")
        text = changes[0].clause.statement
        if len(changes) > 1:
            text = self.env._(
                "%(first)s, and %(more)s more", first=text, more=len(changes) - 1
            )
        return in_sentence(text)

    @api.model
    def _say_enrolment(self, enrolment):
        """Since when a contact is in a program, or how it was."""
        program = enrolment.program_id
        told = {
            "contact": enrolment.partner_id.display_name,
            "program": program.name,
            "day": program._say_day(enrolment.entered_at),
        }
        if enrolment.state in ("active", "error"):
            return self.env._(
                "%(contact)s has been in %(program)s since %(day)s.", **told
            )
        return self.env._(
            "%(contact)s was in %(program)s from %(day)s to %(end)s: %(how)s.",
            end=program._say_day(enrolment.ended_at or enrolment.entered_at),
            how=enrolment._fields["state"]
            .convert_to_export(enrolment.state, enrolment)
            .lower(),
            **told,
        )

    @api.model
    def _say_change(self, change, is_past):
        told = {"what": change.label, "wanted": change.wanted, "value": change.shown}
        if is_past:
            return self.env._("%(what)s: %(wanted)s (%(value)s then)", **told)
        return self.env._("%(what)s: %(wanted)s (now %(value)s)", **told)

    @api.model
    def _say_entry_moment(self, enrolment):
        return enrolment.program_id._say_moment(enrolment.entered_at)

    @api.model
    def _say_way_in(self, enrolment):
        """What brought the contact into the program."""
        event = enrolment.event_id
        if event:
            return self.env._(
                "It came by: %(event)s on %(day)s.",
                event=event.type_id.name,
                day=enrolment.program_id._say_day(event.occurred_at),
            )
        code = (enrolment.payload or {}).get("program")
        origin = code and self.env["lifecycle.program"].sudo().search(
            [("code", "=", code), ("company_id", "=", enrolment.company_id.id)],
            limit=1,
        )
        if origin:
            return self.env._("It came from another program: %s.", origin.name)
        if enrolment.program_id.start == "schedule":
            return self.env._("It matched when all contacts were looked through.")
        return self.env._("It was added by a person or by another program.")

    @api.model
    def _say_row(self, check):
        program = check.program
        if check.status == "in":
            day = program._say_day(check.inside.entered_at)
            return self.env._("since %s", day)
        if check.status == "enters" and program.start == "schedule":
            return self.env._("on %s", program._say_moment(program.next_scan_at))
        if check.status == "enters":
            return self.env._("in a moment")
        return self._say_reason(check)


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    @in_user_language
    def _explain_entry_now(self, now):
        """The rule of the entry with the customer data of today; what the event
        brought stays. None when it is no rule any more."""
        self.ensure_one()
        rule = self.entry_rule_id.sudo()._parse()
        if rule is None:
            return None
        facts = self.env["lifecycle.fact"].with_company(self.company_id)
        names = rule.facts & facts._facts().keys()
        today = facts._read(self.partner_id.ids, names, self.company_id, now)
        values = (
            (self.entry_values or {})
            | today.get(self.partner_id.id, {})
            | self.program_id._parameter_values()
        )
        labels = facts._facts() | self.program_id._rule_facts(entry=True)
        labels = {name: labels[name] for name in rule.facts & labels.keys()}
        words = facts._value_words([rule], self.company_id, [values])
        return rule.explain(values, now, self.program_id._tz(), labels, words)
