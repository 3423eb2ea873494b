"""A marketer looks at the week, in a real browser."""

from odoo import fields
from odoo.tests import HttpCase, tagged

from .messages_common import MessageCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestForecastTour(MessageCommon, HttpCase):
    def make_tour_program(self, **values):
        mail = {"type": "mail", "message_id": self.make_message().id}
        return self.make_program(
            {**mail, "key": "first"},
            {"type": "wait", "key": "days", "wait_value": 3},
            {**mail, "key": "second"},
            {"type": "wait", "key": "long", "wait_value": 300},
            name="Tour program",
            **values,
        )

    def test_look_at_the_week(self):
        program = self.make_tour_program()
        people = self.make_contact("Aino Laine") | self.make_contact("Eero Aho")
        program._enrol_partners(people, fields.Datetime.now())
        self.start_tour(
            "/odoo/lifecycle-week",
            "lifecycle_programs_week",
            login=self.marketer.login,
        )
