"""The server side of the rule editor: what it says, what it counts, whom it refuses."""

import re
import time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..models import lifecycle_rule_count
from .common import LifecycleCommon


class EditorCommon(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.make_program(
            publish=False,
            rule="contact.has_email and orders.count < param.most",
            parameter_ids=[
                Command.create(
                    {"name": "Most", "code": "most", "value": 3, "unit": "orders"}
                )
            ],
        )
        cls.place = ("lifecycle.program", cls.program.id, "rule")
        cls.tag = cls.env["res.partner.category"].create({"name": "Editors' choice"})
        cls.chosen = cls.make_contacts(12, category_id=[Command.set(cls.tag.ids)])
        cls.editor = cls.env["lifecycle.rule.editor"].with_user(cls.marketer)
        cls.env.flush_all()

    def ask(self, method, text, *place, form=None):
        return getattr(self.editor, method)(text, *(place or self.place), form)

    def count_of(self, text):
        return self.ask("count", text)["count"]


CHOSEN = '"Editors\' choice" in contact.tags'


@tagged("lifecycle", "post_install", "-at_install")
class TestWriting(EditorCommon):
    def test_setup_depends_on_where_the_rule_stands(self):
        """The names that a field's rule may use are the names that it offers."""

        def names(model, record, field):
            setup = self.editor.get_setup(model, record.id, field)
            return {fact["name"] for fact in setup["facts"]}, setup

        entry, setup = names("lifecycle.program", self.program, "rule")
        inside, _setup = names("lifecycle.program", self.program, "exit_rule")
        self.assertLessEqual({"orders.count", "event.amount", "entry.amount"}, entry)
        self.assertNotIn("enrolment.clicked", entry)
        self.assertIn("enrolment.clicked", inside)
        self.assertFalse(any(name.startswith("param.") for name in entry | inside))
        self.assertEqual(
            setup["numbers"],
            [{"code": "most", "label": "Most", "unit": "orders", "value": 3}],
        )
        self.assertTrue(setup["can_count"])
        self.assertTrue(all(fact["label"] and fact["group"] for fact in setup["facts"]))

    def test_problems_have_a_place_and_a_way_out(self):
        answer = self.ask("check", "orders.cuont > 3")
        self.assertFalse(answer["valid"])
        (problem,) = answer["problems"]
        self.assertEqual((problem["start"], problem["end"]), (0, 12))
        self.assertEqual(problem["replacement"], "orders.count")

    def test_half_typed_and_hostile_texts_are_answered(self):
        for text in ("orders.", "(", '"', "orders.count >", "1 << 100000000", "\x00"):
            answer = self.ask("check", text)
            self.assertFalse(answer["valid"], text)
            self.assertTrue(answer["problems"], text)
        started = time.monotonic()
        for text in ("a" * 10**6, "not " * 10**5, "(" * 10**5, "1+" * 10**5 + "1"):
            self.assertFalse(self.ask("check", text)["valid"])
            self.assertEqual(self.ask("estimate", text).keys(), {"reason"})
        self.assertLess(time.monotonic() - started, 5)

    def test_rows_and_expression_are_two_sides_of_one_rule(self):
        """Rows edit the expression as long as it fits their shape."""
        text = 'orders.count >= 2 and (contact.country == "FI" or contact.has_email)'
        rows = self.ask("check", text)["rows"]
        self.assertEqual(rows["join"], "all")
        self.assertEqual(rows["rows"][1]["join"], "any")
        rows["rows"][0]["value"] = {"param": "most"}
        answer = self.editor.compose(rows, *self.place)
        self.assertTrue(answer["valid"])
        self.assertEqual(
            answer["text"],
            "orders.count >= param.most and"
            ' (contact.country == "FI" or contact.has_email)',
        )
        self.assertEqual(answer["rows"], rows)
        self.assertIsNone(self.ask("check", "orders.count * 2 > 3")["rows"])

    def test_rows_that_make_no_rule_are_refused_in_words(self):
        for row in (
            {"fact": "orders.unknown", "operator": "ge", "value": 2},
            {"fact": "orders.count", "operator": "contains", "value": 2},
            {"fact": "orders.count", "operator": "ge", "value": "2 or true"},
            {"fact": "orders.count", "operator": "ge", "value": {"param": "x) or (1"}},
            {"fact": "contact.city", "operator": "eq", "value": None},
            "orders.count",
        ):
            answer = self.editor.compose({"join": "all", "rows": [row]}, *self.place)
            self.assertFalse(answer["valid"], row)
            self.assertTrue(answer["problems"][0]["message"], row)

    def test_a_value_cannot_leave_its_quotes(self):
        value = 'x" or true or "\\'
        rows = {
            "join": "all",
            "rows": [{"fact": "contact.city", "operator": "eq", "value": value}],
        }
        answer = self.editor.compose(rows, *self.place)
        self.assertEqual(answer["rows"], rows)
        self.assertEqual(self.ask("count", answer["text"])["count"], 0)

    def test_words_hold_the_numbers_of_the_form(self):
        """An unsaved number counts as it stands in the form."""
        numbers = [{"code": "most", "name": "Most", "unit": "orders", "value": 7}]
        text = "orders.count < param.most"
        saved = self.ask("check", text)["description"]
        unsaved = self.ask("check", text, form={"numbers": numbers})["description"]
        self.assertEqual(unsaved, saved.replace("3", "7"))
        new = {**numbers[0], "code": "least"}
        answer = self.ask(
            "check", "orders.count > param.least", form={"numbers": [new]}
        )
        self.assertTrue(answer["valid"])

    def test_every_code_has_somewhere_to_get_its_name(self):
        facts = self.env["lifecycle.fact"]
        known = facts._facts() | self.program._rule_facts(entry=True)
        for name, model in facts._code_models().items():
            self.assertTrue(known[name].type.startswith("text"), name)
            self.assertEqual(facts._names_of_codes(model, ["?"], self.env.company), {})
        for name in facts._code_selections():
            self.assertEqual(known[name].type, "text", name)
        said = self.ask("check", 'calls.last_outcome == "no_need"')["description"]
        self.assertEqual(said, "Outcome of the last call: Has no need any more")

    def test_a_fact_that_is_one_of_a_few_codes_is_said_in_words(self):
        complete = self.editor.complete_values
        late = {"value": "late", "label": "Late"}
        self.assertEqual(complete("orders.rhythm", "Lat"), [late])
        self.assertEqual(len(complete("orders.rhythm")), 5)
        taken = {"value": "wrong_person", "label": "Wrong person"}
        self.assertEqual(complete("crm.last_alert_answer", "wrong"), [taken])
        codes = [one["value"] for one in complete("crm.last_alert_answer")]
        self.assertNotIn("open", codes, "no answer yet")
        done = {"value": "done", "label": "Done"}
        self.assertIn(done, complete("calls.last_outcome"))
        text = 'calls.last_outcome in ["done", "no_need"]'
        self.assertEqual(self.ask("check", text)["problems"], [])
        answer = self.ask("check", 'orders.rhythm == "Late"')
        (problem,) = answer["problems"]
        self.assertEqual(problem["replacement"], '"late"')
        self.assertTrue(answer["valid"])
        said = self.ask("check", 'orders.rhythm in ["late", "stopped"]')["description"]
        self.assertEqual(said, "Buying rhythm: one of Late, Has stopped")
        said = self.ask("check", 'event.outcome == "no_need"')["description"]
        self.assertIn("Has no need any more", said)

    def test_every_choice_is_what_the_fact_can_be(self):
        """The codes of the SQL and the words for them are two lists."""
        facts = self.env["lifecycle.fact"]._facts()
        for name in ("contact.loyalty", "orders.rhythm", "nps.attitude"):
            made = re.findall(r"(?:THEN|ELSE) '(\w+)'", facts[name].sql)
            self.assertEqual(sorted(made), sorted(dict(facts[name].choices)))

    def test_words_hold_the_names_of_codes(self):
        self.program.write({"code": "hello", "name": "Say Hello"})
        text = 'orders.count > 1 and "hello" in programs.active'
        said = "In programs: with Say Hello"
        self.assertIn(said, self.ask("check", text)["description"])
        texts = [one["text"] for one in self.ask("estimate", text)["clauses"]]
        self.assertIn(said, texts)
        saved = self.env["lifecycle.rule"].create({"name": "Greeted", "rule": text})
        self.assertIn(said, saved.rule_description)

    def test_a_branch_knows_its_program(self):
        form = {"program_id": self.program.id}
        text = "orders.count < param.most and enrolment.clicked"
        place = ("lifecycle.step.branch", False, "rule")
        self.assertTrue(self.ask("check", text, *place, form=form)["valid"])
        self.assertFalse(self.ask("check", text, *place)["valid"])

    def test_every_source_of_values_answers(self):
        facts = self.env["lifecycle.fact"]._facts()
        for name, source in self.editor._value_sources().items():
            self.assertTrue(facts[name].type.startswith("text"), name)
            found = source("a") or self.editor.complete_values(name, "a")
            for one in found:
                self.assertEqual(set(one), {"value", "label"}, name)
        self.assertTrue(self.editor.complete_values("contact.region", "ala"))

    def test_categories_go_by_the_names_of_marketing(self):
        tents = self.env["product.category"].create({"name": "4711 tents"})
        tents.lifecycle_name = "Shelter"
        self.env.flush_all()
        complete = self.editor.complete_values
        self.assertEqual(
            [one["value"] for one in complete("orders.categories", "4711")],
            ["4711 tents"],
        )
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("lifecycle_programs.category_kind", "mapped")
        self.assertEqual(complete("orders.main_category", "4711"), [])
        self.assertEqual(
            complete("orders.main_category", "shel"),
            [{"value": "Shelter", "label": "Shelter"}],
        )

    def test_values_come_from_the_records_they_name(self):
        finland = self.editor.complete_values("contact.country", "finl")
        self.assertEqual(finland, [{"value": "FI", "label": "Finland"}])
        tags = self.editor.complete_values("contact.tags", "editors'")
        self.assertEqual([tag["value"] for tag in tags], ["Editors' choice"])
        self.chosen[0].city = "Rovaniemi%"
        self.env.flush_all()
        cities = self.editor.complete_values("contact.city", "NIEMI%")
        self.assertEqual([city["value"] for city in cities], ["Rovaniemi%"])
        for fact in ("orders.count", "unknown", "x; DROP TABLE res_partner", None):
            self.assertEqual(self.editor.complete_values(fact, ""), [])
        for term in ("' OR 1=1 --", '";%s%(x)s', "%", "\\", "x" * 10**5):
            for fact in ("contact.city", "contact.tags", "contact.country"):
                found = self.editor.complete_values(fact, term)
                self.assertLessEqual(len(found), 1, (fact, term))


@tagged("lifecycle", "post_install", "-at_install")
class TestCounting(EditorCommon):
    def test_everybody_is_the_sample_of_a_small_database(self):
        answer = self.ask("estimate", f"{CHOSEN} and orders.count == 0")
        self.assertTrue(answer["exact"])
        self.assertEqual(answer["count"], 12)
        self.assertEqual(self.count_of(CHOSEN), 12)
        texts = [clause["text"] for clause in answer["clauses"]]
        self.assertEqual(len(texts), 2)
        self.assertEqual(answer["clauses"][0]["count"], 12)
        self.assertEqual(answer["clauses"][1]["count"], answer["sample"])

    def test_a_sample_stands_for_all(self):
        """The estimate is close, and the same every time."""
        contacts = self.make_contacts(600, city="Oulu")
        contacts[:300].city = "Vaasa"
        self.env.flush_all()
        self.patch(lifecycle_rule_count, "SAMPLE", 200)
        self.patch(lifecycle_rule_count, "SMALL", 100)
        self.env.cr.execute("ANALYZE res_partner")
        answers = [self.ask("estimate", 'contact.city == "Vaasa"') for _n in range(2)]
        self.assertEqual(*answers)
        self.assertFalse(answers[0]["exact"])
        self.assertLess(answers[0]["sample"], 600)
        self.assertAlmostEqual(answers[0]["count"], 300, delta=120)
        self.assertEqual(self.count_of('contact.city == "Vaasa"'), 300)

    def test_examples_are_ten_who_match(self):
        answer = self.ask("examples", CHOSEN)
        self.assertEqual(len(answer["contacts"]), 10)
        self.assertLessEqual(
            {contact["id"] for contact in answer["contacts"]}, set(self.chosen.ids)
        )
        self.assertEqual(self.ask("examples", "contact.name == null")["contacts"], [])

    def test_a_rare_match_outside_the_sample_is_found(self):
        self.patch(lifecycle_rule_count, "SAMPLE", 1)
        self.patch(lifecycle_rule_count, "MAX_DRAWS", 1)
        self.patch(lifecycle_rule_count, "SMALL", 1)
        self.assertEqual(len(self.ask("examples", CHOSEN)["contacts"]), 10)

    def test_what_is_known_later_is_left_out_or_said(self):
        both = self.ask("count", f"{CHOSEN} and event.amount > 3")
        self.assertEqual(both["count"], 12)
        self.assertTrue(both["note"])
        for text in ("event.amount > 3", f"{CHOSEN} or event.amount > 3"):
            for method in ("estimate", "count", "examples"):
                answer = self.ask(method, text)
                self.assertTrue(answer["reason"], text)
                self.assertNotIn("count", answer)

    def test_a_scheduled_look_has_no_event(self):
        """The count of a scheduled program is what its look would find."""
        text = f"{CHOSEN} or event.amount > 3"
        answer = self.ask("count", text, form={"start": "schedule"})
        self.assertEqual(answer, {"count": 12, "note": ""})
        without = self.ask("count", f"not ({text})", form={"start": "schedule"})
        total = self.ask("estimate", "")["total"]
        self.assertEqual(without["count"], total - 12)

    def test_numbers_count_as_they_stand_in_the_form(self):
        for value, count in ((0, 0), (1, 12)):
            numbers = [{"code": "most", "value": value}]
            answer = self.ask(
                "count",
                f"{CHOSEN} and orders.count < param.most",
                form={"numbers": numbers},
            )
            self.assertEqual(answer["count"], count)

    def test_counts_are_of_the_company_of_the_program(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.chosen[:5].company_id = other
        self.env.flush_all()
        self.assertEqual(self.count_of(CHOSEN), 7)
        self.assertEqual(self.ask("estimate", CHOSEN)["count"], 7)

    def test_counting_stops_in_time(self):
        self.patch(lifecycle_rule_count, "COUNT_SECONDS", 0.05)
        slow = SQL("SELECT 1 AS contact_id FROM pg_sleep(5)")
        self.patch(type(self.editor), "_matching", lambda self, *args, **options: slow)
        with mute_logger("odoo.sql_db"):
            answer = self.ask("count", CHOSEN)
        self.assertIn("stopped", answer["reason"])
        # The transaction goes on, and so does the time.
        self.env.cr.execute("SELECT pg_sleep(0.1)")


@tagged("lifecycle", "post_install", "-at_install")
class TestRefusals(EditorCommon):
    def calls(self, user, *place):
        editor = self.env["lifecycle.rule.editor"].with_user(user)
        place = place or self.place
        return {
            "get_setup": lambda: editor.get_setup(*place),
            "check": lambda: editor.check(CHOSEN, *place),
            "compose": lambda: editor.compose({"join": "all", "rows": []}, *place),
            "estimate": lambda: editor.estimate(CHOSEN, *place),
            "count": lambda: editor.count(CHOSEN, *place),
            "examples": lambda: editor.examples(CHOSEN, *place),
            "complete_values": lambda: editor.complete_values("contact.city", ""),
        }

    def assertRefused(self, calls, *names):
        for name in names or calls:
            with self.assertRaises(AccessError, msg=name):
                calls[name]()

    def test_who_does_not_see_programs_gets_nothing(self):
        for group in ("base.group_portal", "base.group_public", "base.group_user"):
            user = new_test_user(self.env, f"editor_{group}", group)
            self.assertRefused(self.calls(user))

    def test_who_only_reads_programs_cannot_ask_about_customers(self):
        calls = self.calls(self.salesperson)
        self.assertTrue(calls["check"]()["valid"])
        self.assertFalse(calls["get_setup"]()["can_count"])
        self.assertRefused(calls, "estimate", "count", "examples", "complete_values")

    def test_programs_of_other_companies_stay_closed(self):
        other = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "editor_other",
            "base.group_user,lifecycle_programs.group_lifecycle_marketer",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        calls = self.calls(user)
        calls.pop("complete_values")()
        self.assertRefused(calls)
        editor = self.env["lifecycle.rule.editor"].with_user(user)
        with self.assertRaises(AccessError):
            editor.check(
                CHOSEN,
                "lifecycle.step.branch",
                False,
                "rule",
                {"program_id": self.program.id},
            )

    def test_only_fields_of_rules_can_be_asked_about(self):
        for place in (
            ("res.users", self.env.uid, "password"),
            ("lifecycle.program", self.program.id, "name"),
            ("ir.cron", False, "code"),
            ("no.such.model", 1, "rule"),
        ):
            calls = self.calls(self.marketer, *place)
            calls.pop("complete_values")
            self.assertRefused(calls)

    def test_examples_show_only_contacts_that_the_user_sees(self):
        self.env["ir.rule"].create(
            {
                "name": "One hidden contact",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": [("id", "!=", self.chosen[0].id)],
            }
        )
        self.env.registry.clear_cache()
        found = self.ask("examples", f"{CHOSEN} and contact.name == 'Person 0'")
        self.assertEqual(found["contacts"], [])

    def test_answers_write_nothing(self):
        """Every question can be answered by a read-only copy of the database."""
        for name in self.calls(self.marketer):
            self.assertTrue(getattr(type(self.editor), name)._readonly, name)
        self.env.flush_all()
        with self.env.cr.savepoint():
            self.env.cr.execute("SET TRANSACTION READ ONLY")
            for call in self.calls(self.marketer).values():
                call()
