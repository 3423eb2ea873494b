"""Whom of a customer a program addresses: who ordered, a role, or the main contact."""

from odoo import models
from odoo.tools import SQL


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    def _redirect_candidates(self, candidates):
        """The contacts of the same customer that the program addresses instead."""
        if self.recipient == "main":
            return SQL(
                """
                SELECT DISTINCT ON (customer_id) customer_id AS contact_id, customer_id,
                       event_id, event_payload, occurred_at
                  FROM (%s) AS original
                 ORDER BY customer_id, event_id
                """,
                candidates,
            )
        return SQL(
            """
            SELECT DISTINCT ON (p.id) p.id AS contact_id, o.customer_id, o.event_id,
                   o.event_payload, o.occurred_at
              FROM (%s) AS o
              JOIN res_partner p ON p.commercial_partner_id = o.customer_id
              JOIN res_partner_res_partner_category_rel tag ON tag.partner_id = p.id
             WHERE tag.category_id = %s AND p.active
             ORDER BY p.id, o.event_id
            """,
            candidates,
            self.recipient_tag_id.id,
        )

    def _scan_addressee(self):
        """Which of a customer's contacts a scan takes: a condition on ``c``."""
        if self.recipient == "main":
            return SQL("c.contact_id = c.customer_id")
        if self.recipient == "role":
            return SQL(
                """
                EXISTS (SELECT FROM res_partner_res_partner_category_rel tag
                         WHERE tag.partner_id = c.contact_id AND tag.category_id = %s)
                """,
                self.recipient_tag_id.id,
            )
        # Where nobody has ordered, everybody; most customers are one contact.
        return SQL(
            """
            (NOT EXISTS (
                SELECT FROM res_partner colleague
                 WHERE colleague.commercial_partner_id = c.customer_id
                   AND colleague.id <> c.contact_id)
             OR c.contact_id = COALESCE(%s, c.contact_id))
            """,
            self._last_buyer(),
        )

    def _last_buyer(self):
        """Whoever of the customer of ``c`` can be reached and ordered last, as SQL."""
        return SQL(
            """
            (SELECT so.partner_id
               FROM res_partner colleague
               JOIN sale_order so ON so.partner_id = colleague.id
              WHERE colleague.commercial_partner_id = c.customer_id
                AND so.state = 'sale' AND so.company_id = %s AND %s
              ORDER BY so.date_order DESC, so.id DESC
              LIMIT 1)
            """,
            self.company_id.id,
            self.env["lifecycle.fact"]._addressable("colleague"),
        )
