"""Once something has happened, nothing leaves that it makes wrong."""

from odoo import Command
from odoo.tests import tagged

from .messages_common import MessageCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestNothingLeaves(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["lifecycle.cap"].search([]).unlink()
        cls.liisa = cls.make_contact(
            phone="+358401234567", user_id=cls.env.ref("base.user_admin").id
        )
        ordered = cls.event_type("order_confirmed")
        # Nothing else may keep them back.
        mail = cls.make_message(category="service")
        sms = cls.make_message(channel="sms", body_text="Hello", category="service")
        steps = [
            ({"type": "mail", "message_id": mail.id}, "mail"),
            ({"type": "sms", "message_id": sms.id}, "sms"),
            ({"type": "activity", "note": "Call"}, "activity"),
        ]
        cls.programs = cls.env["lifecycle.program"]
        for step, code in steps:
            for end in ("goal", "exit"):
                cls.programs |= cls.make_program(
                    {"type": "wait", "wait_value": 1, "key": "wait"},
                    step | {"key": "effect"},
                    {"type": "end", "key": "end"},
                    code=f"{code}_{end}",
                    is_exclusive=False,
                    **{f"{end}_event_type_ids": [Command.link(ordered.id)]},
                )

    def order(self):
        tent = self.env["product.product"].create({"name": "Tent", "list_price": 90})
        self.env["sale.order"].create(
            {
                "partner_id": self.liisa.id,
                "order_line": [Command.create({"product_id": tent.id})],
            }
        ).action_confirm()

    def count_effects(self):
        """Mails, SMS and tasks that steps have made."""
        runs = self.env["lifecycle.step.run"].search(
            [("program_id", "in", self.programs.ids), ("step_id.key", "=", "effect")]
        )
        return len(runs.filtered(lambda run: run.outcome == "done"))

    def list_holds(self):
        runs = self.env["lifecycle.step.run"].search(
            [("program_id", "in", self.programs.ids), ("outcome", "!=", "done")]
        )
        return [f"{run.program_id.code} {run.outcome} {run.reason}" for run in runs]

    def enter(self):
        for program in self.programs:
            program._enrol_partners(self.liisa, self.start)
        self.run_due()

    def test_without_an_order_all_of_them_leave(self):
        self.enter()
        self.run_due(days=1)
        self.assertEqual(self.count_effects(), len(self.programs), self.list_holds())

    def test_nothing_leaves_once_the_event_has_committed(self):
        """The order is in, nobody has worked off its event yet, and the steps are due:
        what they would have said is not said (R73)."""
        self.enter()
        self.order()
        self.env["lifecycle.event"]._flush_pending()
        event = self.env["lifecycle.event"].search(
            [("partner_id", "=", self.liisa.id), ("processed_at", "=", False)]
        )
        self.assertIn("order_confirmed", event.type_id.mapped("code"))
        self.run_due(days=1)
        self.assertEqual(self.count_effects(), 0)
        enrolments = self.programs.enrolment_ids
        self.assertEqual(set(enrolments.mapped("state")), {"goal", "exited"})
        self.assertTrue(event.processed_at)
