"""The stage of a customer moves with time."""

from odoo.tests import tagged

from .journeys_common import JourneyCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestStages(JourneyCommon):
    code = "welcome"

    def stage(self, days=0):
        values = self.env["lifecycle.fact"]._read(
            self.anna.ids, ["contact.stage"], self.company, self.at(days=days)
        )
        return values[self.anna.id]["contact.stage"]

    def test_stage_is_never_static(self):
        """It begins, grows and drifts away again (R5), and programs hang on it
        (R135)."""
        self.assertEqual(self.stage(), "prospect")
        self.order()
        self.assertEqual(self.stage(), "new")
        self.assertEqual(self.stage(days=90), "customer")
        for day in (10, 20, 30, 40):
            self.walk_to(days=day)
            self.order()
        self.assertEqual(self.stage(days=41), "loyal")
        self.happen("survey_answered", score=10, recommend=True)
        self.assertEqual(self.stage(days=41), "advocate")
        self.happen("survey_answered", score=5, recommend=False)
        self.assertEqual(self.stage(days=41), "loyal")
        self.assertEqual(self.stage(days=450), "customer")
        self.assertEqual(self.stage(days=-1), "prospect")
        stages = self.env["lifecycle.stage"].search([]).mapped("code")
        programs = self.env["lifecycle.program"].search([])
        self.assertTrue(set(programs.stage_id.mapped("code")) <= set(stages))
