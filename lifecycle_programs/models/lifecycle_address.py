"""Addresses are served by one worker at a time."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .lifecycle_retry import claim

# Longer than any transaction; what is older guards nothing.
KEPT_DAYS = 2
GC_LIMIT = 50_000


class LifecycleAddress(models.Model):
    """An address that messages are on their way to.

    Limits and "one message per address" are read from what is committed. Two workers
    that serve one address at the same instant would not see each other's messages: each
    locks and writes the row of the address. The second one leaves the address alone
    while the first still works; if the first has committed since the second began, the
    database refuses the write and the batch runs again with eyes open.

    Kept as a digest: the row guards an address, nobody has to read it.
    """

    _name = "lifecycle.address"
    _description = "Served Address"
    _log_access = False
    _rec_name = "digest"

    digest = fields.Char(required=True)
    served_at = fields.Datetime(required=True)

    _digest_unique = models.UniqueIndex("(digest)")

    @api.model
    def _reserve(self, addresses, now):
        """Take addresses for this transaction.

        :return: the set of those that are ours; another worker has the others
        """
        rows = claim(
            self.env,
            SQL(
                """
                WITH wanted AS MATERIALIZED (
                    SELECT address, md5(address) AS digest
                      FROM unnest(%(addresses)s::text[]) AS address
                ), known AS MATERIALIZED (
                    SELECT id FROM lifecycle_address
                     WHERE digest IN (SELECT digest FROM wanted)
                       FOR UPDATE SKIP LOCKED
                ), served AS (
                    UPDATE lifecycle_address a SET served_at = %(now)s
                      FROM known WHERE a.id = known.id
                    RETURNING a.digest
                ), added AS (
                    INSERT INTO lifecycle_address (digest, served_at)
                    SELECT digest, %(now)s
                      FROM wanted
                     WHERE digest NOT IN (SELECT digest FROM lifecycle_address
                                           WHERE digest IN (SELECT digest FROM wanted))
                     ORDER BY 1
                        ON CONFLICT (digest) DO NOTHING
                    RETURNING digest
                )
                SELECT address FROM wanted
                 WHERE digest IN (SELECT digest FROM served
                                   UNION ALL SELECT digest FROM added)
                """,
                addresses=sorted(addresses),
                now=now,
            ),
        )
        return {row[0] for row in rows}

    @api.autovacuum
    def _gc_addresses(self):
        """Forget addresses that nobody is serving."""
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        done = self.env.execute_query(
            SQL(
                """
                DELETE FROM lifecycle_address WHERE id IN (
                    SELECT id FROM lifecycle_address WHERE served_at < %s
                     LIMIT %s FOR UPDATE SKIP LOCKED)
                RETURNING id
                """,
                limit,
                GC_LIMIT,
            )
        )
        return len(done), 1 if len(done) == GC_LIMIT else 0
