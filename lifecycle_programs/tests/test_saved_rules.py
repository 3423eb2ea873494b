"""Saved rules: named by other rules, and never changed behind their backs."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged, users

from ..engine import from_rows, to_rows
from .common import LifecycleCommon


@tagged("lifecycle")
class TestSavedRules(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.active_rule = cls.make_rule("Active customer", "orders.count >= 1")
        cls.good_rule = cls.make_rule(
            "Good customer", "active_customer and contact.country == 'FI'"
        )

    @classmethod
    def make_rule(cls, name, rule, **values):
        return cls.env["lifecycle.rule"].create({"name": name, "rule": rule, **values})

    def check(self, text):
        return self.env["lifecycle.fact"]._check_rule(text)

    def use(self, text="good_customer and orders.count < 5", **values):
        return self.make_program(publish=False, name="Rescue", rule=text, **values)

    # Meaning

    def test_a_rule_names_saved_rules(self):
        rule = self.check("good_customer or contact.is_company")
        self.assertEqual(rule.macros, {"good_customer", "active_customer"})
        self.assertIn("orders.count", rule.facts)
        values = {"orders.count": 1, "contact.country": "FI"}
        self.assertTrue(rule.matches(values, self.start))
        self.assertIn("  Good customer: yes", rule.explain(values, self.start).lines())

    def test_contacts_are_selected_by_a_saved_rule(self):
        finland, sweden = self.env.ref("base.fi"), self.env.ref("base.se")
        here = self.make_contact("Here", country_id=finland.id)
        there = self.make_contact("There", country_id=sweden.id)
        self.make_rule("In Finland", "contact.country == 'FI'")
        self.env.flush_all()
        found = self.env.execute_query(
            self.env["lifecycle.fact"]._matching(
                self.check("in_finland"),
                self.company,
                self.start,
                partners=(here | there).ids,
            )
        )
        self.assertEqual(found, [(here.id,)])

    def test_it_says_in_words_what_it_is(self):
        self.assertIn("Active customer (", self.good_rule.rule_description)

    def test_the_label_is_translated(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        self.active_rule.with_context(lang="fi_FI").name = "Aktiivinen asiakas"
        rules = self.env["lifecycle.rule"].with_context(lang="fi_FI")
        self.assertEqual(rules._macros()["active_customer"].label, "Aktiivinen asiakas")
        self.assertEqual(
            self.env["lifecycle.rule"]._macros()["active_customer"].label,
            "Active customer",
        )

    def test_a_change_reaches_parsed_rules_of_programs(self):
        program = self.use("active_customer")
        self.assertEqual(
            program._rule(program.rule, entry=True).facts, {"orders.count"}
        )
        self.active_rule.rule = "orders.total_365d > 5"
        self.assertEqual(
            program._rule(program.rule, entry=True).facts, {"orders.total_365d"}
        )

    def test_who_entered_keeps_the_saved_rule_of_that_day(self):
        self.make_rule("Finnish", "contact.country == 'FI'")
        program = self.use("finnish")
        rule = program._rule(program.rule, entry=True)
        kept = self.env["lifecycle.entry.rule"]._of_program(program, rule)
        self.env["lifecycle.rule"].search(
            [("code", "=", "finnish")]
        ).rule = "contact.country == 'SE'"
        (clause,) = kept._parse().explain({"contact.country": "FI"}, self.start).clauses
        self.assertTrue(clause.ok)
        again = self.env["lifecycle.entry.rule"]._of_program(
            program, program._rule(program.rule, entry=True)
        )
        self.assertNotEqual(again, kept)

    # Names

    def test_the_code_comes_from_the_name(self):
        self.assertEqual(self.active_rule.code, "active_customer")
        self.assertEqual(self.make_rule("Örebro & Åbo", "true").code, "orebro_abo")
        self.assertEqual(self.make_rule("Not", "true").code, "rule_not")
        self.assertEqual(self.make_rule("…", "true").code, "rule")

    def test_a_code_is_a_word_of_its_own(self):
        for code in ("is active", "orders.count", "and", "true", "1st", "tä", "a\n"):
            with self.assertRaises(ValidationError, msg=code):
                self.make_rule("Any", "true", code=code)

    # Refusals

    def test_a_broken_rule_is_refused(self):
        for rule in (
            "orders.cuont > 1",
            "orders.count >",
            "event.amount > 1",
            "unknown",
        ):
            with self.assertRaises(ValidationError, msg=rule):
                self.make_rule("Broken", rule)

    def test_a_circle_is_refused_with_its_path(self):
        with self.assertRaisesRegex(ValidationError, "circle: .*active_customer"):
            self.active_rule.rule = "good_customer or orders.count > 9"
        with self.assertRaisesRegex(ValidationError, "circle"):
            self.active_rule.rule = "active_customer"

    def test_a_rename_that_breaks_a_use_is_refused(self):
        self.use()
        with self.assertRaisesRegex(ValidationError, "Rescue"):
            self.good_rule.code = "better_customer"
        with self.assertRaisesRegex(ValidationError, "Good customer"):
            self.active_rule.code = "any_customer"

    def test_a_change_that_breaks_an_indirect_use_is_refused(self):
        long_rule = " and ".join(["orders.count > 1"] * 60)
        self.use(f"good_customer and {long_rule}")
        with self.assertRaisesRegex(ValidationError, "Rescue.*operators"):
            self.active_rule.rule = f"{long_rule} and orders.count > 2"
        self.assertTrue(self.check("good_customer").facts)

    def test_what_was_broken_before_does_not_stand_in_the_way(self):
        program = self.use()
        self.env.cr.execute(
            "UPDATE lifecycle_program SET rule = 'active_customer and' WHERE id = %s",
            [program.id],
        )
        program.invalidate_recordset()
        self.active_rule.rule = "orders.count >= 2"

    def test_one_in_use_is_not_deleted_or_archived(self):
        self.use()
        for rule in (self.good_rule, self.active_rule):
            with self.assertRaisesRegex(UserError, "Rescue"):
                rule.action_archive()
            with self.assertRaisesRegex(UserError, "Rescue"):
                rule.unlink()

    def test_one_without_use_is_deleted_and_archived(self):
        self.good_rule.action_archive()
        with self.assertRaises(ValidationError):
            self.check("good_customer")
        # An archived one needs nothing, but comes back only when it works.
        self.active_rule.unlink()
        with self.assertRaises(ValidationError):
            self.good_rule.action_unarchive()

    def test_all_are_deleted_together(self):
        (self.active_rule | self.good_rule).unlink()
        self.assertNotIn("active_customer", self.env["lifecycle.rule"]._macros())

    # Where it is used

    def test_uses_in_steps_and_saved_rules_are_named(self):
        program = self.make_program(
            {
                "type": "split",
                "key": "split",
                "name": "Which",
                "branches": [
                    {"name": "Good ones", "rule": "good_customer", "next": "end"}
                ],
            },
            {"type": "end", "key": "end"},
            name="Welcome",
            goal_rule="active_customer",
        )
        self.assertEqual(
            self.active_rule.used_in.split("\n"),
            ["Good customer", "Welcome", "Welcome: Which"],
        )
        with self.assertRaisesRegex(ValidationError, "Welcome: Which"):
            self.good_rule.code = "better"
        program.version_id.state = "retired"
        self.assertFalse(self.good_rule.used_in)

    def test_a_word_that_only_looks_like_it_is_no_use(self):
        self.use(
            "contact.city == 'good_customer'"
            " or $any([good_customer == 'x' for good_customer in contact.tags])"
        )
        self.assertFalse(self.good_rule.used_in)
        self.good_rule.unlink()

    # Rights

    def test_marketers_write_and_salespeople_read(self):
        rule = self.active_rule.with_user(self.salesperson)
        self.assertEqual(rule.rule, "orders.count >= 1")
        for change in (
            lambda: rule.write({"rule": "true"}),
            lambda: rule.unlink(),
            lambda: rule.create({"name": "X", "rule": "true"}),
        ):
            with self.assertRaises(AccessError):
                change()
        self.active_rule.with_user(self.marketer).rule = "orders.count >= 3"
        stranger = new_test_user(self.env, "lifecycle_stranger", "base.group_user")
        with self.assertRaises(AccessError):
            self.active_rule.with_user(stranger).read(["rule"])

    def test_programs_of_other_companies_count_but_are_not_named(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.use(company_id=other.id)
        rule = self.good_rule.with_user(self.marketer)
        self.assertEqual(rule.used_in, "something of another company")
        with self.assertRaises(UserError) as caught:
            rule.unlink()
        self.assertNotIn("Rescue", str(caught.exception))

    @users("lifecycle_marketer")
    def test_a_refused_change_leaves_nothing_behind(self):
        rule = self.active_rule.with_user(self.env.user)
        with self.assertRaises(ValidationError):
            rule.rule = "good_customer"
        self.assertEqual(rule.rule, "orders.count >= 1")
        macros = self.env["lifecycle.rule"]._macros()
        self.assertEqual(macros["active_customer"].text, "orders.count >= 1")


@tagged("lifecycle", "post_install", "-at_install")
class TestRowsOfPrograms(LifecycleCommon):
    def test_shipped_rules_mean_the_same_as_their_rows(self):
        programs = self.env["lifecycle.program"].search([("code", "!=", False)])
        fits, entries = 0, set()
        for program in programs:
            rules = [(program.rule, True), (program.goal_rule, False)]
            rules += [(program.exit_rule, False)]
            rules += [(branch.rule, False) for branch in program.step_ids.branch_ids]
            for text, entry in rules:
                if text and self.check_rows(program, text, entry):
                    fits += 1
                    entries |= {program.code} if entry else set()
        self.assertLessEqual({"welcome", "referral", "content", "sales_ready"}, entries)
        self.assertGreaterEqual(fits, 60)

    def check_rows(self, program, text, entry):
        facts = {
            **self.env["lifecycle.fact"]._facts(),
            **program._rule_facts(entry=entry),
        }
        rows = to_rows(text, facts)
        rule = program._rule(text, entry=entry)
        if rows is None:  # it compares facts, or computes
            return False
        again = program._rule(from_rows(rows, facts), entry=entry)
        self.assertEqual(again.facts, rule.facts)
        samples = {
            "number": (None, 0, 1, 2, 3, 30, 400),
            "text": (None, "address", "done", "taken"),
            "boolean": (None, True, False),
            "text_list": (None, (), ("done",)),
        }
        for number in range(7):
            values = {
                name: samples[facts[name].type][number % len(samples[facts[name].type])]
                for name in rule.facts
                if facts[name].type in samples
            } | program._parameter_values()
            self.assertEqual(
                again.matches(values, self.start), rule.matches(values, self.start)
            )
        return True
