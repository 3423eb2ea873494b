"""Waits around a date of the contact, such as the next renewal."""

from datetime import datetime

from odoo import api, fields, models

from ..engine.window import at_hour

# A date without a time counts from the morning of that day.
MORNING = 9


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    wait_from = fields.Selection(
        selection_add=[
            ("fact", "after a date of the contact (before it if negative)"),
        ],
        ondelete={"fact": "set default"},
    )
    wait_fact = fields.Selection(
        selection="_selection_wait_fact",
        string="Which date",
        help="Asked when the contact arrives. A wait before the date asks again when "
        "it is over: a date that has moved on is waited for. A date without a time "
        "counts from 9 in the morning where the contact lives. Without a date the step "
        "is skipped.",
    )

    @api.model
    def _selection_wait_fact(self):
        return sorted(
            (
                (fact.name, fact.label)
                for fact in self.env["lifecycle.fact"]._facts().values()
                if fact.type in ("date", "datetime")
            ),
            key=lambda option: option[1],
        )

    def _asks_again(self):
        # After the date, "the next one" is another one.
        ahead = self.wait_from == "fact" and self.wait_value < 0
        return super()._asks_again() or ahead

    def _get_wait_dates(self, enrolments, now):
        if self.wait_from != "fact":
            return super()._get_wait_dates(enrolments, now)
        if not self.wait_fact:
            return {}
        zones = enrolments._get_zones()
        return {
            enrolment_id: _get_moment(values[self.wait_fact], zones[enrolment_id])
            for enrolment_id, values in enrolments._get_values(
                {self.wait_fact}, now
            ).items()
        }

    def _get_problems(self):
        problems = super()._get_problems()
        uses_date = "wait_from" in (self.used_fields or []) and self.wait_from == "fact"
        if uses_date and not self.wait_fact:
            problems.append(self.env._("choose the date to wait for."))
        return problems

    # ------------------------------------------------------------
    # WORDS
    # ------------------------------------------------------------

    @api.depends("wait_fact")
    def _compute_summary(self):
        return super()._compute_summary()

    def _describe_wait(self):
        if self.wait_from != "fact":
            return super()._describe_wait()
        dates = dict(self._selection_wait_fact())
        words = {
            "time": self._describe_wait_time(),
            "date": dates.get(self.wait_fact, self.wait_fact or ""),
        }
        if self.wait_value < 0:
            return self.env._("%(time)s before: %(date)s", **words)
        return self.env._("%(time)s after: %(date)s", **words)


class LifecycleRuleUse(models.AbstractModel):
    _inherit = "lifecycle.rule.use"

    @api.model
    def _rule_fields(self):
        fields_by_model = super()._rule_fields()
        steps = (*fields_by_model["lifecycle.step"], "wait_fact")
        return fields_by_model | {"lifecycle.step": steps}


def _get_moment(value, zone):
    if value is None or isinstance(value, datetime):
        return value
    return at_hour(value, MORNING, zone)
