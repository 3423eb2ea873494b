from datetime import timedelta

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from ..engine import Fact, normalise
from .facts_common import FactCommon

# A company's own need no unit.
CUSTOM = "Custom fields"


@tagged("lifecycle", "post_install", "-at_install")
class TestRegistry(FactCommon):
    def test_every_fact_explains_itself_and_can_be_read(self):
        facts = self.env["lifecycle.fact"]._facts()
        self.assertGreaterEqual(len(facts), 100)
        sources = self.env["lifecycle.fact"]._source_by_fact()
        for name, fact in facts.items():
            for text in (fact.label, fact.help, fact.group, sources[name].label):
                self.assertTrue(text, name)
            self.assertIsNotNone(normalise(fact.type, fact.example), name)
            if fact.type == "number" and not (fact.unit or fact.group == CUSTOM):
                # Counts are numbers of what their label says, all others need a unit.
                self.assertIn("count", fact.sql + name, name)
        labels = [(fact.group, fact.label) for fact in facts.values()]
        self.assertEqual(len(labels), len(set(labels)), "no two look the same")
        values = self.read_facts(self.anna, *facts)
        self.assertEqual(set(values), set(facts))

    def test_a_name_outside_the_registry_never_gets_into_sql(self):
        facts = self.env["lifecycle.fact"]
        for name in (
            "orders.unknown",
            'orders.count" FROM res_users --',
            "orders.count; DROP TABLE lifecycle_event",
            "__class__",
        ):
            with self.assertRaises(KeyError):
                facts._snapshot([name], self.company, self.now)

    def test_values_that_look_like_sql_stay_values(self):
        hostile = "x'; DROP TABLE res_partner; --%s"
        self.anna.write({"name": hostile, "city": 'a"b%(as_of)s'})
        self.company.lifecycle_price_page = "pr'ice%s"
        values = self.read_facts(
            self.anna, "contact.name", "contact.city", "web.price_list_seconds_30d"
        )
        self.assertEqual(values["contact.name"], hostile)
        self.assertEqual(values["contact.city"], 'a"b%(as_of)s')
        rule = self.env["lifecycle.fact"]._check_rule(
            'contact.name == "x\'; DROP TABLE res_partner; --%s"'
        )
        found = self.env.execute_query(
            self.env["lifecycle.fact"]._matching(
                rule, self.company, self.now, partners=self.anna.ids
            )
        )
        self.assertEqual(found, [(self.anna.id,)])

    def test_queries_do_not_grow_with_contacts(self):
        contacts = self.make_contacts(100)
        self.make_order(contacts[0], self.ago(days=3), self.tent)
        names = list(self.env["lifecycle.fact"]._facts())
        facts = self.env["lifecycle.fact"]
        facts._read(contacts.ids, names, self.company, self.now)
        for some in (contacts[:10], contacts):
            with self.assertQueryCount(1):
                values = facts._read(some.ids, names, self.company, self.now)
            self.assertEqual(len(values), len(some))

    def test_sources_that_nobody_asks_for_cost_nothing(self):
        self.env["lifecycle.custom.fact"].create(
            {"name": "Street", "code": "street", "path": "street"}
        )
        query = self.env["lifecycle.fact"]._snapshot(
            ["orders.count"], self.company, self.now
        )
        self.assertIn("sold_line", query.code)
        for table in ("ranking", "street", "lifecycle_event", "crm_lead", "survey"):
            self.assertNotIn(table, query.code)

    def test_snapshot_takes_ids_a_query_or_all_addressable_contacts(self):
        other = self.make_contact("Other")
        silent = self.env["res.partner"].create({"name": "No address"})
        facts = self.env["lifecycle.fact"]
        self.env.flush_all()

        def ids(partners):
            query = facts._snapshot(
                ["contact.name"], self.company, self.now, partners=partners
            )
            return {row[0] for row in self.env.execute_query(query)}

        self.assertEqual(ids([other.id, silent.id]), {other.id, silent.id})
        by_name = SQL("SELECT id FROM res_partner WHERE name = %s", "Other")
        self.assertEqual(ids(by_name), {other.id})
        everybody = ids(None)
        self.assertIn(other.id, everybody)
        self.assertNotIn(silent.id, everybody)

    def test_who_is_addressable(self):
        other_company = self.env["res.company"].create(
            {"name": "Sister", "email": "sister@example.com"}
        )
        portal = self.env["res.users"].create(
            {
                "name": "Portal",
                "login": "portal@example.com",
                "email": "portal@example.com",
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        yes = (
            self.anna
            | self.env["res.partner"].create({"name": "Phone", "phone": "+35840123456"})
            | portal.partner_id
        )
        no = (
            self.make_contact("Archived", active=False)
            | self.env["res.partner"].create({"name": "Nothing"})
            | self.env["res.partner"].create({"name": "Bad", "email": "not an address"})
            | self.marketer.partner_id
            | self.company.partner_id
            | self.make_contact("Colleague", parent_id=self.company.partner_id.id)
            | other_company.partner_id
        )
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT p.id FROM res_partner p WHERE p.id = ANY(%s) AND %s",
                (yes | no).ids,
                self.env["lifecycle.fact"]._addressable("p"),
            )
        )
        self.assertEqual({row[0] for row in rows}, set(yes.ids))

    def test_contacts_of_another_company_are_not_scanned(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.make_contact("Theirs", company_id=other.id)
        self.env.flush_all()
        rows = self.env.execute_query(
            self.env["lifecycle.fact"]._snapshot([], self.company, self.now)
        )
        self.assertNotIn((theirs.id,), rows)
        self.assertIn((self.anna.id,), rows)

    def test_a_wrong_rule_says_where_and_what_to_write(self):
        facts = self.env["lifecycle.fact"]
        with self.assertRaises(ValidationError) as caught:
            facts._check_rule("orders.cuont > 3")
        self.assertIn("orders.count", str(caught.exception))
        self.assertIn("character 1", str(caught.exception))
        extra = {"event.amount": Fact("event.amount", "number", "amount")}
        rule = facts._check_rule("event.amount > 10", extra)
        self.assertEqual(rule.facts, {"event.amount"})
        self.assertFalse(facts._check_rule("").facts)


@tagged("lifecycle", "post_install", "-at_install")
class TestRules(FactCommon):
    RULES = (
        "orders.count >= 1",
        "orders.count == 0",
        "orders.count >= 2 and orders.days_since_last > 30",
        "not (orders.days_since_last > 30)",
        "orders.total / orders.count > 60",
        "orders.average_value * 2 >= 140 or contact.city == 'Turku'",
        "contact.city != 'Turku'",
        "(contact.city ?? '') == ''",
        "contact.city == null",
        '"Tents" in orders.categories',
        '"Tents" not in orders.categories',
        '$starts_with(contact.name, "Person") and contact.has_email',
        '$any([c == "Stoves" for c in orders.categories])',
        "$between(orders.total, 40, 140)",
        "orders.last > $now - t'P60D'",
        "contact.stage in ['new', 'loyal']",
        "$contains($lower(contact.name), 'åke')",
        "orders.days_since_last > orders.average_interval_days * 1.5",
    )

    def test_sql_and_python_agree_on_the_same_contacts(self):
        contacts = self.make_contacts(6)
        contacts[0].city = "Turku"
        contacts[1].name = "ÅKE"
        self.make_order(contacts[1], self.ago(days=10), self.tent)
        for days in (200, 100, 40):
            self.make_order(contacts[2], self.ago(days=days), self.stove)
        self.make_order(contacts[3], self.ago(days=70), self.tent, self.stove)
        for days in range(20, 70, 10):
            self.make_order(contacts[4], self.ago(days=days), self.tent)
        self.env.flush_all()
        facts = self.env["lifecycle.fact"]
        answers = set()
        for text in self.RULES:
            rule = facts._check_rule(text)
            rows = self.env.execute_query(
                facts._matching(rule, self.company, self.now, partners=contacts.ids)
            )
            by_sql = {row[0] for row in rows}
            values = facts._read(contacts.ids, rule.facts, self.company, self.now)
            by_python = {
                contact_id
                for contact_id, own in values.items()
                if rule.matches(own, self.now)
            }
            self.assertEqual(by_sql, by_python, text)
            answers.add(frozenset(by_sql))
        self.assertGreater(len(answers), 8, "the rules tell the contacts apart")


@tagged("lifecycle", "post_install", "-at_install")
class TestContactFacts(FactCommon):
    def test_contact(self):
        tag = self.env["res.partner.category"].create({"name": "Retail"})
        acme = self.env["res.partner"].create(
            {
                "name": "Acme",
                "is_company": True,
                "city": "Turku",
                "user_id": self.salesperson.id,
                "country_id": self.env.ref("base.fi").id,
                "category_id": [Command.link(tag.id)],
            }
        )
        bea = self.env["res.partner"].create(
            {
                "name": "Bea Niemi",
                "email": "Bea <BEA@Acme.Example>",
                "parent_id": acme.id,
            }
        )
        self.assertFacts(
            bea,
            contact__name="Bea Niemi",
            contact__first_name="Bea",
            contact__email="bea@acme.example",
            contact__email_domain="acme.example",
            contact__has_email=True,
            contact__has_phone=False,
            contact__phone=None,
            contact__country="FI",
            contact__city="Turku",
            contact__zip=None,
            contact__is_company=False,
            contact__has_salesperson=True,
            contact__tags=("Retail",),
        )

    def test_stages(self):
        def stage(as_of=None):
            return self.read_facts(self.anna, "contact.stage", as_of=as_of)

        self.assertEqual(stage(), "prospect")
        self.make_order(self.anna, self.ago(days=60) + timedelta(hours=1), self.tent)
        self.assertEqual(stage(), "new")
        self.assertEqual(stage(self.now + timedelta(days=1)), "customer")
        for days in (40, 30, 20, 10):
            self.make_order(self.anna, self.ago(days=days), self.tent)
        self.assertEqual(stage(), "loyal")
        self.assertEqual(stage(self.ago(days=25)), "customer")
        self.assertEqual(stage(self.now + timedelta(days=366)), "customer")
        self.make_event("survey_answered", self.anna, self.ago(days=1), score=9)
        self.assertEqual(stage(), "advocate")
        self.make_event("survey_answered", self.anna, self.now, score=8)
        self.assertEqual(stage(), "loyal")
