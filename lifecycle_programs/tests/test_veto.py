"""What a salesperson keeps away from a customer: a message, a program, everything."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .messages_common import MessageCommon


@tagged("lifecycle", "post_install", "-at_install")
class VetoCommon(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = new_test_user(
            cls.env,
            "lifecycle_other_salesperson",
            "base.group_user,sales_team.group_sale_salesman",
        )
        cls.mine = cls.make_contact("Mine Own", user_id=cls.salesperson.id)
        cls.theirs = cls.make_contact("Theirs Alone", user_id=cls.other.id)
        message = cls.env["lifecycle.message"].create(
            {
                "name": "Hello",
                "subject": "Hello {{ contact.name }}",
                "body": "<p>Good to see you, {{ contact.name }}</p>",
            }
        )
        cls.env["lifecycle.cap"].search([]).unlink()
        cls.journey = cls.make_program(
            {"type": "wait", "key": "first", "wait_value": 2},
            {"type": "mail", "key": "hello", "message_id": message.id},
            {"type": "wait", "key": "second", "wait_value": 2},
            {"type": "mail", "key": "again", "message_id": message.id},
            code="journey",
        )

    def enter(self, *partners):
        for partner in partners:
            self.journey._enrol_partners(partner, self.start)
        self.run_due()

    def upcoming(self, user=None):
        rows = self.env["lifecycle.upcoming"].with_user(user or self.salesperson)
        return rows._refresh(self.start)


class TestVeto(VetoCommon):
    def test_messages_to_my_customers(self):
        """Only what goes to my own customers in the next seven days."""
        self.enter(self.mine, self.theirs)
        rows = self.upcoming()
        self.assertEqual(rows.partner_id, self.mine)
        self.assertEqual(rows.mapped("step_id.key"), ["hello", "again"])
        self.assertEqual(rows.mapped("due_at"), [self.at(days=2), self.at(days=4)])
        self.assertEqual(set(rows.mapped("state")), {"coming"})
        action = (
            self.env["lifecycle.upcoming"].with_user(self.salesperson).action_open()
        )
        self.assertEqual(action["res_model"], "lifecycle.upcoming")

    def test_customers_of_my_opportunities_are_mine(self):
        prospect = self.make_contact("Paul Prospect")
        self.enter(prospect)
        self.assertFalse(self.upcoming())
        self.env["crm.lead"].create(
            {
                "name": "Tents",
                "type": "opportunity",
                "partner_id": prospect.id,
                "user_id": self.salesperson.id,
            }
        )
        self.assertEqual(self.upcoming().partner_id, prospect)

    def test_stop_one_message(self):
        """It is skipped when its time comes, and the program goes on."""
        self.enter(self.mine, self.theirs)
        row = self.upcoming()[0]
        row.action_stop_message()
        self.assertEqual(row.state, "stopped")
        veto = self.env["lifecycle.veto"].search([])
        self.assertEqual(veto.user_id, self.salesperson)
        self.assertEqual((veto.partner_id, veto.scope), (self.mine, "message"))
        self.assertTrue(veto.vetoed_at)
        self.run_due(days=2)
        self.run_due(days=4)
        self.assertSteps(
            self.enrolment_of(self.mine, self.journey),
            ["first done", "hello skipped veto", "second done", "again done"],
        )
        self.assertSteps(
            self.enrolment_of(self.theirs, self.journey),
            ["first done", "hello done", "second done", "again done"],
        )

    def test_stop_the_program(self):
        self.enter(self.mine)
        rows = self.upcoming()
        rows[0].action_stop_program()
        enrolment = self.enrolment_of(self.mine, self.journey)
        self.assertEqual((enrolment.state, enrolment.end_reason), ("exited", "veto"))
        self.assertEqual(set(rows.mapped("state")), {"stopped"})
        self.run_due(days=4)
        self.assertSteps(enrolment, [])
        self.assertFalse(self.upcoming())

    def test_stopped_stays_in_view(self):
        self.enter(self.mine)
        self.upcoming()[1].action_stop_message()
        self.assertEqual(self.upcoming().mapped("state"), ["coming", "stopped"])

    def test_it_stands_on_the_timeline(self):
        self.enter(self.mine)
        self.upcoming()[0].action_stop_message()
        page = self.env["lifecycle.timeline"].get_page("res.partner", self.mine.id)
        entry = next(e for e in page["entries"] if e["key"].startswith("vetoed"))
        self.assertIn("hello", entry["title"])
        self.assertEqual(entry["text"], self.salesperson.name)

    def test_only_who_sells_to_the_customer_stops(self):
        self.enter(self.mine)
        enrolment = self.enrolment_of(self.mine, self.journey)
        step = self.journey.version_id.step_ids.filtered("message_id")[:1]
        vetoes = self.env["lifecycle.veto"]
        with self.assertRaises(AccessError):
            vetoes.with_user(self.other)._stop(
                enrolment.with_user(self.other),
                step.with_user(self.other),
                "message",
                self.start,
            )
        with self.assertRaises(AccessError):
            vetoes.with_user(self.other).create(
                {
                    "enrolment_id": enrolment.id,
                    "step_id": step.id,
                    "program_id": self.journey.id,
                    "company_id": self.company.id,
                    "partner_id": self.mine.id,
                    "scope": "program",
                    "user_id": self.other.id,
                    "vetoed_at": self.start,
                }
            )
        rows = self.upcoming()
        with self.assertRaises(AccessError):
            rows[0].with_user(self.other).action_stop_message()
        with self.assertRaises(AccessError):
            rows[0].write({"enrolment_id": enrolment.id})
        self.assertFalse(vetoes.search([]))
        vetoes.with_user(self.marketer)._stop(enrolment, step, "message", self.start)
        self.assertEqual(vetoes.search([]).user_id, self.marketer)

    def test_too_late_to_stop(self):
        self.enter(self.mine)
        enrolment = self.enrolment_of(self.mine, self.journey)
        step = self.journey.version_id.step_ids.filtered("message_id")[:1]
        enrolment._leave("exited", "by_hand", self.start)
        with self.assertRaises(UserError):
            self.env["lifecycle.veto"].with_user(self.salesperson)._stop(
                enrolment, step, "message", self.start
            )

    def test_what_is_kept_can_be_exported_and_erased(self):
        self.enter(self.mine)
        self.upcoming()[0].action_stop_message()
        privacy = self.env["lifecycle.privacy"]
        self.assertEqual(len(privacy._export(self.mine)["vetoes"]), 1)
        privacy._erase(self.mine, self.start)
        self.assertFalse(self.env["lifecycle.veto"].search([]))


class TestPause(VetoCommon):
    def pause(self, partner, days):
        until = fields.Date.today() + timedelta(days=days)
        form = Form(
            self.env["lifecycle.contact.pause"]
            .with_user(self.salesperson)
            .with_context(**partner.action_lifecycle_pause()["context"])
        )
        form.until = until
        form.note = "We negotiate"
        form.save().action_pause()

    def test_marketing_rests_until_the_day(self):
        """A salesperson keeps programs away from a customer for a time; what rested is
        on time afterwards."""
        self.enter(self.mine)
        self.pause(self.mine, 10)
        self.assertTrue(self.mine.lifecycle_is_paused)
        self.assertIn("a salesperson", self.mine.lifecycle_rest_reason)
        self.assertIn("We negotiate", self.mine.message_ids[0].body)
        self.run_due(days=3)
        enrolment = self.enrolment_of(self.mine, self.journey)
        self.assertHolds(enrolment, ["first held sales_pause"])
        self.assertEqual(enrolment.due_at, self.mine.lifecycle_paused_until)
        self.run_due(days=11)
        self.assertSteps(enrolment, ["first done", "hello done"])

    def test_programs_beside_others_rest_too(self):
        self.journey.is_exclusive = False
        self.enter(self.mine)
        self.pause(self.mine, 10)
        self.run_due(days=3)
        enrolment = self.enrolment_of(self.mine, self.journey)
        self.assertHolds(enrolment, ["hello held sales_pause"])

    def test_legal_messages_do_not_rest(self):
        self.journey.is_exclusive = False
        self.journey.version_id.step_ids.message_id.sudo().category_id.can_opt_out = (
            False
        )
        self.enter(self.mine)
        self.pause(self.mine, 10)
        self.run_due(days=3)
        self.assertSteps(
            self.enrolment_of(self.mine, self.journey), ["first done", "hello done"]
        )

    def test_the_whole_company_rests(self):
        firm = self.make_contact("Acme", is_company=True, user_id=self.salesperson.id)
        clerk = self.make_contact("Young Clerk", parent_id=firm.id)
        self.enter(clerk)
        self.pause(clerk, 10)
        self.assertTrue(firm.lifecycle_paused_until)
        self.run_due(days=3)
        self.assertHolds(
            self.enrolment_of(clerk, self.journey), ["first held sales_pause"]
        )

    def test_resume(self):
        self.enter(self.mine)
        self.pause(self.mine, 10)
        self.run_due(days=3)
        self.mine.with_user(self.salesperson).action_lifecycle_resume()
        self.assertFalse(self.mine.lifecycle_is_paused)
        self.run_due(days=3)
        self.assertSteps(
            self.enrolment_of(self.mine, self.journey), ["first done", "hello done"]
        )

    def test_a_day_to_come(self):
        with self.assertRaises(UserError):
            self.pause(self.mine, -1)
        self.assertFalse(self.mine.lifecycle_is_paused)
