from odoo import api, models
from odoo.tools import SQL


class LifecycleEvent(models.Model):
    _inherit = "lifecycle.event"

    @api.model
    def _resolve_contacts(self, events):
        """Find the contacts of events that only have an address.

        A lead's event makes the lead a contact if there is none yet; any other waits
        for no one: it gets the contact of its company, or a shared one, that has the
        address.
        """
        events = events.filtered(lambda event: not event.partner_id)
        if not events:
            return
        leads = events.filtered(lambda event: event.res_model == "crm.lead")
        if leads:
            self.env["crm.lead"]._lifecycle_link_contacts(
                limit=None, leads=self.env["crm.lead"].browse(leads.mapped("res_id"))
            )
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE lifecycle_event event SET partner_id = found.partner_id
                  FROM (SELECT DISTINCT ON (e.id) e.id,
                               COALESCE(lead.partner_id, p.id) AS partner_id
                          FROM lifecycle_event e
                          LEFT JOIN crm_lead lead
                            ON e.res_model = 'crm.lead' AND lead.id = e.res_id
                          LEFT JOIN res_partner p
                            ON p.email_normalized = e.email AND p.active
                           AND (p.company_id IS NULL OR p.company_id = e.company_id)
                         WHERE e.id = ANY(%s)
                         ORDER BY e.id, p.company_id NULLS LAST,
                                  p.is_company NULLS FIRST, p.id) AS found
                 WHERE event.id = found.id AND found.partner_id IS NOT NULL
                """,
                list(events._ids),
            )
        )
        events.invalidate_recordset(["partner_id"])
