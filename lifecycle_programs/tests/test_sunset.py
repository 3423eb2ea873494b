"""Who reacts to nothing is asked once, and then left in peace."""

from odoo.tests import tagged

from .messages_common import MessageCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestSunset(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.lifecycle_sunset_messages = 3
        cls.env["lifecycle.cap"].search([]).unlink()
        cls.question = cls.env.ref("lifecycle_programs.program_sunset")
        cls.question.action_publish()
        cls.liisa = cls.make_contact()
        cls.programs = {}

    def write_to(self, contact, days, category="marketing"):
        """One message of a program of its own; how it went."""
        code = f"news_{category}_{days}".replace("-", "m")
        message = self.make_message(category=category)
        program = self.make_mail_step(message, code=code).program_id
        enrolment = program._enrol_partners(contact, self.at(days=days))
        self.run_due(days=days)
        return enrolment

    def look(self, days):
        """The question's program looks at everybody."""
        self.question.next_scan_at = self.at(days=days)
        self.env["lifecycle.program"]._scan(self.at(days=days))
        self.run_due(days=days)
        return self.enrolment_of(self.liisa, self.question)

    def know(self, name, days):
        name = f"engagement.{name}"
        return self.env["lifecycle.fact"]._read(
            self.liisa.ids, [name], self.company, self.at(days=days)
        )[self.liisa.id][name]

    def test_asked_once_and_then_left_in_peace(self):
        for days in (-90, -80, -70):
            self.assertFalse(self.look(days), "not silent yet")
            sent = self.write_to(self.liisa, days)
            self.assertSteps(sent, ["message done", "end done"])
        self.assertEqual(self.know("unanswered", -69), 3)
        asked = self.look(-60)
        self.assertSteps(asked, ["question done"])
        self.assertEqual(asked.step_run_ids.message_id.asks_to_stop, True)
        mail = asked.step_run_ids.trace_id.mail_mail_id
        self.assertIn("/lifecycle/answer/", mail.body_html)
        self.assertTrue(self.know("asked_to_stop_at", -59))
        # From now on nothing, whatever the program; what is no marketing comes.
        for days in (-50, -20):
            kept = self.write_to(self.liisa, days)
            self.assertSteps(kept, ["message skipped sunset", "end done"])
        service = self.write_to(self.liisa, -15, category="service")
        self.assertSteps(service, ["message done", "end done"])
        # Not even the question again, when its program has come to its end.
        self.assertEqual(self.look(-10), asked)
        self.assertEqual(asked.state, "ended")
        # Everybody can see why.
        self.assertIn("Marketing has stopped", self.liisa.lifecycle_rest_reason)
        lines = kept._get_sending_lines(self.start)
        self.assertEqual([line.code for line in lines], ["sunset"])
        self.assertIn("whether to stop", lines[0].text)

    def test_a_reaction_starts_it_again(self):
        others = {
            "answer_given": self.liisa,
            "mail_clicked": self.make_contact("Matti Meikäläinen"),
            "order_confirmed": self.make_contact("Kaisa Korhonen"),
        }
        contacts = self.env["res.partner"].union(*others.values())
        for days in (-90, -80, -70):
            self.write_to(contacts, days)
        self.look(-60)
        kept = self.write_to(contacts, -50)
        reasons = kept.step_run_ids.filtered("reason").mapped("reason")
        self.assertEqual(reasons, ["sunset"] * 3)
        for code, contact in others.items():
            self.make_event(code, contact, self.at(days=-40))
        self.consume(days=-40)
        again = self.write_to(contacts, -30)
        self.assertEqual(again.step_run_ids.filtered("message_id").partner_id, contacts)
        self.assertFalse(self.liisa.lifecycle_rest_reason)
        # It counts anew.
        self.assertEqual(self.know("unanswered", -29), 1)
        self.assertFalse(self.know("is_silent", -29))

    def test_only_programs_and_contacts_that_are_meant(self):
        """Signs of a colleague are not the contact's own; 0 switches it off."""
        colleague = self.make_contact("Pekka Pouta", parent_id=self.liisa.id)
        for days in (-90, -80, -70):
            self.write_to(self.liisa, days)
        self.make_event("mail_clicked", colleague, self.at(days=-65))
        self.consume(days=-65)
        self.assertTrue(self.know("is_silent", -64))
        self.company.lifecycle_sunset_messages = 0
        self.assertFalse(self.know("is_silent", -64))
        self.assertFalse(self.look(-60))
