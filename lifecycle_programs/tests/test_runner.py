"""Enrolling, events and due steps: the way through the house."""

from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .common import LifecycleCommon

WEEK = {"type": "wait", "wait_value": 7, "key": "week"}
END = {"type": "end", "key": "end"}


@tagged("lifecycle")
class TestRunner(LifecycleCommon):
    def test_wait_counts_from_entry(self):
        """Days count from the entry (R30): day 2, then day 5, whenever the runner comes
        by."""
        program = self.make_program(
            {"type": "wait", "wait_value": 2, "wait_from": "entry", "key": "two"},
            {"type": "wait", "wait_value": 5, "wait_from": "entry", "key": "five"},
            END,
        )
        enrolment = program._enrol_partners(self.make_contact(), self.start)
        self.run_due()
        self.assertSteps(enrolment, [])
        self.assertEqual(enrolment.due_at, self.at(days=2))
        self.run_due(days=3)
        self.assertSteps(enrolment, ["two done"])
        self.assertEqual(enrolment.due_at, self.at(days=5))
        self.run_due(days=5)
        self.assertEqual(enrolment.state, "ended")
        self.assertSteps(enrolment, ["two done", "five done", "end done"])

    def test_running_twice_changes_nothing(self):
        program = self.make_program(WEEK, END)
        enrolment = program._enrol_partners(self.make_contact(), self.start)
        self.run_due(days=1)
        before = enrolment.read()
        self.assertEqual(self.run_due(days=1), 0)
        self.assertEqual(enrolment.read(), before)

    def test_wait_for_an_event_or_the_timeout(self):
        """Branching (R63, R65): who clicked goes one way, who did not another."""
        program = self.make_program(
            {
                "type": "wait_until",
                "wait_value": 3,
                "key": "click",
                "branches": [{"events": ["mail_clicked"], "next": "yes"}],
                "next": "no",
            },
            {"type": "wait", "wait_value": 1, "key": "yes", "next": "end"},
            {"type": "wait", "wait_value": 1, "key": "no", "next": "end"},
            END,
        )
        clicks, waits = self.make_contacts(2)
        enrolments = program._enrol_partners(clicks | waits, self.start)
        self.run_due()
        self.make_event("mail_clicked", clicks, self.at(days=1))
        self.consume(days=1)
        self.run_due(days=1)
        clicked = enrolments.filtered(lambda one: one.partner_id == clicks)
        self.assertEqual(clicked.step_id.key, "yes")
        self.assertEqual((enrolments - clicked).step_id.key, "click")
        self.run_due(days=10)
        self.run_due(days=12)
        self.assertSteps(clicked, ["click done event", "yes done", "end done"])
        self.assertSteps(
            enrolments - clicked, ["click done timeout", "no done", "end done"]
        )

    def test_due_steps_see_events_first(self):
        """Once an order is in, nothing of the program leaves any more (R73)."""
        program = self.make_program(
            WEEK,
            END,
            goal_event_type_ids=[Command.link(self.event_type("order_confirmed").id)],
        )
        contact = self.make_contact()
        enrolment = program._enrol_partners(contact, self.start)
        self.run_due()
        self.make_event("order_confirmed", contact, self.at(days=8))
        self.run_due(days=8)
        self.assertEqual(enrolment.state, "goal")
        self.assertEqual(enrolment.goal_at, self.at(days=8))
        self.assertSteps(enrolment, [])

    def test_goal_rule_sees_entry_and_event(self):
        program = self.make_program(
            WEEK,
            END,
            goal_event_type_ids=[Command.link(self.event_type("order_confirmed").id)],
            goal_rule="entry.category in event.categories",
        )
        contact = self.make_contact()
        enrolment = program._enrol_partners(
            contact, self.start, {contact.id: {"category": "Mugs"}}
        )
        self.make_event(
            "order_confirmed", contact, self.at(days=1), categories=["Bags"]
        )
        self.consume(days=1)
        self.assertFalse(enrolment.goal_at)
        self.make_event(
            "order_confirmed", contact, self.at(days=2), categories=["Bags", "Mugs"]
        )
        self.consume(days=2)
        self.assertEqual(enrolment.state, "goal")

    def test_goal_window(self):
        program = self.make_program(
            {"type": "wait", "wait_value": 90},
            goal_event_type_ids=[Command.link(self.event_type("order_confirmed").id)],
            goal_days=30,
        )
        contact = self.make_contact()
        enrolment = program._enrol_partners(contact, self.start)
        self.make_event("order_confirmed", contact, self.at(days=31))
        self.consume(days=31)
        self.assertFalse(enrolment.goal_at)

    def test_an_order_reported_late_counts(self):
        program = self.make_program(
            WEEK,
            goal_event_type_ids=[Command.link(self.event_type("order_confirmed").id)],
        )
        contact = self.make_contact()
        enrolment = program._enrol_partners(contact, self.start)
        self.make_event("order_confirmed", contact, self.at(hours=-10))
        self.consume(hours=1)
        self.assertEqual(enrolment.state, "goal")

    def test_a_contact_that_gets_a_company_is_still_followed(self):
        program = self.make_program(
            WEEK,
            goal_event_type_ids=[Command.link(self.event_type("order_confirmed").id)],
        )
        contact = self.make_contact()
        enrolment = program._enrol_partners(contact, self.start)
        firm = self.make_contact("Acme Oy", is_company=True)
        contact.parent_id = firm
        colleague = self.make_contact("Eino E", parent_id=firm.id)
        self.make_event("order_confirmed", colleague)
        self.consume()
        self.assertEqual(enrolment.state, "goal")

    def test_an_archived_program_sends_nothing(self):
        program = self.make_program(END)
        enrolment = program._enrol_partners(self.make_contact(), self.start)
        program.action_archive()
        self.assertEqual(self.run_due(days=1), 0)
        self.assertEqual(enrolment.state, "active")

    def test_take_over_keeps_later_entries_quiet_too(self):
        """A salesperson who has taken over is not disturbed by the next scan."""
        contact = self.make_contact()
        self.env["lifecycle.alert"].create(
            {
                "partner_id": contact.id,
                "commercial_partner_id": contact.id,
                "company_id": self.company.id,
                "alerted_at": self.start,
                "state": "taken",
                "answered_at": self.start,
            }
        )
        program = self.make_program(END)
        enrolment = program._enrol_partners(contact, self.at(days=1))
        self.run_due(days=2)
        self.assertEqual(enrolment.due_at, self.at(days=30))
        self.run_due(days=30)
        self.assertEqual(enrolment.state, "ended")

    def test_exit_event(self):
        program = self.make_program(
            WEEK,
            exit_event_type_ids=[Command.link(self.event_type("order_cancelled").id)],
        )
        contact = self.make_contact()
        enrolment = program._enrol_partners(contact, self.start)
        self.make_event("order_cancelled", contact, self.at(days=1))
        self.consume(days=1)
        self.assertEqual(
            (enrolment.state, enrolment.end_reason), ("exited", "order_cancelled")
        )

    def test_events_keep_their_order_per_contact(self):
        """Entered by the order, out by its cancellation, though both come at once."""
        program = self.make_program(
            WEEK,
            start="event",
            event_type_ids=[Command.link(self.event_type("order_confirmed").id)],
            exit_event_type_ids=[Command.link(self.event_type("order_cancelled").id)],
        )
        contact = self.make_contact()
        self.make_event("order_cancelled", contact, self.at(minutes=2))
        self.make_event("order_confirmed", contact, self.at(minutes=1))
        self.consume(hours=1)
        enrolment = self.enrolment_of(contact, program)
        self.assertEqual(enrolment.state, "exited")

    def test_split_takes_the_first_branch_that_matches(self):
        """If, else if, else (R66, R67)."""
        program = self.make_program(
            {
                "type": "split",
                "key": "split",
                "branches": [
                    {"rule": 'contact.city == "Turku"', "next": "turku"},
                    {"rule": 'contact.country == "FI"', "next": "finland"},
                ],
                "next": "end",
            },
            {**WEEK, "key": "turku", "next": "end"},
            {**WEEK, "key": "finland", "next": "end"},
            END,
        )
        finland = self.env.ref("base.fi").id
        turku = self.make_contact("Aino A", city="Turku", country_id=finland)
        oulu = self.make_contact("Eino E", city="Oulu", country_id=finland)
        oslo = self.make_contact("Nils N", city="Oslo")
        enrolments = program._enrol_partners(turku | oulu | oslo, self.start)
        self.run_due()
        by_partner = {one.partner_id: one for one in enrolments}
        self.assertEqual(by_partner[turku].step_id.key, "turku")
        self.assertEqual(by_partner[oulu].step_id.key, "finland")
        self.assertEqual(by_partner[oslo].state, "ended")

    def test_start_another_program_with_the_same_entry_values(self):
        """Move a contact between programs (R70)."""
        second = self.make_program(WEEK, code="second")
        first = self.make_program(
            {"type": "start_program", "target_program_id": second.id}, code="first"
        )
        contact = self.make_contact()
        first._enrol_partners(contact, self.start, {contact.id: {"topic": "tents"}})
        self.run_due()
        enrolment = self.enrolment_of(contact, second)
        self.assertEqual(enrolment.payload, {"topic": "tents", "program": "first"})


@tagged("lifecycle")
class TestFailures(LifecycleCommon):
    def fail_for(self, partner):
        """Make the end step fail for one contact, with a database error."""
        steps = type(self.env["lifecycle.step"])
        original = steps._run_end_batch

        def run(step, enrolments, now):
            if partner in enrolments.partner_id:
                step.env.cr.execute("SELECT 1 / 0")
            return original(step, enrolments, now)

        return patch.object(steps, "_run_end_batch", run)

    def test_a_failing_contact_stops_nobody_else(self):
        program = self.make_program(END)
        good, bad, other = self.make_contacts(3)
        enrolments = program._enrol_partners(good | bad | other, self.start)
        guilty = enrolments.filtered(lambda one: one.partner_id == bad)
        with self.fail_for(bad), self.assertLogs(level="WARNING"):
            self.env["lifecycle.enrolment"]._run_due(self.start)
        self.assertEqual(set((enrolments - guilty).mapped("state")), {"ended"})
        self.assertEqual((guilty.state, guilty.retry_count), ("active", 1))
        self.assertIn("division by zero", guilty.error)
        self.assertEqual(guilty.due_at, self.at(minutes=1))
        self.run_due(minutes=1)
        self.assertEqual(guilty.state, "ended")
        self.assertFalse(guilty.error)

    def test_after_the_last_try_the_error_stays_and_can_be_retried(self):
        program = self.make_program(END)
        bad = self.make_contact()
        enrolment = program._enrol_partners(bad, self.start)
        with self.fail_for(bad), self.assertLogs(level="WARNING"):
            for day in range(0, 14, 2):
                self.env["lifecycle.enrolment"]._run_due(self.at(days=day))
        self.assertEqual(enrolment.state, "error")
        self.assertSteps(enrolment, ["end failed error"])
        self.assertTrue(program.activity_ids, "the owner is told")
        enrolment.action_retry()
        self.env["lifecycle.enrolment"]._run_due(self.at(days=14))
        self.assertEqual(enrolment.state, "ended")

    def test_a_broken_program_does_not_stop_the_others(self):
        orders = [Command.link(self.event_type("order_confirmed").id)]
        broken = self.make_program(
            WEEK, code="broken", start="event", event_type_ids=orders
        )
        healthy = self.make_program(
            WEEK, code="healthy", start="event", event_type_ids=orders
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE lifecycle_program SET rule = 'no.such_fact > 1' WHERE id = %s",
            (broken.id,),
        )
        self.env.invalidate_all()
        contact = self.make_contact()
        ended = self.make_program(WEEK, code="ended", goal_event_type_ids=orders)
        enrolment = ended._enrol_partners(contact, self.start)
        event = self.make_event("order_confirmed", contact)
        with self.assertLogs("odoo.addons.lifecycle_programs", level="ERROR"):
            self.consume()
        self.assertTrue(self.enrolment_of(contact, healthy))
        self.env.invalidate_all()
        self.assertEqual(enrolment.state, "goal", "what the event ended stays ended")
        self.assertIn("no.such_fact", broken.error)
        # Mended, it takes up the event again, and nothing else happens twice.
        self.assertFalse(event.processed_at)
        broken.rule = ""
        self.consume(hours=1)
        self.assertTrue(event.processed_at)
        self.assertTrue(self.enrolment_of(contact, broken))
        self.assertEqual(len(self.enrolment_of(contact, healthy)), 1)

    def test_a_contact_that_cannot_enter_keeps_nobody_else_out(self):
        orders = [Command.link(self.event_type("order_confirmed").id)]
        program = self.make_program(
            WEEK, start="event", event_type_ids=orders, rule="event.amount > 0"
        )
        good, bad = self.make_contacts(2)
        self.make_event("order_confirmed", good, amount=1)
        poisoned = self.make_event("order_confirmed", bad, amount=1)
        programs = type(self.env["lifecycle.program"])
        original = programs._insert_enrolments

        def insert(program, *args, **kwargs):
            enrolments = original(program, *args, **kwargs)
            if bad in enrolments.partner_id:
                program.env.cr.execute("SELECT 1 / 0")
            return enrolments

        with (
            patch.object(programs, "_insert_enrolments", insert),
            self.assertLogs(level="WARNING"),
        ):
            self.consume()
        self.assertTrue(self.enrolment_of(good, program))
        self.assertFalse(self.enrolment_of(bad, program))
        self.assertIn("division by zero", poisoned.error)
        self.consume(hours=1)
        self.assertTrue(self.enrolment_of(bad, program))

    def test_a_poisoned_event_waits_and_the_others_go_on(self):
        orders = [Command.link(self.event_type("order_confirmed").id)]
        program = self.make_program(WEEK, start="event", event_type_ids=orders)
        good, bad = self.make_contacts(2)
        self.make_event("order_confirmed", good)
        poisoned = self.make_event("order_confirmed", bad)
        events = type(self.env["lifecycle.event"])
        original = events._move_enrolments

        ended = self.make_program(WEEK, code="ended", goal_event_type_ids=orders)
        reached = ended._enrol_partners(good, self.start)

        def move(batch, now):
            original(batch, now)
            if bad in batch.partner_id:
                batch.env.cr.execute("SELECT 1 / 0")

        with (
            patch.object(events, "_move_enrolments", move),
            self.assertLogs(level="WARNING"),
        ):
            self.consume()
        self.assertTrue(self.enrolment_of(good, program))
        self.assertEqual(reached.state, "goal")
        self.assertFalse(poisoned.processed_at)
        self.assertIn("division by zero", poisoned.error)
        # Until it is worked off nothing leaves, and nothing overtakes it.
        waiting = ended._enrol_partners(bad, self.start)
        self.make_event("order_cancelled", bad, self.at(minutes=1))
        self.consume(minutes=2)
        self.run_due(minutes=2)
        self.assertFalse(waiting.waiting)
        self.consume(minutes=6)
        self.assertEqual(waiting.state, "goal")
        self.assertTrue(poisoned.processed_at)
        self.assertTrue(self.enrolment_of(bad, program))
