"""A marketer and a salesperson at work, in a real browser."""

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import LifecycleCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestTour(LifecycleCommon, HttpCase):
    def test_publish_a_program_and_answer_its_alert(self):
        """A program is opened and published, a contact is seen in it (R137), and its
        alert in the pipeline (R118)."""
        user = new_test_user(
            self.env,
            "lifecycle_tour",
            "base.group_user,lifecycle_programs.group_lifecycle_marketer,"
            "sales_team.group_sale_salesman_all_leads",
        )
        prospect = self.env["res.partner"].create(
            {"name": "Tour Prospect", "email": "tour.prospect@example.com"}
        )
        self.env["crm.lead"].create(
            {
                "name": "Tents for Tour Prospect",
                "type": "opportunity",
                "partner_id": prospect.id,
                "user_id": user.id,
            }
        )
        program = self.make_program(
            {"type": "sales_alert", "key": "tell", "name": "Tell sales"},
            publish=False,
            name="Tour program",
            code="tour",
            stage_id=self.env.ref("lifecycle_programs.lifecycle_stage_prospect").id,
            rule="engagement.points_30d < param.points or contact.has_email",
            parameter_ids=[
                Command.create({"name": "Points", "code": "points", "value": 50})
            ],
        )
        self.start_tour("/odoo", "lifecycle_programs_publish", login=user.login)
        self.assertEqual(program.state, "running")
        self.assertEqual(program.enrolment_ids.partner_id, prospect)

        self.env["lifecycle.enrolment"]._run_due(fields.Datetime.now())
        alert = self.env["lifecycle.alert"].search([("partner_id", "=", prospect.id)])
        self.assertEqual(alert.state, "open")
        self.start_tour("/odoo", "lifecycle_programs_alert", login=user.login)
        self.assertEqual(alert.state, "taken")
