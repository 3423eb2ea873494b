"""What the engine says, in the language of whoever reads it."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import LifecycleCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestLanguage(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fi_FI")
        cls.rule = "orders.count >= 2 and not contact.has_email"
        cls.program = cls.make_program(publish=False, rule=cls.rule)
        cls.anna = cls.make_contacts(1)
        cls.finnish = cls.env(context={**cls.env.context, "lang": "fi_FI"})

    def explain(self, env):
        program = self.program.with_env(env)
        (check,) = program._check_entries(self.anna.with_env(env), self.start).values()
        return check

    def test_an_explanation(self):
        english, finnish = self.explain(self.env), self.explain(self.finnish)
        self.assertIn("at least 2 wanted", english.explanation.lines()[0])
        self.assertIn("pitäisi olla vähintään 2", finnish.explanation.lines()[0])
        self.assertIn("ei saisi olla", finnish.explanation.lines()[1])
        self.assertTrue(finnish.explanation.lines()[0].endswith(": ei"))
        self.assertIn("(nyt ", finnish.changes[0].text)

    def test_an_error_says_where_in_that_language(self):
        facts = self.env["lifecycle.fact"]
        with self.assertRaisesRegex(ValidationError, "There is no such fact"):
            facts._check_rule("order.count > 2")
        with self.assertRaises(ValidationError) as caught:
            facts.with_env(self.finnish)._check_rule("orders.count > 2 and order.x")
        self.assertIn("Tällaista tietoa ei ole (merkki 22", caught.exception.args[0])

    def test_the_editor(self):
        editor = self.finnish["lifecycle.rule.editor"]
        place = ("lifecycle.program", self.program.id, "rule")
        labels = {
            one["code"]: one["label"] for one in editor.get_setup(*place)["operators"]
        }
        self.assertEqual(labels["ge"], "on vähintään")
        said = editor.check("orders.count < 1 or contact.city == 'x'", *place)
        self.assertIn(" tai ", said["description"])
        (problem,) = editor.check("orders.count >", *place)["problems"]
        self.assertIn("Sääntö loppuu kesken", problem["message"])
        (part, *_others) = editor.estimate(self.rule, *place)["clauses"]
        self.assertIn("vähintään 2", part["text"])

    def test_a_saved_rule_in_words(self):
        saved = self.env["lifecycle.rule"].create(
            {"name": "Buyer", "rule": "orders.count > 1"}
        )
        words = saved.with_env(self.finnish).rule_description
        self.assertIn("enemmän kuin 1", words)
        self.assertIn("more than 1", saved.with_env(self.env).rule_description)
