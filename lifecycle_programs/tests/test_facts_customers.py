"""Classes, rhythm, season, milestones and rank of customers: R2 to R5, R46, R54, R57,
R61."""

from datetime import datetime

from odoo.tests import tagged

from .facts_common import FactCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestCustomerClasses(FactCommon):
    def test_second_scheme_by_the_settings(self):
        """R3: potential, occasional, loyal, former, with thresholds of the company."""

        def loyalty(as_of=None):
            return self.read_facts(self.anna, "contact.loyalty", as_of=as_of)

        self.assertEqual(loyalty(), "potential")
        for days in (400, 300, 200, 100, 50):
            self.make_order(self.anna, self.ago(days=days), self.tent)
        self.assertEqual(loyalty(), "loyal")
        self.assertEqual(loyalty(self.ago(days=401)), "potential")
        self.assertEqual(loyalty(self.ago(days=60)), "occasional", "four purchases")
        self.assertEqual(loyalty(datetime(2027, 6, 1)), "former")
        self.company.lifecycle_loyal_days = 500
        self.assertEqual(loyalty(), "occasional")
        self.company.write({"lifecycle_loyal_days": 365, "lifecycle_former_days": 50})
        self.assertEqual(loyalty(), "former")
        self.company.lifecycle_former_days = 365
        self.make_event("survey_answered", self.anna, self.ago(days=9), score=6)
        self.assertEqual(loyalty(), "occasional", "not content")
        self.company.lifecycle_loyal_score = 6
        self.assertEqual(loyalty(), "loyal")
        self.make_event("survey_answered", self.anna, self.now, recommend=False)
        self.assertEqual(loyalty(), "occasional")

    def test_rhythm(self):
        """R4: classes by purchase behaviour; by the customer's own rhythm."""

        def rhythm(**ago):
            return self.read_facts(
                self.anna, "orders.rhythm", as_of=self.ago(**ago) if ago else None
            )

        self.assertEqual(rhythm(), "never")
        for days in (100, 80, 60):
            self.make_order(self.anna, self.ago(days=days), self.tent)
        self.assertFacts(
            self.anna,
            orders__rhythm="late",
            orders__average_interval_days=20,
            orders__days_to_expected=-40,
        )
        self.assertEqual(rhythm(days=90), "once")
        self.assertEqual(rhythm(days=30), "regular")
        self.assertEqual(rhythm(days=-1), "stopped")

    def test_cohorts_and_values(self):
        """R57: the month and quarter of the first purchase make cohorts."""
        self.assertFacts(
            self.anna,
            orders__first_month=None,
            orders__first_quarter=None,
            orders__last_value=None,
        )
        self.company.partner_id.tz = "Europe/Helsinki"
        self.make_order(self.anna, datetime(2025, 12, 31, 22, 30), self.tent)
        self.make_order(self.anna, self.ago(days=20), self.tent, self.tent)
        self.make_order(self.anna, self.ago(days=10), self.stove)
        self.assertFacts(
            self.anna,
            orders__first_month="2026-01",
            orders__first_quarter="2026-Q1",
            orders__largest_value=200,
            orders__last_value=40,
        )

    def test_season(self):
        """R54, R44: the same month and the coming days of last year."""
        self.make_order(self.anna, datetime(2025, 6, 30, 12), self.tent)
        self.assertFacts(
            self.anna,
            orders__same_month_last_year=True,
            orders__next_30d_last_year=1,
        )
        self.assertFacts(
            self.anna,
            as_of=datetime(2026, 7, 1, 13),
            orders__same_month_last_year=False,
            orders__next_30d_last_year=0,
        )
        self.assertFacts(
            self.anna,
            as_of=datetime(2026, 5, 20),
            orders__same_month_last_year=False,
            orders__next_30d_last_year=0,
        )

    def test_milestones(self):
        """R46, R61: purchases, turnover and years, and what is left to the next."""
        self.assertFacts(
            self.anna,
            milestones__purchases=0,
            milestones__purchases_to_next=1,
            milestones__turnover=0,
            milestones__turnover_to_next=100,
            milestones__years=None,
            milestones__days_to_anniversary=None,
        )
        self.make_order(self.anna, datetime(2024, 6, 15, 12), self.tent)
        for days in range(4):
            self.make_order(self.anna, self.ago(days=days), self.stove)
        self.assertFacts(
            self.anna,
            milestones__purchases=5,
            milestones__purchases_to_next=5,
            milestones__turnover=250,
            milestones__turnover_to_next=240,
            milestones__years=1,
            milestones__days_to_anniversary=14,
        )
        self.assertFacts(
            self.anna,
            as_of=datetime(2026, 6, 15, 1),
            milestones__years=2,
            milestones__days_to_anniversary=0,
        )
        self.assertFacts(
            self.anna,
            as_of=datetime(2026, 6, 16),
            milestones__days_to_anniversary=364,
        )

    def test_the_anniversary_of_a_leap_day(self):
        self.make_order(self.anna, datetime(2024, 2, 29, 12), self.tent)
        for as_of, days in (
            (datetime(2024, 2, 29, 13), 365),
            (datetime(2025, 2, 27, 12), 1),
            (datetime(2025, 2, 28, 12), 0),
            (datetime(2025, 3, 1, 12), 364),
            (datetime(2028, 2, 28, 12), 1),
            (datetime(2028, 2, 29, 12), 0),
            (datetime(2028, 3, 1, 12), 364),
        ):
            with self.subTest(as_of=as_of):
                self.assertFacts(
                    self.anna, as_of=as_of, milestones__days_to_anniversary=days
                )


@tagged("lifecycle", "post_install", "-at_install")
class TestRank(FactCommon):
    def rank(self, partner, **options):
        return self.read_facts(partner, "orders.rank_percent", **options)

    def test_rank_counts_all_customers_whoever_is_asked_about(self):
        """R4: the better half by value."""
        self.env["sale.order"].search([("state", "=", "sale")]).state = "cancel"
        contacts = self.make_contacts(4)
        for number, contact in enumerate(contacts):
            for _time in range(number + 1):
                self.make_order(contact, self.ago(days=10), self.tent)
        colleague = self.make_contact("Colleague", parent_id=contacts[3].id)
        self.assertEqual(
            [self.rank(contact) for contact in (*contacts, colleague)],
            [25, 50, 75, 100, 100],
        )
        self.assertIsNone(self.rank(self.anna), "has not bought")
        self.assertIsNone(self.rank(contacts[0], as_of=self.ago(days=11)))
        self.make_order(contacts[0], self.ago(days=366), *[self.tent] * 9)
        self.assertEqual(self.rank(contacts[0]), 25, "long ago")
        other = self.env["res.company"].create({"name": "Other"})
        self.assertIsNone(self.rank(contacts[3], company=other))

    def test_a_credit_note_lowers_the_rank(self):
        self.env["sale.order"].search([("state", "=", "sale")]).state = "cancel"
        other = self.make_contact("Other")
        self.make_order(other, self.ago(days=10), self.tent)
        order = self.make_order(self.anna, self.ago(days=10), self.tent, self.stove)
        self.assertEqual(self.rank(self.anna), 100)
        invoice = self.make_invoice(order)
        self.make_refund(invoice, self.ago(days=5), quantity=0.5)
        self.assertEqual(self.rank(self.anna), 50)
        self.company.lifecycle_purchase_source = "invoices"
        self.assertEqual(self.rank(self.anna), 100, "the only one with invoices")
        self.assertIsNone(self.rank(other))
