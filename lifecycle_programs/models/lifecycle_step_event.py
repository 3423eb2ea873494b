"""What a wait waits for, without writing a rule: this link, this topic, this answer."""

from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.rows import write_text
from .speaking import in_user_language

# The fields that narrow an event down, and the value of the event that each looks at.
NARROWED_BY = {"link": "url", "topic_id": "topic", "answer": "answer"}


class LifecycleStepBranch(models.Model):
    _inherit = "lifecycle.step.branch"

    link = fields.Char(
        string="Link contains",
        help="A part of the address that is clicked or visited, such as /prices. Empty "
        "for any link. Clicks in other programs' messages do not count.",
    )
    topic_id = fields.Many2one(
        "lifecycle.topic",
        ondelete="restrict",
        help="Only content on this topic. Empty for any.",
    )
    answer = fields.Char(
        help="Only this answer, by the word behind links.<word> in the message or by "
        "the answer of the survey. Empty for any.",
    )
    event_values = fields.Json(
        compute="_compute_event_values", help="What the chosen events tell."
    )
    summary = fields.Char(string="Who goes this way", compute="_compute_summary")

    @api.depends("event_type_ids.payload_types")
    def _compute_event_values(self):
        for branch in self:
            branch.event_values = sorted(
                {
                    key
                    for event_type in branch.event_type_ids
                    for key in event_type.payload_types or {}
                }
            )

    @api.depends("event_type_ids", "link", "topic_id", "answer", "rule", "share")
    def _compute_summary(self):
        said = self._describe_rules()
        for branch in self:
            branch.summary = branch._describe(said)

    def _describe(self, said):
        """Who goes this way, in a few words.

        :param said: as `_describe_rules` gives it
        """
        self.ensure_one()
        used = self.step_id.branch_fields or []
        words = []
        if "share" in used:
            words.append(self.env._("%s %%", f"{self.share:g}"))
        if "event_type_ids" in used:
            words += self.event_type_ids.mapped("name")
        for narrow in self._get_narrowing():
            value = self[narrow]
            words.append(value if isinstance(value, str) else value.display_name)
        if "rule" in used and self.rule:
            words.append(said[self])
        return " · ".join(words)

    @in_user_language
    def _describe_rules(self):
        """The rules in words, by branch; as written where they cannot be read."""
        said = {branch: branch.rule for branch in self}
        by_program = self.grouped(lambda branch: branch.step_id.program_id)
        for program, branches in by_program.items():
            rules = {}
            for branch in branches.filtered("rule"):
                with suppress(ValidationError):
                    rules[branch] = program._rule(branch.rule)
            words = self.env["lifecycle.fact"]._value_words(
                rules.values(), program.company_id
            )
            said |= {branch: rule.describe(words) for branch, rule in rules.items()}
        return said

    def _get_narrowing(self):
        """The fields that narrow the events of this branch down."""
        used = self.step_id.branch_fields or []
        return [
            narrow
            for narrow, key in NARROWED_BY.items()
            if narrow in used and self[narrow] and key in self.event_values
        ]

    def _get_rule(self):
        """The rule of the branch, with what its fields ask of the event."""
        self.ensure_one()
        tests = [self._get_test(narrow) for narrow in self._get_narrowing()]
        if self.rule:
            tests.append(f"({self.rule})" if tests else self.rule)
        return " and ".join(tests)

    def _get_test(self, narrow):
        key = NARROWED_BY[narrow]
        match narrow:
            case "link":
                part = write_text(self.link.strip().lower())
                test = f"$contains($lower(event.url), {part})"
            case "topic_id":
                test = f"event.topic == {write_text(self.topic_id.code)}"
            case _:
                test = f"event.{key} == {write_text(self[narrow].strip())}"
        types = self.event_type_ids
        if all(key in (event_type.payload_types or {}) for event_type in types):
            return test
        # Another event of the branch knows nothing of it, and counts as it is.
        return f"(event.{key} == null or {test})"
