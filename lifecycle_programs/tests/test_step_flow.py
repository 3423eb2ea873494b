"""Steps that steer: chance, times of the week, dates of the contact."""

from datetime import datetime, timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import LifecycleCommon

END = {"type": "end", "key": "end"}


@tagged("lifecycle")
class TestSplitByChance(LifecycleCommon):
    def make_split(self, *shares, **values):
        return self.make_program(
            {
                "type": "random_split",
                "key": "draw",
                "branches": [
                    {"name": f"{share} %", "share": share, "next": "a"}
                    for share in shares
                ],
                "next": "b",
            },
            {"type": "wait", "wait_value": 1, "key": "a", "next": "end"},
            {"type": "wait", "wait_value": 1, "key": "b", "next": "end"},
            END,
            **values,
        )

    def test_shares_and_the_rest(self):
        """A random split with shares (R64, R67): 30 % one way, the rest the other."""
        program = self.make_split(30)
        enrolments = program._enrol_partners(self.make_contacts(400), self.start)
        self.run_due()
        drawn = enrolments.filtered(lambda one: one.step_id.key == "a")
        self.assertAlmostEqual(len(drawn), 120, delta=45)
        self.assertEqual((enrolments - drawn).step_id.key, "b")
        self.assertSteps(drawn[0], ["draw done by_chance"])
        self.assertEqual(drawn.step_run_ids.branch_id.name, "30 %")
        self.assertSteps((enrolments - drawn)[0], ["draw done else_by_chance"])
        # A split at the beginning keeps no other program away.
        self.assertFalse(any(enrolments.mapped("started")))

    def test_a_retry_draws_the_same(self):
        program = self.make_split(50)
        enrolments = program._enrol_partners(self.make_contacts(40), self.start)
        step = program.version_id._get_first_step()
        first = step._run_random_split_batch(enrolments, self.start)
        again = step._run_random_split_batch(enrolments, self.at(days=1))
        self.assertEqual(first, again)
        self.assertEqual(len({one.reason for one in first.values()}), 2)

    def test_shares_are_checked_before_publishing(self):
        for shares, problem in (((60, 50), "more than 100"), ((0,), "shares")):
            code = f"split_{sum(shares)}"
            program = self.make_split(*shares, publish=False, code=code)
            with self.assertRaisesRegex(ValidationError, problem):
                program.action_publish()
        thirds = self.make_split(33.34, 33.33, 33.33, publish=False)
        self.assertFalse(thirds.draft_version_id.problems)
        self.assertIn("33.34 %", thirds.draft_version_id._get_first_step().summary)


@tagged("lifecycle")
class TestWaitWindow(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A Friday evening in winter.
        cls.start = datetime(2026, 1, 9, 20)

    def test_where_the_contact_lives(self):
        """From Monday to Friday, 9 to 17, on the clock of each contact."""
        program = self.make_program(
            {"type": "wait_window", "key": "office"},
            {"type": "wait", "wait_value": 30, "key": "rest"},
            END,
        )
        finland = self.env.ref("base.fi")
        contacts = self.env["res.partner"].create(
            [
                {"name": "Zone", "email": "z@example.com", "tz": "Asia/Tokyo"},
                {"name": "Phone", "email": "p@example.com", "phone": "+12125552368"},
                {"name": "Country", "email": "c@example.com", "country_id": finland.id},
                {"name": "Company", "email": "k@example.com"},
            ]
        )
        contacts[1:].tz = False
        enrolments = program._enrol_partners(contacts, self.start)
        self.run_due()
        by_name = {one.partner_id.name: one for one in enrolments}
        # In New York it is still Friday, three in the afternoon.
        self.assertEqual(by_name["Phone"].step_id.key, "rest")
        self.assertSteps(by_name["Phone"], ["office done"])
        self.assertEqual(by_name["Zone"].due_at, datetime(2026, 1, 12, 0))
        self.assertEqual(by_name["Country"].due_at, datetime(2026, 1, 12, 7))
        self.assertEqual(by_name["Company"].due_at, datetime(2026, 1, 12, 9))
        self.run_due(days=2, hours=11)
        self.assertSteps(by_name["Country"], ["office done"])
        self.assertFalse(by_name["Company"].step_run_ids)

    def test_a_runner_that_comes_late_waits_for_the_next_one(self):
        program = self.make_program({"type": "wait_window", "key": "office"}, END)
        enrolment = program._enrol_partners(self.make_contact(tz="UTC"), self.start)
        self.run_due()
        self.run_due(days=3)
        self.assertEqual(enrolment.due_at, datetime(2026, 1, 13, 9))
        self.run_due(days=3, hours=13)
        self.assertEqual(enrolment.state, "ended")

    def test_a_window_has_to_open(self):
        never = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), False)
        for values, problem in (
            (never, "day of the week"),
            ({"hour_from": 17, "hour_to": 9}, "hour to begin"),
        ):
            program = self.make_program(
                {"type": "wait_window", "key": "window", **values},
                END,
                publish=False,
                code=f"window_{len(values)}",
            )
            with self.assertRaisesRegex(ValidationError, problem):
                program.action_publish()


@tagged("lifecycle")
class TestWaitForDate(LifecycleCommon):
    BEFORE = {
        "type": "wait",
        "key": "before",
        "wait_from": "fact",
        "wait_fact": "crm.next_meeting",
        "wait_value": -2,
    }

    def make_meeting(self, contact, **ahead):
        return self.env["calendar.event"].create(
            {
                "name": "Review",
                "start": self.at(**ahead),
                "stop": self.at(**ahead) + timedelta(hours=1),
                "partner_ids": [(4, contact.id)],
            }
        )

    def test_before_a_date_that_moves(self):
        """A date of the contact is waited for (R55); when it has moved on, so does the
        wait. Who has no date goes on."""
        program = self.make_program(self.BEFORE, END)
        contact, other = self.make_contacts(2)
        meeting = self.make_meeting(contact, days=10)
        enrolments = program._enrol_partners(contact | other, self.start)
        self.run_due()
        mine = enrolments.filtered(lambda one: one.partner_id == contact)
        self.assertEqual(mine.due_at, self.at(days=8))
        self.assertSteps(enrolments - mine, ["before skipped no_date", "end done"])
        meeting.write({"start": self.at(days=20), "stop": self.at(days=20, hours=1)})
        self.run_due(days=8)
        self.assertEqual(mine.due_at, self.at(days=18))
        self.run_due(days=18)
        self.assertSteps(mine, ["before done", "end done"])

    def test_after_a_date(self):
        """After the date the next one is another one: it is not asked for again."""
        program = self.make_program(self.BEFORE | {"wait_value": 1}, END)
        contact = self.make_contact()
        self.make_meeting(contact, days=10)
        enrolment = program._enrol_partners(contact, self.start)
        self.run_due()
        self.assertEqual(enrolment.due_at, self.at(days=11))
        self.run_due(days=11)
        self.assertSteps(enrolment, ["before done", "end done"])

    def test_the_date_has_to_be_chosen(self):
        program = self.make_program(
            self.BEFORE | {"wait_fact": False}, END, publish=False
        )
        with self.assertRaisesRegex(ValidationError, "choose the date"):
            program.action_publish()
        step = program.draft_version_id._get_first_step()
        step.wait_fact = "crm.next_meeting"
        self.assertIn("2 days before", step.summary)
        step.wait_value = 1
        self.assertIn("1 day after", step.summary)
        uses = self.env["lifecycle.rule.use"]._used_by("crm.next_meeting")
        self.assertIn(f"{program.name}: {step.name}", uses)
