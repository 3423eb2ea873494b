"""The canvas in a real browser: its unit tests, and a journey built on it."""

from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.web.tests import test_js

from .common import LifecycleCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestJavaScript(HttpCase):
    def test_units(self):
        """The unit tests of this addon's JavaScript, and no others."""
        # Made before: it takes longer than the requests of a page wait for each other.
        for bundle in ("web.assets_unit_tests_setup", "web.assets_unit_tests"):
            self.env["ir.qweb"]._get_asset_bundle(bundle, css=False).js()
            self.env["ir.qweb"]._get_asset_bundle(bundle, js=False).css()
        suite = test_js.HOOTCommon._generate_hash(self, "@lifecycle_programs")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=60000&id={suite}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )


@tagged("lifecycle", "post_install", "-at_install")
class TestCanvasTour(LifecycleCommon, HttpCase):
    def test_build_publish_edit_and_move_people(self):
        """A branching journey is built on the canvas and taken into use; it is changed
        while people are inside, and they go on in the new version (R134, R137)."""
        user = new_test_user(
            self.env,
            "lifecycle_canvas_tour",
            "base.group_user,lifecycle_programs.group_lifecycle_marketer",
        )
        program = self.env["lifecycle.program"].create(
            {
                "name": "Drawn program",
                "code": "drawn",
                "start": "manual",
                "reentry": "never",
                "stage_id": self.env.ref(
                    "lifecycle_programs.lifecycle_stage_prospect"
                ).id,
            }
        )
        self.env["lifecycle.version"].create({"program_id": program.id})
        self.start_tour("/odoo", "lifecycle_programs_canvas", login=user.login)
        self.assertEqual(program.state, "running")
        wait, split, alert = program.version_id._get_steps_in_order()
        self.assertEqual(
            (wait.type, split.type, alert.type), ("wait", "split", "sales_alert")
        )
        self.assertEqual((wait.wait_value, wait.next_step_id), (7, split))
        self.assertEqual(split.branch_ids.rule, "contact.has_email")
        self.assertEqual(split.branch_ids.next_step_id, alert)
        self.assertFalse(split.next_step_id)

        enrolments = program._enrol_partners(self.make_contacts(2), self.start)
        self.run_due()
        self.start_tour("/odoo", "lifecycle_programs_canvas_again", login=user.login)
        self.assertEqual(program.version_id.number, 2)
        self.assertEqual(enrolments.version_id, program.version_id)
        self.assertEqual(
            program.version_id._get_steps_in_order().mapped("type"),
            ["wait", "split", "sales_alert", "notice"],
        )
        self.assertEqual(enrolments.step_id.key, wait.key)
        self.assertEqual(set(enrolments.mapped("due_at")), {self.at(days=7)})
