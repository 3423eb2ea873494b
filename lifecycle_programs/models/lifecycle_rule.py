"""Saved rules: a condition with a name, which other rules write as one word."""

import re
import unicodedata
from types import MappingProxyType

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache

from ..engine import Macro, is_macro_name, plain_names
from .speaking import in_user_language

#: What rules depend on: a change of anything else needs no second look at them.
_MEANING = {"code", "rule", "active"}


class LifecycleRule(models.Model):
    """A rule over customer data that other rules name by its code.

    A change is checked against everything that uses the rule, directly or through other
    saved rules, and refused when something would not work any more. What programs have
    published goes on with the changed rule at once.

    Other addons that keep rules extend `lifecycle.rule.use._rule_places`.
    """

    _name = "lifecycle.rule"
    _description = "Saved Rule"
    _order = "name, id"

    name = fields.Char(
        required=True,
        translate=True,
        help="How people read it in explanations, such as “Active customer”.",
    )
    code = fields.Char(
        required=True,
        compute="_compute_code",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="The word that other rules write, such as is_active_customer.",
    )
    rule = fields.Text(
        required=True,
        help="An expression over customer data; it may name other saved rules.",
    )
    description = fields.Text(
        translate=True, help="What it is for, for those who use it."
    )
    active = fields.Boolean(default=True)
    rule_description = fields.Text(
        string="In words", compute="_compute_rule_description"
    )
    used_in = fields.Text(
        string="Where it is used",
        compute="_compute_used_in",
        help="A change of the rule is a change of all of these.",
    )

    _code_unique = models.UniqueIndex("(code)", "Every saved rule needs its own code.")

    @api.depends("name")
    def _compute_code(self):
        for rule in self.filtered(lambda rule: not rule.code):
            plain = unicodedata.normalize("NFKD", rule.name or "").lower()
            words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode())
            code = "_".join(words)
            rule.code = code if is_macro_name(code) else f"rule_{code}".rstrip("_")

    @api.depends("rule")
    @api.depends_context("lang", "company")
    @in_user_language
    def _compute_rule_description(self):
        facts = self.env["lifecycle.fact"]
        checked = {}
        for rule in self:
            try:
                checked[rule] = facts._check_rule(rule.rule)
            except ValidationError as error:
                rule.rule_description = error.args[0]
        words = facts._value_words(checked.values(), self.env.company)
        for rule, parsed in checked.items():
            rule.rule_description = parsed.describe(words)

    @api.depends("code", "rule")
    def _compute_used_in(self):
        for rule in self:
            uses = rule._origin._get_uses() if rule._origin else []
            rule.used_in = rule._name_uses(uses)

    @api.constrains("code")
    def _check_code(self):
        for rule in self:
            if not is_macro_name(rule.code):
                raise ValidationError(
                    self.env._(
                        "“%(code)s” cannot be the code of a saved rule: use letters "
                        "without accents, digits and underscores, beginning with a "
                        "letter, and no word of the rule language.",
                        code=rule.code,
                    )
                )

    @api.constrains(*_MEANING)
    def _check_rule(self):
        macros = self._get_macros()
        for rule in self.filtered("active"):
            self.env["lifecycle.fact"]._check_rule(rule.rule, macros=macros)

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        return rules

    def write(self, vals):
        if not _MEANING & set(vals):
            result = super().write(vals)
            if "name" in vals:
                self.env.registry.clear_cache()
            return result
        uses = self._get_uses()
        if not vals.get("active", True):
            self._check_unused(uses)
        checks = self._get_checks()
        working = [use for use in uses if not _problem(checks, use)]
        result = super().write(vals)
        self._check_working(working)
        # Not before: a refused change must leave nothing in the caches.
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_unused(self._get_uses())

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # ------------------------------------------------------------
    # FOR RULES
    # ------------------------------------------------------------

    @api.model
    @ormcache("self.env.lang")
    def _macros(self):
        """The saved rules that a rule may name, by code; read only.

        :rtype: Mapping[str, Macro]
        """
        return self._get_macros()

    @api.model
    def _get_macros(self):
        """The same, as they stand in this transaction."""
        rules = self.sudo().search_fetch([], ["code", "name", "rule"])
        return MappingProxyType(
            {rule.code: Macro(rule.code, rule.name, rule.rule) for rule in rules}
        )

    # ------------------------------------------------------------
    # WHERE THEY ARE USED
    # ------------------------------------------------------------

    def _get_uses(self):
        """What names these rules, directly or through other saved rules.

        :return: pairs of a record (as superuser) and the field of its rule
        """
        own = list(self)  # a list, because the records to look up are of many models
        uses, seen, codes = [], set(self.mapped("code")), set(self.mapped("code"))
        while codes:
            found = self._get_direct_uses(codes)
            uses += [use for use in found if use not in uses and use[0] not in own]
            codes = {
                record.code for record, _field in found if record._name == self._name
            } - seen
            seen |= codes
        return uses

    def _get_direct_uses(self, codes):
        uses = []
        use = self.env["lifecycle.rule.use"]
        for model, field in use._rule_places():
            holders = self.env[model].sudo().with_context(active_test=False)
            naming = Domain.OR(Domain(field, "like", code) for code in codes)
            uses += [
                (holder, field)
                for holder in holders.search(naming & use._running(model))
                if codes & plain_names(holder[field])
            ]
        return uses

    def _get_checks(self):
        """By model and field, the function that checks a record's rule as the saved
        rules stand now.
        """
        facts, macros = self.env["lifecycle.fact"], self._get_macros()
        editor = self.env["lifecycle.rule.editor"]

        def extra(record, sees):
            if sees == "facts":
                return {}
            program = editor._program_of(record, None)
            return program._rule_facts(entry=sees == "entry")

        def checking(field, sees):
            return lambda record: facts._check_rule(
                record[field], extra=extra(record, sees), macros=macros
            )

        return {
            (model, field): checking(field, sees)
            for (model, field), sees in self.env["lifecycle.rule.use"]
            ._rule_places()
            .items()
        }

    def _check_working(self, uses):
        """Refuse a change that breaks one of these rules."""
        checks = self._get_checks()
        for use in uses:
            if problem := _problem(checks, use):
                raise ValidationError(
                    self.env._(
                        "This change does not go with what uses the saved rule. "
                        "%(use)s: %(problem)s",
                        use=self._name_uses([use]),
                        problem=problem,
                    )
                )

    def _check_unused(self, uses):
        if uses:
            raise UserError(
                self.env._(
                    "The saved rule is in use. Take it out of these first:\n%(uses)s",
                    uses=self._name_uses(uses),
                )
            )

    def _name_uses(self, uses):
        """Where rules stand, a line each."""
        label = self.env["lifecycle.rule.use"]._use_label
        return "\n".join(dict.fromkeys(label(record) for record, _field in uses))


def _problem(checks, use):
    """What is wrong with a record's rule, or None."""
    record, field = use
    try:
        checks[record._name, field](record)
    except ValidationError as error:
        return error.args[0]
    return None
