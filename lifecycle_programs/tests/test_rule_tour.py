"""The rule editor in a real browser."""

from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import LifecycleCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestRuleTour(LifecycleCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            "lifecycle_rule_tour",
            "base.group_user,lifecycle_programs.group_lifecycle_marketer",
        )
        tag = cls.env["res.partner.category"].create({"name": "Toured"})
        contacts = cls.make_contacts(7, category_id=[Command.set(tag.ids)])
        contacts[:3].city = "Oulu"
        cls.program = cls.make_program(
            publish=False,
            name="Ruled program",
            stage_id=cls.env.ref("lifecycle_programs.lifecycle_stage_prospect").id,
            rule='contact.has_email and "Toured" in contact.tags',
        )

    def test_write_complete_mend_count_and_switch(self):
        """Conditions and expression edit one rule, and the count follows."""
        self.start_tour("/odoo", "lifecycle_programs_rule", login=self.user.login)
        self.assertEqual(
            self.program.rule,
            'contact.has_email and $contains(contact.tags, "Toured")'
            " and orders.count == 5 and orders.days_since_last == null",
        )

    def test_a_wrong_rule_is_not_saved(self):
        rule = self.program.rule
        self.start_tour(
            "/odoo", "lifecycle_programs_rule_refused", login=self.user.login
        )
        self.assertEqual(self.program.rule, rule)
