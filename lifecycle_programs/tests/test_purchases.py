from datetime import datetime, timedelta
from decimal import Decimal

from odoo import Command
from odoo.tests import tagged

from .facts_common import FactCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestPurchases(FactCommon):
    """What counts as a purchase, whichever way the company counts."""

    def for_both_sources(self):
        for source in ("orders", "invoices"):
            self.company.lifecycle_purchase_source = source
            yield source

    def test_both_sources_agree_on_the_same_sale(self):
        for days in (400, 40, 10):
            order = self.make_order(
                self.anna, self.ago(days=days).replace(hour=0), self.tent, self.stove
            )
            self.make_invoice(order)
        names = [
            name
            for name in self.env["lifecycle.fact"]._facts()
            if name.startswith("orders.")
        ]
        read = {}
        for source in self.for_both_sources():
            read[source] = self.read_facts(self.anna, *names)
        self.assertEqual(read["orders"], read["invoices"])
        self.assertEqual(read["orders"]["orders.count"], 3)
        self.assertEqual(read["orders"]["orders.total"], 420)
        self.assertEqual(read["orders"]["orders.average_value"], 140)

    def test_without_purchases_counts_are_zero_and_dates_missing(self):
        self.assertFacts(
            self.anna,
            orders__count=0,
            orders__total=0,
            orders__average_value=None,
            orders__last=None,
            orders__days_since_last=None,
            orders__average_interval_days=None,
            orders__change_percent_365d=None,
            orders__categories=(),
        )

    def test_purchases_of_colleagues_add_up(self):
        acme = self.make_contact("Acme", is_company=True)
        buyer = self.make_contact("Buyer", parent_id=acme.id)
        reader = self.make_contact("Reader", parent_id=acme.id)
        self.make_order(buyer, self.ago(days=3), self.tent)
        for contact in (acme, buyer, reader):
            self.assertFacts(contact, orders__count=1, orders__total=100)
        self.assertFacts(self.anna, orders__count=0)

    def test_windows_end_exactly(self):
        self.make_order(self.anna, self.ago(days=90), self.tent)
        self.assertFacts(self.anna, orders__days_since_last=90, orders__count_90d=0)
        self.make_order(self.anna, self.ago(days=90) + timedelta(seconds=1), self.stove)
        self.assertFacts(
            self.anna,
            orders__days_since_last=89,
            orders__count_90d=1,
            orders__total_90d=40,
            orders__count_180d=2,
            orders__total_365d=140,
        )

    def test_what_is_later_is_not_seen(self):
        first = self.make_order(self.anna, self.ago(days=30), self.tent)
        order = self.make_order(self.anna, self.ago(days=1), self.stove)
        self.make_refund(self.make_invoice(first), self.ago(days=5))
        self.make_invoice(order)
        for _source in self.for_both_sources():
            self.assertFacts(
                self.anna, orders__count=1, orders__total=40, orders__returns_60d=1
            )
            self.assertFacts(
                self.anna,
                as_of=self.ago(days=10),
                orders__count=1,
                orders__total=100,
                orders__products=("Tent for two",),
                orders__returns_60d=0,
            )
        self.assertFacts(self.anna, as_of=self.ago(days=31), orders__count=0)

    def test_companies_are_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.make_order(self.anna, self.ago(days=3), self.tent)
        self.assertEqual(self.read_facts(self.anna, "orders.count"), 1)
        self.assertEqual(self.read_facts(self.anna, "orders.count", company=other), 0)

    def test_what_is_no_purchase_is_left_out(self):
        fees = self.env["product.category"].create(
            {"name": "Fees", "lifecycle_not_purchase": True}
        )
        below = self.env["product.category"].create(
            {"name": "Packing", "parent_id": fees.id}
        )
        freight = self.make_product(
            "Freight", 9, self.stoves, type="service", lifecycle_not_purchase=True
        )
        box = self.make_product("Box", 5, below)
        discount = self.make_product("Discount", -7, self.stoves, type="service")
        self.company.sale_discount_product_id = discount
        loyalty = self.env["loyalty.program"].create(
            {
                "name": "Ten off",
                "program_type": "promotion",
                "reward_ids": [Command.create({"discount": 10})],
            }
        )
        reward = loyalty.reward_ids
        order = self.make_order(
            self.anna,
            self.ago(days=3),
            self.tent,
            freight,
            box,
            discount,
            lines=[
                {"product_id": self.stove.id, "price_unit": 30, "is_downpayment": True},
                {"display_type": "line_section", "name": "Section"},
                {
                    "name": "Ten off",
                    "product_id": reward.discount_line_product_id.id,
                    "price_unit": -10,
                    "reward_id": reward.id,
                    "coupon_id": loyalty.coupon_ids.id,
                    "points_cost": 1,
                },
                {
                    "name": "Free stove",
                    "product_id": self.stove.id,
                    "price_unit": 0,
                    "reward_id": reward.id,
                },
            ],
        )
        self.assertEqual(len(order.order_line), 8)
        self.make_invoice(order)
        for _source in self.for_both_sources():
            self.assertFacts(
                self.anna,
                orders__count=1,
                orders__total=100,
                orders__products=("Tent for two",),
                orders__categories=("Camping", "Tents"),
            )

    def test_an_order_of_freight_alone_is_no_purchase(self):
        freight = self.make_product(
            "Freight", 9, self.stoves, lifecycle_not_purchase=True
        )
        self.make_invoice(self.make_order(self.anna, self.ago(days=3), freight))
        for _source in self.for_both_sources():
            self.assertFacts(self.anna, orders__count=0, orders__last=None)

    def test_our_own_companies_buy_nothing(self):
        self.make_order(self.company.partner_id, self.ago(days=3), self.tent)
        self.assertFacts(self.company.partner_id, orders__count=0)

    def test_a_partial_return_lowers_the_total_on_its_own_day(self):
        order = self.make_order(
            self.anna,
            self.ago(days=100),
            lines=[{"product_id": self.tent.id, "product_uom_qty": 2}],
        )
        self.make_refund(self.make_invoice(order), self.ago(days=20), quantity=1)
        for _source in self.for_both_sources():
            self.assertFacts(
                self.anna,
                orders__count=1,
                orders__total=100,
                orders__total_90d=-100,
                orders__returns_60d=1,
            )
            self.assertEqual(
                self.read_facts(self.anna, "orders.days_since_returned"), 20
            )

    def test_a_purchase_returned_altogether_does_not_count(self):
        kept = self.make_order(self.anna, self.ago(days=200), self.stove)
        self.make_invoice(kept)
        order = self.make_order(self.anna, self.ago(days=50), self.tent)
        self.make_refund(self.make_invoice(order), self.ago(days=20))
        for _source in self.for_both_sources():
            self.assertFacts(
                self.anna,
                orders__count=1,
                orders__total=40,
                orders__count_90d=0,
                orders__products=("Gas stove",),
            )

    def test_credit_notes_that_take_nothing_back(self):
        """A credit note of an invoice without an order, in a company that counts
        orders, or of an order that was cancelled."""
        self.make_order(self.anna, self.ago(days=60), self.stove)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.anna.id,
                "invoice_date": self.ago(days=50).date(),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.tent.id,
                            "price_unit": 100,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        self.make_refund(invoice, self.ago(days=40))
        cancelled = self.make_order(self.anna, self.ago(days=30), self.tent)
        self.make_refund(self.make_invoice(cancelled), self.ago(days=20))
        cancelled._action_cancel()
        self.assertFacts(self.anna, orders__count=1, orders__total=40)
        # A credit note of its own stands for a return that nobody linked.
        alone = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.anna.id,
                "invoice_date": self.ago(days=10).date(),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.stove.id,
                            "price_unit": 15,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        alone.action_post()
        self.assertFacts(self.anna, orders__count=1, orders__total=25)

    def test_quotations_and_cancelled_orders_do_not_count(self):
        order = self.make_order(self.anna, self.ago(days=3), self.tent)
        order._action_cancel()
        self.env["sale.order"].create(
            {
                "partner_id": self.anna.id,
                "date_order": self.ago(days=2),
                "order_line": [Command.create({"product_id": self.tent.id})],
            }
        )
        self.assertFacts(self.anna, orders__count=0, orders__total=0)

    def test_money_is_in_the_currency_of_the_company(self):
        currency = self.env["res.currency"].create(
            {"name": "TST", "symbol": "t", "rounding": 0.01}
        )
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "name": "2020-01-01",
                "rate": 4,
                "company_id": self.company.id,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Test", "currency_id": currency.id}
        )
        order = self.make_order(
            self.anna,
            self.ago(days=3),
            lines=[{"product_id": self.tent.id, "price_unit": 200}],
            pricelist_id=pricelist.id,
        )
        self.assertEqual(order.currency_id, currency)
        self.make_invoice(order)
        for _source in self.for_both_sources():
            self.assertFacts(self.anna, orders__total=50)

    def test_interval_and_change_against_the_year_before(self):
        for days in (730 - 5, 600, 500, 400, 100, 100 - 0.1, 20):
            self.make_order(self.anna, self.ago(days=days), self.tent)
        self.assertFacts(
            self.anna,
            # The two of the same day are one day of buying: six days, five gaps.
            orders__average_interval_days=Decimal(705) / 5,
            orders__count_180d=3,
            orders__count_180d_year_ago=2,
            orders__total_180d_year_ago=200,
            orders__change_percent_180d=50,
            orders__change_percent_365d=-25,
            orders__days_since_first=725,
        )

    def test_days_follow_the_zone_of_the_company(self):
        self.company.partner_id.tz = "Pacific/Auckland"
        order = self.make_order(self.anna, datetime(2026, 5, 30, 20), self.tent)
        invoice = self.make_invoice(order, datetime(2026, 5, 31))
        self.assertEqual(str(invoice.invoice_date), "2026-05-31")
        self.company.lifecycle_purchase_source = "invoices"
        # The 31st begins at noon of the 30th in UTC.
        seen_from = datetime(2026, 5, 30, 12)
        self.assertFacts(self.anna, as_of=seen_from, orders__last=seen_from)
        self.assertFacts(
            self.anna, as_of=seen_from - timedelta(seconds=1), orders__count=0
        )

    def test_categories_of_the_last_purchase(self):
        self.make_order(self.anna, self.ago(days=9), self.tent)
        self.make_order(self.anna, self.ago(days=2), self.stove)
        self.assertFacts(
            self.anna,
            orders__categories=("Camping", "Stoves", "Tents"),
            orders__last_categories=("Stoves",),
        )
