from odoo import api, models
from odoo.tools import SQL


class LifecycleTalk(models.AbstractModel):
    _inherit = "lifecycle.talk"

    @api.model
    def _sources(self, company, customers, now):
        return super()._sources(company, customers, now) | {
            "talk_complaint": self._select_complaints(company, customers, now)
        }

    @api.model
    def _select_complaints(self, company, customers, now):
        """A complaint that nobody has closed: offers do not fit until then."""
        return SQL(
            """
            SELECT p.commercial_partner_id AS customer_id, NULL::timestamp AS until
              FROM res_partner p
              JOIN lifecycle_complaint c ON c.partner_id = p.id
             WHERE p.commercial_partner_id = ANY(%(customers)s)
               AND c.state = 'open' AND c.company_id = %(company)s
               AND c.received_at <= %(now)s
             GROUP BY p.commercial_partner_id
            """,
            customers=customers,
            company=company.id,
            now=now,
        )
