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

    def test_build_a_branching_journey(self):
        """A test of two versions and a wait are made in the steps' form, which shows
        what each type needs (R67, R137)."""
        user = new_test_user(
            self.env,
            "lifecycle_builder",
            "base.group_user,lifecycle_programs.group_lifecycle_marketer",
        )
        message = self.env["lifecycle.message"].create(
            {"name": "Offer", "subject": "An offer", "body": "<p>Look</p>"}
        )
        program = self.make_program(
            {"type": "mail", "key": "offer", "name": "Offer", "message_id": message.id},
            publish=False,
            name="Branching program",
            code="branching",
            stage_id=self.env.ref("lifecycle_programs.lifecycle_stage_prospect").id,
        )
        self.start_tour("/odoo", "lifecycle_programs_steps", login=user.login)
        self.assertEqual(program.state, "running")
        steps = program.version_id.step_ids
        test = program.version_id._get_first_step()
        self.assertEqual(test.type, "ab_test")
        self.assertEqual(test.branch_ids.next_step_id.mapped("type"), ["mail", "mail"])
        self.assertEqual(
            steps.filtered(lambda one: one.type == "wait_window").hour_to, 17
        )

    def test_publish_again_and_move_people(self):
        """A branching journey is edited while two people are inside, and they go on in
        the new version (R134)."""
        user = new_test_user(
            self.env,
            "lifecycle_versions_tour",
            "base.group_user,lifecycle_programs.group_lifecycle_marketer",
        )
        program = self.make_program(
            {
                "type": "wait",
                "key": "week",
                "name": "Wait a week",
                "wait_value": 7,
            },
            {
                "type": "split",
                "key": "way",
                "name": "With a mail address?",
                "branches": [
                    {"name": "Yes", "rule": "contact.has_email", "next": "end"}
                ],
                "next": "tell",
            },
            {"type": "sales_alert", "key": "tell", "name": "Tell sales"},
            {"type": "end", "key": "end", "name": "The end"},
            name="Moving program",
            code="moving",
            stage_id=self.env.ref("lifecycle_programs.lifecycle_stage_prospect").id,
        )
        enrolments = program._enrol_partners(self.make_contacts(2), self.start)
        self.run_due()
        self.start_tour("/odoo", "lifecycle_programs_versions", login=user.login)
        self.assertEqual(enrolments.version_id, program.version_id)
        self.assertEqual(program.version_id.number, 2)
        self.assertEqual(enrolments.step_id.wait_value, 14)
        self.assertEqual(set(enrolments.mapped("due_at")), {self.at(days=7)})
        self.assertEqual(program.draft_version_id.step_ids[0].wait_value, 7)
