"""Facts that a company adds itself, the list of facts, and their languages."""

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.translate import code_translations

from .facts_common import FactCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestCustomFacts(FactCommon):
    def make_fact(self, path, code="own", **values):
        return self.env["lifecycle.custom.fact"].create(
            {"name": code.title(), "code": code, "path": path, **values}
        )

    def read_path(self, path, **options):
        """The value of a path for Anna, through the registry."""
        fact = self.make_fact(path)
        value = self.read_facts(self.anna, "custom.own", **options)
        kind = self.env["lifecycle.fact"]._facts()["custom.own"].type
        self.assertEqual(kind, fact.type)
        fact.unlink()
        return value

    def test_values_of_all_kinds(self):
        industry = self.env["res.partner.industry"].create({"name": "Tents"})
        industry.with_context(lang="en_US").name = "Tents"
        tags = self.env["res.partner.category"].create([{"name": "B"}, {"name": "A"}])
        self.anna.write(
            {
                "industry_id": industry.id,
                "category_id": [Command.set(tags.ids)],
                "user_id": self.salesperson.id,
                "partner_latitude": 60.25,
                "function": 'Buyer\'s %(as_of)s "friend"',
                "credit_limit": 500,
            }
        )
        self.assertEqual(self.read_path("industry_id"), "Tents")
        self.assertEqual(self.read_path("industry_id.name"), "Tents")
        self.assertEqual(self.read_path("category_id"), ("A", "B"))
        self.assertEqual(self.read_path("category_id.name"), ("A", "B"))
        self.assertEqual(self.read_path("user_id"), self.salesperson.name)
        self.assertEqual(self.read_path("user_id.login"), self.salesperson.login)
        self.assertEqual(
            self.read_path("user_id.partner_id.email"), self.salesperson.email
        )
        self.assertEqual(self.read_path("partner_latitude"), 60.25)
        self.assertEqual(self.read_path("function"), self.anna.function)
        self.assertEqual(self.read_path("is_company"), False)
        self.assertEqual(self.read_path("type"), "contact")
        self.assertIsNone(self.read_path("parent_id.industry_id.name"))

    def test_values_kept_by_company(self):
        fact = self.make_fact("barcode")
        other = self.env["res.company"].create({"name": "Other"})
        self.anna.barcode = "here"
        self.anna.with_company(other).barcode = "there"
        self.assertEqual(fact.type, "text")
        self.assertEqual(self.read_facts(self.anna, "custom.own"), "here")
        self.assertEqual(
            self.read_facts(self.anna, "custom.own", company=other), "there"
        )

    def test_a_new_field_of_the_contact_works_at_once(self):
        self.env["ir.model.fields"].create(
            {
                "name": "x_studio_segment",
                "field_description": "Segment",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "ttype": "char",
            }
        )
        with Form(self.env["lifecycle.custom.fact"]) as form:
            form.path = "x_studio_segment"
            self.assertEqual(form.name, "Segment")
            form.code = "segment"
        self.anna.x_studio_segment = "gold"
        contacts = self.anna | self.make_contact("Other")
        facts = self.env["lifecycle.fact"]
        rule = facts._check_rule('custom.segment == "gold"')
        self.env.flush_all()
        rows = self.env.execute_query(
            facts._matching(rule, self.company, self.now, partners=contacts.ids)
        )
        self.assertEqual(rows, [(self.anna.id,)])
        self.assertFalse(facts._facts()["custom.segment"].history)
        form.record.write({"code": "class"})
        self.assertNotIn("custom.segment", facts._facts())
        self.assertIn("custom.class", facts._facts())

    def test_what_cannot_be_used_is_refused(self):
        paths = (
            "",
            "nothing",
            "id.name",
            "name.name",
            "name; DROP TABLE res_partner",
            "child_ids.name",
            "image_1920",
            "contact_address",
            "properties",
            "category_id.color",
            "category_id.partner_ids",
            "parent_id.parent_id.parent_id.name",
            "category_id.parent_id.name.x",
            "__class__",
            # Secrets
            "user_id.password",
            "user_ids.password",
            "user_id.totp_secret",
            "user_id.api_key_ids",
            "user_id.group_ids.name.x",
            "signup_type",
            # What is private row by row
            "channel_ids.uuid",
            "meeting_ids",
            "parent_id.meeting_ids.access_token",
        )
        for path in paths:
            with self.subTest(path=path), self.assertRaises(ValidationError):
                self.make_fact(path)

    def test_fields_that_not_every_marketer_sees_are_refused(self):
        field = self.env["res.partner"]._fields["function"]
        for groups, allowed in (
            ("base.group_system", False),
            ("base.group_system,base.group_user", True),
            ("lifecycle_programs.group_lifecycle_manager", False),
            ("lifecycle_programs.group_lifecycle_user", True),
            ("!base.group_user", False),
            ("!base.group_portal", True),
            (".", False),
        ):
            self.patch(field, "groups", groups)
            with self.subTest(groups=groups):
                if allowed:
                    self.make_fact("function").unlink()
                else:
                    with self.assertRaises(ValidationError):
                        self.make_fact("function")

    def test_a_field_that_is_hidden_later_stops_working(self):
        fact = self.make_fact("function")
        field = self.env["res.partner"]._fields["function"]
        self.patch(field, "groups", "base.group_system")
        self.env.registry.clear_cache()
        fact.invalidate_recordset()
        self.assertFalse(fact.type)
        self.assertNotIn("custom.own", self.env["lifecycle.fact"]._facts())

    def test_records_that_not_every_marketer_sees_are_refused(self):
        self.make_fact("industry_id").unlink()
        model_id = self.env["ir.model"]._get_id("res.partner.industry")
        for groups, domain, allowed in (
            ("base.group_portal", "[('create_uid', '=', user.id)]", True),
            ("base.group_user", "[('active', '=', True)]", True),
            ("base.group_user", "[('create_uid', '=', user.id)]", False),
        ):
            self.env["ir.rule"].create(
                {
                    "name": domain,
                    "model_id": model_id,
                    "domain_force": domain,
                    "groups": [Command.link(self.env.ref(groups).id)],
                }
            )
            with self.subTest(groups=groups, domain=domain):
                if allowed:
                    self.make_fact("industry_id").unlink()
                else:
                    with self.assertRaises(ValidationError):
                        self.make_fact("industry_id.name")

    def test_codes(self):
        self.make_fact("city", code="town")
        for code in ("town", "Town", "a.b", 'x" --', "1st", ""):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.make_fact("city", code=code)

    def test_who_may_make_one(self):
        custom = self.env["lifecycle.custom.fact"]
        values = {"name": "Town", "code": "town", "path": "city"}
        with self.assertRaises(AccessError):
            custom.with_user(self.salesperson).create(values)
        fact = custom.with_user(self.marketer).create(values)
        self.assertEqual(fact.with_user(self.salesperson).type, "text")
        for attack in (
            lambda one: one.write({"path": "zip"}),
            lambda one: one.unlink(),
        ):
            with self.assertRaises(AccessError):
                attack(fact.with_user(self.salesperson))
        with self.assertRaises(ValidationError):
            custom.with_user(self.marketer).create(
                {**values, "code": "secret", "path": "user_id.password"}
            )

    def test_one_in_use_is_not_renamed_or_removed(self):
        fact = self.make_fact("city", code="town")
        other = self.make_fact("city", code="town_two")
        program = self.make_program(
            {"type": "end"}, name="Movers", rule='custom.town == "Turku"'
        )
        message = self.env["lifecycle.message"].create(
            {"name": "Hello", "subject": "In {{ custom.town }}", "body": "<p>Hi</p>"}
        )
        saved = self.env["lifecycle.rule"].create(
            {
                "name": "Townspeople",
                "code": "townspeople",
                "rule": "custom.town != null",
            }
        )
        for attack in (
            lambda: fact.write({"code": "city"}),
            lambda: fact.write({"path": "zip"}),
            lambda: fact.unlink(),
        ):
            with self.assertRaises(UserError) as caught:
                attack()
            self.assertIn("Movers", str(caught.exception))
            self.assertIn("Hello", str(caught.exception))
            self.assertIn("Townspeople", str(caught.exception))
        fact.write({"name": "Home town", "code": "town"})
        other.unlink()
        message.unlink()
        saved.unlink()
        program.rule = ""
        fact.unlink()

    def test_one_that_only_an_old_version_names_can_be_removed(self):
        fact = self.make_fact("city", code="town")
        program = self.make_program(
            {
                "type": "split",
                "key": "which",
                "branches": [
                    {"name": "T", "rule": 'custom.town == "Turku"', "next": "end"}
                ],
            },
            {"type": "wait", "wait_value": 9, "key": "wait"},
            {"type": "end", "key": "end"},
        )
        enrolment = program._enrol_partners(self.anna, self.start)
        program.version_id.state = "retired"
        with self.assertRaisesRegex(UserError, "in use|is used"):
            fact.unlink()
        enrolment._leave("exited", "test", self.start)
        fact.unlink()


@tagged("lifecycle", "post_install", "-at_install")
class TestFactList(FactCommon):
    def test_the_list_shows_the_registry(self):
        facts = self.env["lifecycle.fact"]._facts()
        described = self.env["lifecycle.fact.description"].with_user(self.salesperson)
        self.assertEqual(described.search([]).mapped("name"), list(facts))
        found = described.search([("name", "=", "orders.total_365d")])
        self.assertEqual(found.label, "Bought for in 365 days")
        self.assertEqual(found.heading, "Purchases")
        self.assertEqual(found.unit, self.company.currency_id.name)
        self.assertEqual(found.example, "340")
        self.assertTrue(found.has_history and found.source and found.explanation)
        by_words = described.search([("explanation", "ilike", "better half")])
        self.assertEqual(by_words.mapped("name"), ["orders.rank_percent"])
        groups = described._read_group([], ["heading"], ["__count"])
        self.assertEqual(sum(count for _heading, count in groups), len(facts))
        self.assertGreaterEqual(len(groups), 12)
        self.assertFalse(described.search_count([("example", "in", ("", False))]))

    def test_an_own_field_is_listed_at_once(self):
        described = self.env["lifecycle.fact.description"]
        before = described.search_count([])
        self.env["lifecycle.custom.fact"].create(
            {"name": "Town", "code": "town", "path": "city"}
        )
        self.assertEqual(described.search_count([]), before + 1)
        self.assertEqual(
            described.search([("name", "=", "custom.town")]).heading, "Custom fields"
        )

    def test_nobody_writes_to_the_list(self):
        described = self.env["lifecycle.fact.description"].with_user(self.marketer)
        with self.assertRaises(AccessError):
            described.search([], limit=1).write({"label": "x"})
        with self.assertRaises(AccessError):
            described.create({"label": "x"})

    def test_labels_are_in_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        facts = self.env["lifecycle.fact"]
        english = facts._facts()["orders.count_90d"].label
        self.assertEqual(english, "Purchases in 90 days")
        translated = {"Purchases in %(days)s days": "Ostoja %(days)s päivässä"}
        self.patch_translations(translated)
        finnish = facts.with_context(lang="fi_FI")
        self.assertEqual(
            finnish._facts()["orders.count_90d"].label, "Ostoja 90 päivässä"
        )
        self.assertEqual(facts._facts()["orders.count_90d"].label, english)
        rule = finnish._check_rule("orders.count_90d > 1")
        self.assertIn("Ostoja 90 päivässä", rule.description)
        listed = self.env["lifecycle.fact.description"].with_context(lang="fi_FI")
        self.assertEqual(
            listed.search([("label", "=", "Ostoja 90 päivässä")]).name,
            "orders.count_90d",
        )

    def patch_translations(self, terms):
        """Finnish for some terms of this addon, as a PO file gives it."""
        known = code_translations.get_python_translations("lifecycle_programs", "fi_FI")
        key = ("lifecycle_programs", "fi_FI")
        self.patch(
            code_translations,
            "python_translations",
            {**code_translations.python_translations, key: {**known, **terms}},
        )
        self.env.registry.clear_cache()
