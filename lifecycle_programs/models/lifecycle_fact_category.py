"""The names of product categories that facts, picks and events use."""

from odoo import api, models
from odoo.tools import SQL

from ..facts.categories import KINDS, category_name, category_names, is_in_category


class LifecycleFact(models.AbstractModel):
    _inherit = "lifecycle.fact"

    @api.model
    def _category_naming(self):
        """Which names of categories count: the kind, and the level of the tree.

        Product categories belong to no company, and so does this.

        :rtype: tuple[str, int]
        """
        read = self.env["ir.config_parameter"].sudo().get_param
        kind = read("lifecycle_programs.category_kind")
        level = read("lifecycle_programs.category_level") or ""
        return (
            kind if kind in KINDS else "tree",
            max(int(level), 1) if level.isdecimal() else 1,
        )

    @api.model
    def _category_names(self, alias):
        """SELECT of the names that marketing uses for a ``product_category``.

        :param alias: its alias
        :rtype: SQL
        """
        return SQL(category_names(alias, *self._category_naming()))

    @api.model
    def _category_fragments(self):
        """The placeholders of facts and picks about categories: ``own`` is the alias
        of what was bought, ``category`` of what is offered."""
        naming = self._category_naming()
        return {
            "own_names": SQL(category_names("own", *naming)),
            "own_name": SQL(category_name("own", *naming)),
            "category_name": SQL(category_name("category", *naming)),
            "is_in_category": SQL(is_in_category("own", "category", *naming)),
        }

    @api.model
    def _category_shares(self, kind, level):
        """How many active products that can be sold each marketing category has.

        :return: names with their numbers, the fullest first
        :rtype: list[tuple[str, int]]
        """
        self.env["product.template"].flush_model()
        self.env["product.category"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT named.name, sum(product.count)::int
                  FROM (SELECT categ_id, count(*) FROM product_template
                         WHERE active AND sale_ok GROUP BY categ_id) product
                  LEFT JOIN product_category own ON own.id = product.categ_id
                 CROSS JOIN LATERAL (SELECT %s) AS named(name)
                 GROUP BY named.name
                 ORDER BY 2 DESC, 1
                """,
                SQL(category_name("own", kind, level)),
            )
        )
