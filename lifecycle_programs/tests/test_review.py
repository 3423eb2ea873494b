"""Messages that are held for review, and the three modes of a company."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .messages_common import MessageCommon

REVIEW = {"release": "review"}


@tagged("lifecycle")
class TestReview(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.step = cls.make_mail_step(step=REVIEW)
        cls.program = cls.step.program_id
        cls.program.user_id = cls.marketer

    def reviews(self, state="waiting"):
        return self.env["lifecycle.review"].search(
            [("program_id", "=", self.program.id), ("state", "=", state)]
        )

    def review_of(self, enrolment):
        return self.reviews().filtered(lambda one: one.enrolment_id == enrolment)

    def hold(self, partners):
        enrolments = self.enrol(self.step, partners)
        self.run_due()
        return enrolments

    def mails(self):
        return self.env["mailing.trace"].search(
            [("mass_mailing_id", "=", self.step.mailing_id.id)]
        )

    def test_messages_are_written_and_wait(self):
        enrolments = self.hold(self.make_contacts(3))
        self.assertEqual(len(self.reviews()), 3)
        review = self.review_of(enrolments[1])
        self.assertEqual(review.subject, "Hello you")
        self.assertIn("Hello Person 1", review.body)
        self.assertEqual(review.address, "person1@example.com")
        self.assertFalse(self.mails())
        self.assertSteps(enrolments, [])
        self.assertHolds(enrolments, ["message held review"] * 3)
        for day in range(1, 4):
            self.run_due(days=day)
        self.assertEqual(len(self.reviews()), 3)
        self.assertSteps(enrolments, [])
        self.assertEqual(self.program.review_count, 3)

    def test_only_what_is_approved_leaves(self):
        enrolments = self.hold(self.make_contacts(3))
        first, second, third = enrolments
        self.review_of(first).with_user(self.marketer).action_approve()
        self.review_of(second).with_user(self.marketer).action_drop()
        self.run_due(hours=1)
        self.run_due(hours=2)
        self.assertSteps(first, ["message done", "end done"])
        self.assertSteps(second, ["message skipped dropped", "end done"])
        self.assertSteps(third, [])
        self.assertEqual(self.mails().mapped("email"), ["person0@example.com"])
        self.assertEqual(self.reviews("sent").decided_by_id, self.marketer)

    def test_what_leaves_is_what_was_read(self):
        enrolment = self.hold(self.make_contact())
        enrolment.partner_id.name = "Somebody Else"
        self.reviews().action_approve()
        self.run_due(hours=1)
        self.assertIn("Liisa Virtanen", self.mails().mail_mail_id.body_html)

    def test_the_checks_are_made_when_it_leaves(self):
        enrolments = self.hold(self.make_contacts(2))
        first, second = enrolments
        category = self.step.message_id.category_id
        self.env["lifecycle.opt.out"]._opt_out(
            first.partner_id.email, category=category
        )
        reviews = self.reviews()
        reviews.filtered(lambda one: one.enrolment_id == first).action_approve()
        self.run_due(hours=1)
        self.assertFalse(self.mails())
        self.assertEqual(first.state, "exited", "an opt-out ends the program")
        reviews.filtered(lambda one: one.enrolment_id == second).action_approve()
        self.run_due(days=4)
        self.assertSteps(second, ["message skipped too_late", "end done"])
        self.assertEqual(self.reviews("refused").enrolment_id, second)
        self.assertEqual(self.reviews("gone").enrolment_id, first)

    def test_a_hold_at_the_gate_keeps_the_approval(self):
        self.step.message_id.category_id.max_late_days = 0
        enrolment = self.hold(self.make_contact())
        self.set_cap(1)
        other = self.make_mail_step(code="other")
        self.enrol(other, enrolment.partner_id)
        self.run_due(hours=1)
        self.reviews().action_approve()
        self.run_due(hours=2)
        self.assertSteps(enrolment, [])
        self.assertEqual(self.reviews("approved").enrolment_id, enrolment)
        self.run_due(days=8)
        self.assertSteps(enrolment, ["message done", "end done"])

    def test_going_live_later_releases_nothing(self):
        enrolments = self.hold(self.make_contacts(2))
        self.program.action_edit_steps()
        draft = self.program.draft_version_id.step_ids
        draft.filtered("message_id").release = "send"
        self.program.action_publish()
        self.run_due(days=1)
        self.assertFalse(self.mails())
        # Even for whom something moves to the new version and wakes.
        step = self.program.version_id._get_first_step()
        enrolments.write(
            {
                "version_id": self.program.version_id.id,
                "step_id": step.id,
                "due_at": self.at(days=1),
            }
        )
        self.run_due(days=1)
        self.assertFalse(self.mails())
        self.assertEqual(len(self.reviews()), 2)
        newcomer = self.enrol(step, self.make_contact())
        self.run_due(days=1)
        self.assertSteps(newcomer, ["message done", "end done"])

    def test_who_leaves_the_program_need_not_be_reviewed(self):
        enrolment = self.hold(self.make_contact())
        review = self.reviews()
        enrolment.action_leave()
        self.assertEqual(review.state, "gone")
        review.action_approve()
        self.assertEqual(review.state, "gone")

    def test_the_owner_has_one_task_until_all_are_decided(self):
        kind = "lifecycle_programs.mail_activity_type_review"
        for partner in self.make_contacts(2):
            self.hold(partner)
        self.assertEqual(self.program.activity_search([kind]).user_id, self.marketer)
        self.assertEqual(len(self.program.activity_search([kind])), 1)
        self.reviews()[0].action_approve()
        self.assertTrue(self.program.activity_search([kind]))
        self.reviews().action_drop()
        self.assertFalse(self.program.activity_search([kind]))

    def test_an_sms_waits_too(self):
        message = self.make_message(
            channel="sms", body_text="Hi {{ contact.name }}, now it is time"
        )
        step = self.make_mail_step(message, step=REVIEW, code="sms")
        enrolment = self.enrol(step, self.make_contact(phone="+358401234567"))
        self.run_due()
        review = self.env["lifecycle.review"].search(
            [("enrolment_id", "=", enrolment.id)]
        )
        self.assertEqual(review.subject, "Hi Liisa Virtanen, now it is time")
        review.action_approve()
        self.run_due(hours=1)
        self.assertSteps(enrolment, ["message done", "end done"])

    def test_the_texts_belong_to_the_person(self):
        """They are in the export of her data, and go with it."""
        enrolment = self.hold(self.make_contact())
        privacy = self.env["lifecycle.privacy"]
        (exported,) = privacy._export(enrolment.partner_id)["reviews"]
        self.assertIn("Liisa Virtanen", exported["texts"]["body"])
        privacy._erase(enrolment.partner_id, self.at(days=1))
        self.assertFalse(self.env["lifecycle.review"].search([]))

    # ------------------------------------------------------------
    # THE MODES OF A COMPANY
    # ------------------------------------------------------------

    def test_ask_me_first(self):
        step = self.make_mail_step(code="plain")
        self.company.lifecycle_sending = "ask"
        enrolment = self.enrol(step, self.make_contact())
        self.run_due()
        review = self.env["lifecycle.review"].search(
            [("enrolment_id", "=", enrolment.id)]
        )
        self.assertEqual(review.state, "waiting")
        # Back to automatic: what was held stays held.
        self.company.lifecycle_sending = "automate"
        self.run_due(days=1)
        self.assertSteps(enrolment, [])
        review.action_approve()
        self.run_due(days=1)
        self.assertSteps(enrolment, ["message done", "end done"])

    def test_never_but_bills(self):
        self.company.lifecycle_sending = "never"
        plain = self.make_mail_step(code="plain")
        bill = self.make_mail_step(self.make_message(category="billing"), code="bill")
        contact = self.make_contact()
        enrolments = self.enrol(plain, contact), self.enrol(bill, contact)
        self.run_due()
        self.assertSteps(enrolments[0], ["message skipped never", "end done"])
        self.assertSteps(enrolments[1], ["message done", "end done"])

    # ------------------------------------------------------------
    # WHO MAY
    # ------------------------------------------------------------

    def test_a_salesperson_reads_and_decides_nothing(self):
        self.hold(self.make_contact())
        review = self.reviews().with_user(self.salesperson)
        self.assertTrue(review.read(["subject", "body"]))
        for action in ("action_approve", "action_drop"):
            with self.assertRaises(AccessError):
                getattr(review, action)()
        for user in (self.salesperson, self.marketer):
            with self.assertRaises(AccessError):
                review.with_user(user).write({"state": "approved"})
            with self.assertRaises(AccessError):
                review.with_user(user).write({"texts": {"body": "<p>Evil</p>"}})
            with self.assertRaises(AccessError):
                review.with_user(user).unlink()
        self.assertEqual(review.state, "waiting")
