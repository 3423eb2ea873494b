"""Categories have got channels: those that we ship, and those that their messages have
taken."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL, convert_file


def migrate(cr, version):
    convert_file(
        api.Environment(cr, SUPERUSER_ID, {}),
        "lifecycle_programs",
        "data/lifecycle_category_channel_data.xml",
        {},
        # What an update leaves alone is made here, once.
        mode="init",
        noupdate=True,
    )
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
