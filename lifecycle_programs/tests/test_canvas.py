"""The canvas: what it shows of a version, and changes that leave the journey whole."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import LifecycleCommon

START = {"step": False, "branch": False}


class CanvasCommon(LifecycleCommon):
    @classmethod
    def make_journey(cls, publish=False):
        """A wait, a split with a task on one way, and what both ways come to."""
        return cls.make_program(
            {"type": "wait", "key": "wait", "wait_value": 3},
            {
                "type": "split",
                "key": "split",
                "branches": [
                    {"name": "Yes", "rule": "contact.has_email", "next": "task"}
                ],
                "next": "tell",
            },
            {"type": "sales_alert", "key": "task"},
            {"type": "sales_alert", "key": "tell", "next": None},
            publish=publish,
        )

    def then(self, key):
        return {"step": self.step(key).id, "branch": False}

    def branch(self, key, number=0):
        return {
            "step": self.step(key).id,
            "branch": self.step(key).branch_ids[number].id,
        }

    def step(self, key):
        return self.version.step_ids.filtered(lambda step: step.key == key)

    def assertJourney(self, expected):
        """The steps in their order, each with where it leads: branches first."""
        found = [
            " ".join(
                [step.key]
                + [f"{one.name}>{one.next_step_id.key}" for one in step.branch_ids]
                + [f">{step.next_step_id.key}"]
            )
            for step in self.version._get_steps_in_order()
        ]
        self.assertEqual(found, expected)


JOURNEY = [
    "wait >split",
    "split Yes>task >tell",
    "task >tell",
    "tell >False",
]


@tagged("lifecycle")
class TestCanvasChanges(CanvasCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.make_journey()
        cls.version = cls.program.draft_version_id.with_user(cls.marketer)

    def test_add_on_each_kind_of_way(self):
        """A step comes between the two that a way joined (R137)."""
        self.version.canvas_add("wait", START)
        self.version.canvas_add("notice", self.branch("split"))
        added = self.version.canvas_add("notice", self.then("tell"))["step"]
        self.assertJourney(
            [
                "wait_2 >wait",
                "wait >split",
                "split Yes>notice_to_colleagues >tell",
                "notice_to_colleagues >task",
                "task >tell",
                "tell >notice_to_colleagues_2",
                "notice_to_colleagues_2 >False",
            ]
        )
        self.assertEqual(self.step("wait_2").wait_value, 1)
        self.assertEqual(self.step("notice_to_colleagues_2").id, added)

    def test_a_test_of_two_versions_starts_with_two_branches(self):
        self.version.canvas_add("random_split", self.then("wait"))
        self.assertEqual(
            self.step("split_by_chance").branch_ids.mapped("share"), [50, 50]
        )
        self.assertEqual(
            self.step("split_by_chance").branch_ids.next_step_id, self.step("split")
        )

    def test_the_first_step_of_all(self):
        self.version.step_ids.unlink()
        self.version.canvas_add("wait", START)
        self.assertJourney(["wait >False"])

    def test_an_end_does_not_cut_the_rest_off(self):
        with self.assertRaises(UserError) as caught:
            self.version.canvas_add("end", self.then("wait"))
        self.assertIn("no step would lead to “split”", str(caught.exception))
        self.assertJourney(JOURNEY)
        self.version.canvas_add("end", self.then("tell"))

    def test_what_was_unreached_before_does_not_stop_a_change(self):
        self.step("task").next_step_id = False
        self.step("split").next_step_id = False
        self.version.canvas_add("notice", self.then("wait"))
        self.assertEqual(self.version._get_unreached(), self.step("tell"))

    def test_move(self):
        self.version.canvas_move(self.step("task").id, self.then("tell"))
        self.assertJourney(
            ["wait >split", "split Yes>tell >tell", "tell >task", "task >False"]
        )
        self.version.canvas_move(self.step("task").id, START)
        self.assertEqual(self.version._get_first_step(), self.step("task"))
        self.version.canvas_move(self.step("task").id, self.then("wait"))
        self.assertJourney(
            ["wait >task", "task >split", "split Yes>tell >tell", "tell >False"]
        )

    def test_move_takes_the_branches_along(self):
        self.version.canvas_move(self.step("split").id, START)
        self.assertJourney(
            ["split Yes>task >wait", "task >tell", "wait >tell", "tell >False"]
        )

    def test_a_step_stays_where_it_is(self):
        self.version.canvas_move(self.step("split").id, self.then("wait"))
        self.assertJourney(JOURNEY)

    def test_a_step_cannot_go_where_nobody_would_come_to_it(self):
        for way in (self.then("split"), self.branch("split"), self.then("task")):
            with self.subTest(way=way), self.assertRaises(UserError):
                self.version.canvas_move(self.step("split").id, way)
            self.env.invalidate_all()
        self.assertJourney(JOURNEY)

    def test_remove_leads_on_to_what_follows(self):
        self.version.canvas_remove(self.step("wait").id)
        self.assertJourney(["split Yes>task >tell", "task >tell", "tell >False"])
        removed = self.version.canvas_remove(self.step("split").id)["removed"]
        self.assertEqual(removed, ["split", "task"])
        self.assertJourney(["tell >False"])
        self.version.canvas_remove(self.step("tell").id)
        self.assertFalse(self.version.step_ids)

    def test_copy_has_a_message_of_its_own(self):
        message = self.env["lifecycle.message"].create(
            {"name": "Hello", "subject": "Hello", "body": "<p>Hello</p>"}
        )
        self.step("tell").write({"type": "mail", "message_id": message.id})
        self.version.canvas_copy(self.step("tell").id, self.branch("split"))
        copy = self.step("split").branch_ids.next_step_id
        self.assertEqual(copy.key, "tell_copy")
        self.assertEqual(copy.next_step_id, self.step("task"))
        self.assertEqual(copy.message_id.subject, "Hello")
        self.assertNotEqual(copy.message_id, message)

    def test_copy_of_a_split_has_its_branches(self):
        self.version.canvas_copy(self.step("split").id, self.then("wait"))
        copy = self.step("split_copy")
        self.assertEqual(copy.next_step_id, self.step("split"))
        self.assertEqual(copy.branch_ids.rule, "contact.has_email")
        self.assertEqual(copy.branch_ids.next_step_id, self.step("task"))

    def test_connect(self):
        self.version.canvas_connect(self.then("tell"), self.step("wait").id)
        self.assertEqual(self.step("tell").next_step_id, self.step("wait"))
        self.version.canvas_connect(self.then("tell"), False)
        self.assertJourney(JOURNEY)

    def test_no_circle_without_a_wait(self):
        with self.assertRaisesRegex(UserError, "without a wait"):
            self.version.canvas_connect(self.then("tell"), self.step("split").id)

    def test_nothing_is_cut_off_by_connecting(self):
        with self.assertRaisesRegex(UserError, "no step would lead to “task”"):
            self.version.canvas_connect(self.branch("split"), False)

    def test_another_branch(self):
        self.version.canvas_add_branch(self.step("split").id)
        self.assertEqual(self.step("split").branch_ids.mapped("name")[1], "Branch 2")
        with self.assertRaises(UserError):
            self.version.canvas_add_branch(self.step("tell").id)

    def test_undo_brings_everything_back_as_it_was(self):
        """Removed steps come back with what they said, in their places (R137)."""
        before = self.version.get_canvas()["structure"]
        task = self.step("task")
        task.note = "Call her"
        self.version.canvas_remove(self.step("split").id)
        after = self.version.canvas_add("notice", self.then("tell"))["structure"]
        restored = self.version.canvas_restore(before)
        self.assertEqual(restored["structure"], before)
        self.assertJourney(JOURNEY)
        self.assertEqual(self.step("task"), task)
        self.assertEqual(task.note, "Call her")
        self.assertEqual(self.version.canvas_restore(after)["structure"], after)

    def test_a_key_given_away_meanwhile(self):
        before = self.version.get_canvas()["structure"]
        self.version.canvas_remove(self.step("task").id)
        self.env["lifecycle.step"].create(
            {
                "version_id": self.version.id,
                "name": "Task",
                "key": "task",
                "type": "end",
            }
        )
        before["steps"].append([self.step("task").id, False])
        self.version.canvas_restore(before)
        self.assertEqual(
            self.version._get_steps_in_order().mapped("key"),
            ["wait", "split", "task_2", "tell", "task"],
        )

    def test_the_bin_is_emptied_on_publishing(self):
        self.version.canvas_remove(self.step("task").id)
        self.assertEqual(len(self.version._get_steps_and_bin()), 4)
        self.program.action_publish()
        self.assertEqual(len(self.version._get_steps_and_bin()), 3)

    def test_a_structure_of_another_draft_changes_nothing_there(self):
        other = self.make_program(
            {"type": "wait", "key": "far"}, code="other", publish=False
        ).draft_version_id
        mine = self.version.get_canvas()["structure"]
        far = other.step_ids
        mine["steps"][-1][1] = far.id
        mine["steps"].append([far.id, self.step("wait").id])
        self.version.canvas_restore(mine)
        self.assertFalse(self.step("tell").next_step_id)
        self.assertEqual(far.version_id, other)
        self.assertFalse(far.next_step_id)
        for call in (
            lambda: self.version.canvas_remove(far.id),
            lambda: self.version.canvas_move(far.id, START),
            lambda: self.version.canvas_copy(far.id, START),
            lambda: self.version.canvas_connect(self.then("tell"), far.id),
            lambda: self.version.canvas_add("wait", {"step": far.id}),
        ):
            with self.assertRaisesRegex(UserError, "not there any more"):
                call()

    def test_only_marketers_change_only_drafts(self):
        theirs = self.version.with_user(self.salesperson)
        self.assertFalse(theirs.get_canvas()["is_editable"])
        structure = theirs.get_canvas()["structure"]
        changes = (
            ("canvas_add", "wait", START),
            ("canvas_copy", self.step("wait").id, START),
            ("canvas_move", self.step("tell").id, START),
            ("canvas_remove", self.step("wait").id),
            ("canvas_connect", self.then("tell"), self.step("wait").id),
            ("canvas_add_branch", self.step("split").id),
            ("canvas_restore", structure),
        )
        for method, *arguments in changes:
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(theirs, method)(*arguments)
        self.program.action_publish()
        for method, *arguments in changes:
            with self.subTest(method), self.assertRaises(UserError):
                getattr(self.version, method)(*arguments)
        self.assertJourney(JOURNEY)


@tagged("lifecycle")
class TestCanvas(CanvasCommon):
    def test_every_type_stands_in_a_group(self):
        groups = self.env["lifecycle.step"]._get_type_groups()
        types = [one["type"] for group in groups for one in group["types"]]
        self.assertCountEqual(types, self.env["lifecycle.step"]._step_types())

    def test_cards_say_what_is_missing(self):
        """The same checks as publishing, each on its card (R137)."""
        self.version = self.make_journey().draft_version_id
        self.version.canvas_add("mail", self.then("tell"))
        cards = {card["name"]: card for card in self.version.get_canvas()["steps"]}
        self.assertEqual(cards["Email"]["problems"], ["choose a message."])
        self.assertFalse(cards["wait"]["problems"])
        self.assertIn("choose a message", self.version.problems)
        self.assertEqual(
            [(way["label"], way["target"]) for way in cards["split"]["ways"]],
            [
                ("Yes", self.step("task").id),
                ("Everybody else", self.step("tell").id),
            ],
        )
        self.assertIn("3 days", cards["wait"]["summary"])

    def test_counts_are_those_of_the_people(self):
        """Each count opens the people that it counts."""
        program = self.make_journey(publish=True)
        self.version = program.version_id.with_user(self.marketer)
        contacts = self.make_contacts(5)
        contacts[:2].email = False
        contacts[:2].phone = "+358401234567"
        enrolments = program._enrol_partners(contacts, self.start)
        self.run_due()
        counts = self.version.get_canvas_counts()
        self.assertEqual(counts["all"], {"entered": 5, "inside": 5, "goal": 0})
        self.assertEqual(counts["steps"], {self.step("wait").id: {"here": 5}})
        enrolments[4]._leave("exited", "test", self.start)
        self.run_due(days=3)
        counts = self.version.get_canvas_counts()
        split = self.step("split")
        self.assertEqual(counts["all"], {"entered": 5, "inside": 0, "goal": 0})
        self.assertEqual(counts["steps"][split.id], {"done": 4})
        self.assertEqual(
            counts["ways"],
            {
                f"{self.step('wait').id}_0": 4,
                f"{split.id}_{split.branch_ids.id}": 2,
                f"{split.id}_0": 2,
                f"{self.step('task').id}_0": 2,
                f"{self.step('tell').id}_0": 4,
            },
        )
        for what, step, branch, expected in (
            ("entered", False, False, enrolments),
            ("done", split.id, False, enrolments[:4]),
            ("went", split.id, split.branch_ids.id, enrolments[2:4]),
            ("went", split.id, False, enrolments[:2]),
            ("here", self.step("wait").id, False, enrolments.browse()),
        ):
            with self.subTest(what=what, branch=branch):
                action = self.version.action_open_people(what, step, branch)
                found = self.env["lifecycle.enrolment"].search(action["domain"])
                self.assertEqual(found, expected[::-1])

    def test_counts_are_one_statement(self):
        program = self.make_journey(publish=True)
        version = program.version_id
        version.get_canvas_counts()
        program._enrol_partners(self.make_contacts(20), self.start)
        self.run_due(days=3)
        version.get_canvas_counts()
        with self.assertQueryCount(1):
            version.get_canvas_counts()

    def test_held_and_failed_are_shown_where_they_stand(self):
        program = self.make_journey(publish=True)
        self.version = program.version_id
        enrolments = program._enrol_partners(self.make_contacts(3), self.start)
        wait = self.step("wait")
        self.run_due()
        enrolments[0].write({"state": "error"})
        self.env["lifecycle.step.run"].create(
            {
                "enrolment_id": enrolments[1].id,
                "step_id": wait.id,
                "visit": enrolments[1].visit,
                "program_id": program.id,
                "company_id": self.company.id,
                "partner_id": enrolments[1].partner_id.id,
                "step_type": "wait",
                "outcome": "held",
                "reason": "hours",
                "scheduled_at": self.start,
                "run_at": self.start,
            }
        )
        counts = self.version.get_canvas_counts()["steps"][wait.id]
        self.assertEqual(counts, {"here": 2, "held": 1, "error": 1})
        for what, expected in (("held", enrolments[1]), ("error", enrolments[0])):
            domain = self.version.action_open_people(what, wait.id)["domain"]
            found = self.env["lifecycle.enrolment"].search(domain)
            self.assertEqual(found, expected)
