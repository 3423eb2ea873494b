"""What people may not do who are logged in and know how to call a method."""

import base64

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import LifecycleCommon

WAIT = {"type": "wait", "key": "wait", "wait_value": 3}
OWN = "[('create_uid', '=', user.id)]"


@tagged("lifecycle", "post_install", "-at_install")
class TestWizards(LifecycleCommon):
    """What somebody types into a wizard, uploads or is shown is for nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(
            cls.env,
            "lifecycle_colleague",
            "base.group_user,lifecycle_programs.group_lifecycle_manager",
        )

    def test_a_colleague_does_not_see_mine(self):
        partner = self.make_contact(user_id=self.salesperson.id)
        program = self.make_program(WAIT)
        program._enrol_partners(partner, self.start)
        rows = [
            self.env[model].with_user(user).create(values)
            for model, user, values in (
                ("lifecycle.why", self.salesperson, {"partner_id": partner.id}),
                (
                    "lifecycle.contact.pause",
                    self.salesperson,
                    {"partner_id": partner.id},
                ),
                ("lifecycle.privacy.wizard", self.env.user, {"partner_id": partner.id}),
                (
                    "lifecycle.suppression.import",
                    self.marketer,
                    {"file": base64.b64encode(b"email\nann@example.com")},
                ),
            )
        ]
        for row in rows:
            self.assertTrue(row.read(["id"]), row._name)
            theirs = row.with_user(self.colleague)
            self.assertNotIn(row, theirs.search([]).with_env(row.env), row._name)
            for attack in (
                lambda theirs=theirs: theirs.read(["id"]),
                lambda theirs=theirs: theirs.check_access("write"),
                lambda theirs=theirs: theirs.unlink(),
            ):
                with self.assertRaises(AccessError, msg=row._name):
                    attack()

    def test_it_holds_for_every_wizard(self):
        names = {
            name
            for name, model in self.env.registry.items()
            if model._transient
            and name.startswith("lifecycle.")
            and self.env["ir.model.access"].search_count(
                [("model_id.model", "=", name)], limit=1
            )
        }
        rules = self.env["ir.rule"].search(
            [("model_id.model", "in", list(names)), ("domain_force", "=", OWN)]
        )
        self.assertGreater(len(names), 10)
        self.assertEqual(set(rules.mapped("model_id.model")), names)
