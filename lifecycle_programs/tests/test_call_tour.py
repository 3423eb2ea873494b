"""A salesperson says what came of a call, in a real browser."""

from odoo.tests import HttpCase, tagged

from .common import LifecycleCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestCallTour(LifecycleCommon, HttpCase):
    def test_say_what_came_of_a_call(self):
        contact = self.make_contact(user_id=self.salesperson.id)
        program = self.make_program(
            {
                "type": "activity",
                "key": "call",
                "name": "Call her",
                "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
            },
            {"type": "wait", "key": "wait", "wait_value": 9},
        )
        program._enrol_partners(contact, self.start)
        self.run_due()
        self.start_tour(
            f"/odoo/contacts/{contact.id}",
            "lifecycle_programs_call_outcome",
            login=self.salesperson.login,
        )
        call = (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search([("lifecycle_step_id", "=", program.version_id.step_ids[0].id)])
        )
        self.assertEqual(call.lifecycle_outcome, "competitor")
        self.assertFalse(call.active)
