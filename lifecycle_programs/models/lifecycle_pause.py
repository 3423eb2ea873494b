from odoo import api, fields, models
from odoo.tools import SQL


class LifecyclePause(models.Model):
    """A rest from marketing that the customer has asked for, kept by address."""

    _name = "lifecycle.pause"
    _description = "Pause by the Customer"
    _order = "until desc, id desc"
    _rec_name = "address"

    address = fields.Char(required=True)
    until = fields.Datetime(required=True, help="No marketing before this moment.")
    partner_id = fields.Many2one(
        "res.partner", string="Contact", ondelete="set null", index="btree_not_null"
    )

    _address_once = models.UniqueIndex("(address)")

    @api.model
    def _pause(self, addresses, until, partner=None):
        """Let these normalised addresses rest; a new date takes the place of the old
        one."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO lifecycle_pause (
                    address, until, partner_id,
                    create_uid, create_date, write_uid, write_date)
                SELECT address, %(until)s, %(partner)s,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(addresses)s::varchar[]) AS address
                ON CONFLICT (address) DO UPDATE
                   SET until = EXCLUDED.until, write_date = EXCLUDED.write_date
                """,
                addresses=list(addresses),
                until=until,
                partner=partner.id if partner else None,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        self.invalidate_model()

    @api.model
    def _get_until(self, addresses, now):
        """Until when each of these addresses rests: those that do."""
        pauses = self.sudo().search(
            [("address", "in", list(addresses)), ("until", ">", now)]
        )
        return {pause.address: pause.until for pause in pauses}

    @api.autovacuum
    def _gc_pauses(self):
        self.search([("until", "<", fields.Datetime.now())]).unlink()
