"""Walks by the clock: Quotation follow-up."""

from odoo import Command
from odoo.tests import tagged

from .journeys_common import JourneyCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestQuotation(JourneyCommon):
    code = "quotation"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson.email = "sami@northwind.example"

    def quote(self, **values):
        """A quotation to Anna, sent now."""
        quotation = self.env["sale.order"].create(
            {
                "partner_id": self.anna.id,
                "user_id": self.salesperson.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.tent.id, "product_uom_qty": 1, **values}
                    )
                ],
            }
        )
        quotation.action_quotation_sent()
        self.work()
        return quotation

    def test_to_the_end(self):
        """No answer: a short mail after five working days in the salesperson's name, a
        call on day 10, and then peace."""
        self.publish()
        quotation = self.quote()
        self.walk_to(days=40)
        self.assertWalked(["7 question", "10 call"])
        self.assertEnded("ended", "finish")
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertEqual(mail.subject, f"Your quotation {quotation.name}")
        self.assertIn("sami@northwind.example", mail.email_from)
        task = self.tasks()
        self.assertEqual(task.user_id, self.salesperson)
        self.assertIn(quotation.name, task.note)

    def test_an_order_is_the_goal(self):
        self.publish()
        quotation = self.quote()
        self.walk_to(days=5)
        quotation.action_confirm()
        self.work()
        self.assertEnded("goal")
        self.walk_to(days=12)
        self.assertWalked([])

    def test_an_answer_in_the_conversation_stops_it(self):
        """What the customer writes about the quotation is an answer; what a colleague
        notes is none."""
        self.publish()
        quotation = self.quote()
        quotation.message_post(
            body="Called them", author_id=self.salesperson.partner_id.id
        )
        self.work()
        self.assertEqual(self.enrolment.state, "active")
        quotation.message_post(
            body="Is it green?", message_type="email", author_id=self.anna.id
        )
        self.work()
        self.assertEnded("exited")
        self.assertEqual(self.enrolment.end_reason, "quotation_answered")

    def test_a_reply_to_the_question_stops_it(self):
        self.publish()
        self.quote()
        self.walk_to(days=8)
        self.run_of("question").trace_id.set_replied()
        self.work()
        self.assertEnded("exited")
        self.assertEqual(self.enrolment.end_reason, "mail_replied")

    def test_a_changed_quotation_begins_anew(self):
        """The old waiting stops; the days count from the change."""
        self.publish()
        quotation = self.quote()
        first = self.enrolment
        self.walk_to(days=6)
        quotation.write(
            {
                "order_line": [
                    Command.update(quotation.order_line.id, {"product_uom_qty": 2})
                ]
            }
        )
        self.work()
        self.assertEqual(
            (first.state, first.end_reason), ("exited", "quotation_changed")
        )
        self.assertNotEqual(self.enrolment, first)
        self.assertEqual(self.enrolment.payload["amount"], 200)
        self.walk_to(days=12)
        self.assertWalked([])
        # It changed on a Sunday: the question waits for the Monday.
        self.walk_to(days=15)
        self.assertWalked(["8 question"])

    def test_a_dropped_quotation_is_asked_after_no_more(self):
        self.publish()
        quotation = self.quote()
        quotation._action_cancel()
        self.work()
        self.assertEnded("exited")
        self.assertEqual(len(self.program.enrolment_ids), 1)

    def test_no_more_than_the_text_is_no_change(self):
        self.publish()
        quotation = self.quote()
        quotation.note = "Delivered by bicycle"
        self.work()
        self.assertEqual(self.enrolment.state, "active")

    def test_the_plan_has_changed(self):
        self.publish()
        self.quote()
        self.walk_to(days=8)
        self.answer("question", "no_need")
        self.assertEnded("ended", "lost")

    def test_asked_for_a_call(self):
        self.publish()
        self.quote()
        self.walk_to(days=8)
        self.answer("question", "contact_me")
        self.walk_to(days=31)
        self.assertWalked(["7 question", "8 call_wanted"])

    def test_small_ones_are_left_alone(self):
        self.publish(min_amount=50, call_amount=150)
        self.quote(price_unit=49)
        self.assertFalse(self.enrolment)
        self.quote()
        self.walk_to(days=40)
        self.assertWalked(["7 question"])
