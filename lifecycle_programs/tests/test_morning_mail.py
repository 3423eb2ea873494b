"""The mail in the morning: who waits for a call, once a day, for whoever wants it."""

from datetime import datetime, timedelta

from odoo.tests import tagged

from .test_alerts import WEDNESDAY, AlertCommon

# Seven in the morning in Helsinki, on a Wednesday in summer.
SEVEN = datetime(2026, 6, 3, 4, 5)


@tagged("post_install", "-at_install", "lifecycle")
class TestMorningMail(AlertCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna.write({"tz": "Europe/Helsinki", "email": "anna@example.com"})
        cls.bo.write({"tz": "America/New_York", "email": "bo@example.com"})

    def raise_for(self, user, name="Acme", **entry):
        partner = self.make_contact(
            name, is_company=True, user_id=user.id, phone="+3585551"
        )
        return self.raise_alert(partner, WEDNESDAY - timedelta(days=1), **entry)

    def send(self, now=SEVEN):
        return self.env["lifecycle.alert"]._send_morning_mails(now)

    def test_who_waits_for_a_call(self):
        alert = self.raise_for(self.anna, **self.make_entry(61, 2))
        mail = self.send()
        self.assertIn("anna@example.com", mail.email_to)
        self.assertEqual(mail.state, "outgoing")
        self.assertIn("Acme", mail.subject)
        self.assertIn("61", mail.body_html)
        self.assertIn("tel:+3585551", mail.body_html)
        self.assertIn(f"/odoo/ready-today/{alert.id}", mail.body_html)

    def test_the_strongest_first(self):
        for name, strength in (("Weak", 5), ("Strong", 90), ("Middle", 40)):
            self.raise_for(self.anna, name).strength = strength
        body = self.send().body_html
        self.assertLess(body.index("Strong"), body.index("Middle"))
        self.assertLess(body.index("Middle"), body.index("Weak"))

    def test_once_a_day(self):
        self.raise_for(self.anna)
        self.assertEqual(len(self.send()), 1)
        self.assertFalse(self.send(SEVEN + timedelta(hours=1)))
        self.assertEqual(len(self.send(SEVEN + timedelta(days=1))), 1)

    def test_in_the_morning_of_each(self):
        self.raise_for(self.anna)
        self.raise_for(self.bo, "Bolt")
        self.assertIn("anna", self.send().email_to)
        self.assertIn("bo@", self.send(SEVEN + timedelta(hours=7)).email_to)

    def test_not_at_night_and_not_in_the_afternoon(self):
        self.raise_for(self.anna)
        self.assertFalse(self.send(SEVEN - timedelta(hours=1)))
        self.assertFalse(self.send(SEVEN + timedelta(hours=6)))

    def test_not_on_a_day_off(self):
        self.raise_for(self.anna)
        self.assertFalse(self.send(SEVEN + timedelta(days=3)))

    def test_off_by_choice(self):
        self.raise_for(self.anna)
        # Everybody decides for themselves, without rights on users.
        self.anna.with_user(self.anna).lifecycle_morning_mail = False
        self.assertFalse(self.send())

    def test_not_while_away(self):
        self.raise_for(self.anna)
        self.anna.lifecycle_away_until = SEVEN.date()
        self.assertFalse(self.send())

    def test_nobody_waits_no_mail(self):
        alert = self.raise_for(self.anna)
        alert.with_user(self.anna).action_take_over()
        self.assertFalse(self.send())

    def test_in_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        template = self.env.ref("lifecycle_programs.lifecycle_morning_mail")
        template.update_field_translations(
            "arch_db", {"fi_FI": {"Good morning": "Huomenta"}}
        )
        self.anna.lang = "fi_FI"
        self.raise_for(self.anna)
        self.assertIn("Huomenta", self.send().body_html)

    def test_one_batch_for_all(self):
        """More alerts of the same people cost no more queries."""
        self.raise_for(self.anna)
        self.raise_for(self.bo, "Bolt")
        self.bo.tz = self.anna.tz

        def cost():
            self.env["res.users"].search([]).lifecycle_morning_mailed_on = False
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(self.send()), 2)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        cost()
        few = cost()
        for number in range(4):
            self.raise_for(self.anna, f"Further {number}")
        self.assertLessEqual(cost(), few + 4)
