"""Mails of programs on the wire: sent, bounced, answered; and what they cost."""

import smtplib
from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import MailDeliveryException
from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .mailbox_common import smtp_server
from .messages_common import MessageCommon


@tagged("lifecycle")
class TestDelivery(CronMixinCase, MessageCommon):
    def test_mail_arrives_over_smtp(self):
        """Through Odoo's own queue and a real SMTP server."""
        message = self.make_message(
            "<p>Hello {{ contact.name }}, <b>welcome</b></p>"
            '<p><a href="https://acme.example/tents">Our tents</a></p>'
        )
        step = self.make_mail_step(message)
        partners = self.make_contacts(3)
        enrolments = self.enrol(step, partners)
        self.run_due()
        self.env["ir.mail_server"].search([]).active = False
        with smtp_server() as (mailbox, port):
            self.env["ir.mail_server"].create(
                {"name": "loopback", "smtp_host": "127.0.0.1", "smtp_port": port}
            )
            self.registry_patch_sending()
            self.env["mail.mail"].process_email_queue()
        self.assertEqual(len(mailbox.mails), 3)
        mail = next(one for one in mailbox.mails if "person0@example.com" in one["To"])
        trace = enrolments.filtered(
            lambda one: one.partner_id == partners[0]
        ).step_run_ids.trace_id
        self.assertEqual(mail["Message-Id"], trace.message_id)
        self.assertEqual(mail["Subject"], "Hello you")
        self.assertIn("/lifecycle/unsubscribe/", mail["List-Unsubscribe"])
        self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        plain = mail.get_body(("plain",)).get_content()
        self.assertIn("Hello Person 0, *welcome*", plain)
        self.assertNotIn("<", plain)
        self.assertNotIn("/mail/track/", plain)
        html = mail.get_body(("html",)).get_content()
        self.assertIn(f"/m/{trace.id}", html)
        self.assertIn("/mail/track/", html)
        self.assertEqual(trace.trace_status, "sent")
        # The queue's rows are gone; the messages stay, for replies.
        self.assertFalse(trace.mail_mail_id)
        kept = self.env["mail.message"].search([("message_id", "=", trace.message_id)])
        self.assertEqual((kept.model, kept.res_id), ("res.partner", partners[0].id))
        # A reply finds the contact, and is known as one.
        reply = (
            "From: person0@example.com\r\nTo: anybody@acme.example\r\n"
            f"Message-Id: <reply@example.com>\r\nIn-Reply-To: {mail['Message-Id']}\r\n"
            "Subject: Re: Hello\r\n\r\nPlease call me.\r\n"
        )
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(None, reply)
        self.assertEqual(trace.trace_status, "reply")
        self.assertIn("Please call me", partners[0].message_ids[0].body)

    def test_a_bounce_finds_its_trace(self):
        step = self.make_mail_step()
        enrolments = self.enrol(step, self.make_contact())
        self.run_due()
        trace = enrolments.step_run_ids.trace_id
        bounce = (
            "From: MAILER-DAEMON@example.com\r\nTo: bounce@acme.example\r\n"
            "Subject: Undelivered Mail Returned to Sender\r\n"
            "Message-Id: <bounce@example.com>\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="x"'
            "\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nNo such person.\r\n"
            "--x\r\nContent-Type: message/delivery-status\r\n\r\n"
            "Reporting-MTA: dns; mx.example.com\r\n\r\n"
            "Final-Recipient: rfc822; liisa.virtanen@example.com\r\n"
            "Action: failed\r\nStatus: 5.1.1\r\n"
            "\r\n--x\r\nContent-Type: text/rfc822-headers\r\n\r\n"
            f"Message-Id: {trace.message_id}\r\n\r\n--x--\r\n"
        )
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(None, bounce)
        self.assertEqual(trace.trace_status, "bounce")
        self.assertEqual(enrolments.partner_id.message_bounce, 1)

    def test_the_queue_goes_on_until_it_is_empty(self):
        """Odoo's queue believes it is done after one run, and starts hourly."""
        self.env["mail.mail"].search([("state", "=", "outgoing")]).state = "cancel"
        step = self.make_mail_step()
        self.enrol(step, self.make_contacts(5))
        with (
            self.capture_triggers("mail.ir_cron_mail_scheduler_action") as triggers,
            smtp_server() as (_mailbox, port),
        ):
            self.run_due()
            self.assertEqual(len(triggers.records), 1)
            self.env["lifecycle.step"]._trigger_queues()
            self.assertEqual(len(triggers.records), 2)
            self.env["ir.mail_server"].search([]).active = False
            self.env["ir.mail_server"].create(
                {"name": "loopback", "smtp_host": "127.0.0.1", "smtp_port": port}
            )
            self.registry_patch_sending()
            for left, triggered in ((2, 3), (0, 3)):
                self.env["mail.mail"].process_email_queue(batch_size=3)
                self.assertEqual(self.count_outgoing(), left)
                self.assertEqual(len(triggers.records), triggered)
            self.env["lifecycle.step"]._trigger_queues()
            self.assertEqual(len(triggers.records), 3)

    def test_sent_mails_leave_the_queue_and_their_messages_stay(self):
        step = self.make_mail_step()
        enrolments = self.enrol(step, self.make_contacts(3))
        self.run_due()
        traces = enrolments.step_run_ids.trace_id
        mails, messages = traces.mail_mail_id, traces.mail_mail_id.mail_message_id
        self.assertEqual(len(mails), 3)
        self.env["ir.mail_server"].search([]).active = False
        with smtp_server() as (mailbox, port):
            self.env["ir.mail_server"].create(
                {"name": "loopback", "smtp_host": "127.0.0.1", "smtp_port": port}
            )
            self.registry_patch_sending()
            self.env["mail.mail"].process_email_queue()
            self.assertEqual(len(mailbox.mails), 3)
        self.assertFalse(mails.exists())
        self.assertEqual(len(messages.exists()), 3)
        self.assertEqual(set(traces.mapped("trace_status")), {"sent"})

    def test_mails_wait_for_a_server_that_cannot_be_reached(self):
        step = self.make_mail_step()
        enrolments = self.enrol(step, self.make_contacts(2))
        self.run_due()
        mails = enrolments.step_run_ids.trace_id.mail_mail_id
        self.env["ir.mail_server"].search([]).active = False
        with smtp_server() as (mailbox, port):
            server = self.env["ir.mail_server"].create(
                {"name": "down", "smtp_host": "127.0.0.1", "smtp_port": 1}
            )
            self.registry_patch_sending()
            self.env["mail.mail"].process_email_queue()
            self.assertEqual(mails.exists().mapped("state"), ["outgoing"] * 2)
            server.smtp_port = port
            self.env["mail.mail"].process_email_queue()
            self.assertEqual(len(mailbox.mails), 2)
        self.assertFalse(mails.exists())

    def test_a_newsletter_that_fills_the_queue_holds_nothing_up(self):
        mails = self.env["mail.mail"]
        mails.search([("state", "=", "outgoing")]).state = "cancel"
        step = self.make_mail_step()
        self.enrol(step, self.make_contacts(2))
        self.run_due()
        # The queue takes the newest first.
        self.assertEqual(mails._order, "id desc")
        newsletter = {"email_to": "x@example.com", "body_html": "<p>News</p>"}
        mails.create([{**newsletter, "state": "outgoing"} for _one in range(3)])
        self.env["ir.mail_server"].search([]).active = False
        with (
            self.capture_triggers("mail.ir_cron_mail_scheduler_action") as triggers,
            smtp_server() as (mailbox, port),
        ):
            self.env["ir.mail_server"].create(
                {"name": "loopback", "smtp_host": "127.0.0.1", "smtp_port": port}
            )
            self.registry_patch_sending()
            mails.process_email_queue(batch_size=3)
            self.assertEqual((len(mailbox.mails), self.count_outgoing()), (3, 2))
            self.assertEqual(len(triggers.records), 1)
            mails.process_email_queue(batch_size=3)
            self.assertEqual((len(mailbox.mails), self.count_outgoing()), (5, 0))
            self.assertEqual(len(triggers.records), 1)

    def count_outgoing(self):
        domain = self.env["mail.mail"]._get_lifecycle_outgoing_domain()
        return self.env["mail.mail"].search_count(domain)

    def registry_patch_sending(self):
        """Odoo sends nothing in tests; here it does, to loopback."""
        servers = self.env.registry["ir.mail_server"]
        self.patch(servers, "_disable_send", lambda self: False)


@tagged("lifecycle")
class TestMailCosts(MessageCommon):
    def count_queries(self, step, enrolments):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        results = step._run_mail_batch(enrolments, self.start)
        self.env.flush_all()
        self.assertTrue(all(one.outcome == "done" for one in results.values()))
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_contacts(self):
        """The same number of statements for 10 and for 100 contacts."""
        message = self.make_message(
            "<p>{{ contact.name }} {{ orders.count }} {{ enrolment.days_in }}"
            '<a href="https://acme.example">x</a><a href="{{ links.yes }}">y</a></p>'
        )
        step = self.make_mail_step(message)
        partners = self.make_contacts(120)
        enrolments = self.enrol(step, partners)
        self.count_queries(step, enrolments[:10])  # warm
        few = self.count_queries(step, enrolments[10:20])
        many = self.count_queries(step, enrolments[20:])
        self.assertLessEqual(many, few)
        self.assertLess(many, 80)

    def test_earlier_traces_do_not_cost(self):
        """Odoo's mailings get slower with every send: this one does not."""
        step = self.make_mail_step()
        partners = self.make_contacts(40)
        enrolments = self.enrol(step, partners)
        self.count_queries(step, enrolments[:10])
        before = self.count_queries(step, enrolments[10:20])
        mailing = step._ensure_mailing()
        self.env["mailing.trace"].create(
            [
                {
                    "mass_mailing_id": mailing.id,
                    "model": "res.partner",
                    "res_id": partners[0].id,
                    "email": f"old{n}@example.com",
                    "trace_type": "mail",
                    "trace_status": "sent",
                }
                for n in range(2000)
            ]
        )
        self.count_queries(step, enrolments[20:30])
        self.assertEqual(self.count_queries(step, enrolments[30:]), before)


@tagged("post_install", "-at_install", "lifecycle")
class TestPutOff(MessageCommon):
    """What a mail server answers decides whether a message is offered again."""

    def refuse(self, mail, answer):
        """The failure as `ir.mail_server.send_email` raises it."""
        try:
            try:
                raise answer
            except smtplib.SMTPException:
                raise MailDeliveryException("Mail Delivery Failed", str(answer))
        except MailDeliveryException as error:
            mail._note_failure(error)
        return mail.state

    def make_mail(self):
        step = self.make_mail_step()
        enrolment = self.enrol(step, self.make_contact())
        self.run_due()
        return enrolment.step_run_ids.trace_id.mail_mail_id

    def test_not_now_is_asked_again_for_a_day(self):
        mail = self.make_mail()
        busy = smtplib.SMTPRecipientsRefused({"a@example.com": (450, b"Busy")})
        self.assertEqual(self.refuse(mail, busy), "outgoing")
        self.assertTrue(mail.failure_reason)
        full = smtplib.SMTPDataError(451, b"Disk full")
        self.assertEqual(self.refuse(mail, full), "outgoing")
        mail.lifecycle_put_off_at -= timedelta(days=2)
        self.assertEqual(self.refuse(mail, full), "exception")
        self.assertEqual(mail.mailing_trace_ids.trace_status, "error")

    def test_no_is_no(self):
        mail = self.make_mail()
        unwanted = smtplib.SMTPDataError(554, b"Not wanted")
        self.assertEqual(self.refuse(mail, unwanted), "exception")
        self.assertEqual(mail.mailing_trace_ids.trace_status, "error")
