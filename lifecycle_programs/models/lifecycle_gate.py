"""The checks before any message leaves.

A check is a method that gets the batch and takes out of it whom the message may not
reach now: `GateBatch.skip` for good, `GateBatch.hold` until a moment. Every check costs
a constant number of queries, however many enrolments there are. The checks stand by
purpose in files of their own: `lifecycle_gate_address.py`, `lifecycle_gate_cap.py`,
`lifecycle_gate_hours.py`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from odoo import api, models
from odoo.tools import SQL

from .prepared import fetch_prepared
from .step_result import StepResult

# A program whose next step comes within this time has the contact to itself.
BUSY = timedelta(days=3)
# Where the address of a channel stands on the contact.
ADDRESS_COLUMNS = {"mail": "email_normalized", "sms": "phone_sanitized"}
# What the checks and the messages ask of a contact, which has fifty columns.
CONTACT_FIELDS = (
    *("active", "name", "lang", "tz", "country_id", "user_id", "message_bounce"),
    *("email", "email_normalized", "phone", "phone_sanitized"),
    *("commercial_partner_id", "lifecycle_paused_until"),
)


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
        self._take_out(enrolment, self._say("skipped", reason))

    def hold(self, enrolment, reason, until, is_excused=False):
        """The message waits; it can become too late meanwhile, unless it is excused."""
        self._take_out(
            enrolment,
            self._say("wait", reason, due_at=until, holds=True, is_excused=is_excused),
        )

    def rest(self, enrolment, reason, until):
        """The program rests for this contact: what comes after is on time then."""
        self.hold(enrolment, reason, until, is_excused=True)

    def _say(self, outcome, reason, **more):
        return StepResult(outcome, reason, values={"channel": self.channel}, **more)

    def _take_out(self, enrolment, result):
        del self.addresses[enrolment]
        self.refused[enrolment.id] = result

    @property
    def enrolments(self):
        return list(self.addresses)

    @property
    def partners(self):
        """The contacts of who is left: what holds for none of them is asked once."""
        return self._records.partner_id

    @property
    def customers(self):
        """The customers whom these contacts belong to."""
        return self._records.commercial_partner_id

    @property
    def _records(self):
        return self.step.env["lifecycle.enrolment"].union(*self.addresses)

    @property
    def all_addresses(self):
        return list(set(self.addresses.values()))


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _gate(self, enrolments, channel, now):
        """Whom this step's message may reach now.

        :param str channel: one of `CHANNELS`
        :return: dict of enrolment to address (normalised mail, E.164 number) of who
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
        batch.partners.fetch(CONTACT_FIELDS)
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
            "_gate_bounced",
            "_gate_same_address",
            "_gate_too_late",
            "_gate_blacklist",
            "_gate_opt_out",
            "_gate_consent",
            "_gate_customer_pause",
            "_gate_paused",
            "_gate_higher_program",
            "_gate_cap",
            "_gate_hours",
            "_gate_discount",
            "_gate_reserve",
        ]

    # ------------------------------------------------------------
    # THE MOMENT AND THE WILL
    # ------------------------------------------------------------

    def _gate_too_late(self, batch):
        days = batch.category.max_late_days
        if not days:
            return
        limit = batch.now - timedelta(days=days)
        for enrolment in batch.enrolments:
            scheduled_at = enrolment.scheduled_at
            if scheduled_at and scheduled_at < limit:
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
        if not addresses:
            return
        for enrolment, address in list(batch.addresses.items()):
            if address in addresses:
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
        in its long waits there is room for others. The order of programs is the
        company's own wish: waiting for it makes no message late."""
        if not batch.category.is_capped:
            return
        column = ADDRESS_COLUMNS.get(batch.channel, "email_normalized")
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
                           SELECT unnest(%(customers)s::integer[])
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
                customers=batch.customers.ids,
                addresses=batch.all_addresses,
                column=SQL.identifier(column),
            )
        )
        if not rows:
            return
        customers = {customer_id for customer_id, _address in rows if customer_id}
        addresses = {address for _customer_id, address in rows if address}
        for enrolment in batch.enrolments:
            if (
                enrolment.commercial_partner_id.id in customers
                or batch.addresses[enrolment] in addresses
            ):
                tomorrow = batch.now + timedelta(days=1)
                batch.rest(enrolment, "higher_program", tomorrow)

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
        return fetch_prepared(self.env, query)
