"""Copies of first messages for colleagues."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .messages_common import MessageCommon

LINK = "https://acme.example/news?a=1"
BODY = f'<p>Hello {{{{ contact.name }}}}, <a href="{LINK}">news</a></p>'


@tagged("lifecycle")
class TestCopies(MessageCommon):
    def setUp(self):
        super().setUp()
        self.set_cap(0)
        self.company.lifecycle_copy_to = "Ann <Ann@acme.example>, joe@acme.example"

    def get_copies(self):
        return self.env["mail.mail"].search([("subject", "=like", "[Copy]%")])

    def test_the_first_message_is_copied_once(self):
        step = self.make_mail_step(self.make_message(BODY))
        first, second, third = self.make_contacts(3)
        program = step.program_id
        program.copy_to = "ann@acme.example, eve@acme.example"
        program._enrol_partners(first | second, self.start)
        self.run_due()
        copy = self.get_copies()
        self.assertEqual(len(copy), 1)
        self.assertEqual(copy.subject, "[Copy] Hello you")
        self.assertEqual(
            copy.email_to, "ann@acme.example, joe@acme.example, eve@acme.example"
        )
        self.assertIn("Hello Person 0", copy.body_html)
        self.assertEqual(copy.state, "outgoing")
        program._enrol_partners(third, self.start)
        self.run_due(days=1)
        self.assertEqual(self.get_copies(), copy)

    def test_copies_count_nowhere(self):
        step = self.make_mail_step(self.make_message(BODY))
        _enrolments, results = self.send(step, self.make_contact())
        copy = self.get_copies()
        self.assertFalse(copy.mailing_id or copy.mailing_trace_ids or copy.model)
        traces = self.env["mailing.trace"].search(
            [("mass_mailing_id", "=", step.mailing_id.id)]
        )
        (result,) = results.values()
        self.assertEqual(traces.id, result.values["trace_id"])
        mail = traces.mail_mail_id
        self.assertIn("/r/", mail.body_html)
        self.assertIn("/lifecycle/", mail.body_html)
        # What is clicked in a copy is no click, and unsubscribes nobody.
        self.assertNotIn("/r/", copy.body_html)
        self.assertNotIn("/lifecycle/", copy.body_html)
        self.assertIn("https://acme.example/news?a=1", copy.body_html)
        self.assertNotIn("List-Unsubscribe", copy.headers)

    def test_as_many_as_the_company_wants_per_version(self):
        self.company.lifecycle_copy_count = 2
        step = self.make_mail_step(reentry="cooldown", cooldown_days=0)
        program = step.program_id
        program._enrol_partners(self.make_contacts(3), self.start)
        self.run_due()
        self.assertEqual((len(self.get_copies()), step.copied_count), (2, 2))
        program.action_edit_steps()
        self.assertFalse(any(program.draft_version_id.step_ids.mapped("copied_count")))
        program.action_publish()
        program._enrol_partners(self.make_contact(), self.at(hours=1))
        self.run_due(hours=1)
        self.assertEqual(len(self.get_copies()), 3)

    def test_a_failed_batch_takes_its_copy_along(self):
        step = self.make_mail_step()
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.send(step, self.make_contact())
            raise ZeroDivisionError
        self.assertFalse(self.get_copies())
        self.assertFalse(step.copied_count)

    def test_an_sms_is_copied_as_a_mail(self):
        message = self.make_message(
            "", channel="sms", body_text=f"Hello {{{{ contact.name }}}}: {LINK} now"
        )
        step = self.make_mail_step(message)
        country = self.env.ref("base.fi").id
        self.send(step, self.make_contact(phone="+358401234567", country_id=country))
        copy = self.get_copies()
        self.assertEqual(copy.subject, "[Copy] SMS “message”")
        self.assertIn("Hello Liisa Virtanen: https://acme.example/news", copy.body_html)
        self.assertNotIn("/lifecycle/", copy.body_html)

    def test_nobody_is_told_when_nobody_wants_copies(self):
        self.company.lifecycle_copy_to = False
        self.send(self.make_mail_step(), self.make_contact())
        self.assertFalse(self.get_copies())

    def test_only_addresses(self):
        with self.assertRaisesRegex(ValidationError, "nobody"):
            self.company.lifecycle_copy_to = "ann@acme.example, nobody"
        step = self.make_mail_step()
        with self.assertRaisesRegex(ValidationError, "nobody"):
            step.program_id.copy_to = "nobody"
