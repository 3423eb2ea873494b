"""The registry of facts, and the one way to read them: the snapshot."""

import re
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import available_timezones

from odoo import api, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import SQL
from odoo.tools.translate import LazyGettext

from ..engine import RuleError, normalise, parse
from ..engine.values import zone
from ..facts import LINES, RANKINGS, RELATIONS, SOURCES
from ..facts.define import CURRENCY
from ..facts.snapshot import snapshot_sql, with_clause
from .prepared import fetch_prepared
from .speaking import in_user_language

# The texts of a fact that people read.
FACT_TEXTS = ("label", "help", "unit", "group")
_FACT_NAME = re.compile(r"[a-z_]+\.[a-z0-9_]+")


class LifecycleFact(models.AbstractModel):
    """What can be known about a contact: typed, documented values from one registry.

    A snapshot is a SELECT with one row per contact and one column per fact, as they
    were at a moment. Rules are conditions over it; messages and step batches fetch its
    rows (`_read`). Nothing of it is stored.

    Other addons extend `_sources`, `_relations` and `_constants`.
    """

    _name = "lifecycle.fact"
    _description = "Customer Data"

    # ------------------------------------------------------------
    # REGISTRY
    # ------------------------------------------------------------

    @api.model
    def _sources(self):
        """The sources of facts of this database.

        :rtype: list[Source]
        """
        return list(SOURCES)

    @api.model
    def _relations(self, company):
        """The relations that sources share, by name.

        :rtype: dict[str, Relation]
        """
        relations = {relation.name: relation for relation in RELATIONS}
        for relation in LINES[company.lifecycle_purchase_source]:
            relations[relation.name] = relation
        relations["ranking"] = RANKINGS[company.lifecycle_purchase_source]
        return relations

    @api.model
    def _all_relations(self):
        """The relations of whatever setting.

        :rtype: list[Relation]
        """
        lines = (relation for lines in LINES.values() for relation in lines)
        return [*RELATIONS, *lines, *RANKINGS.values()]

    @api.model
    def _constants(self, company, as_of):
        """What stands for the placeholders in the SQL of sources and relations."""
        return {
            "abandoned_days": company.lifecycle_abandoned_days,
            "as_of": as_of,
            "company": company.id,
            "currency_digits": company.currency_id.decimal_places,
            "fee_products": self._fee_products(),
            "is_delivery": self._is_delivery_line(),
            "former_days": company.lifecycle_former_days,
            "loyal_days": company.lifecycle_loyal_days,
            "loyal_orders": company.lifecycle_loyal_orders,
            "loyal_score": company.lifecycle_loyal_score,
            "new_days": company.lifecycle_new_days,
            "price_page": company.lifecycle_price_page or "price",
            "tz": zone(company.partner_id.tz).key,
            "zones": self._zones(),
            **self._category_fragments(),
        }

    @api.model
    @tools.ormcache()
    def _zones(self):
        """Names of the time zones that both PostgreSQL and Python know: with any other
        a query would fail.
        """
        rows = self.env.execute_query(SQL("SELECT name FROM pg_timezone_names"))
        return sorted({name for (name,) in rows} & available_timezones())

    @api.model
    def _fee_products(self):
        """SELECT of the products whose role is freight, discount or reward."""
        products = SQL(
            """
            SELECT discount_line_product_id FROM loyalty_reward
             WHERE discount_line_product_id IS NOT NULL
             UNION ALL
            SELECT sale_discount_product_id FROM res_company
             WHERE sale_discount_product_id IS NOT NULL
            """
        )
        if "delivery.carrier" in self.env:
            products = SQL(
                "%s UNION ALL SELECT product_id FROM delivery_carrier", products
            )
        return products

    @api.model
    def _is_delivery_line(self):
        """Whether the order line ``sold`` is freight, in databases that know that."""
        if "is_delivery" in self.env["sale.order.line"]._fields:
            return SQL("sold.is_delivery IS TRUE")
        return SQL("FALSE")

    @api.model
    @tools.ormcache()
    def _source_by_fact(self):
        """The source of each fact by the fact's name; read only."""
        sources = {}
        for source in self._sources():
            for fact in source.facts:
                # The name becomes the name of a column: nothing else may get there.
                if not _FACT_NAME.fullmatch(fact.name) or fact.name in sources:
                    raise ValueError(f"Bad or repeated name of a fact: {fact.name!r}")
                sources[fact.name] = source
        return MappingProxyType(sources)

    @api.model
    @tools.ormcache("self.env.lang", "self._currency().id")
    def _facts(self):
        """All facts by name, in the user's language, amounts in the currency of the
        current company; read only.

        :rtype: Mapping[str, Fact]
        """
        selections = self._code_selections()
        return MappingProxyType(
            {
                fact.name: replace(
                    fact,
                    choices=tuple(
                        selections.get(fact.name)
                        or ((code, self._say(word)) for code, word in fact.choices)
                    ),
                    **{text: self._say(getattr(fact, text)) for text in FACT_TEXTS},
                )
                for source in self._sources()
                for fact in source.facts
            }
        )

    @api.model
    def _currency(self):
        # As superuser: companies in the context that the user may not see are refused
        # otherwise, and a unit is not worth that.
        return self.sudo().env.company.currency_id

    @api.model
    def _say(self, text):
        """A text of a source or a fact in the user's language."""
        if text is CURRENCY:
            return self._currency().name
        return self.env._(text) if isinstance(text, LazyGettext) else text

    # ------------------------------------------------------------
    # SNAPSHOT
    # ------------------------------------------------------------

    @api.model
    def _snapshot(self, names, company, as_of, partners=None):
        """SELECT of facts: ``contact_id`` and a column per fact, named as the fact.

        Values are in the normal form that rules expect. The caller flushes what it has
        not written yet (`env.flush_all`).

        :param names: names of facts
        :param company: whose purchases, programs and settings count (one record)
        :param as_of: naive UTC; whatever is later is not seen
        :param partners: ids of contacts, or SQL that selects them; all addressable
            contacts of the company when not given
        :rtype: SQL
        :raises KeyError: for a name that is not in the registry
        """
        body, reads = snapshot_sql(self._source_by_fact(), self._facts(), names)
        wanted = self._wanted(company, partners)
        return self._over(
            reads, body, company, as_of, wanted, everybody=partners is None
        )

    @api.model
    def _over(
        self,
        reads,
        body,
        company,
        as_of,
        wanted,
        own_relations=(),
        everybody=False,
        **constants,
    ):
        """A query over the relations that sources share.

        :param reads: names of the relations that the query reads, as often as it does
        :param body: text of the SELECT; it may read ``wanted``, too
        :param wanted: SELECT of contact_id and customer_id
        :param own_relations: further relations, or others in the place of shared ones
        :param everybody: whether these are all contacts
        :param constants: further placeholders
        :rtype: SQL
        """
        relations = self._relations(company)
        relations.update({relation.name: relation for relation in own_relations})
        ctes = with_clause(reads, relations, "%(wanted)s", everybody)
        return SQL(
            f"{ctes} {body}",
            **self._constants(company, as_of),
            **constants,
            wanted=wanted,
        )

    @api.model
    def _wanted(self, company, partners):
        if partners is None:
            condition = SQL(
                "%s AND (partner.company_id IS NULL OR partner.company_id = %s)",
                self._addressable("partner"),
                company.id,
            )
        elif isinstance(partners, SQL):
            condition = SQL("partner.id IN (%s)", partners)
        else:
            condition = SQL("partner.id = ANY(%s)", list(partners))
        return SQL(
            """
            SELECT partner.id AS contact_id,
                   partner.commercial_partner_id AS customer_id
              FROM res_partner partner
             WHERE %s
            """,
            condition,
        )

    @api.model
    def _addressable(self, alias):
        """SQL condition: programs may write to this row of ``res_partner``.

        An active contact with a mail address or a phone number that is neither an
        internal user nor one of our own companies or their contacts.
        """
        conditions = self._addressable_conditions(SQL.identifier(alias))
        return SQL("(%s)", SQL(" AND ").join(conditions.values()))

    @api.model
    def _addressable_conditions(self, p):
        """The parts of `_addressable`, named after what fails without them.

        :param p: the identifier of the row
        :rtype: dict[str, SQL]
        """
        return {
            "archived": SQL("%s.active", p),
            "no_address": SQL(
                "(COALESCE(%(p)s.email_normalized, '') <> ''"
                " OR COALESCE(%(p)s.phone, '') <> '')",
                p=p,
            ),
            "internal_user": SQL(
                """
                NOT EXISTS (
                    SELECT FROM res_users own_user
                     WHERE own_user.partner_id = %s.id
                       AND own_user.share IS NOT TRUE)
                """,
                p,
            ),
            "own_company": SQL(
                """
                %s.commercial_partner_id NOT IN (
                    SELECT own.commercial_partner_id
                      FROM res_company own_company
                      JOIN res_partner own ON own.id = own_company.partner_id)
                """,
                p,
            ),
        }

    @api.model
    def _read(self, partner_ids, names, company, as_of):
        """The facts of some contacts as Python values, in one query.

        :return: by contact id and fact name; None when missing, numbers as Decimal,
            lists as tuples, moments naive UTC
        :rtype: dict[int, dict[str, Any]]
        """
        facts = self._facts()
        names = sorted(set(names))
        self.env.flush_all()
        # As text, because Odoo makes floats of numerics.
        columns = [
            f'"{name}"::text' if facts[name].type == "number" else f'"{name}"'
            for name in names
        ]
        rows = fetch_prepared(
            self.env,
            SQL(
                "SELECT %s FROM (%s) AS snapshot",
                SQL(", ".join(["contact_id", *columns])),
                self._snapshot(names, company, as_of, partners=list(partner_ids)),
            ),
        )
        types = [facts[name].type for name in names]
        return {
            contact_id: {
                name: _value(type_, value)
                for name, type_, value in zip(names, types, values, strict=True)
            }
            for contact_id, *values in rows
        }

    # ------------------------------------------------------------
    # RULES
    # ------------------------------------------------------------

    @api.model
    @in_user_language
    def _check_rule(self, text, extra=None, macros=None):
        """The rule of a text over the facts of the registry.

        :param extra: further facts by name, such as the values of an event
        :param macros: the saved rules it may name; by default all there are
        :rtype: Rule
        :raises ValidationError: says what is wrong, where, and what to write instead
        """
        if macros is None:
            macros = self.env["lifecycle.rule"]._macros()
        try:
            return parse(text or "", {**self._facts(), **(extra or {})}, macros)
        except RuleError as error:
            raise ValidationError(str(error)) from error

    @api.model
    def _matching(self, rule, company, as_of, partners=None):
        """SELECT of ``contact_id``: the contacts that a rule over facts matches.

        :param rule: over facts of the registry alone
        :param partners: as for `_snapshot`
        :rtype: SQL
        """
        condition, parameters = rule.sql(
            lambda name: f'snapshot."{name}"', as_of, zone(company.partner_id.tz).key
        )
        return SQL(
            "SELECT snapshot.contact_id FROM (%s) AS snapshot WHERE %s",
            self._snapshot(rule.facts, company, as_of, partners=partners),
            SQL(condition, *parameters),
        )


def _value(type_, value):
    if type_ == "number":
        return None if value is None else Decimal(value)
    return normalise(type_, value)
