import json
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .facts_common import FactCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestPicks(FactCommon):
    def picked(self, program, partner, event=None, **payload):
        """What the program picks: payload, entry key and date; None for nothing."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT pick.payload, pick.entry_key, pick.anchor_date
                  FROM (SELECT %s AS contact_id, %s AS customer_id,
                               %s::integer AS event_id, %s::jsonb AS event_payload) c
                 CROSS JOIN LATERAL (%s) pick
                """,
                partner.id,
                partner.commercial_partner_id.id,
                event and event.id,
                json.dumps(payload),
                program._pick_sql("c", self.now),
            )
        )
        return rows[0] if rows else None

    def make_upsell(self, *offers):
        return self.make_program(
            {"type": "end"},
            pick="offer",
            offer_ids=[Command.create(offer) for offer in offers],
        )

    def test_offers_that_fit_the_order(self):
        mat = self.make_product("Mat", 20, self.camping)
        program = self.make_upsell(
            {
                "bought_categ_id": self.camping.id,
                "offered_product_id": mat.product_tmpl_id.id,
                "pitch": "Sleep well",
                "link": "/mat",
                "sequence": 20,
            },
            {
                "bought_product_id": self.tent.product_tmpl_id.id,
                "offered_categ_id": self.stoves.id,
                "kind": "upgrade",
            },
            {
                "bought_product_id": self.stove.product_tmpl_id.id,
                "offered_product_id": self.tent.product_tmpl_id.id,
            },
            {
                "bought_product_id": self.tent.product_tmpl_id.id,
                "offered_product_id": mat.product_tmpl_id.id,
                "sequence": 90,
            },
        )
        order = self.make_order(self.anna, self.ago(hours=1), self.tent)
        payload, key, anchor = self.picked(program, self.anna, order_id=order.id)
        self.assertEqual(
            payload["offers"],
            [
                {
                    "name": "Stoves",
                    "pitch": None,
                    "link": None,
                    "kind": "upgrade",
                    "price": None,
                },
                {
                    "name": "Mat",
                    "pitch": "Sleep well",
                    "link": "/mat",
                    "kind": "addon",
                    "price": 20,
                },
            ],
        )
        self.assertEqual(payload["offered"], ["Stoves", "Mat"])
        self.assertEqual(payload["categories"], ["Camping", "Stoves"])
        self.assertEqual((key, anchor), (None, None))

    def test_nothing_is_offered_that_the_customer_has(self):
        program = self.make_upsell(
            {
                "bought_product_id": self.tent.product_tmpl_id.id,
                "offered_categ_id": self.stoves.id,
            }
        )
        both = self.make_order(self.anna, self.ago(hours=1), self.tent, self.stove)
        self.assertIsNone(self.picked(program, self.anna, order_id=both.id))
        bea = self.make_contact("Bea")
        self.make_order(bea, self.ago(days=300), self.stove)
        order = self.make_order(bea, self.ago(hours=1), self.tent)
        self.assertIsNone(self.picked(program, bea, order_id=order.id))
        cleo = self.make_contact("Cleo")
        self.make_order(cleo, self.ago(days=400), self.stove)
        order = self.make_order(cleo, self.ago(hours=1), self.tent)
        self.assertTrue(self.picked(program, cleo, order_id=order.id))
        # Neither without an order nor with somebody else's.
        self.assertIsNone(self.picked(program, cleo))
        self.assertIsNone(self.picked(program, self.anna, order_id=order.id))
        self.assertIsNone(self.picked(program, cleo, order_id="1; DROP TABLE x"))

    def test_at_most_three_offers(self):
        products = [self.make_product(f"Peg {n}", n, self.stoves) for n in range(5)]
        program = self.make_upsell(
            *(
                {
                    "bought_categ_id": self.tents.id,
                    "offered_product_id": product.product_tmpl_id.id,
                    "sequence": 50 - n,
                }
                for n, product in enumerate(products)
            )
        )
        order = self.make_order(self.anna, self.ago(hours=1), self.tent)
        payload = self.picked(program, self.anna, order_id=order.id)[0]
        self.assertEqual(payload["offered"], ["Peg 4", "Peg 3", "Peg 2"])

    def test_the_first_category_not_bought_nor_offered(self):
        boats = self.env["product.category"].create({"name": "Boats"})
        program = self.make_program(
            {"type": "end"},
            pick="category",
            offer_ids=[
                Command.create({"offered_categ_id": category.id, "pitch": "Try"})
                for category in (self.camping, self.stoves, boats)
            ],
        )
        self.assertEqual(self.picked(program, self.anna)[0]["category"], "Camping")
        self.make_order(self.anna, self.ago(days=900), self.tent)
        payload, key, _anchor = self.picked(program, self.anna)
        self.assertEqual(payload, {"category": "Stoves", "pitch": "Try", "link": None})
        self.assertEqual(key, f"category:{self.stoves.id}")
        self.env["lifecycle.enrolment"].create(
            {
                "program_id": program.id,
                "version_id": program.version_id.id,
                "company_id": self.company.id,
                "partner_id": self.anna.id,
                "commercial_partner_id": self.anna.id,
                "entry_key": key,
                "entered_at": self.ago(days=90),
                "state": "ended",
            }
        )
        self.assertEqual(self.picked(program, self.anna)[0]["category"], "Boats")
        self.make_order(
            self.anna, self.ago(days=1), self.make_product("Canoe", 500, boats)
        )
        self.assertIsNone(self.picked(program, self.anna))


@tagged("lifecycle", "post_install", "-at_install")
class TestRenewal(FactCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["lifecycle.period"].search([]).unlink()
        cls.env["lifecycle.period"].create(
            [
                {"categ_id": cls.camping.id, "months": 36},
                {"categ_id": cls.tents.id, "months": 24},
            ]
        )

    picked = TestPicks.picked

    def test_next_due_by_the_nearest_period(self):
        self.assertFacts(self.anna, renewal__next_due=None, renewal__days_to_due=None)
        self.make_order(self.anna, self.ago(days=700), self.tent)
        due = self.ago(days=700) + relativedelta(months=24)
        self.assertFacts(
            self.anna,
            renewal__next_due=due,
            renewal__days_to_due=(due - self.now).days,
            renewal__last_period_months=24,
        )
        self.env["lifecycle.period"].create(
            {"product_tmpl_id": self.tent.product_tmpl_id.id, "months": 30}
        )
        self.assertFacts(self.anna, renewal__last_period_months=30)

    def test_buying_again_in_the_category_renews(self):
        other_tent = self.make_product("Tent for four", 200, self.tents)
        self.make_order(self.anna, self.ago(days=700), self.tent)
        self.make_order(self.anna, self.ago(days=5), other_tent)
        due = self.ago(days=5) + relativedelta(months=24)
        self.assertFacts(self.anna, renewal__next_due=due)

    def test_entry_is_anchored_at_the_date_of_the_renewal(self):
        mat = self.make_product("Mat", 20, self.camping)
        program = self.make_program({"type": "end"}, pick="renewal")
        order = self.make_order(self.anna, self.ago(hours=2), mat, self.tent)
        due = self.ago(hours=2) + relativedelta(months=24)
        payload, key, anchor = self.picked(program, self.anna, order_id=order.id)
        self.assertEqual(anchor, due)
        self.assertEqual(
            payload,
            {
                "product": "Tent for two",
                "bought": "Tent for two",
                "category": "Tents",
                "due": due.isoformat(),
                "months": 24,
            },
        )
        self.assertEqual(key, f"renewal:{self.tent.product_tmpl_id.id}:{due.date()}")
        stove = self.make_order(self.anna, self.ago(hours=1), self.stove)
        self.assertIsNone(self.picked(program, self.anna, order_id=stove.id))

    def test_due_purchases_are_told_once(self):
        self.make_order(self.anna, self.now - relativedelta(months=24), self.tent)
        self.make_order(
            self.make_contact("Bea"), self.now - relativedelta(months=23), self.tent
        )
        program = self.env["lifecycle.program"]

        def rows(start, end):
            self.env.flush_all()
            return self.env.execute_query_dict(
                program._renewals_due_rows(self.company, start, end)
            )

        day = timedelta(days=1)
        self.assertFalse(rows(self.now - day, self.now))
        (row,) = rows(self.now, self.now + day)
        self.assertEqual(row["partner_id"], self.anna.id)
        self.assertEqual(row["product"], "Tent for two")
        self.assertEqual(row["product_id"], self.tent.product_tmpl_id.id)
        self.assertEqual(row["due"], self.now)
        (again,) = rows(self.now - day, self.now + day)
        self.assertEqual(row["unique_key"], again["unique_key"])

    def test_an_announced_renewal_is_picked_like_the_order_was(self):
        program = self.make_program({"type": "end"}, pick="renewal")
        date = self.now - relativedelta(months=24)
        order = self.make_order(self.anna, date, self.tent)
        at_order = self.picked(program, self.anna, order_id=order.id)
        values = {"product": "Tent for two", "due": self.now.isoformat()}
        event = self.make_event("renewal_due", self.anna, self.now, **values)
        event.write(
            {"res_model": "product.template", "res_id": self.tent.product_tmpl_id.id}
        )
        announced = self.picked(program, self.anna, event, **values)
        self.assertEqual(announced[1:], at_order[1:])
        event.payload = {"due": "2026-02-31"}
        self.assertIsNone(self.picked(program, self.anna, event, due="2026-02-31"))
