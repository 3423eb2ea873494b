from odoo import api, models
from odoo.tools import SQL
from odoo.tools.mail import parse_contact_from_email

LINK_BATCH = 500


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        self.env["lifecycle.event"]._watch("lead_created", leads)
        return leads

    def write(self, vals):
        if "stage_id" not in vals:
            return super().write(vals)
        moved = self.sudo().filtered(lambda lead: lead.stage_id.id != vals["stage_id"])
        result = super().write(vals)
        self.env["lifecycle.event"]._watch("lead_stage_changed", moved)
        return result

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        """Odoo calls it whenever a lead may have become won or lost."""
        result = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        for code, flag in (("lead_won", "is_won"), ("lead_lost", "is_lost")):
            reached = self.filtered(
                lambda lead, flag=flag: (
                    new_status_by_lead.get(lead.id, {}).get(flag)
                    and not old_status_by_lead.get(lead.id, {}).get(flag)
                )
            )
            self.env["lifecycle.event"]._watch(code, reached)
        return result

    # ------------------------------------------------------------
    # EVENTS
    # ------------------------------------------------------------

    def _lifecycle_rows_lead_created(self, hook):
        return self._lifecycle_lead_rows(
            hook, unique_key=SQL("concat('lead_created:', l.id)")
        )

    def _lifecycle_rows_lead_won(self, hook):
        return self._lifecycle_lead_rows(
            hook, condition=SQL("AND l.won_status = 'won'")
        )

    def _lifecycle_rows_lead_lost(self, hook):
        return self._lifecycle_lead_rows(
            hook,
            condition=SQL("AND l.won_status = 'lost'"),
            payload=SQL("jsonb_build_object('reason', reason.name->>'en_US')"),
        )

    def _lifecycle_rows_lead_stage_changed(self, hook):
        return self._lifecycle_lead_rows(
            hook, payload=SQL("jsonb_build_object('stage', stage.name->>'en_US')")
        )

    def _lifecycle_lead_rows(self, hook, condition=None, payload=None, **columns):
        """A lead without a contact has its address instead; without both it is nobody's
        event."""
        return self.env["lifecycle.event"]._select_rows(
            SQL(
                """
                FROM %s
                JOIN crm_lead l ON l.id = hook.id %s
                LEFT JOIN crm_stage stage ON stage.id = l.stage_id
                LEFT JOIN crm_lost_reason reason ON reason.id = l.lost_reason_id
                """,
                hook,
                condition or SQL(),
            ),
            partner_id=SQL("l.partner_id"),
            email=SQL("l.email_normalized"),
            company_id=SQL("l.company_id"),
            occurred_at=SQL("hook.moment"),
            payload=SQL("jsonb_strip_nulls(%s)", payload or SQL("'{}'::jsonb")),
            res_model=SQL("%s", self._name),
            res_id=SQL("l.id"),
            **columns,
        )

    # ------------------------------------------------------------
    # CONTACTS
    # ------------------------------------------------------------

    @api.model
    def _lifecycle_link_contacts(self, limit=LINK_BATCH, leads=None):
        """Give leads that have a mail address but no contact their contact.

        An existing contact of the lead's company, or a shared one, with the same
        normalised address; else a new one, one for each address. The lead keeps
        its own details, also where the contact's are other ones.

        :param limit: how many leads at most
        :param leads: only these leads; by default any, the newest first
        :return: how many leads were linked
        """
        self.flush_model(["partner_id", "email_normalized", "company_id"])
        self.env["res.partner"].flush_model(
            ["email_normalized", "company_id", "active"]
        )
        waiting = self.env.execute_query(
            SQL(
                """
                SELECT id FROM crm_lead
                 WHERE partner_id IS NULL AND email_normalized <> '' AND %s
                 ORDER BY id DESC LIMIT %s
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                SQL("true") if leads is None else SQL("id = ANY(%s)", list(leads._ids)),
                limit,
            )
        )
        if not waiting:
            return 0
        lead_ids = [lead_id for (lead_id,) in waiting]
        linked = self._lifecycle_match_contacts(lead_ids)
        unknown = self.sudo().browse(id_ for id_ in lead_ids if id_ not in linked)
        if unknown:
            unknown._lifecycle_create_contacts()
            linked += self._lifecycle_match_contacts(unknown._ids)
        self.browse(lead_ids).invalidate_recordset(["partner_id"])
        return len(linked)

    @api.model
    def _lifecycle_match_contacts(self, lead_ids):
        """Link leads to the contacts that have their address.

        Straight in the database: setting the contact through Odoo would overwrite the
        lead's name, address and phone number with the contact's.

        :return: the ids of the leads that have a contact now
        """
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE crm_lead lead SET partner_id = found.partner_id
                  FROM (SELECT DISTINCT ON (l.id) l.id, p.id AS partner_id
                          FROM crm_lead l
                          JOIN res_partner p ON p.email_normalized = l.email_normalized
                           AND (p.company_id IS NULL
                                OR p.company_id = COALESCE(l.company_id, %s))
                         WHERE l.id = ANY(%s)
                         ORDER BY l.id, p.active DESC, p.company_id NULLS LAST,
                                  p.is_company NULLS FIRST, p.id) AS found
                 WHERE lead.id = found.id
                RETURNING lead.id
                """,
                self.env.company.id,
                list(lead_ids),
            )
        )
        return [lead_id for (lead_id,) in rows]

    def _lifecycle_create_contacts(self):
        """One new contact for each address of these leads."""
        # Two workers with the same address would each make a contact. The one that
        # comes second fails on this row and is tried again, and then finds it.
        self.env.cr.execute(
            "UPDATE lifecycle_event_type SET write_date = now() at time zone 'UTC'"
            " WHERE code = 'lead_created'"
        )
        lead_per_email = {lead.email_normalized: lead for lead in self}
        self.env["res.partner"].with_context(tracking_disable=True).create(
            [
                lead._prepare_customer_values(lead._lifecycle_contact_name())
                for lead in lead_per_email.values()
            ]
        )
        self.env.flush_all()

    def _lifecycle_contact_name(self):
        self.ensure_one()
        name, email = parse_contact_from_email(self.email_from)
        return self.contact_name or name or email
