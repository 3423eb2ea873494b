"""Categories have got channels: each keeps those that its messages have taken."""

from odoo.tools import SQL


def migrate(cr, version):
    cr.execute(
        SQL(
            """
            INSERT INTO lifecycle_category_channel (category_id, channel, sequence)
            SELECT c.id, 'mail', 10 FROM lifecycle_category c
             WHERE NOT EXISTS (SELECT FROM lifecycle_category_channel l
                                WHERE l.category_id = c.id)
             UNION
            SELECT m.category_id, 'sms', 40 FROM lifecycle_message m
             WHERE m.channel = 'sms'
                ON CONFLICT DO NOTHING
            """
        )
    )
