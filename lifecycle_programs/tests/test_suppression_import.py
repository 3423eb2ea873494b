"""The old opt-outs come along before the first message leaves."""

import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .test_preferences import PreferencesCommon

FILE = """email,phone,type,category,date,source,text
ann@example.com,,unsubscribe,,2024-03-01 10:00,Mailer,
bob@example.com,,unsubscribe,marketing,1.4.2024,Mailer,too much
,040 1234567,opt-out,,,,
dead@example.com,,hard bounce,,2024-01-01,Mailer,
,+358409999999,bounce,,,,
cid@example.com,,consent,Offers and inspiration,2024-05-06,Web form,Yes to news
ann@example.com,,consent,marketing,2025-01-01,,
broken,,unsubscribe,,,,
dan@example.com,,consent,,,=cmd,
"""


@tagged("lifecycle")
class TestSuppressionImport(PreferencesCommon):
    def make_wizard(self, text=FILE, **values):
        return (
            self.env["lifecycle.suppression.import"]
            .with_user(self.marketer)
            .create({"file": base64.b64encode(text.encode()), **values})
        )

    def test_check_counts_and_changes_nothing(self):
        wizard = self.make_wizard()
        wizard.action_check()
        self.assertEqual(
            (
                wizard.unsubscribe_count,
                wizard.bounce_count,
                wizard.consent_count,
                wizard.bad_count,
            ),
            (3, 2, 2, 2),
        )
        self.assertEqual(
            wizard.bad_preview,
            "Line 9: neither a mail address nor a phone number.\n"
            "Line 10: a consent without a date.",
        )
        bad = base64.b64decode(wizard.bad_file).decode("utf-8-sig").splitlines()
        self.assertEqual(
            bad[2], "dan@example.com,,consent,,,'=cmd,,10,a consent without a date"
        )
        self.assertFalse(self.opt_outs.search([]))
        self.assertFalse(self.consents.search([]))

    def test_import_twice_is_once(self):
        self.company.lifecycle_suppression_done = False
        partner = self.make_contact("Ann", email="Ann@example.com")
        wizard = self.make_wizard()
        wizard.action_check()
        with self.assertQueries_per_row():
            wizard.action_import()
        categories = self.env["lifecycle.category"].search([("can_opt_out", "=", True)])
        self.assertEqual(self.refused("ann@example.com"), categories)
        self.assertEqual(self.refused("bob@example.com"), self.marketing)
        self.assertEqual(self.refused("+358401234567"), categories)
        opt_out = self.opt_outs.search([("address", "=", "ann@example.com")])[0]
        self.assertEqual(str(opt_out.opted_out_at), "2024-03-01 10:00:00")
        self.assertEqual((opt_out.source, opt_out.channel), ("import", "mail"))
        self.assertEqual(opt_out.partner_id, partner)
        for model, field, address in (
            ("mail.blacklist", "email", "dead@example.com"),
            ("phone.blacklist", "number", "+358409999999"),
        ):
            self.assertTrue(self.env[model].search([(field, "=", address)]))
        consent = self.consents.search([("address", "=", "cid@example.com")])
        self.assertEqual(consent.category_id, self.marketing)
        self.assertEqual(consent.text, "Yes to news (Web form)")
        bob = self.consents.search([("address", "=", "bob@example.com")])
        self.assertEqual((bob.state, bob.text), ("withdrawn", "too much (Mailer)"))
        # A yes, also a later one, does not take a no back.
        self.assertIn(("marketing", "given", "import"), self.book("ann@example.com"))
        step = self.make_mail_step()
        enrolment = self.enrol(step, partner)
        refused = step._gate(enrolment, "mail", self.start)[1]
        self.assertEqual(refused[enrolment.id].reason, "opt_out")
        self.assertTrue(self.company.lifecycle_suppression_done)

        before = (self.opt_outs.search_count([]), self.consents.search_count([]))
        again = self.make_wizard()
        again.action_import()
        self.assertEqual(again.new_count, 0)
        self.assertEqual(
            (self.opt_outs.search_count([]), self.consents.search_count([])), before
        )

    def assertQueries_per_row(self):
        """A constant number of statements, however long the file."""
        return self.assertQueryCount(40)

    def test_rows_without_a_type(self):
        wizard = self.make_wizard("email\na@example.com\n")
        wizard.action_check()
        self.assertEqual((wizard.unsubscribe_count, wizard.bad_count), (0, 1))
        wizard = self.make_wizard("email\na@example.com\n", default_kind="unsubscribe")
        wizard.action_import()
        self.assertIn(self.marketing, self.refused("a@example.com"))

    def test_a_file_that_is_none(self):
        for text in ("", "name\nAnn\n", "email\n"):
            with self.assertRaises(UserError):
                self.make_wizard(text or " ").action_check()

    def test_only_marketers_import(self):
        with self.assertRaises(AccessError):
            self.make_wizard().with_user(self.salesperson).action_import()

    def test_publishing_asks_once(self):
        self.company.lifecycle_suppression_done = False
        step = {"type": "end", "key": "end"}
        program = self.make_program(step, publish=False, code="first")
        wizard = self.env["lifecycle.publish"].with_user(self.marketer)
        form = Form(wizard.with_context(default_program_id=program.id))
        self.assertTrue(form.asks_suppression)
        first = form.save()
        with self.assertRaises(UserError):
            first.action_publish()
        self.assertNotEqual(program.state, "running")
        form.suppression_done = True
        form.save().action_publish()
        self.assertEqual(program.state, "running")
        other = self.make_program(step, publish=False, code="second")
        wizard.create({"program_id": other.id}).action_publish()
        self.assertEqual(other.state, "running")
