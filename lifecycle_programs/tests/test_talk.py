"""While sales is talking, marketing rests, and goes on afterwards."""

from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .messages_common import MessageCommon

QUOTATION = "talk_quotation"


@tagged("lifecycle")
class TestTalk(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.tz = "UTC"
        firm = cls.env["res.partner"].create({"name": "Acme", "is_company": True})
        cls.boss = cls.make_contact("Big Boss", parent_id=firm.id)
        cls.clerk = cls.make_contact("Young Clerk", parent_id=firm.id)
        cls.stranger = cls.make_contact("Some Stranger")
        cls.product = cls.env["product.product"].create(
            {"name": "Tent", "list_price": 100, "taxes_id": [Command.clear()]}
        )

    def reasons(self, now=None):
        """The reason per contact among clerk and stranger."""
        customers = (self.clerk | self.stranger).commercial_partner_id
        talks = self.env["lifecycle.talk"]._find(
            self.company, customers.ids, now or self.start
        )
        return {
            contact: talks[contact.commercial_partner_id.id].reason
            for contact in (self.clerk, self.stranger)
            if contact.commercial_partner_id.id in talks
        }

    def make_quotation(self, partner, **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "date_order": self.start,
                "validity_date": False,
                "order_line": [Command.create({"product_id": self.product.id})],
                **values,
            }
        )
        order.state = "sent"
        return order

    # ------------------------------------------------------------
    # WHAT COUNTS
    # ------------------------------------------------------------

    def test_an_open_quotation(self):
        order = self.make_quotation(self.boss)
        self.assertEqual(self.reasons(), {self.clerk: QUOTATION})
        days = self.company.lifecycle_abandoned_days
        self.assertEqual(self.reasons(self.at(days=days - 1)), {self.clerk: QUOTATION})
        self.assertFalse(self.reasons(self.at(days=days)), "abandoned by then")
        order.validity_date = self.at(days=3).date()
        self.assertFalse(self.reasons(self.at(days=4, minutes=1)), "expired")
        order.action_confirm()
        self.assertFalse(self.reasons(), "it is an order now")

    def test_a_draft_or_a_foreign_quotation_is_no_talk(self):
        self.make_quotation(self.boss).state = "draft"
        other = self.env["res.company"].create({"name": "Other"})
        self.make_quotation(self.stranger, company_id=other.id)
        self.assertFalse(self.reasons())

    def test_a_stage_of_the_pipeline(self):
        stages = self.env["crm.stage"]
        new = stages.create({"name": "New one"})
        offer = stages.create({"name": "Offer made", "lifecycle_is_talk": True})
        lead = self.env["crm.lead"].create(
            {
                "name": "Tents",
                "type": "opportunity",
                "partner_id": self.boss.id,
                "stage_id": new.id,
            }
        )
        self.assertFalse(self.reasons())
        lead.stage_id = offer
        self.assertEqual(self.reasons(), {self.clerk: "talk_stage"})
        self.assertFalse(self.reasons(self.at(days=61)), "nobody talks any more")
        self.company.lifecycle_talk_stage_days = 0
        self.assertEqual(self.reasons(self.at(days=61)), {self.clerk: "talk_stage"})
        lead.action_set_lost()
        self.assertFalse(self.reasons())

    def test_an_open_complaint(self):
        complaint = self.env["lifecycle.complaint"].create(
            {
                "name": "The tent leaks",
                "partner_id": self.boss.id,
                "received_at": self.start,
            }
        )
        self.assertEqual(self.reasons(), {self.clerk: "talk_complaint"})
        self.company.lifecycle_talk_complaint = False
        self.assertFalse(self.reasons())
        self.company.lifecycle_talk_complaint = True
        complaint.action_close()
        self.assertFalse(self.reasons())

    def test_a_call(self):
        kind = self.env.ref("mail.mail_activity_data_call")
        day = self.start.date()
        call = self.boss.activity_schedule(
            "mail.mail_activity_data_call", date_deadline=day + timedelta(days=3)
        )
        call.automated = False
        self.assertEqual(kind.category, "phonecall")
        self.assertEqual(self.reasons(), {self.clerk: "talk_call"})
        call.date_deadline = day + timedelta(days=6)
        self.assertFalse(self.reasons(), "there is time until then")
        call.write({"date_deadline": day, "automated": True})
        self.assertFalse(self.reasons(), "a task of a program")

    def test_the_day_of_a_call_is_the_company_s(self):
        """A call of today is a talk until midnight there, not in Greenwich."""
        midnight = self.start.replace(hour=0, minute=0, second=0)
        self.boss.activity_schedule(
            "mail.mail_activity_data_call", date_deadline=midnight.date()
        ).automated = False
        self.company.lifecycle_talk_call_days = 1
        over = midnight + timedelta(days=1)
        for zone, end in (
            ("UTC", over),
            ("America/New_York", over + timedelta(hours=5)),
            ("Asia/Tokyo", over - timedelta(hours=9)),
        ):
            with self.subTest(zone=zone):
                self.company.resource_calendar_id.tz = zone
                talks = self.env["lifecycle.talk"]._find(
                    self.company, self.boss.commercial_partner_id.ids, midnight
                )
                (talk,) = talks.values()
                self.assertAlmostEqual(talk.until, end, delta=timedelta(hours=1))

    def test_an_overdue_invoice(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.boss.id,
                "invoice_date": self.at(days=-30).date(),
                "invoice_date_due": self.at(days=-14).date(),
                "invoice_line_ids": [
                    Command.create({"product_id": self.product.id, "price_unit": 9})
                ],
            }
        )
        self.assertFalse(self.reasons(), "a draft")
        invoice.action_post()
        self.assertEqual(self.reasons(), {self.clerk: "talk_invoice"})
        self.assertFalse(self.reasons(self.at(days=-1)), "13 days")
        self.company.lifecycle_talk_overdue_days = 0
        self.assertFalse(self.reasons())

    def test_days_are_those_of_the_company(self):
        """Where it is tomorrow already, an invoice is overdue, and a quotation has
        expired, half a day before it is so in Greenwich."""
        noon = self.start.replace(hour=12, minute=0, second=0)
        here = noon.date()
        quotation = self.make_quotation(
            self.stranger, date_order=noon - timedelta(hours=1), validity_date=here
        )
        self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.boss.id,
                "invoice_date": here - timedelta(days=30),
                "invoice_date_due": here - timedelta(days=13),
                "invoice_line_ids": [
                    Command.create({"product_id": self.product.id, "price_unit": 9})
                ],
            }
        ).action_post()
        self.assertEqual(self.reasons(noon), {self.stranger: QUOTATION})
        self.company.resource_calendar_id.tz = "Pacific/Kiritimati"
        self.assertEqual(self.reasons(noon), {self.clerk: "talk_invoice"})
        self.assertEqual(quotation.state, "sent")

    # ------------------------------------------------------------
    # WHAT IT DOES
    # ------------------------------------------------------------

    def test_marketing_rests_and_goes_on(self):
        order = self.make_quotation(self.boss)
        step = self.make_mail_step()
        enrolments = self.enrol(step, self.clerk | self.stranger)
        self.run_due()
        held, free = enrolments
        self.assertSteps(free, ["message done", "end done"])
        self.assertSteps(held, [])
        self.assertHolds(held, ["message held talk_quotation"])
        self.assertEqual(held.due_at, self.at(days=1))
        for day in range(1, 8):
            self.run_due(days=day)
        self.assertSteps(held, [])
        order._action_cancel()
        self.run_due(days=8)
        # A week later, and not too late: the rest was no lateness.
        self.assertSteps(held, ["message done", "end done"])

    def test_a_follow_up_and_bills_are_part_of_the_talk(self):
        self.make_quotation(self.boss)
        for values in (
            {"step": self.make_mail_step(code="follow_up", writes_during_talk=True)},
            {"step": self.make_mail_step(self.make_message(category="billing"))},
        ):
            step = values["step"]
            enrolment = self.enrol(step, self.clerk)
            self.assertTrue(step._gate(enrolment, "mail", self.start)[0])

    def test_contact_and_lead_say_why(self):
        self.assertFalse(self.clerk.lifecycle_rest_reason)
        self.make_quotation(self.boss)
        lead = self.env["crm.lead"].create(
            {"name": "Tents", "partner_id": self.clerk.id}
        )
        self.clerk.invalidate_recordset()
        for record in (self.clerk, lead):
            said = record.with_user(self.salesperson).lifecycle_rest_reason
            self.assertIn("Marketing pauses until", said)
            self.assertIn("a quotation waits for an answer", said)
        step = self.make_mail_step()
        self.enrol(step, self.clerk)
        explanation = self.env["lifecycle.why"].with_user(self.salesperson)
        text = explanation.create(
            {"partner_id": self.clerk.id, "program_id": step.program_id.id}
        ).explanation
        self.assertIn("a quotation waits for an answer", str(text))

    def test_a_taken_over_contact_says_so(self):
        step = self.make_mail_step()
        enrolment = self.enrol(step, self.clerk)
        enrolment.with_user(self.salesperson).action_pause()
        self.assertIn("taken over", self.clerk.lifecycle_rest_reason)

    def test_one_query_for_everybody(self):
        partners = self.make_contacts(40)
        self.make_quotation(partners[7])
        step = self.make_mail_step()
        enrolments = self.enrol(step, partners)
        counts = []
        for some in (enrolments[:2], enrolments[2:]):
            self.env.invalidate_all()
            step._gate(some, "mail", self.start)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            step._gate(some, "mail", self.start)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
