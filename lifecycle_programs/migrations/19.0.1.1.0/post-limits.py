"""The one limit on messages has become a table of limits."""

from odoo.tools import SQL
from odoo.tools.sql import column_exists


def migrate(cr, version):
    if not column_exists(cr, "res_company", "lifecycle_message_cap"):
        return
    cr.execute(
        SQL(
            """
            INSERT INTO lifecycle_cap (company_id, channel, count, days)
            SELECT id, 'mail', GREATEST(lifecycle_message_cap, 0), 7
              FROM res_company
             WHERE lifecycle_message_cap <> 2
                ON CONFLICT DO NOTHING
            """
        )
    )
