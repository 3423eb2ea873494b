"""The gate: the contact, its address, and who else has that address."""

from collections import defaultdict
from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from ..engine.phone import can_receive_sms, normalise_phone

# Another contact with the same address keeps this contact from the same message for so
# long; what comes later is another round of the program.
SAME_ADDRESS_DAYS = 30
# Mails in a row that came back; anything from that address starts to count anew.
BOUNCES = 3
# When an address that another worker is serving is looked at again.
BUSY_ADDRESS = timedelta(minutes=1)


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _gate_archived(self, batch):
        if all(batch.partners.mapped("active")):
            return
        for enrolment in batch.enrolments:
            if not enrolment.partner_id.active:
                batch.skip(enrolment, "archived")

    def _gate_address(self, batch):
        for enrolment in batch.enrolments:
            partner = enrolment.partner_id
            raw, address = self._get_address(partner, batch.channel)
            if not raw:
                batch.skip(enrolment, "no_address")
            elif not address:
                batch.skip(enrolment, "bad_address")
            else:
                batch.addresses[enrolment] = address

    def _get_address(self, partner, channel):
        """The address as it was typed in, and normalised, or None."""
        if channel == "mail":
            return partner.email, partner.email_normalized or None
        number = partner.phone_sanitized
        if not number:
            country = partner.country_id or self.env.company.country_id
            number = normalise_phone(partner.phone, country.code)
        return partner.phone, number if can_receive_sms(number) else None

    def _gate_bounced(self, batch):
        """An address whose mails came back, one after the other."""
        if batch.channel != "mail" or not any(batch.partners.mapped("message_bounce")):
            return
        for enrolment in batch.enrolments:
            if enrolment.partner_id.message_bounce >= BOUNCES:
                batch.skip(enrolment, "bounced")

    def _gate_same_address(self, batch):
        """The same message goes to an address once, on whichever contacts it stands.
        Messages about different things (orders, renewals) are different messages."""
        rows = self._query(
            SQL(
                """
                SELECT r.address, e.entry_key, r.partner_id
                  FROM lifecycle_step_run r
                  JOIN lifecycle_step s ON s.id = r.step_id
                  JOIN lifecycle_enrolment e ON e.id = r.enrolment_id
                 WHERE r.address = ANY(%s) AND r.run_at > %s AND r.outcome = 'done'
                   AND r.program_id = %s AND s.key = %s
                """,
                batch.all_addresses,
                batch.now - timedelta(days=SAME_ADDRESS_DAYS),
                self.program_id.id,
                self.key,
            )
        )
        if not rows and len(batch.all_addresses) == len(batch.addresses):
            return
        served = defaultdict(set)
        for address, entry_key, partner_id in rows:
            served[address, entry_key].add(partner_id)
        for enrolment in sorted(batch.enrolments, key=lambda one: one.id):
            contacts = served[batch.addresses[enrolment], enrolment.entry_key]
            if contacts - {enrolment.partner_id.id}:
                batch.skip(enrolment, "same_address")
            else:
                contacts.add(enrolment.partner_id.id)

    def _gate_reserve(self, batch):
        """Two workers do not serve one address at the same time. The last check: only
        what would leave is reserved."""
        reserved = self.env["lifecycle.address"]._reserve(
            batch.all_addresses, batch.now
        )
        for enrolment in batch.enrolments:
            if batch.addresses[enrolment] not in reserved:
                batch.hold(enrolment, "address_busy", batch.now + BUSY_ADDRESS)
