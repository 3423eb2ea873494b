"""Publishing again while people are inside: stay, go on, leave; restoring; changes."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import LifecycleCommon

WEEK = {"type": "wait", "wait_value": 7, "key": "week"}
TASK = {"type": "sales_alert", "key": "tell", "note": "Call them"}
LATER = {"type": "wait", "wait_value": 30, "key": "later"}
END = {"type": "end", "key": "end"}


@tagged("lifecycle")
class TestVersionMoves(LifecycleCommon):
    def setUp(self):
        super().setUp()
        self.program = self.make_program(WEEK, TASK, LATER, END)
        self.people = self.make_contacts(3)
        self.enrolments = self.program._enrol_partners(self.people, self.start)
        self.run_due()
        self.old = self.program.version_id
        self.program.action_edit_steps()
        self.draft = self.program.draft_version_id

    def step(self, version, key):
        return version.step_ids.filtered(lambda step: step.key == key)

    def add_first(self, **values):
        """A new first step of the draft."""
        week = self.step(self.draft, "week")
        return self.env["lifecycle.step"].create(
            {
                "version_id": self.draft.id,
                "name": values["key"],
                "sequence": -1,
                "next_step_id": week.id,
                **values,
            }
        )

    def publish(self, people="stay", **choices):
        """Publish by the wizard, as the marketer.

        :param choices: choice per step key, or the key of the step to go on at
        """
        wizard = Form(
            self.env["lifecycle.publish"]
            .with_user(self.marketer)
            .with_context(active_id=self.program.id)
        )
        wizard.people = people
        wizard = wizard.save()
        for line in wizard.line_ids:
            choice = choices.get(line.step_id.key)
            if choice in ("stay", "move", "end"):
                line.write({"choice": choice})
            elif choice:
                line.choice = "move"
                line.target_step_id = self.step(self.draft, choice)
        wizard.action_publish()

    def test_the_dialog_says_who_is_where(self):
        wizard = Form(
            self.env["lifecycle.publish"].with_context(active_id=self.program.id)
        ).save()
        line = wizard.line_ids
        self.assertEqual(line.step_id, self.step(self.old, "week"))
        self.assertEqual(line.count, 3)
        self.assertEqual(line.target_step_id, self.step(self.draft, "week"))

    def test_who_goes_on_keeps_the_due_time_and_gets_nothing_from_before(self):
        self.add_first(type="sales_alert", key="early")
        self.step(self.draft, "week").wait_value = 14
        self.publish("move")
        self.assertEqual(self.enrolments.version_id, self.draft)
        self.assertEqual(self.enrolments.step_id, self.step(self.draft, "week"))
        self.assertEqual(set(self.enrolments.mapped("due_at")), {self.at(days=7)})
        self.run_due(days=6)
        self.assertSteps(self.enrolments[0], ["week skipped moved"])
        self.run_due(days=7)
        self.assertSteps(
            self.enrolments[0], ["week skipped moved", "week done", "tell done"]
        )

    def test_who_stays_finishes_on_the_old_version(self):
        self.step(self.draft, "week").wait_value = 14
        self.publish("stay")
        self.run_due(days=7)
        self.assertEqual(self.enrolments.version_id, self.old)
        self.assertSteps(self.enrolments[0], ["week done", "tell done"])

    def test_who_leaves_is_ended_with_a_record(self):
        self.publish("end")
        self.assertEqual(set(self.enrolments.mapped("state")), {"exited"})
        self.assertEqual(set(self.enrolments.mapped("end_reason")), {"version_ended"})
        self.assertEqual(self.enrolments.mapped("due_at"), [False] * 3)
        self.assertSteps(self.enrolments[0], ["week skipped version_ended"])

    def test_a_step_that_is_gone_needs_a_target(self):
        self.add_first(type="wait", key="fortnight", wait_value=14)
        first = self.step(self.draft, "fortnight")
        first.next_step_id = self.step(self.draft, "tell")
        self.step(self.draft, "week").unlink()
        with self.assertRaisesRegex(UserError, "choose the step"):
            self.publish(week="move")
        self.assertEqual(self.program.version_id, self.old)
        self.publish(week="tell")
        self.assertFalse(any(self.enrolments.mapped("waiting")))
        self.run_due(days=6)
        self.assertSteps(self.enrolments[0], ["week skipped moved"])
        self.run_due(days=7)
        self.assertSteps(self.enrolments[0], ["week skipped moved", "tell done"])

    def test_each_step_can_be_chosen_by_itself(self):
        late = self.program._enrol_partners(self.make_contact(), self.at(days=6))
        self.run_due(days=7)
        self.publish("stay", later="move")
        self.assertEqual(self.enrolments.version_id, self.draft)
        self.assertEqual(self.enrolments.step_id, self.step(self.draft, "later"))
        self.assertEqual(late.version_id, self.old)

    def test_moving_takes_the_same_statements_for_one_and_for_many(self):
        many = self.make_contacts(40, phone="040 1234567")
        self.program._enrol_partners(many, self.start)
        self.run_due()
        steps = self.step(self.old, "week"), self.step(self.draft, "week")
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.draft._move_step(*steps, self.start)
        self.assertEqual(self.draft.inside_count, 43)

    def test_people_of_a_failed_step_can_go_on_in_the_mended_version(self):
        self.enrolments[0].write({"state": "error", "error": "broken", "due_at": False})
        self.publish("move")
        self.enrolments[0].action_retry()
        self.assertEqual(self.enrolments[0].version_id, self.draft)
        self.run_due()
        self.assertEqual(self.enrolments[0].state, "active")

    def test_steps_of_other_programs_are_refused(self):
        other = self.make_program(WEEK, code="other")
        step = other.version_id.step_ids
        with self.assertRaises(UserError):
            self.draft._move_people({step: self.draft.step_ids[0]}, self.start)
        with self.assertRaises(UserError):
            self.draft._move_people({self.step(self.old, "week"): step}, self.start)
        with self.assertRaises(UserError):
            self.draft.with_user(self.salesperson)._move_people({}, self.start)

    def test_restoring_makes_a_draft_of_an_older_version(self):
        self.step(self.draft, "week").wait_value = 3
        with self.assertRaisesRegex(UserError, "draft already"):
            self.old.action_restore()
        self.publish()
        self.old.with_user(self.marketer).action_restore()
        restored = self.program.draft_version_id
        self.assertEqual(restored.number, 3)
        self.assertEqual(self.step(restored, "week").wait_value, 7)
        self.assertEqual(self.program.version_id, self.draft)

    def test_discarding_a_draft(self):
        self.program.with_user(self.marketer).action_discard_draft()
        self.assertFalse(self.program.draft_version_id)
        self.assertEqual(self.program.version_id, self.old)
        fresh = self.make_program(WEEK, publish=False, code="fresh")
        with self.assertRaises(UserError):
            fresh.action_discard_draft()

    def test_changes_in_words(self):
        message = self.env["lifecycle.message"].create(
            {"name": "Hello", "subject": "Hello", "body": "<p>Hello</p>"}
        )
        self.add_first(type="mail", key="hello", message_id=message.id)
        self.step(self.draft, "week").wait_value = 14
        self.step(self.draft, "tell").unlink()
        changes = self.draft._get_changes(self.old)
        self.assertIn("New: “hello” (Email)", changes)
        self.assertIn("Removed: “tell” (Sales alert)", changes)
        self.assertIn("“week”: Wait “7” → “14”", changes)
        self.assertIn("People now begin at “hello”.", changes)
        self.assertEqual(len([one for one in changes if "later" in one]), 0)

    def test_changed_texts_and_branches_in_words(self):
        self.publish()
        message = self.env["lifecycle.message"].create(
            {"name": "Hello", "subject": "Hello", "body": "<p>Hello</p>"}
        )
        program = self.make_program(
            {"type": "mail", "key": "hello", "message_id": message.id},
            {"type": "split", "key": "way", "branches": [{"next": "end"}]},
            END,
            code="texts",
        )
        old = program.version_id
        program.action_edit_steps()
        draft = program.draft_version_id
        self.step(draft, "hello").message_id.subject = "Good day"
        self.step(draft, "way").branch_ids = [
            Command.update(
                self.step(draft, "way").branch_ids.id, {"rule": "contact.has_email"}
            )
        ]
        self.assertEqual(
            draft._get_changes(old),
            [
                "“hello”: Message, Subject “Hello” → “Good day”",
                "“way”: Branches changed",
            ],
        )
