"""Why somebody is in a program: the entry rule of that day, and the values it saw."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import Macro, RuleError, parse
from ..engine.fact import Fact

# PostgreSQL functions take at most 100 arguments.
PAIRS = 50


class LifecycleEntryRule(models.Model):
    """An entry rule as it stood when people entered by it.

    Whoever enters keeps the values that the rule saw, and this record makes words of
    them a year later, whatever has become of the rule and of the customer data.
    """

    _name = "lifecycle.entry.rule"
    _description = "Entry Rule at That Time"
    _order = "id desc"

    program_id = fields.Many2one(
        "lifecycle.program", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="program_id.company_id")
    text = fields.Text(string="Rule", required=True)
    facts = fields.Json(
        help="Type, label and unit of everything that the rule names, by name."
    )
    macros = fields.Json(
        help="Name and text of the saved rules that the rule named, by code."
    )

    @api.model
    def _of_program(self, program, rule):
        """The record of this program's rule as it stands now.

        :param rule: the parsed entry rule
        """
        if not rule.text.strip():
            return self.browse()
        known = self.env["lifecycle.fact"]._facts() | program._rule_facts(entry=True)
        facts = {
            name: [known[name].type, known[name].label, known[name].unit]
            for name in sorted(rule.facts)
        }
        saved = self.env["lifecycle.rule"]._macros()
        macros = {
            code: [saved[code].label, saved[code].text] for code in sorted(rule.macros)
        }
        same = self.search(
            [("program_id", "=", program.id), ("text", "=", rule.text)]
        ).filtered(lambda kept: (kept.facts, kept.macros or {}) == (facts, macros))
        return same[:1] or self.create(
            {
                "program_id": program.id,
                "text": rule.text,
                "facts": facts,
                "macros": macros,
            }
        )

    def _parse(self):
        """The rule over the facts of that time; None when it is no rule any more."""
        self.ensure_one()
        facts = {
            name: Fact(name, type_, label, unit=unit)
            for name, (type_, label, unit) in self.facts.items()
        }
        macros = {
            code: Macro(code, label, text)
            for code, (label, text) in (self.macros or {}).items()
        }
        try:
            return parse(self.text, facts, macros)
        except RuleError:
            return None


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    def _entry_values(self, rule):
        """SQL of the jsonb of all values that the entry rule reads, by name.

        :param rule: the parsed entry rule
        """
        column = self._entry_columns()
        known = self.env["lifecycle.fact"]._facts() | self._rule_facts(entry=True)
        pairs = []
        for name in sorted(rule.facts):
            found = column(name)
            value = SQL(found) if isinstance(found, str) else SQL(found[0], *found[1])
            if known[name].type == "number":
                value = SQL("trim_scale(%s)", value)
            pairs.append(SQL("%s, %s", name, value))
        objects = [
            SQL("jsonb_build_object(%s)", SQL(", ").join(pairs[start : start + PAIRS]))
            for start in range(0, len(pairs), PAIRS)
        ]
        return SQL(" || ").join(objects) if objects else SQL("NULL::jsonb")


class LifecycleEnrolment(models.Model):
    _inherit = "lifecycle.enrolment"

    entry_rule_id = fields.Many2one(
        "lifecycle.entry.rule", ondelete="set null", index="btree_not_null"
    )
    entry_values = fields.Json(
        help="The values that the entry rule saw, by name, at that moment."
    )

    def _explain_entry(self):
        """Why each of these got in, as of their entry.

        :return: an `Explanation` per enrolment; None for who entered without a rule
        """
        explanations = dict.fromkeys(self)
        for company, enrolments in self.grouped("company_id").items():
            explanations |= enrolments._explain_company_entry(company)
        return explanations

    def _explain_company_entry(self, company):
        facts = self.env["lifecycle.fact"]
        rules = {kept: kept.sudo()._parse() for kept in self.entry_rule_id}
        rules = {kept: rule for kept, rule in rules.items() if rule}
        words = facts._value_words(
            rules.values(), company, [line.entry_values or {} for line in self]
        )
        explanations = {}
        for kept, enrolments in self.grouped("entry_rule_id").items():
            rule = rules.get(kept)
            if rule is None:
                continue
            program = enrolments.program_id
            # In the user's language, as far as the names are still known.
            known = facts._facts() | program._rule_facts(entry=True)
            labels = {name: known[name] for name in rule.facts & known.keys()}
            for enrolment in enrolments:
                explanations[enrolment] = rule.explain(
                    enrolment.entry_values or {},
                    enrolment.create_date,
                    program._tz(),
                    labels,
                    words,
                )
        return explanations
