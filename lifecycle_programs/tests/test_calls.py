"""What came of a call that a program asked for."""

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .common import LifecycleCommon
from .journeys_common import JourneyCommon


class CallCommon(LifecycleCommon):
    def tasks_of(self, contact):
        return self.env["mail.activity"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", contact.id)]
        )

    def say(self, task, outcome, user=None):
        """Mark a call done and say what came of it, as its dialog does."""
        action = task.with_user(user or task.user_id).action_done()
        self.assertEqual(action["res_model"], "lifecycle.call.outcome")
        wizard = self.env[action["res_model"]].with_user(user or task.user_id)
        with Form(wizard.with_context(**action["context"])) as form:
            form.outcome = outcome
            form.note = "Talked to the new buyer"
        form.record.action_save()


@tagged("lifecycle", "post_install", "-at_install")
class TestCalls(CallCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.liisa = cls.make_contact(user_id=cls.salesperson.id)
        cls.program = cls.make_program(
            {
                "type": "activity",
                "key": "call",
                "name": "Call",
                "activity_type_id": cls.env.ref("mail.mail_activity_data_call").id,
            },
            {
                "type": "wait_until",
                "key": "watch",
                "wait_value": 30,
                "branches": [
                    {
                        "name": "Lost",
                        "events": ["call_outcome"],
                        "rule": 'event.outcome in ["competitor", "no_need"]',
                        "next": "lost",
                    },
                    {
                        "name": "Nobody there",
                        "events": ["call_outcome"],
                        "rule": 'event.outcome == "no_answer" and event.last',
                        "next": "silent",
                    },
                ],
            },
            {"type": "end", "key": "late"},
            {"type": "end", "key": "lost"},
            {"type": "end", "key": "silent"},
        )
        cls.enrolment = cls.program._enrol_partners(cls.liisa, cls.start)

    def test_outcome_moves_the_contact(self):
        """The outcome of the call drives the journey, and is kept."""
        self.run_due()
        task = self.tasks_of(self.liisa)
        self.say(task, "competitor")
        self.assertFalse(task.active)
        self.assertIn("Buys from a competitor", task.feedback)
        self.assertIn("new buyer", self.liisa.message_ids[0].body)
        self.consume(minutes=5)
        self.run_due(minutes=5)
        self.assertSteps(self.enrolment, ["call done", "watch done event", "lost done"])
        event = self.env["lifecycle.event"].search(
            [("type_id.code", "=", "call_outcome")]
        )
        expected = {
            "outcome": "competitor",
            "tries": 1,
            "last": True,
            "program": "test_program",
            "step": "call",
        }
        self.assertEqual(event.payload, expected)
        facts = self.env["lifecycle.fact"]._read(
            self.liisa.ids, ["calls.last_outcome"], self.company, self.at(days=1)
        )
        self.assertEqual(facts[self.liisa.id], {"calls.last_outcome": "competitor"})

    def test_no_answer_comes_again_three_times_in_all(self):
        """Nobody there: the task is back in three days, as long as it makes sense."""
        self.run_due()
        days = []
        for _try in range(3):
            (task,) = self.tasks_of(self.liisa)
            days.append(task.date_deadline)
            self.say(task, "no_answer")
            self.consume(minutes=5)
        self.assertFalse(self.tasks_of(self.liisa))
        begin = self.company._lifecycle_today(self.start)
        for day in days[1:]:
            self.assertIn((day - begin).days, (3, 4, 5))
            self.assertLess(day.weekday(), 5)
        self.run_due(minutes=5)
        self.assertSteps(
            self.enrolment, ["call done", "watch done event", "silent done"]
        )

    def test_not_again_when_the_contact_has_left(self):
        self.run_due()
        self.enrolment._leave("exited", "by_hand", self.start)
        self.say(self.tasks_of(self.liisa), "no_answer")
        self.assertFalse(self.tasks_of(self.liisa))

    def test_done_without_a_word(self):
        """As the other ways of Odoo to finish a task do."""
        self.run_due()
        self.tasks_of(self.liisa).with_user(self.salesperson).action_feedback()
        self.env["lifecycle.event"]._flush_pending()
        event = self.env["lifecycle.event"].search(
            [("type_id.code", "=", "call_outcome")]
        )
        self.assertEqual(event.payload["outcome"], "done")

    def test_other_tasks_ask_nothing(self):
        task = self.liisa.activity_schedule("mail.mail_activity_data_call")
        self.assertFalse(task.lifecycle_asks_outcome)
        task.action_done()
        self.assertFalse(task.active)
        self.env["lifecycle.event"]._flush_pending()
        self.assertFalse(
            self.env["lifecycle.event"].search([("type_id.code", "=", "call_outcome")])
        )

    def test_nobody_makes_up_an_outcome(self):
        """A task of one's own cannot be passed off as a call of a program, and a
        colleague's call cannot be answered without the right to its task."""
        self.run_due()
        seller = self.salesperson
        mine = self.liisa.with_user(seller).activity_schedule(
            "mail.mail_activity_data_call", user_id=seller.id
        )
        with self.assertRaises(AccessError):
            mine.lifecycle_enrolment_id = self.enrolment
        with self.assertRaises(AccessError):
            mine.copy({"lifecycle_enrolment_id": self.enrolment.id})
        plain = new_test_user(self.env, "lifecycle_plain", "base.group_user")
        task = self.tasks_of(self.liisa).filtered("lifecycle_asks_outcome")
        with self.assertRaises(AccessError):
            self.say(task, "saved", user=plain)


@tagged("lifecycle", "post_install", "-at_install")
class TestRescueCalls(CallCommon, JourneyCommon):
    code = "rescue"

    def walk_to_the_call(self):
        self.publish(call_value=100)
        for days in (700, 600, 400):
            self.order(days=days)
        self.scan()
        self.walk_to(days=57)
        return self.tasks_of(self.anna)

    def test_saved(self):
        """The call is the last rung, and what came of it decides (R69, R120)."""
        self.say(self.walk_to_the_call(), "saved")
        self.work()
        self.assertEnded("ended", "kept")

    def test_lost(self):
        self.say(self.walk_to_the_call(), "no_need")
        self.work()
        self.assertEnded("ended", "former")

    def test_never_reached(self):
        self.say(self.walk_to_the_call(), "no_answer")
        self.work()
        self.assertEqual(self.enrolment.state, "active")
        self.assertTrue(self.tasks_of(self.anna))
        self.walk_to(days=71)
        self.assertEnded("ended", "former")
