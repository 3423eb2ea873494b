"""A salesperson's day in a real browser: from the alert to the call to the answer."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from .common import LifecycleCommon


class SalespersonDay(LifecycleCommon):
    """A customer with a person, a phone number, a discount and an open alert."""

    def make_day(self):
        self.company.lifecycle_launch_limit = 0
        now = fields.Datetime.now()
        self.acme = self.make_contact(
            "Acme Tents", is_company=True, user_id=self.salesperson.id
        )
        self.paula = self.make_contact(
            "Paula Person", parent_id=self.acme.id, phone="+358 40 555 0100"
        )
        self.make_event("page_viewed", self.paula, now, url="/tents/family")
        lead = self.env["crm.lead"].create(
            {
                "name": "Family tents",
                "type": "opportunity",
                "partner_id": self.paula.id,
                "user_id": self.salesperson.id,
            }
        )
        call = self.env.ref("mail.mail_activity_data_call")
        program = self.make_program(
            {
                "type": "sales_alert",
                "key": "tell",
                "name": "Call her",
                "activity_type_id": call.id,
            },
            name="Sales-ready",
            code="sales_ready_day",
        )
        program._enrol_partners(self.paula, self.start)
        self.run_due()
        return lead, lead.lifecycle_alert_id

    def assertTaken(self, alert):
        self.assertEqual(alert.state, "taken")
        self.assertEqual(alert.answered_by_id, self.salesperson)


@tagged("lifecycle", "post_install", "-at_install")
class TestSalespersonTour(SalespersonDay, HttpCase):
    def test_from_alert_to_call_to_answer(self):
        """The alert reaches the salesperson with the prospect (R118); the pipeline says
        why, a call is one click away, and so is the answer."""
        _lead, alert = self.make_day()
        message = self.env["lifecycle.message"].create(
            {"name": "News", "subject": "News", "body": "<p>News</p>"}
        )
        news = self.make_program(
            {"type": "wait", "key": "rest", "wait_value": 2},
            {"type": "mail", "key": "news", "name": "News", "message_id": message.id},
            name="Newsletter",
            code="newsletter_day",
        )
        news._enrol_partners(self.paula, self.start)
        self.run_due()
        self.start_tour(
            "/odoo", "lifecycle_programs_salesperson", login=self.salesperson.login
        )
        self.assertTaken(alert)
        veto = self.env["lifecycle.veto"].search([("partner_id", "=", self.paula.id)])
        self.assertEqual((veto.user_id, veto.scope), (self.salesperson, "message"))

    def test_discount_and_offer_on_the_quotation(self):
        product, peg = self.env["product.product"].create(
            [
                {"name": name, "list_price": 100, "taxes_id": [Command.clear()]}
                for name in ("Family tent", "Tent pegs")
            ]
        )
        coupons = self.env["loyalty.program"].create(
            {
                "name": "Ten percent",
                "program_type": "coupons",
                "applies_on": "current",
                "trigger": "with_code",
                "rule_ids": [Command.clear()],
                "reward_ids": [
                    Command.create({"reward_type": "discount", "discount": 10})
                ],
            }
        )
        contact = self.make_contact(user_id=self.salesperson.id)
        program = self.make_program(
            {
                "type": "grant",
                "grant_kind": "coupon",
                "loyalty_program_id": coupons.id,
                "grant_days": 14,
            },
            offer_ids=[
                Command.create(
                    {
                        "bought_product_id": product.product_tmpl_id.id,
                        "offered_product_id": peg.product_tmpl_id.id,
                        "pitch": "Hold in the wind",
                    }
                )
            ],
        )
        program._enrol_partners(contact, self.start)
        self.run_due()
        order = self.env["sale.order"].create(
            {
                "partner_id": contact.id,
                "user_id": self.salesperson.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        self.start_tour(
            f"/odoo/sales/{order.id}",
            "lifecycle_programs_quotation",
            login=self.salesperson.login,
        )
        self.assertEqual(order.order_line.product_id & (product | peg), product | peg)
        self.assertEqual(order.amount_untaxed, 180)


@tagged("lifecycle", "post_install", "-at_install")
class TestSalespersonPhoneTour(SalespersonDay, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_answer_on_a_phone(self):
        _lead, alert = self.make_day()
        self.start_tour(
            "/odoo/ready-today",
            "lifecycle_programs_salesperson_phone",
            login=self.salesperson.login,
        )
        self.assertTaken(alert)

    def test_lists_are_cards_on_a_phone(self):
        self.make_day()
        self.env["lifecycle.grant"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.paula.id,
                "commercial_partner_id": self.acme.id,
                "kind": "coupon",
                "code": "TENT10",
                "description": "10 % off",
                "starts_at": self.start,
                "ends_at": fields.Datetime.now() + timedelta(days=5),
            }
        )
        for page in ("alerts", "discounts"):
            self.start_tour(
                f"/odoo/lifecycle-{page}",
                f"lifecycle_programs_{page}_phone",
                login=self.salesperson.login,
            )
