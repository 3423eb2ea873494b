"""The button that stops all programs of a company."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .messages_common import MessageCommon


@tagged("lifecycle")
class TestStop(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "lifecycle_stop_manager",
            "base.group_user,lifecycle_programs.group_lifecycle_manager",
        )

    def test_nothing_enters_and_nothing_leaves_until_it_starts_again(self):
        step = self.make_mail_step()
        inside = self.enrol(step, self.make_contact())
        company = self.company.with_user(self.manager)
        company.action_lifecycle_stop()
        self.assertEqual(company.lifecycle_stopped_by_id, self.manager)
        self.assertIn(self.manager.name, step.program_id.stop_text)
        self.assertFalse(self.enrol(step, self.make_contact("Late Comer")))
        with self.assertRaises(UserError):
            step.program_id._enrol_by_hand(self.make_contacts(1), self.start)
        self.assertFalse(self.run_due(days=1))
        self.assertFalse(self.env["lifecycle.enrolment"]._count_due(self.at(days=1)))
        self.assertSteps(inside, [])
        company.action_lifecycle_start()
        self.assertFalse(company.lifecycle_stopped_at)
        self.run_due(days=1)
        self.assertSteps(inside, ["message done", "end done"])

    def test_messages_in_the_queues_stay_there(self):
        mail_step = self.make_mail_step()
        sms = self.make_message(channel="sms", body_text="Hello")
        sms_step = self.make_mail_step(sms, code="sms")
        contact = self.make_contact(phone="+358401234567")
        mail = self.mail_of(self.send(mail_step, contact)[1][contact])
        self.send(sms_step, contact)
        text = self.env["sms.sms"].search([("partner_id", "=", contact.id)])
        other = self.env["mail.mail"].create(
            {"subject": "Other", "email_to": "x@example.com", "body_html": "<p>x</p>"}
        )
        self.company.action_lifecycle_stop()
        with self.mock_queues() as sent:
            self.env["mail.mail"].process_email_queue()
            self.env["sms.sms"]._process_queue()
            self.assertIn(other.id, sent["mail.mail"])
            self.assertNotIn(mail.id, sent["mail.mail"])
            self.assertNotIn(text.id, sent["sms.sms"])
            self.company.action_lifecycle_start()
            self.env["mail.mail"].process_email_queue()
            self.env["sms.sms"]._process_queue()
            self.assertIn(mail.id, sent["mail.mail"])
            self.assertIn(text.id, sent["sms.sms"])

    def mock_queues(self):
        """Note what the queues hand over to the mail server and the gateway, which
        stand outside the machine."""
        sent = {"mail.mail": [], "sms.sms": []}

        class Patches:
            def __enter__(inner):
                for model, method in (("mail.mail", "send"), ("sms.sms", "_send")):
                    self.patch(
                        self.env.registry[model],
                        method,
                        lambda records, *args, **kwargs: sent[records._name].extend(
                            records.ids
                        ),
                    )
                # The queue of SMS commits its progress.
                self.patch(
                    self.env.registry["ir.cron"],
                    "_commit_progress",
                    lambda *args, **kwargs: 1,
                )
                return sent

            def __exit__(inner, *error):
                return False

        return Patches()

    def test_the_scan_waits(self):
        program = self.make_program(
            {"type": "end"}, start="schedule", rule="contact.name != null"
        )
        self.company.action_lifecycle_stop()
        self.assertFalse(self.env["lifecycle.program"]._scan(self.at(hours=1)))
        self.assertFalse(program.enrolment_ids)
        self.company.action_lifecycle_start()
        self.assertTrue(self.env["lifecycle.program"]._scan(self.at(hours=1)))

    def test_an_explanation_says_that_they_are_stopped(self):
        program = self.make_program({"type": "end"})
        contact = self.make_contact()
        self.company.action_lifecycle_stop()
        check = program._check_entries(contact, by_hand=True)[program, contact]
        self.assertEqual([line.code for line in check.hindrances], ["stopped"])

    def test_only_managers_of_the_company_may(self):
        other = self.env["res.company"].create({"name": "Other"})
        for user, company in (
            (self.salesperson, self.company),
            (self.marketer, self.company),
            (self.manager, other),
        ):
            for action in ("action_lifecycle_stop", "action_lifecycle_start"):
                with self.assertRaises(AccessError):
                    getattr(company.with_user(user), action)()
            with self.assertRaises(AccessError):
                company.with_user(user).write({"lifecycle_stopped_at": self.start})
        with self.assertRaises(AccessError):
            self.env["lifecycle.health"].with_user(self.marketer).action_open()

    def test_another_company_goes_on(self):
        step = self.make_mail_step()
        other = self.env["res.company"].create({"name": "Other"})
        other.action_lifecycle_stop()
        enrolment = self.enrol(step, self.make_contact())
        self.run_due()
        self.assertSteps(enrolment, ["message done", "end done"])
