"""The indexes that sources of facts need, on tables of other addons."""

from odoo import api, models
from odoo.tools import SQL

# All of ours begin so, and nobody else's.
PREFIX = "lifecycle_facts_"


class LifecycleFact(models.AbstractModel):
    _inherit = "lifecycle.fact"

    def init(self):
        """Create what is declared, at installation and update; a glue addon that brings
        sources brings their indexes."""
        # Once all tables are there, also those that sources themselves are kept in.
        self.pool.post_init(self._create_indexes)

    @api.model
    def _create_indexes(self):
        self._sync_indexes(self._indexes())

    @api.model
    def _indexes(self):
        """What the sources and relations of this database declare, by name.

        :rtype: dict[str, Index]
        """
        declaring = [*self._sources(), *self._all_relations()]
        return {index.name: index for one in declaring for index in one.indexes}

    @api.model
    def _sync_indexes(self, wanted):
        """Have these indexes and no others of ours; one that was declared otherwise is
        made anew.

        :param wanted: indexes by name
        """
        made = self._get_made_indexes()
        for name, definition in made.items():
            if name not in wanted or wanted[name].definition != definition:
                self.env.cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
        for name, index in wanted.items():
            if made.get(name) == index.definition:
                continue
            name = SQL.identifier(name)
            self.env.cr.execute(
                SQL(
                    "CREATE INDEX %s ON %s %s",
                    name,
                    SQL.identifier(index.table),
                    SQL(index.definition),
                )
            )
            self.env.cr.execute(
                SQL("COMMENT ON INDEX %s IS %s", name, index.definition)
            )

    @api.model
    def _get_made_indexes(self):
        """How the indexes that are there were declared, by name."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT c.relname, obj_description(c.oid, 'pg_class')
                  FROM pg_class c
                 WHERE c.relkind = 'i' AND starts_with(c.relname, %s)
                   AND c.relnamespace = current_schema::regnamespace
                """,
                PREFIX,
            )
        )
        return dict(rows)
