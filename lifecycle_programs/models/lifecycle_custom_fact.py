"""Facts that a company adds by itself: fields of the contact, chosen in a view."""

from types import MappingProxyType

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import SQL, Query
from odoo.tools.translate import LazyTranslate

from ..facts import Source
from ..facts.define import facts_of
from .lifecycle_custom_path import LifecyclePath, PathError

_lt = LazyTranslate(__name__)

SPACE = "custom"
# Sources are kept for all languages at once.
CUSTOM_FIELDS = _lt("Custom fields")
TYPES = [
    ("number", "Number"),
    ("text", "Text"),
    ("boolean", "Yes or no"),
    ("date", "Date"),
    ("datetime", "Date and time"),
    ("text_list", "List of texts"),
]


class LifecycleCustomFact(models.Model):
    _name = "lifecycle.custom.fact"
    _description = "Custom Field"
    _order = "name, id"

    name = fields.Char(
        string="Label",
        required=True,
        translate=True,
        help="How explanations and lists call it, e.g. Segment.",
    )
    code = fields.Char(
        required=True,
        help="How rules call it: the code segment is written as custom.segment.",
    )
    description = fields.Char(
        translate=True, help="One sentence that says what the value means."
    )
    model = fields.Char(default="res.partner", required=True, readonly=True)
    path = fields.Char(
        string="Field",
        required=True,
        help="The field of the contact, or a field of what the contact belongs to: at "
        "most three steps.",
    )
    unit = fields.Char(translate=True, help="Written behind a number, e.g. employees.")
    type = fields.Selection(TYPES, compute="_compute_type")
    full_name = fields.Char(string="In rules", compute="_compute_full_name")

    _code_unique = models.UniqueIndex("(code)", "Every field needs its own code.")
    _code_plain = models.Constraint(
        "CHECK (code ~ '^[a-z][a-z0-9_]{0,39}$')",
        "A code has small letters, digits and underscores, and begins with a letter.",
    )

    @api.depends("path")
    def _compute_type(self):
        for fact in self:
            try:
                fact.type = fact._parse_path().type
            except PathError:
                fact.type = False

    @api.depends("code")
    def _compute_full_name(self):
        for fact in self:
            fact.full_name = f"{SPACE}.{fact.code}" if fact.code else ""

    @api.constrains("path", "model")
    def _check_path(self):
        for fact in self:
            try:
                fact._parse_path()
            except PathError as error:
                raise ValidationError(
                    self.env._(
                        "%(field)s cannot be used: %(reason)s",
                        field=fact.path,
                        reason=error,
                    )
                ) from None

    @api.onchange("path")
    def _onchange_path(self):
        """The label of the chosen field is a good first label."""
        if self.path and not self.name:
            try:
                last = self._parse_path().fields[-1]
            except PathError:
                return
            self.name = last._description_string(self.env)

    # ------------------------------------------------------------
    # ORM
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        facts = super().create(vals_list)
        facts._facts_changed()
        return facts

    def write(self, vals):
        if {"code", "path"} & vals.keys():
            changed = self.filtered(
                lambda fact: any(
                    key in vals and vals[key] != fact[key] for key in ("code", "path")
                )
            )
            self.env["lifecycle.rule.use"]._check_unused(changed.mapped("full_name"))
        result = super().write(vals)
        self._facts_changed()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self.env["lifecycle.rule.use"]._check_unused(self.mapped("full_name"))

    def unlink(self):
        result = super().unlink()
        self._facts_changed()
        return result

    @api.model
    def _facts_changed(self):
        self.env.flush_all()
        self.env["lifecycle.fact.description"].invalidate_model()
        self.env.registry.clear_cache()

    # ------------------------------------------------------------
    # SOURCES
    # ------------------------------------------------------------

    def _parse_path(self):
        """The path of this field.

        :rtype: LifecyclePath
        :raises PathError: says why it cannot be used
        """
        self.ensure_one()
        return LifecyclePath(self.sudo().env, self.path or "")

    @api.model
    def _usable(self):
        """All custom fields with their paths; one whose field is gone is left out, so
        that rules that name it say so."""
        for fact in self.sudo().search([("path", "!=", False)], order="id"):
            try:
                yield fact, fact._parse_path()
            except PathError:
                continue

    @api.model
    def _sources(self):
        """A source for each custom field.

        :rtype: list[Source]
        """
        define = facts_of(SPACE, CUSTOM_FIELDS, history=False)
        return [
            Source(
                f"{SPACE}_{fact.code}",
                CUSTOM_FIELDS,
                key="contact",
                joins=f"LEFT JOIN (%({SPACE}_{fact.code})s) AS {SPACE}_{fact.code}"
                f" ON {SPACE}_{fact.code}.id = wanted.contact_id",
                facts=(
                    define(
                        fact.code,
                        path.type,
                        fact.name,
                        fact.description
                        or self.env._("The field %(path)s.", path=fact.path),
                        f"{SPACE}_{fact.code}.value",
                        unit=fact.unit or "",
                    ),
                ),
            )
            for fact, path in self._usable()
        ]

    @api.model
    @tools.ormcache("company.id")
    def _selects(self, company):
        """What stands for the placeholders of the sources: SELECTs of id and value.

        :rtype: Mapping[str, SQL]
        """
        # By their English names, as all facts; of this company, where Odoo keeps
        # values by company.
        env = self.sudo().with_company(company).with_context(lang="en_US").env
        return MappingProxyType(
            {
                f"{SPACE}_{fact.code}": _select(env, path)
                for fact, path in self._usable()
            }
        )


class LifecycleFact(models.AbstractModel):
    _inherit = "lifecycle.fact"

    @api.model
    def _sources(self):
        return [*super()._sources(), *self.env["lifecycle.custom.fact"]._sources()]

    @api.model
    def _constants(self, company, as_of):
        selects = self.env["lifecycle.custom.fact"]._selects(company)
        return {**super()._constants(company, as_of), **selects}


def _select(env, path):
    """SELECT of the id of every contact and the value at the end of the path."""
    query = Query(env, "contact", SQL.identifier("res_partner"))
    value = path.sql(env, query, "contact")
    return query.select(SQL.identifier("contact", "id"), SQL("%s AS value", value))
