"""Many people at once, and people to whom it happened before the program started."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import LifecycleCommon

TELL = {"type": "sales_alert", "note": "Call them"}
END = {"type": "end", "key": "end"}


@tagged("lifecycle")
class TestLaunchGuard(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "lifecycle_manager",
            "base.group_user,lifecycle_programs.group_lifecycle_manager",
        )
        cls.tag = cls.env["res.partner.category"].create({"name": "Launch"})
        cls.people = cls.make_contacts(6, category_id=cls.tag.ids)
        cls.company.lifecycle_launch_limit = 5
        cls.company.lifecycle_suppression_done = True

    def make_scan(self, *steps, **values):
        return self.make_program(
            *(steps or (END,)),
            **{
                "start": "schedule",
                "rule": '"Launch" in contact.tags',
                "user_id": self.marketer.id,
                "publish": False,
                **values,
            },
        )

    def dialog(self, program, user=None):
        dialogs = self.env["lifecycle.publish"].with_user(user or self.marketer)
        return Form(dialogs.with_context(active_id=program.id)).save()

    def scan(self, **delta):
        return self.env["lifecycle.program"]._scan(self.at(**delta))

    def test_a_look_above_the_limit_lets_nobody_in_and_tells_the_owner(self):
        program = self.make_scan(publish=True)
        self.scan(hours=1)
        self.assertFalse(program.enrolment_ids)
        self.assertEqual(program.launch_waiting, 6)
        task = program.activity_ids
        self.assertEqual(task.user_id, self.marketer)
        self.assertIn("6 people", task.summary)
        self.scan(days=2)
        self.assertEqual(program.activity_ids, task)
        self.assertFalse(program.enrolment_ids)
        self.assertFalse(program.error)

    def test_as_many_as_the_limit_enter_and_a_limit_of_zero_is_none(self):
        self.company.lifecycle_launch_limit = 6
        program = self.make_scan(publish=True)
        self.scan(hours=1)
        self.assertEqual(len(program.enrolment_ids), 6)
        self.company.lifecycle_launch_limit = 0
        other = self.make_scan(publish=True, code="unlimited")
        self.scan(hours=2)
        self.assertEqual(len(other.enrolment_ids), 6)

    def test_one_program_above_the_limit_does_not_stop_another(self):
        held = self.make_scan(publish=True)
        small = self.make_scan(
            publish=True, code="small", rule='contact.email == "person1@example.com"'
        )
        self.scan(hours=1)
        self.assertFalse(held.enrolment_ids)
        self.assertEqual(len(small.enrolment_ids), 1)

    def test_a_manager_lets_them_in_and_a_marketer_does_not(self):
        program = self.make_scan(publish=True)
        self.scan(hours=1)
        with self.assertRaises(AccessError):
            program.with_user(self.marketer).action_let_in()
        program.with_user(self.manager).action_let_in()
        self.scan(hours=2)
        self.assertEqual(len(program.enrolment_ids), 6)
        self.assertFalse(program.launch_waiting)
        # The agreement was for these.
        self.assertFalse(program.launch_agreed)

    def test_an_agreement_is_not_for_many_more(self):
        program = self.make_scan(publish=True)
        self.scan(hours=1)
        program.with_user(self.manager).action_let_in()
        self.env["res.partner"].create(
            [
                {
                    "name": f"More {n}",
                    "email": f"more{n}@example.com",
                    "category_id": self.tag.ids,
                }
                for n in range(6)
            ]
        )
        self.scan(hours=2)
        self.assertFalse(program.enrolment_ids)
        self.assertEqual(program.launch_waiting, 12)

    def test_publishing_asks_the_manager_with_the_number(self):
        program = self.make_scan()
        wizard = self.dialog(program)
        self.assertEqual(wizard.launch_count, 6)
        self.assertTrue(wizard.is_too_many)
        self.assertFalse(wizard.may_agree)
        with self.assertRaisesRegex(UserError, "ask a manager"):
            wizard.action_publish()
        with self.assertRaisesRegex(UserError, "ask a manager"):
            wizard.action_publish_all()
        self.assertEqual(program.state, "draft")
        self.assertFalse(program.enrolment_ids)
        self.dialog(program, self.manager).action_publish_all()
        self.scan(hours=1)
        self.assertEqual(len(program.enrolment_ids), 6)

    def test_counting_leaves_nothing_behind(self):
        program = self.make_scan()
        self.assertEqual(program._count_launch(self.start), 6)
        self.assertEqual(program._count_launch(self.start), 6)
        self.assertFalse(program.version_id)
        self.assertFalse(
            self.env["lifecycle.enrolment"].search([("program_id", "=", program.id)])
        )

    def test_whoever_edits_a_program_cannot_agree_in_a_roundabout_way(self):
        program = self.make_scan(publish=True)
        program.with_user(self.marketer).write({"cooldown_days": 3})
        with self.assertRaises(AccessError):
            program.with_user(self.marketer).write({"launch_agreed": 1000})

    def test_the_cost_of_the_discounts_is_said(self):
        coupons = self.env["loyalty.program"].create(
            {
                "name": "Ten off",
                "program_type": "coupons",
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount_mode": "per_order",
                            "discount": 10,
                        }
                    )
                ],
            }
        )
        grant = {
            "type": "grant",
            "key": "grant",
            "grant_kind": "coupon",
            "loyalty_program_id": coupons.id,
        }
        program = self.make_scan(grant, END)
        cost = self.dialog(program).cost
        self.assertIn(self.company.currency_id.format(60), cost)


@tagged("lifecycle")
class TestPastContacts(LifecycleCommon):
    """Bought 50 days ago: day 50 of 75; bought 100 days ago: not any more."""

    def setUp(self):
        super().setUp()
        self.company.lifecycle_suppression_done = True
        self.program = self.make_program(
            {**TELL, "key": "hello"},
            {"type": "wait", "key": "ten", "wait_value": 10},
            {**TELL, "key": "day_10"},
            {
                "type": "wait",
                "key": "until_60",
                "wait_value": 60,
                "wait_from": "entry",
            },
            {**TELL, "key": "day_60"},
            {"type": "wait", "key": "fifteen", "wait_value": 15},
            {**TELL, "key": "day_75"},
            publish=False,
            start="event",
            rule="event.amount > 100",
            goal_rule="event.amount > 1000",
            event_type_ids=self.event_type("order_confirmed").ids,
            goal_event_type_ids=self.event_type("order_confirmed").ids,
        )

    def bought(self, name, days, amount=200):
        partner = self.env["res.partner"].search([("name", "=", name)])
        partner = partner or self.make_contact(name)
        event = self.make_event(
            "order_confirmed", partner, self.at(days=-days), amount=amount
        )
        event.processed_at = self.start
        return partner

    def start_with(self, days):
        self.program.action_publish()
        return self.program._enrol_past(days, self.start)

    def test_the_length_of_a_program(self):
        version = self.program.draft_version_id
        self.assertEqual(version._get_length().days, 75)

    def test_who_bought_50_days_ago_is_at_day_50(self):
        partner = self.bought("Fifty", 50)
        enrolment = self.start_with(90)
        self.assertEqual(enrolment.partner_id, partner)
        self.assertEqual(enrolment.entered_at, self.at(days=-50))
        self.run_due()
        self.assertSteps(
            enrolment,
            ["hello skipped before_entry", "ten done", "day_10 skipped before_entry"],
        )
        self.assertEqual(enrolment.step_id.key, "until_60")
        self.assertEqual(enrolment.due_at, self.at(days=10))
        self.assertFalse(self.env["lifecycle.alert"].search_count([]))
        self.run_due(days=10)
        self.run_due(days=25)
        self.assertEqual(enrolment.state, "ended")
        runs = enrolment.step_run_ids.filtered(lambda run: run.outcome == "done")
        self.assertEqual(
            {run.step_id.key: run.run_at for run in runs if "day" in run.step_id.key},
            {"day_60": self.at(days=10), "day_75": self.at(days=25)},
        )

    def test_who_bought_100_days_ago_stays_out(self):
        self.bought("Hundred", 100)
        self.assertFalse(self.start_with(365))

    def test_only_so_far_back_as_is_asked_for(self):
        self.bought("Fifty", 50)
        self.bought("Twenty", 20)
        self.assertEqual(self.start_with(30).partner_id.name, "Twenty")

    def test_the_latest_event_counts_and_the_rule_holds(self):
        self.bought("Twice", 60)
        self.bought("Twice", 30)
        self.bought("Little", 30, amount=50)
        enrolment = self.start_with(90)
        self.assertEqual(enrolment.partner_id.name, "Twice")
        self.assertEqual(enrolment.entered_at, self.at(days=-30))

    def test_who_has_reached_the_goal_since_stays_out(self):
        self.program.event_type_ids = self.event_type("lead_created")
        self.program.rule = False
        partner = self.make_contact("Done")
        lead = self.make_event("lead_created", partner, self.at(days=-40))
        lead.processed_at = self.start
        self.bought("Done", 20, amount=5000)
        self.assertFalse(self.start_with(90))

    def test_twice_enters_once(self):
        self.bought("Fifty", 50)
        self.assertEqual(len(self.start_with(90)), 1)
        self.assertFalse(self.program._enrol_past(90, self.start))

    def test_the_dialog_counts_and_lets_them_in(self):
        self.bought("Fifty", 50)
        self.bought("Hundred", 100)
        dialogs = self.env["lifecycle.publish"].with_user(self.marketer)
        form = Form(dialogs.with_context(active_id=self.program.id))
        form.past_days = 90
        self.assertEqual(form.past_count, 1)
        form.save().action_publish()
        found = self.env["lifecycle.enrolment"].search(
            [("program_id", "=", self.program.id)]
        )
        self.assertEqual(found.partner_id.name, "Fifty")

    def test_too_many_need_a_manager(self):
        self.company.lifecycle_launch_limit = 1
        self.bought("One", 10)
        self.bought("Two", 10)
        self.program.action_publish()
        with self.assertRaisesRegex(UserError, "ask a manager"):
            self.program.with_user(self.marketer)._enrol_past(90, self.start)
