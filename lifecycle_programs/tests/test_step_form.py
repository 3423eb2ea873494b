"""The step's form shows what the type uses, and nothing else."""

from lxml import etree

from odoo.tests import Form, tagged

from ..models.lifecycle_step_window import DAYS
from .common import LifecycleCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestStepForm(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.make_program({"type": "end", "key": "end"}, publish=False)
        cls.steps = cls.env["lifecycle.step"]

    def test_every_type_says_what_it_needs(self):
        """Each type has a name, an icon, its method, and its fields in the form."""
        arch = etree.fromstring(self.steps.get_view(view_type="form")["arch"])
        shown = {node.get("name") for node in arch.iter("field")}
        if arch.xpath("//widget[@name='week_days']"):
            shown |= set(DAYS)
        for code, entry in self.steps._step_types().items():
            with self.subTest(code):
                self.assertTrue(entry["label"])
                self.assertTrue(entry["icon"].startswith("fa-"))
                self.assertTrue(hasattr(self.steps, f"_run_{code}_batch"))
                self.assertLessEqual(set(entry["fields"]), set(self.steps._fields))
                self.assertLessEqual(set(entry["fields"]), shown)
                self.assertLessEqual(set(entry.get("branch_fields", [])), shown)

    def test_form_follows_the_type(self):
        """Another type, other fields: a hidden one is not to be set."""
        draft = self.program.draft_version_id
        with Form(self.steps.with_context(default_version_id=draft.id)) as form:
            form.name = "Wait"
            form.type = "wait"
            form.wait_value = 3
            with self.assertRaises(AssertionError):
                form.message_id = self.env["lifecycle.message"]
            with self.assertRaises(AssertionError):
                form.grant_days = 3
            form.type = "grant"
            form.grant_kind = "coupon"
            form.grant_days = 30
            with self.assertRaises(AssertionError):
                form.wait_value = 4
            form.type = "wait"
        step = form.record
        self.assertEqual(step.type, "wait")
        self.assertEqual(step.icon, "fa-clock-o")
