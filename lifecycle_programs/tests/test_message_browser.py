"""The message editor in a real browser: a mail is written in it."""

from odoo.tests import HttpCase, new_test_user, tagged

from .common import LifecycleCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestMessageTour(LifecycleCommon, HttpCase):
    def test_write_preview_mend_and_test(self):
        """A marketer writes a mail with fields and a condition, sees it as a contact,
        mends what is wrong and sends a test."""
        user = new_test_user(
            self.env,
            "lifecycle_message_tour",
            "base.group_user,lifecycle_programs.group_lifecycle_marketer",
        )
        self.make_contact("Toured Person")
        self.start_tour("/odoo", "lifecycle_programs_message", login=user.login)
        message = self.env["lifecycle.message"].search(
            [("name", "=", "Toured message")]
        )
        self.assertEqual(message.subject, "Welcome {{ contact.first_name }}")
        source = message._get_source("body")
        self.assertIn("Hi{% if contact.first_name %} {{ contact.first_name }}", source)
        self.assertIn("it is nice to see you.", source)
        self.assertIn(" > 3 %}", source)
        self.assertNotIn("o_lifecycle_marker", source)
        test = self.env["mail.mail"].search([("email_to", "=", "me@acme.example")])
        self.assertEqual(test.subject, "[Test] Welcome Toured")
