"""Drafts, published versions, and the states of a program."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import LifecycleCommon

WEEK = {"type": "wait", "wait_value": 7, "key": "week"}
END = {"type": "end", "key": "end"}


@tagged("lifecycle")
class TestVersions(LifecycleCommon):
    def test_published_steps_do_not_change(self):
        program = self.make_program(WEEK, END)
        step = program.version_id.step_ids[0]
        with self.assertRaises(UserError):
            step.wait_value = 3
        with self.assertRaises(UserError):
            step.unlink()
        with self.assertRaises(UserError):
            step.copy({"key": "another"})

    def test_editing_makes_a_draft_and_people_inside_stay(self):
        program = self.make_program(WEEK, END)
        enrolment = program._enrol_partners(self.make_contact(), self.start)
        program.action_edit_steps()
        draft = program.draft_version_id
        self.assertEqual(draft.number, 2)
        self.assertEqual(draft.step_ids.mapped("key"), ["week", "end"])
        self.assertEqual(draft.step_ids[0].next_step_id, draft.step_ids[1])
        draft.step_ids[0].wait_value = 3
        program.action_publish()
        self.assertEqual(program.version_id, draft)
        self.assertEqual(enrolment.version_id.state, "retired")
        newcomer = program._enrol_partners(self.make_contact("New N"), self.start)
        self.run_due()
        self.assertEqual(enrolment.due_at, self.at(days=7))
        self.assertEqual(newcomer.due_at, self.at(days=3))

    def test_editing_again_right_after_publishing(self):
        program = self.make_program(WEEK, END)
        for number in (2, 3):
            program.action_edit_steps()
            self.assertEqual(program.draft_version_id.number, number)
            program.action_publish()

    def test_problems_are_told_before_publishing(self):
        program = self.make_program(
            {"type": "split", "key": "loop", "next": "loop"}, publish=False
        )
        with self.assertRaisesRegex(ValidationError, "leads back to itself"):
            program.action_publish()

    def test_a_misspelt_fact_is_refused_with_its_place(self):
        with self.assertRaisesRegex(ValidationError, "orders.count"):
            self.make_program(WEEK, rule="orders.cuont > 1")

    def test_paused_programs_run_nothing(self):
        program = self.make_program(END)
        enrolment = program._enrol_partners(self.make_contact(), self.start)
        program.action_pause()
        self.assertEqual(self.run_due(days=1), 0)
        program.action_resume()
        self.run_due(days=1)
        self.assertEqual(enrolment.state, "ended")

    def test_a_salesperson_cannot_edit_programs(self):
        program = self.make_program(WEEK).with_user(self.salesperson)
        self.assertTrue(program.name)
        with self.assertRaises(UserError):
            program.write({"rule": ""})
        with self.assertRaises(UserError):
            program.action_publish()
        program.with_user(self.marketer).write({"cooldown_days": 5})

    def test_copy(self):
        program = self.make_program(WEEK, END)
        copy = program.copy()
        self.assertEqual(copy.state, "draft")
        self.assertEqual(copy.draft_version_id.step_ids.mapped("key"), ["week", "end"])
        self.assertEqual(program.version_id.step_ids.mapped("key"), ["week", "end"])

    def test_copy_again(self):
        program = self.make_program(WEEK, code="again")
        codes = [program.copy().code for _time in range(3)]
        self.assertEqual(codes, ["again_copy", "again_copy_2", "again_copy_3"])
        self.assertEqual(program.copy_data()[0]["code"], "again_copy_4")

    def test_steps_speak_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        finnish = self.env(context={"lang": "fi_FI"})
        step = finnish["lifecycle.step"]
        self.assertEqual(dict(step._selection_type())["end"], "Loppu")
        program = self.make_program({"type": "mail"}, publish=False)
        problems = program.with_env(finnish).step_ids._get_problems()
        self.assertEqual(problems, ["valitse viesti."])
        guide = self.env.ref(
            "lifecycle_programs.selection__lifecycle_content__kind__guide"
        )
        guide.with_env(finnish).name = "Opas"
        self.env.registry.clear_cache()
        kinds = step.fields_get(["content_kind"])["content_kind"]["selection"]
        self.assertEqual(dict(kinds)["guide"], "Opas")
