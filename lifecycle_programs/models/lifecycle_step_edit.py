"""Building a journey in the program's form."""

import re
import unicodedata

from odoo import api, fields, models


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    draft_step_ids = fields.One2many(
        related="draft_version_id.step_ids",
        string="Draft steps",
        readonly=False,
    )
    is_editable = fields.Boolean(
        compute="_compute_is_editable",
        help="There is a draft whose steps can be changed.",
    )

    @api.depends("draft_version_id")
    def _compute_is_editable(self):
        for program in self:
            program.is_editable = bool(program.draft_version_id)

    @api.model_create_multi
    def create(self, vals_list):
        programs = super().create(vals_list)
        # In the form a new program has somewhere to put its steps at once.
        if self.env.context.get("lifecycle_new_draft"):
            programs.filtered(
                lambda program: not program.version_ids
            )._create_first_draft()
        return programs

    def write(self, vals):
        if "draft_step_ids" in vals:
            # The form does not send the context of the field along.
            self = self.with_context(lifecycle_append=True)
        return super().write(vals)

    def _create_first_draft(self):
        self.env["lifecycle.version"].create(
            [{"program_id": program.id} for program in self]
        )

    @api.onchange("name")
    def _onchange_name(self):
        if self.name and not self.code:
            self.code = _slug(self.name)


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    summary = fields.Char(
        compute="_compute_summary", help="What the step does, in a few words."
    )
    waiting_count = fields.Integer(string="Here now", compute="_compute_run_counts")
    done_count = fields.Integer(string="Done", compute="_compute_run_counts")
    skipped_count = fields.Integer(string="Skipped", compute="_compute_run_counts")

    @api.depends(
        "type",
        "wait_value",
        "wait_unit",
        "wait_from",
        "message_id.subject",
        "message_id.body_text",
        "branch_ids.name",
        "grant_days",
        "loyalty_program_id",
        "pricelist_id",
        "survey_id",
        "target_program_id",
        "note",
    )
    def _compute_summary(self):
        for step in self:
            describe = getattr(step, f"_describe_{step.type}", None)
            step.summary = describe() if describe else ""

    def _describe_mail(self):
        return self.message_id.subject or self.env._("No message yet")

    def _describe_sms(self):
        return self.message_id.body_text or self.env._("No message yet")

    def _describe_wait(self):
        time = self._describe_wait_time()
        if self.wait_value < 0:
            sentences = {
                "anchor": self.env._("%s before the date of the entry", time),
                "grant_end": self.env._("%s before the end of the discount", time),
            }
        else:
            sentences = {
                "entry": self.env._("%s after the entry", time),
                "anchor": self.env._("%s after the date of the entry", time),
                "grant_end": self.env._("%s after the end of the discount", time),
            }
        return sentences.get(
            self.wait_from, self.env._("%s after the previous step", time)
        )

    def _describe_wait_time(self):
        if abs(self.wait_value) == 1:
            return {
                "hours": self.env._("1 hour"),
                "days": self.env._("1 day"),
                "months": self.env._("1 month"),
            }.get(self.wait_unit, "1")
        units = dict(self._fields["wait_unit"]._description_selection(self.env))
        return f"{abs(self.wait_value):g} {units.get(self.wait_unit, '').lower()}"

    def _describe_wait_until(self):
        return self.env._(
            "%(events)s; at the latest %(time)s",
            events=self._describe_split(),
            time=self._describe_wait(),
        )

    def _describe_split(self):
        return ", ".join(self.branch_ids.mapped("name"))

    def _describe_grant(self):
        step = self.sudo()
        given = step.loyalty_program_id.name or step.pricelist_id.name
        if not given:
            return self.env._("No discount chosen: this step is skipped")
        return self.env._("%(what)s, %(days)s days", what=given, days=self.grant_days)

    def _describe_survey(self):
        return self.survey_id.title or ""

    def _describe_start_program(self):
        return self.target_program_id.name or ""

    def _describe_activity(self):
        return self.activity_type_id.name or ""

    def _compute_run_counts(self):
        runs = {
            (step, outcome): count
            for step, outcome, count in self.env["lifecycle.step.run"]._read_group(
                [("step_id", "in", self.ids)], ["step_id", "outcome"], ["__count"]
            )
        }
        waiting = dict(
            self.env["lifecycle.enrolment"]._read_group(
                [("step_id", "in", self.ids), ("state", "=", "active")],
                ["step_id"],
                ["__count"],
            )
        )
        for step in self:
            step.waiting_count = waiting.get(step, 0)
            step.done_count = runs.get((step, "done"), 0)
            step.skipped_count = runs.get((step, "skipped"), 0)

    @api.model_create_multi
    def create(self, vals_list):
        for values in vals_list:
            if not values.get("key"):
                values["key"] = self._get_free_key(values)
        steps = super().create(vals_list)
        if self.env.context.get("lifecycle_append"):
            for place, step in enumerate(steps):
                step._append(steps[place:])
        return steps

    @api.model
    def _get_free_key(self, values):
        version = self.env["lifecycle.version"].browse(values.get("version_id"))
        taken = set(version._get_steps_and_bin().mapped("key"))
        key = first = _slug(values.get("name") or "step")
        number = 2
        while key in taken:
            key = f"{first}_{number}"
            number += 1
        return key

    def _append(self, new):
        """Hang a new step behind the last one, when nothing follows that yet.

        :param new: the steps that have no place yet, this one among them
        """
        self.ensure_one()
        others = self.version_id.step_ids - new
        last = others.sorted(lambda step: (step.sequence, step.id))[-1:]
        self.sequence = last.sequence + 10
        if last and not last.next_step_id and last.type != "end":
            last.next_step_id = self


def _slug(text):
    """The text as a code: lower case letters, digits and underscores."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_") or "step"
