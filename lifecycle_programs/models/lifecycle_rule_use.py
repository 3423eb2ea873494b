"""Who names a fact: asked before it is changed or removed."""

import re

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class LifecycleRuleUse(models.AbstractModel):
    """Where rules and texts stand, and which of them name a fact.

    Names in versions that people are still inside count too.
    """

    _name = "lifecycle.rule.use"
    _description = "Uses of a Fact"

    @api.model
    def _rule_places(self):
        """The fields that hold rules, by model and field, and what a rule sees there:
        ``facts``, with the event and the program's numbers (``entry``), or with the
        enrolment too (``enrolment``). Other addons add their fields.

        :rtype: dict[tuple[str, str], str]
        """
        return {
            ("lifecycle.rule", "rule"): "facts",
            ("lifecycle.program", "rule"): "entry",
            ("lifecycle.program", "goal_rule"): "enrolment",
            ("lifecycle.program", "exit_rule"): "enrolment",
            ("lifecycle.step.branch", "rule"): "enrolment",
        }

    @api.model
    def _rule_fields(self):
        """The fields that hold rules or other texts that name facts, by model. Other
        addons add their texts.

        :rtype: dict[str, tuple[str, ...]]
        """
        names = {
            "lifecycle.step": ("note",),
            "lifecycle.message": ("subject", "body", "body_text"),
        }
        for model, field in self._rule_places():
            names[model] = (*names.get(model, ()), field)
        return names

    @api.model
    def _running(self, model):
        """The records of a model whose rules and texts still matter: people who entered
        a retired version finish it.

        :rtype: Domain
        """
        if model == "lifecycle.rule":
            return Domain("active", "=", True)
        to_version = {
            "lifecycle.step": "version_id",
            "lifecycle.step.branch": "step_id.version_id",
        }.get(model)
        if not to_version:
            return Domain.TRUE
        inside = self.env["lifecycle.enrolment"].sudo()
        live = inside._search([("state", "in", ("active", "error"))])
        return Domain(f"{to_version}.state", "!=", "retired") | Domain(
            to_version, "in", live.subselect("version_id")
        )

    @api.model
    def _used_by(self, name):
        """What uses a name, for people.

        :param name: of a fact, such as ``custom.segment``
        :rtype: list[str]
        """
        word = re.compile(rf"(?<![\w.]){re.escape(name)}(?![\w.])")
        found = set()
        for model, texts in self._rule_fields().items():
            records = self.env[model].sudo().with_context(active_test=False)
            languages = {None}
            if any(records._fields[text].translate for text in texts):
                languages = {code for code, _name in self._languages()}
            for language in languages:
                said = records.with_context(lang=language)
                mentions = Domain.OR([(text, "like", name)] for text in texts)
                found |= {
                    self._use_label(record)
                    for record in said.search(mentions & self._running(model))
                    if any(word.search(record[text] or "") for text in texts)
                }
        return sorted(found)

    @api.model
    def _languages(self):
        return self.env["res.lang"].get_installed()

    @api.model
    def _use_label(self, record):
        """How people know a record that holds a rule: by its program, if it has one. Of
        what the user may not see, only that it is there."""
        record = record.with_context(lang=self.env.lang)
        if not record.with_env(self.env)._filtered_access("read"):
            return self.env._("something of another company")
        if record._name == "lifecycle.step.branch":
            record = record.step_id
        if record._name == "lifecycle.step":
            program = record.version_id.program_id
            return f"{program.display_name}: {record.display_name}"
        return record.display_name

    @api.model
    def _check_unused(self, names):
        """Refuse to change or remove facts that something names.

        :param names: names of facts
        :raises UserError: with the names of those that use one
        """
        for name in names:
            uses = self._used_by(name)
            if uses:
                raise UserError(
                    self.env._(
                        "“%(name)s” is used and cannot be renamed, changed or removed. "
                        "It stands in: %(uses)s.",
                        name=name,
                        uses=", ".join(uses),
                    )
                )
