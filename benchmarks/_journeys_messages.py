"""The cases of the benchmark of journeys that send messages."""

import statistics
from contextlib import contextmanager
from unittest.mock import patch
from uuid import uuid4

from odoo import Command
from odoo.modules import module

from ._rules_row import Row

# So many messages are made for a number, in batches of what a run takes.
MESSAGES = 2000
BATCH = 500
SENT_BEFORE = 20_000


class MessageCases:
    """What a message costs, beside what Odoo or plain SQL would take for it."""

    @contextmanager
    def sent_before(self, step):
        """As in a company that has sent messages before: PostgreSQL plans the checks of
        foreign keys for what a table holds, and one that it knows as empty it reads
        from end to end, for each row."""
        with self.env.cr.savepoint() as savepoint:
            self.people.send_earlier(step, SENT_BEFORE, self.now)
            yield
            savepoint.rollback()
        self.env.invalidate_all()

    # ------------------------------------------------------------
    # MAIL
    # ------------------------------------------------------------

    def mail_case(self):
        step = self.put_at(self.mailing, MESSAGES)
        mailing = step._ensure_mailing()
        plain = self._peer_mailing("mail", body_html=step.message_id.body)
        template = self.env["mail.template"].create(
            {
                "name": "Benchmark",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "subject": "Hello",
                "body_html": "<p>Hello <t t-out=\"object.name or 'there'\"/></p>"
                '<p><a href="https://example.com/a">Read</a></p>',
                "email_to": "{{ object.email }}",
                "email_from": "shop@example.com",
            }
        )
        few = self.people.get_partners(BATCH)
        with patch.object(module, "current_test", self):  # or the mailing commits
            campaign, by_template = self.timed(
                lambda: plain.action_send_mail(few.ids),
                lambda: template.send_mail_batch(few.ids),
                rounds=1,
            )
        with self.sent_before(step):
            ours, bare, inserts = self.timed(
                lambda: self.run_due(MESSAGES),
                lambda: self.bare_mails(mailing, step.message_id.body),
                lambda: self.insert_mails(mailing),
            )
        per_mail = ours / MESSAGES
        yield Row(
            "a mail step, per mail",
            per_mail,
            "a bare mail with a trace",
            bare / MESSAGES,
            at_most=0.8,
        )
        for beside, limit in (
            ("mailing.action_send_mail", campaign / BATCH),
            ("mail.template.send_mail_batch", by_template / BATCH),
            ("plain SQL inserts", inserts / MESSAGES),
        ):
            yield Row("a mail step, per mail", per_mail, beside, limit)

    def earlier_case(self):
        """Whether a step grows slower with what it has sent. Without a history it is
        measured before and after, for what else the machine does."""
        step = self.put_at(self.mailing, MESSAGES)
        before = self._time_a_mail()
        for earlier in (self.options.contacts // 10, self.options.contacts):
            with self.env.cr.savepoint() as savepoint:
                self.people.send_earlier(step, earlier, self.now)
                value = self._time_a_mail()
                savepoint.rollback()
            self.env.invalidate_all()
            after = self._time_a_mail()
            yield Row(
                f"a mail step after {earlier:,} mails of it, per mail",
                value,
                "after none",
                statistics.mean([before, after]),
                at_most=1.25,
            )
            before = after

    def _time_a_mail(self):
        return self.timed(lambda: self.run_due(MESSAGES))[0] / MESSAGES

    def bare_mails(self, mailing, body):
        """A bare `mail.mail` with a trace to the same people, with neither checks nor
        texts of their own."""
        partners = self.people.get_partners(MESSAGES)
        for start in range(0, MESSAGES, BATCH):
            self.env["mail.mail"].create(
                [
                    {
                        "subject": "Hello",
                        "body_html": body,
                        "email_to": partner.email,
                        "model": "res.partner",
                        "res_id": partner.id,
                        "mailing_id": mailing.id,
                        "mailing_trace_ids": [
                            Command.create(
                                {
                                    "mass_mailing_id": mailing.id,
                                    "model": "res.partner",
                                    "res_id": partner.id,
                                    "email": partner.email,
                                }
                            )
                        ],
                    }
                    for partner in partners[start : start + BATCH]
                ]
            )
            self.env.flush_all()

    def insert_mails(self, mailing):
        """The least that has to be written: three statements."""
        given = {
            "mailing": mailing.id,
            "first": self.people.first,
            "last": self.people.first + MESSAGES - 1,
            "now": self.now,
        }
        self.env.cr.execute(_PLAIN_INSERTS, given)

    def _peer_mailing(self, kind, **values):
        return self.env["mailing.mailing"].create(
            {
                "name": "Benchmark",
                "subject": "Hello",
                "mailing_type": kind,
                "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "reply_to_mode": "update",
                "user_id": self.env.uid,
                **values,
            }
        )

    # ------------------------------------------------------------
    # SMS
    # ------------------------------------------------------------

    def sms_case(self):
        step = self.put_at(self.texting, MESSAGES)
        mailing = step._ensure_mailing()
        plain = self._peer_mailing("sms", body_plaintext="Hello, see example.com")
        few = self.people.get_partners(BATCH)
        (campaign,) = self.timed(lambda: plain.action_send_sms(few.ids), rounds=1)
        with self.sent_before(step):
            ours, bare = self.timed(
                lambda: self.run_due(MESSAGES), lambda: self.bare_sms(mailing)
            )
        per_sms = ours / MESSAGES
        yield Row(
            "an SMS step, per SMS",
            per_sms,
            "a bare SMS with a trace",
            bare / MESSAGES,
            at_most=1.3,
        )
        yield Row(
            "an SMS step, per SMS",
            per_sms,
            "mailing.action_send_sms",
            campaign / BATCH,
        )

    def bare_sms(self, mailing):
        """A bare `sms.sms` with a trace to the same people, tied together as Odoo's own
        composer does, so that the provider's reports reach the trace."""
        traces = self.env["mailing.trace"]
        partners = self.people.get_partners(MESSAGES)
        for start in range(0, MESSAGES, BATCH):
            self.env["sms.sms"].create(
                [
                    {
                        "number": partner.phone,
                        "body": "Hello, see https://example.com/a",
                        "partner_id": partner.id,
                        "mailing_id": mailing.id,
                        "uuid": uuid,
                        "mailing_trace_ids": [
                            Command.create(
                                {
                                    "trace_type": "sms",
                                    "mass_mailing_id": mailing.id,
                                    "model": "res.partner",
                                    "res_id": partner.id,
                                    "sms_number": partner.phone,
                                    "sms_code": traces._get_random_code(),
                                    "sms_tracker_ids": [
                                        Command.create({"sms_uuid": uuid})
                                    ],
                                }
                            )
                        ],
                    }
                    for partner in partners[start : start + BATCH]
                    for uuid in [uuid4().hex]
                ]
            )
            self.env.flush_all()


_PLAIN_INSERTS = """
    WITH message AS (
        INSERT INTO mail_message (subject, body, model, res_id, message_type,
            message_id, email_from, date, create_date, write_date)
        SELECT 'Hello', '', 'res.partner', id, 'email_outgoing',
               'plain-' || id || '@example.com', 'shop@example.com', %(now)s, %(now)s,
               %(now)s
          FROM res_partner WHERE id BETWEEN %(first)s AND %(last)s
        RETURNING id, res_id, message_id
    ), mail AS (
        INSERT INTO mail_mail (mail_message_id, body_html, email_to, mailing_id, state,
            is_notification)
        SELECT message.id, '<p>Hello ' || p.name || '</p>', p.email, %(mailing)s,
               'outgoing', true
          FROM message JOIN res_partner p ON p.id = message.res_id
        RETURNING id, mail_message_id, email_to
    )
    INSERT INTO mailing_trace (trace_type, model, res_id, mass_mailing_id, email,
        message_id, mail_mail_id, mail_mail_id_int, trace_status)
    SELECT 'mail', 'res.partner', message.res_id, %(mailing)s, mail.email_to,
           message.message_id, mail.id, mail.id, 'outgoing'
      FROM mail JOIN message ON message.id = mail.mail_message_id
"""
