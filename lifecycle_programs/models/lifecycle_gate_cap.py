"""The gate: nobody gets more messages than the limits allow."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from odoo import models
from odoo.tools import SQL

from .lifecycle_message import CHANNELS


@dataclass(frozen=True)
class Sent:
    """A message that an address got; one without a category is Odoo's own mailing."""

    at: datetime
    channel: str
    category_id: int | None
    is_capped: bool

    def counts_in(self, cap):
        if cap.channel and cap.channel != self.channel:
            return False
        if cap.category_id:
            return cap.category_id.id == self.category_id
        return self.is_capped


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _gate_cap(self, batch):
        """No address gets more than so many messages in so many days, over all programs
        and Odoo's own mailings. One query, however many limits there are."""
        if not batch.category.can_opt_out:
            return
        caps = self.env["lifecycle.cap"]._get_caps(
            self.program_id, batch.category, batch.channel
        )
        if not caps:
            return
        addresses = {one: [address] for one, address in batch.addresses.items()}
        if not all(cap.channel for cap in caps):
            self._add_other_addresses(addresses, batch.channel)
        since = batch.now - timedelta(days=max(caps.mapped("days")))
        sent = self._get_sent(addresses.values(), batch.category, since)
        all_addresses = [address for own in addresses.values() for address in own]
        if not sent and len(set(all_addresses)) == len(all_addresses):
            return
        now = Sent(
            batch.now, batch.channel, batch.category.id, batch.category.is_capped
        )
        for enrolment, own in addresses.items():
            reached = [one for address in own for one in sent[address]]
            until = [
                free
                for cap in caps
                if (free := self._get_free_at(cap, reached, batch.now)) > batch.now
            ]
            if until:
                batch.hold(enrolment, "cap", max(until))
            else:
                sent[own[0]].append(now)

    def _add_other_addresses(self, addresses, channel):
        """Limits over all channels count what reached the contact on another one."""
        for enrolment, own in addresses.items():
            for other in dict(CHANNELS).keys() - {channel}:
                address = self._get_address(enrolment.partner_id, other)[1]
                if address:
                    own.append(address)

    def _get_free_at(self, cap, sent, now):
        """When the limit lets another message through."""
        window = timedelta(days=cap.days)
        times = sorted(
            (one.at for one in sent if one.at > now - window and one.counts_in(cap)),
            reverse=True,
        )
        # The newest but count has to fall out of the window first.
        return now if len(times) < cap.count else times[cap.count - 1] + window

    def _get_sent(self, addresses, category, since):
        """What addresses got: lists of `Sent` per address."""
        addresses = list({address for own in addresses for address in own})
        rows = self._query(
            SQL(
                """
                SELECT r.address, r.run_at, NULL, c.id, c.is_capped
                  FROM lifecycle_step_run r
                  JOIN lifecycle_message m ON m.id = r.message_id
                  JOIN lifecycle_category c ON c.id = m.category_id
                 WHERE r.address = ANY(%(addresses)s) AND r.run_at > %(since)s
                   AND r.outcome = 'done' AND (c.is_capped OR c.id = %(category)s)
                 UNION ALL
                SELECT t.address, t.sent_at, t.trace_type, NULL, TRUE
                  FROM (
                       SELECT email AS address, trace_type, trace_status,
                              COALESCE(sent_datetime, create_date) AS sent_at,
                              is_test_trace, mass_mailing_id
                         FROM mailing_trace
                        WHERE email = ANY(%(addresses)s) AND trace_type = 'mail'
                        UNION ALL
                       SELECT sms_number, trace_type, trace_status,
                              COALESCE(sent_datetime, create_date),
                              is_test_trace, mass_mailing_id
                         FROM mailing_trace
                        WHERE sms_number = ANY(%(addresses)s) AND trace_type = 'sms'
                       ) AS t
                  JOIN mailing_mailing g ON g.id = t.mass_mailing_id
                 WHERE t.sent_at > %(since)s
                   AND t.trace_status NOT IN ('cancel', 'error')
                   AND NOT t.is_test_trace IS TRUE
                   AND g.lifecycle_step_key IS NULL
                """,
                addresses=addresses,
                since=since,
                category=category.id,
            )
        )
        sent = defaultdict(list)
        get_channel = self.env["lifecycle.opt.out"]._get_channel
        for address, at, channel, *kind in rows:
            channel = channel or get_channel(address)
            sent[address].append(Sent(at, channel, *kind))
        return sent
