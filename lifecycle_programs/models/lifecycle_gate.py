"""The checks before any message leaves.

A check is a method that gets the batch and takes out of it whom the message may not
reach now: `GateBatch.skip` for good, `GateBatch.hold` until a moment. Every check costs
a constant number of queries, however many enrolments there are.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from odoo import api, models
from odoo.tools import SQL

from ..engine.phone import can_receive_sms, normalise_phone
from .step_result import StepResult

# Another contact with the same address keeps this contact from the same message for so
# long; what comes later is another round of the program.
SAME_ADDRESS_DAYS = 30
CAP_DAYS = {"mail": 7, "sms": 14}
# A program whose next step comes within this time has the contact to itself.
BUSY = timedelta(days=3)
SMS_CAP = 1


@dataclass
class GateBatch:
    """The enrolments at the gate.

    :param addresses: who has not been refused yet, with the address of the channel
    :param refused: `StepResult` per enrolment id
    """

    step: Any
    category: Any
    channel: str
    now: datetime
    addresses: dict
    refused: dict = field(default_factory=dict)

    def skip(self, enrolment, reason):
        """The message does not reach this contact; the program goes on."""
        self._take_out(enrolment, StepResult("skipped", reason))

    def hold(self, enrolment, reason, until):
        """The message waits; it can become too late meanwhile."""
        self._take_out(enrolment, StepResult("wait", reason, due_at=until, holds=True))

    def rest(self, enrolment, reason, until):
        """The program rests for this contact: what comes after is on time then."""
        self._take_out(enrolment, StepResult("wait", reason, due_at=until))

    def _take_out(self, enrolment, result):
        del self.addresses[enrolment]
        self.refused[enrolment.id] = result

    @property
    def enrolments(self):
        return list(self.addresses)

    @property
    def all_addresses(self):
        return list(set(self.addresses.values()))


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _gate(self, enrolments, channel, now):
        """Whom this step's message may reach now.

        :param str channel: ``mail`` or ``sms``
        :return: dict of enrolment to address (normalised mail or E.164 number) of who
            passes, and dict of `StepResult` per enrolment id of who does not
        """
        self.ensure_one()
        batch = GateBatch(
            step=self,
            category=self.message_id.category_id,
            channel=channel,
            now=now,
            addresses=dict.fromkeys(enrolments),
        )
        for check in self._gate_checks():
            if not batch.addresses:
                break
            getattr(self, check)(batch)
        return batch.addresses, batch.refused

    @api.model
    def _gate_checks(self):
        """The checks, in the order in which they are made."""
        return [
            "_gate_archived",
            "_gate_address",
            "_gate_same_address",
            "_gate_too_late",
            "_gate_blacklist",
            "_gate_opt_out",
            "_gate_consent",
            "_gate_customer_pause",
            "_gate_paused",
            "_gate_higher_program",
            "_gate_cap",
            "_gate_discount",
        ]

    # ------------------------------------------------------------
    # THE CONTACT AND THE ADDRESS
    # ------------------------------------------------------------

    def _gate_archived(self, batch):
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
        country = partner.country_id or self.env.company.country_id
        number = normalise_phone(partner.phone, country.code)
        return partner.phone, number if can_receive_sms(number) else None

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
        served = defaultdict(set)
        for address, entry_key, partner_id in rows:
            served[address, entry_key].add(partner_id)
        for enrolment in sorted(batch.enrolments, key=lambda one: one.id):
            contacts = served[batch.addresses[enrolment], enrolment.entry_key]
            if contacts - {enrolment.partner_id.id}:
                batch.skip(enrolment, "same_address")
            else:
                contacts.add(enrolment.partner_id.id)

    # ------------------------------------------------------------
    # THE MOMENT AND THE WILL
    # ------------------------------------------------------------

    def _gate_too_late(self, batch):
        days = batch.category.max_late_days
        if not days:
            return
        limit = batch.now - timedelta(days=days)
        for enrolment in batch.enrolments:
            if enrolment.scheduled_at and enrolment.scheduled_at < limit:
                batch.skip(enrolment, "too_late")

    def _gate_blacklist(self, batch):
        if not batch.category.can_opt_out:
            return
        if batch.channel == "mail":
            table, column = "mail_blacklist", "email"
        else:
            table, column = "phone_blacklist", "number"
        rows = self._query(
            SQL(
                "SELECT %(column)s FROM %(table)s"
                " WHERE active AND %(column)s = ANY(%(addresses)s)",
                column=SQL.identifier(column),
                table=SQL.identifier(table),
                addresses=batch.all_addresses,
            )
        )
        self._skip_addresses(batch, {row[0] for row in rows}, "blacklist")

    def _gate_opt_out(self, batch):
        if not batch.category.can_opt_out:
            return
        rows = self._query(
            SQL(
                """
                SELECT address, category_id IS NOT NULL
                  FROM lifecycle_opt_out
                 WHERE address = ANY(%s) AND (category_id = %s OR program_id = %s)
                """,
                batch.all_addresses,
                batch.category.id,
                self.program_id.id,
            )
        )
        from_category = {address for address, is_category in rows if is_category}
        from_program = {address for address, is_category in rows if not is_category}
        self._skip_addresses(batch, from_category, "opt_out")
        self._skip_addresses(batch, from_program, "no_thanks")

    @api.model
    def _skip_addresses(self, batch, addresses, reason):
        for enrolment in batch.enrolments:
            if batch.addresses[enrolment] in addresses:
                batch.skip(enrolment, reason)

    # ------------------------------------------------------------
    # OTHERS WHO WRITE
    # ------------------------------------------------------------

    def _gate_paused(self, batch):
        if not batch.category.can_opt_out:
            return
        for enrolment in batch.enrolments:
            until = enrolment.paused_until
            if until and until > batch.now:
                batch.hold(enrolment, "paused", until)

    def _gate_higher_program(self, batch):
        """While a more important program is busy with the customer, or with the address
        on another contact, this one waits. Busy is a program that goes on within days:
        in its long waits there is room for others."""
        if not batch.category.is_capped:
            return
        column = "email_normalized" if batch.channel == "mail" else "phone_sanitized"
        rows = self._query(
            SQL(
                """
                WITH busy AS MATERIALIZED (
                    SELECT o.commercial_partner_id, o.partner_id
                      FROM lifecycle_enrolment o
                      JOIN lifecycle_program p ON p.id = o.program_id
                     WHERE o.state = 'active' AND o.started AND o.due_at <= %(soon)s
                       AND o.company_id = %(company)s
                       AND p.state = 'running' AND p.is_exclusive AND p.active
                       AND p.sequence < %(sequence)s
                       AND o.commercial_partner_id IN (
                           SELECT unnest(%(customers)s)
                            UNION
                           SELECT x.commercial_partner_id FROM res_partner x
                            WHERE x.%(column)s = ANY(%(addresses)s))
                )
                SELECT commercial_partner_id, NULL FROM busy
                 WHERE commercial_partner_id = ANY(%(customers)s)
                 UNION
                SELECT NULL, x.%(column)s
                  FROM busy JOIN res_partner x ON x.id = busy.partner_id
                """,
                company=self.env.company.id,
                soon=batch.now + BUSY,
                sequence=self.program_id.sequence,
                customers=[one.commercial_partner_id.id for one in batch.enrolments],
                addresses=batch.all_addresses,
                column=SQL.identifier(column),
            )
        )
        customers = {customer_id for customer_id, _address in rows if customer_id}
        addresses = {address for _customer_id, address in rows if address}
        for enrolment in batch.enrolments:
            if (
                enrolment.commercial_partner_id.id in customers
                or batch.addresses[enrolment] in addresses
            ):
                tomorrow = batch.now + timedelta(days=1)
                batch.hold(enrolment, "higher_program", tomorrow)

    def _gate_cap(self, batch):
        """No address gets more than so many marketing messages in a week, over all
        programs and Odoo's own mailings."""
        company = self.env.company
        cap = SMS_CAP if batch.channel == "sms" else company.lifecycle_message_cap
        if not (batch.category.is_capped and cap):
            return
        window = timedelta(days=CAP_DAYS[batch.channel])
        sent = self._get_sent_times(batch, batch.now - window)
        for enrolment in batch.enrolments:
            times = sent[batch.addresses[enrolment]]
            if len(times) < cap:
                times.insert(0, batch.now)
            else:
                # The cap-th newest has to fall out of the window first.
                batch.hold(enrolment, "cap", times[cap - 1] + window)

    def _get_sent_times(self, batch, since):
        """When each address got a marketing message, newest first."""
        column = "email" if batch.channel == "mail" else "sms_number"
        rows = self._query(
            SQL(
                """
                SELECT r.address, r.run_at AS sent_at
                  FROM lifecycle_step_run r
                  JOIN lifecycle_message m ON m.id = r.message_id
                  JOIN lifecycle_category c ON c.id = m.category_id
                 WHERE r.address = ANY(%(addresses)s) AND r.run_at > %(since)s
                   AND r.outcome = 'done' AND c.is_capped
                 UNION ALL
                SELECT t.%(column)s, COALESCE(t.sent_datetime, t.create_date)
                  FROM mailing_trace t
                  JOIN mailing_mailing g ON g.id = t.mass_mailing_id
                 WHERE t.%(column)s = ANY(%(addresses)s) AND t.trace_type = %(channel)s
                   AND COALESCE(t.sent_datetime, t.create_date) > %(since)s
                   AND t.trace_status NOT IN ('cancel', 'error')
                   AND NOT t.is_test_trace IS TRUE
                   AND g.lifecycle_step_key IS NULL
                 ORDER BY 2 DESC
                """,
                addresses=batch.all_addresses,
                since=since,
                channel=batch.channel,
                column=SQL.identifier(column),
            )
        )
        times = defaultdict(list)
        for address, sent_at in rows:
            times[address].append(sent_at)
        return times

    def _gate_discount(self, batch):
        if not self.needs_grant:
            return
        enrolments = self.env["lifecycle.enrolment"].union(*batch.enrolments)
        grants = enrolments._get_live_grants(batch.now)
        for enrolment in batch.enrolments:
            if enrolment.id not in grants:
                batch.skip(enrolment, "no_discount")

    def _query(self, query):
        self.env.flush_all()
        return self.env.execute_query(query)
