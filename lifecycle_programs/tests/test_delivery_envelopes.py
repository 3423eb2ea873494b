"""Messages of programs are built many at a time and sent one by one."""

import smtplib
import socket
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .mailbox_common import smtp_server
from .messages_common import MessageCommon


@tagged("lifecycle")
class TestEnvelopes(MessageCommon):
    def queue(self, count):
        """Messages to so many contacts, waiting in the queue."""
        message = self.make_message(
            "<p>Hello {{ contact.name }}, <b>welcome</b></p>"
            '<p><a href="https://acme.example/tents">Our tents</a></p>'
        )
        step = self.make_mail_step(message)
        enrolments = self.enrol(step, self.make_contacts(count))
        self.run_due()
        return enrolments.step_run_ids.trace_id.mail_mail_id.sorted("id")

    @contextmanager
    def server(self):
        self.env["ir.mail_server"].search([]).active = False
        self.patch(
            self.env.registry["ir.mail_server"], "_disable_send", lambda self: False
        )
        with smtp_server() as (mailbox, port):
            self.env["ir.mail_server"].create(
                {"name": "loopback", "smtp_host": "127.0.0.1", "smtp_port": port}
            )
            yield mailbox

    @contextmanager
    def committing(self):
        """What a commit does to the cache; the transaction is the test's."""

        def commit():
            self.env.flush_all()
            self.env.invalidate_all()
            self.commits += 1

        self.commits = 0
        with patch.object(self.env.cr, "commit", commit):
            yield

    def test_they_are_what_odoo_would_send(self):
        mails = self.queue(2)
        with self.server() as mailbox, self.committing():
            mails.send()
            by_odoo = mailbox.mails[:]
            self.assertFalse(self.commits)
            mails.state = "outgoing"
            mails.send(auto_commit=True)
            ours = mailbox.mails[2:]
            self.assertEqual(self.commits, 2)
        self.assertEqual(len(ours), 2)
        for one, other in zip(by_odoo, ours, strict=True):
            self.assertEqual(self.facts_of(one), self.facts_of(other))
            self.assertEqual(one["Message-Id"], other["Message-Id"])
        self.assertEqual(set(mails.mapped("state")), {"sent"})
        self.assertEqual(set(mails.mailing_trace_ids.mapped("trace_status")), {"sent"})
        self.assertTrue(all(mails.mailing_trace_ids.mapped("sent_datetime")))

    def facts_of(self, mail):
        headers = {
            name: str(value)
            for name, value in mail.items()
            if name not in ("Date", "Content-Type")
        }
        bodies = [
            mail.get_body((kind,)).get_content().strip() for kind in ("plain", "html")
        ]
        return headers, bodies

    def test_one_that_is_refused_does_not_stop_the_others(self):
        mails = self.queue(3)
        with self.server() as mailbox, self.committing():
            mailbox.refused.add("person1@example.com")
            mails.send(auto_commit=True)
        self.assertEqual(mails.mapped("state"), ["sent", "exception", "sent"])
        self.assertIn("No such person", mails[1].failure_reason)
        self.assertEqual(
            mails.mailing_trace_ids.sorted("id").mapped("trace_status"),
            ["sent", "error", "sent"],
        )
        self.assertEqual(len(mailbox.mails), 2)

    def test_a_server_that_hangs_up_does_not_end_the_run(self):
        """The mail that was cut waits for the next run, the others leave in this one
        over a new connection."""
        mails = self.queue(4)
        with self.server() as mailbox, self.committing():
            mailbox.cut.add("person1@example.com")
            mails.send(auto_commit=True)
            self.assertEqual(
                mails.mapped("state"), ["sent", "outgoing", "sent", "sent"]
            )
            self.assertTrue(mails[1].lifecycle_put_off_at)
            mailbox.cut.clear()
            mails[1].send(auto_commit=True)
        self.assertEqual(mails[1].state, "sent")
        self.assertEqual(len(mailbox.mails), 4)

    def test_a_server_that_always_hangs_up_ends_the_run(self):
        mails = self.queue(8)
        with self.server() as mailbox, self.committing():
            mailbox.cut.update(f"person{n}@example.com" for n in range(8))
            with self.assertRaises(smtplib.SMTPServerDisconnected):
                mails.send(auto_commit=True)
        self.assertEqual(set(mails.mapped("state")), {"outgoing"})

    def test_mails_wait_for_a_server_that_cannot_be_reached(self):
        mails = self.queue(2)
        self.env["ir.mail_server"].search([]).active = False
        self.patch(
            self.env.registry["ir.mail_server"], "_disable_send", lambda self: False
        )
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        server = self.env["ir.mail_server"].create(
            {"name": "down", "smtp_host": "127.0.0.1", "smtp_port": port}
        )
        with self.committing():
            mails.send(auto_commit=True)
            self.assertEqual(mails.mapped("state"), ["outgoing"] * 2)
            traces = mails.mailing_trace_ids
            self.assertEqual(traces.mapped("trace_status"), ["outgoing"] * 2)
            with smtp_server() as (mailbox, port):
                server.smtp_port = port
                mails.send(auto_commit=True)
            self.assertEqual(mails.mapped("state"), ["sent"] * 2)
            self.assertEqual(len(mailbox.mails), 2)
            # After a day without the server they are given up, as Odoo does at once.
            mails.write(
                {
                    "state": "outgoing",
                    "lifecycle_put_off_at": fields.Datetime.now() - timedelta(days=2),
                }
            )
            mails.send(auto_commit=True)
        self.assertEqual(mails.mapped("state"), ["exception"] * 2)
        self.assertEqual(traces.mapped("trace_status"), ["error"] * 2)

    def test_one_that_cannot_be_built_is_left_to_odoo(self):
        mails = self.queue(2)
        mails[0].email_to = ""
        with self.server() as mailbox, self.committing():
            mails.send(auto_commit=True)
        self.assertEqual(mails.mapped("state"), ["exception", "sent"])
        self.assertEqual(mails[0].failure_type, "mail_email_missing")
        self.assertEqual(len(mailbox.mails), 1)

    def test_one_that_is_cancelled_meanwhile_stays(self):
        mails = self.queue(2)
        send = type(mails)._send_envelope

        def send_and_cancel(queue, envelope, session):
            send(queue, envelope, session)
            mails[1].state = "cancel"
            self.env.flush_all()

        with (
            self.server() as mailbox,
            self.committing(),
            patch.object(type(mails), "_send_envelope", send_and_cancel),
        ):
            mails.send(auto_commit=True)
        self.assertEqual(mails.mapped("state"), ["sent", "cancel"])
        self.assertEqual(len(mailbox.mails), 1)

    def test_the_queries_of_a_mail(self):
        """Whatever a mail needs is read with the others; two statements note it."""
        counts = []
        for size in (5, 25):
            mails = self.queue(size) if not counts else self.queue_more(size)
            with self.server(), self.committing():
                before = self.env.cr.sql_log_count
                mails.send(auto_commit=True)
                counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 20 * 2)

    def queue_more(self, count):
        step = self.make_mail_step(code="second_program")
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"more{n}@example.com"} for n in range(count)]
        )
        enrolments = self.enrol(step, partners)
        self.run_due()
        return enrolments.step_run_ids.trace_id.mail_mail_id
