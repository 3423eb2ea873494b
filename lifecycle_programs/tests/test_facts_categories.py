"""Categories fit for marketing: a level of the tree, or names of one's own."""

from odoo.tests import tagged

from .facts_common import FactCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestMarketingCategories(FactCommon):
    def choose(self, kind, level=1):
        """The setting, through the settings."""
        settings = self.env["res.config.settings"].create(
            {"lifecycle_category_kind": kind, "lifecycle_category_level": level}
        )
        settings.execute()

    def test_names_in_facts(self):
        small = self.env["product.category"].create(
            {"name": "Small tents", "parent_id": self.tents.id}
        )
        small_tent = self.make_product("Small tent", 60, small)
        self.make_order(self.anna, self.ago(days=400), self.stove)
        self.make_order(self.anna, self.ago(days=10), small_tent, self.tent)
        self.make_order(self.anna, self.ago(days=5), small_tent)
        self.assertFacts(
            self.anna,
            orders__categories=("Camping", "Small tents", "Stoves", "Tents"),
            orders__categories_365d=("Camping", "Small tents", "Tents"),
            orders__last_categories=("Camping", "Small tents", "Tents"),
            orders__main_category="Small tents",
            orders__categories_count_365d=2,
        )
        self.choose("level", 2)
        self.assertFacts(
            self.anna,
            orders__categories=("Stoves", "Tents"),
            orders__main_category="Tents",
            orders__main_category_percent=100,
            orders__categories_count_365d=1,
        )
        self.choose("level", 1)
        self.assertFacts(self.anna, orders__categories=("Camping", "Stoves"))
        self.camping.lifecycle_name = "Outdoor"
        self.stoves.lifecycle_name = "Outdoor"
        small.lifecycle_name = "Trekking"
        self.choose("mapped")
        self.assertFacts(
            self.anna,
            orders__categories=("Outdoor", "Trekking"),
            orders__last_categories=("Trekking",),
            orders__main_category="Trekking",
        )

    def test_names_in_events(self):
        self.camping.lifecycle_name = "Outdoor"
        self.choose("mapped")
        order = self.make_order(self.anna, self.ago(days=1), self.tent, self.stove)
        self.env["lifecycle.event"]._flush_pending()
        event = self.env["lifecycle.event"].search(
            [("res_model", "=", "sale.order"), ("res_id", "=", order.id)]
        )
        self.assertEqual(sorted(event.payload["categories"]), ["Outdoor", "Stoves"])

    def test_names_in_picks(self):
        """The next category not yet bought goes by its name for marketing."""
        program = self.make_program(
            {"type": "end"}, pick="category", start="manual", publish=False
        )
        self.env["lifecycle.offer"].create(
            [
                {"program_id": program.id, "offered_categ_id": category.id}
                for category in (self.stoves, self.tents)
            ]
        )
        program.action_publish()
        self.make_order(self.anna, self.ago(days=3), self.tent)
        self.camping.lifecycle_name = "Outdoor"
        self.stoves.lifecycle_name = "Outdoor"

        def pick():
            enrolment = program._enrol_partners(self.anna, self.now)
            payload = enrolment.payload
            enrolment.unlink()
            return payload and payload["category"]

        self.assertEqual(pick(), "Stoves")
        self.choose("mapped")
        self.assertFalse(pick(), "Outdoor has been bought")
        self.stoves.lifecycle_name = "Cooking"
        self.assertEqual(pick(), "Cooking")

    def test_warning_when_most_products_sit_in_one(self):
        self.env["product.template"].search([]).sale_ok = False
        for number in range(4):
            self.make_product(f"Tent {number}", 10, self.tents)
        settings = self.env["res.config.settings"].new({})
        self.assertFalse(settings.lifecycle_category_warning, "few products")
        self.make_product("Stove", 10, self.stoves)
        settings = self.env["res.config.settings"].new(
            {"lifecycle_category_kind": "tree", "lifecycle_category_level": 1}
        )
        self.assertIn("4 of 5", settings.lifecycle_category_warning)
        self.assertIn("“Tents”", settings.lifecycle_category_warning)
        settings.lifecycle_category_kind = "level"
        self.assertIn("“Camping”", settings.lifecycle_category_warning)
        for number in range(3):
            self.make_product(f"Stove {number}", 10, self.stoves)
        settings.lifecycle_category_kind = "tree"
        self.assertFalse(settings.lifecycle_category_warning)
        self.camping.lifecycle_name = self.stoves.lifecycle_name = "Outdoor"
        settings.lifecycle_category_kind = "mapped"
        self.assertIn("8 of 8", settings.lifecycle_category_warning)
