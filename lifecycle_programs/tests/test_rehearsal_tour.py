"""A marketer rehearses a program, in a real browser."""

from odoo.tests import HttpCase, tagged

from .messages_common import MessageCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestRehearsalTour(MessageCommon, HttpCase):
    def test_rehearse_a_draft(self):
        """With one chosen contact: each message on its day, as it would be read, and
        nothing of it stays."""
        self.set_cap(0)
        mail = {"type": "mail", "message_id": self.make_message().id}
        program = self.make_program(
            {**mail, "key": "first"},
            {"type": "wait", "key": "days", "wait_value": 3},
            {**mail, "key": "second"},
            {"type": "wait", "key": "long", "wait_value": 300},
            name="Tour program",
            publish=False,
        )
        self.make_contact("Aino Laine")
        self.start_tour(
            f"/odoo/action-lifecycle_programs.lifecycle_program_action/{program.id}",
            "lifecycle_programs_rehearsal",
            login=self.marketer.login,
        )
        self.assertFalse(program.enrolment_ids)
        self.assertEqual(program.state, "draft")
