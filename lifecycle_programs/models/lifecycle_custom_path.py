"""A path of fields from the contact to a value: what is allowed, and its SQL."""

import re

from odoo.fields import Domain
from odoo.tools import SQL, Query

MARKETERS = "lifecycle_programs.group_lifecycle_marketer"
MAX_STEPS = 3
#: By the type of an Odoo field, the type of the fact.
FACT_TYPES = {
    "char": "text",
    "text": "text",
    "selection": "text",
    "boolean": "boolean",
    "integer": "number",
    "float": "number",
    "monetary": "number",
    "date": "date",
    "datetime": "datetime",
}
# A record rule that looks at the user shows everybody something else.
_WHO_ASKS = re.compile(r"\buser\b")


class PathError(Exception):
    """Why a path cannot be used, in the user's language."""


class LifecyclePath:
    """A checked path of fields, e.g. ``industry_id.name`` or ``category_id``.

    It leads over at most one field with several records, which is then its last
    relation. A path that ends with a relation gives the names of its records. Allowed
    is only what all marketers may read, whoever chooses it: the values show in rules,
    counts and messages.

    :param env: as superuser
    :param text: names of fields of ``res.partner`` with dots between them
    :ivar fields: the Odoo fields on the way
    :ivar type: the type of the fact
    :raises PathError: says why not
    """

    def __init__(self, env, text):
        self._env = env
        self.fields = []
        model = env["res.partner"]
        names = text.split(".")
        if len(names) > MAX_STEPS:
            raise PathError(env._("it has more than %(steps)s steps.", steps=MAX_STEPS))
        for name in names:
            if model is None:
                raise PathError(env._("“%(name)s” follows a plain value.", name=name))
            model = self._step(model, name)
        if model is not None:
            self._step(model, model._rec_name or "")
        kind = FACT_TYPES[self.fields[-1].type]
        several = [field for field in self.fields if field.type == "many2many"]
        if several and kind != "text":
            raise PathError(env._("of several records only texts can be listed."))
        self.type = "text_list" if several else kind

    def _step(self, model, name):
        """Add a field of the path; the model that it leads to, None for a value."""
        env = self._env
        field = model._fields.get(name)
        if field is None:
            raise PathError(
                env._(
                    "%(model)s has no field “%(name)s”.",
                    model=model._description,
                    name=name,
                )
            )
        self._check_field(field)
        self.fields.append(field)
        if field.type not in ("many2one", "many2many"):
            return None
        if any(one.type == "many2many" for one in self.fields[:-1]):
            raise PathError(
                env._("“%(name)s” comes behind a list of records.", name=name)
            )
        comodel = env[field.comodel_name]
        if field.type == "many2many" and "message_ids" in comodel._fields:
            # Meetings, chats and the like: who may see which of them is decided row by
            # row, and not by rules alone.
            raise PathError(
                env._(
                    "“%(name)s” lists documents; only labels such as tags can be "
                    "listed.",
                    name=name,
                )
            )
        if not _may_read(comodel):
            raise PathError(
                env._("marketers may not read %(model)s.", model=comodel._description)
            )
        return comodel

    def _check_field(self, field):
        env = self._env
        base = field.base_field
        if field.type not in (*FACT_TYPES, "many2one", "many2many"):
            raise PathError(
                env._("“%(name)s” is of a kind that is no value.", name=field.name)
            )
        if not (base.store and (field.store or field.inherited)):
            raise PathError(
                env._(
                    "“%(name)s” is computed and not kept in the database.",
                    name=field.name,
                )
            )
        if not (_may_use(env, field) and _may_use(env, base)):
            raise PathError(env._("marketers may not see “%(name)s”.", name=field.name))

    def sql(self, env, query, alias):
        """The value as an expression over a row of ``res_partner``.

        :param env: as superuser, of the company and the language of the values
        :param query: the ORM's query; joins are added to it
        :param alias: of ``res_partner`` in the query
        :rtype: SQL
        """
        model = env["res.partner"]
        for position, field in enumerate(self.fields):
            if field.type == "many2many":
                return self._names(env, model, alias, field, self.fields[position + 1])
            value = model._field_to_sql(alias, field.name, query)
            if field.type != "many2one":
                return value
            model = env[field.comodel_name]
            alias = query.make_alias(alias, field.name)
            query.add_join(
                "LEFT JOIN",
                alias,
                model._table,
                SQL("%s = %s", SQL.identifier(alias, "id"), value),
            )
        raise AssertionError("A path ends with a value")

    def _names(self, env, model, alias, field, last):
        """The different texts of the records of a many2many field."""
        several = env[field.comodel_name]
        inner = Query(env, "listed", SQL.identifier(several._table))
        inner.add_join(
            "JOIN",
            "link",
            field.relation,
            SQL(
                "%s = %s AND %s = %s",
                SQL.identifier("link", field.column2),
                SQL.identifier("listed", "id"),
                SQL.identifier("link", field.column1),
                SQL.identifier(alias, "id"),
            ),
        )
        text = several._field_to_sql("listed", last.name, inner)
        names = inner.select(SQL("DISTINCT %s AS name", text))
        return SQL("ARRAY(%s ORDER BY 1)", names)


def _marketers(env):
    """The group of marketers with all it implies."""
    return env.ref(MARKETERS).all_implied_ids


def _may_use(env, field):
    """Whether every marketer may see a field, by the groups written on it."""
    if not field.groups:
        return True
    theirs = _marketers(env)
    wanted = [name.strip() for name in field.groups.split(",")]
    refused = [name[1:] for name in wanted if name.startswith("!")]
    given = [name for name in wanted if not name.startswith("!")]

    def is_theirs(name):
        group = env.ref(name, raise_if_not_found=False) if "." in name[1:] else None
        return bool(group and group in theirs)

    if any(is_theirs(name) for name in refused):
        return False
    return any(is_theirs(name) for name in given) if given else True


def _may_read(model):
    """Whether every marketer may read records of a model: by the access rights, and by
    record rules that say the same for all of them."""
    if model._transient or model._abstract:
        return False
    theirs = _marketers(model.env).ids
    readable = Domain("model_id.model", "=", model._name) & Domain(
        "perm_read", "=", True
    )
    given = Domain("group_id", "=", False) | Domain("group_id", "in", theirs)
    if not model.env["ir.model.access"].search_count(readable & given, limit=1):
        return False
    applied = Domain("groups", "=", False) | Domain("groups", "in", theirs)
    return not any(
        _WHO_ASKS.search(rule.domain_force or "")
        for rule in model.env["ir.rule"].search(readable & applied)
    )
