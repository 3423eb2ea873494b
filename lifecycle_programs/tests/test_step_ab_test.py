"""A/B tests: shares, the numbers, the winner, and who may overrule it."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import LifecycleCommon

END = {"type": "end", "key": "end"}


@tagged("lifecycle")
class TestAbTest(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.make_test()
        cls.step = cls.program.version_id._get_first_step()
        cls.a, cls.b = cls.step.branch_ids

    @classmethod
    def make_test(cls, publish=True, **values):
        step = {
            "type": "ab_test",
            "key": "test",
            "next": "end",
            "winner_min_sample": 40,
            "winner_days": 2,
            "branches": [
                {"name": "A", "share": 50, "next": "a"},
                {"name": "B", "share": 50, "next": "b"},
            ],
        }
        return cls.make_program(
            step | values,
            {"type": "wait", "wait_value": 30, "key": "a", "next": "end"},
            {"type": "wait", "wait_value": 30, "key": "b", "next": "end"},
            END,
            publish=publish,
            code=values.get("key", "tested"),
        )

    def enrol_and_click(self, rates, count=110, code="mail_clicked"):
        """Let people in, and have some of each branch click on the next day."""
        partners = self.make_contacts(count)
        enrolments = self.program._enrol_partners(partners, self.start)
        self.run_due()
        for key, rate in rates.items():
            group = enrolments.filtered(lambda one, key=key: one.step_id.key == key)
            for enrolment in group[: round(rate * len(group))]:
                self.make_event(
                    code,
                    enrolment.partner_id,
                    self.at(days=1),
                    program=self.program.code,
                )
        return enrolments

    def decide(self, **delta):
        self.env["lifecycle.step"]._decide_tests(self.at(**delta))

    def test_a_decision_is_of_the_day_of_whoever_reads_it(self):
        self.step.winner_decision = {
            "by": "Ann",
            "branch": "A",
            "at": "2027-01-01 23:30:00",
        }
        for zone, day in (("UTC", "01/01/2027"), ("Pacific/Auckland", "01/02/2027")):
            step = self.step.with_context(tz=zone, lang="en_US")
            self.assertIn(day, step._describe_decision())

    def test_the_winner_takes_all(self):
        """The better version is found, shown with its numbers, and later contacts get
        it (R130)."""
        self.enrol_and_click({"a": 0.1, "b": 0.5})
        self.decide(days=1)
        self.assertFalse(self.step.winner_decision, "nobody has had two days yet")
        self.assertIn("So far", self.step.test_result)
        self.decide(days=2)
        self.assertEqual(self.step.branch_ids.filtered("is_winner"), self.b)
        self.assertIn("“B” has won", self.step.test_result)
        # Chance deals a few more or fewer to a branch.
        numbers = r"“A” (8|9|10|11)\.\d % of \d\d, “B” (4[89]|5[01])\.\d % of \d\d\."
        self.assertRegex(self.step.test_result, numbers)
        self.assertIn("has won", self.program.message_ids[0].body)
        late = self.make_contacts(20, function="late")
        enrolments = self.program._enrol_partners(late, self.at(days=3))
        self.run_due(days=3)
        self.assertEqual(set(enrolments.step_id.mapped("key")), {"b"})
        self.assertSteps(enrolments[0], ["test done winner"])
        # Who is there already stays where they are.
        self.assertTrue(
            self.program.enrolment_ids.filtered(lambda one: one.step_id.key == "a")
        )

    def test_too_close_to_call_is_looked_at_again_later(self):
        self.enrol_and_click({"a": 0.3, "b": 0.32})
        self.decide(days=2)
        self.assertEqual(self.step.winner_looks, 1)
        self.decide(days=2, hours=1)
        self.assertEqual(self.step.winner_looks, 1, "not before twice as many people")
        self.assertFalse(self.step.winner_decision)
        self.assertIn("80 people", self.step.test_result)

    def test_clicks_too_late_or_elsewhere_do_not_count(self):
        enrolments = self.enrol_and_click({})
        step_of = {one: one.step_id.key for one in enrolments}
        for enrolment, key in step_of.items():
            late, other = self.at(days=2, hours=1), self.at(days=1)
            values = {"program": self.program.code} if key == "a" else {"program": "x"}
            self.make_event(
                "mail_clicked",
                enrolment.partner_id,
                late if key == "a" else other,
                **values,
            )
        counts = self.step._count_test(self.at(days=3))
        self.assertEqual([hits for hits, _people in counts.values()], [0, 0])
        self.assertEqual(sum(people for _hits, people in counts.values()), 110)

    def test_the_goal_decides(self):
        self.program.action_edit_steps()
        draft = self.program.draft_version_id._get_first_step()
        draft.winner_metric = "goal"
        self.program.action_publish()
        enrolments = self.program._enrol_partners(self.make_contacts(110), self.start)
        self.run_due()
        b = enrolments.filtered(lambda one: one.step_id.key == "b")
        b[:30].goal_at = self.at(days=1)
        self.decide(days=2)
        self.assertIn("“B” has won", draft.test_result)
        # The next version goes on with the winner.
        self.program.action_edit_steps()
        again = self.program.draft_version_id._get_first_step()
        self.assertEqual(again.branch_ids.filtered("is_winner").name, "B")
        self.assertIn("“B” has won", again.test_result)

    def republish(self, change=None):
        """Edit the steps and publish; the test in the new version."""
        self.program.action_edit_steps()
        draft = self.program.draft_version_id._get_first_step()
        if change:
            change(draft)
        self.program.action_publish()
        return draft

    def test_publishing_again_loses_no_counts(self):
        """A new version goes on counting where the old one was (R130)."""
        self.enrol_and_click({"a": 0.3, "b": 0.32})
        self.decide(days=2)
        again = self.republish()
        self.assertEqual(again.winner_looks, 1)
        counts = again._count_test(self.at(days=3))
        self.assertEqual(sum(people for _hits, people in counts.values()), 110)
        self.enrol_and_click({"a": 0.1, "b": 0.6}, count=190)
        counts = again._count_test(self.at(days=3))
        self.assertEqual(sum(people for _hits, people in counts.values()), 300)
        self.decide(days=3)
        self.assertEqual(again.winner_decision["branch"], "B")

    def test_a_winner_found_while_editing_is_kept(self):
        self.enrol_and_click({"a": 0.1, "b": 0.5})
        self.program.action_edit_steps()
        self.decide(days=2)
        self.program.action_publish()
        again = self.program.version_id._get_first_step()
        self.assertEqual(again.branch_ids.filtered("is_winner").name, "B")

    def test_other_branches_are_another_test(self):
        self.enrol_and_click({"a": 0.1, "b": 0.5})
        self.decide(days=2)

        def rename(draft):
            draft.branch_ids[0].name = "A, shorter"

        again = self.republish(rename)
        self.assertFalse(
            again.winner_decision or again.branch_ids.filtered("is_winner")
        )
        counts = again._count_test(self.at(days=3))
        self.assertEqual(set(counts.values()), {(0, 0)})

    def test_a_marketer_overrules_and_tests_again(self):
        self.enrol_and_click({"a": 0.1, "b": 0.5})
        self.decide(days=2)
        step = self.step.with_user(self.marketer)
        step.branch_ids[0].action_choose()
        self.assertEqual(self.step.branch_ids.filtered("is_winner"), self.a)
        self.assertIn("lifecycle_marketer", self.step.test_result)
        step.action_test_again()
        self.assertFalse(self.step.branch_ids.filtered("is_winner"))
        self.decide(days=2)
        self.assertFalse(self.step.winner_decision, "earlier people do not count")

    def test_others_may_not(self):
        """Choosing a winner changes what customers get: marketers only."""
        reader = new_test_user(
            self.env,
            "lifecycle_reader",
            "base.group_user,lifecycle_programs.group_lifecycle_user",
        )
        with self.assertRaises(AccessError):
            self.a.with_user(reader).action_choose()
        with self.assertRaises(AccessError):
            self.step.with_user(reader).action_test_again()
        with self.assertRaises(AccessError):
            self.a.with_user(reader).is_winner = True

    def test_a_test_needs_two_branches(self):
        program = self.make_test(
            publish=False, key="one", branches=[{"share": 50, "next": "a"}]
        )
        with self.assertRaisesRegex(ValidationError, "two branches"):
            program.action_publish()

    def test_made_of_a_message(self):
        """One button puts a test in front of a message, with a copy to change."""
        message = self.env["lifecycle.message"].create(
            {"name": "Offer", "subject": "Offer", "body": "<p>Look</p>"}
        )
        program = self.make_program(
            {"type": "wait", "wait_value": 1, "key": "wait"},
            {"type": "mail", "key": "offer", "message_id": message.id},
            END,
            publish=False,
        )
        version = program.draft_version_id
        wait, offer, end = version.step_ids
        offer.with_user(self.marketer).action_make_test()
        test = version.step_ids.filtered(lambda step: step.type == "ab_test")
        second = version.step_ids - wait - offer - end - test
        self.assertEqual(wait.next_step_id, test)
        self.assertEqual(test.branch_ids.next_step_id, offer | second)
        self.assertEqual(second.next_step_id, end)
        self.assertNotEqual(second.message_id, message)
        self.assertEqual(second.message_id.body, message.body)
        self.assertEqual(version._get_first_step(), wait)
        self.assertFalse(version.problems)
        program.action_publish()
