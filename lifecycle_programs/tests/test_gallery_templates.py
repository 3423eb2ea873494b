"""The templates of the gallery as programs: complete, and readable for anybody."""

import re

from odoo.tests import tagged

from ..engine.template import compile_template
from ..models.lifecycle_message import template_source
from .gallery_common import GalleryCommon
from .test_program_data import PRESSURE

# What an event of a template may bring along.
PAYLOAD = {
    "amount": 120,
    "invoice": "INV/2026/0042",
    "link": "https://acme.example/pay",
    "products": ["Tent for two"],
    "product": "Basic plan",
    "reason": "the card was declined",
    "category": "Stoves",
    "pitch": "Hot coffee everywhere",
    "expires_on": "2030-01-31",
    "ends_on": "2030-01-31",
}


@tagged("lifecycle", "post_install", "-at_install")
class TestGalleryTemplates(GalleryCommon):
    """Every template is a program that a company could publish as it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.programs = cls.env["lifecycle.program"].union(
            *(cls.use(key) for key in cls.gallery._templates())
        )
        cls.steps = cls.programs.draft_version_id.step_ids
        cls.messages = cls.steps.message_id

    def test_all_sequences_are_there(self):
        """The sequences besides the ten programs (R29 to R42)."""
        expected = {
            "onboarding",  # R30
            "winback",  # R31
            "digest",  # R32
            "first_value",  # R33
            "non_use",  # R34
            "value_report",  # R35
            "new_product",  # R36
            "loyalty_status",  # R37
            "contract",  # R38
            "billing",  # R39
            "payment_failed",  # R39
            "legal_notice",  # R40
            "expansion",  # R41
            "activation",  # R42
            "cart",  # R42
            "subscription_cancelled",  # R42
        }
        self.assertEqual(set(self.gallery._templates()), expected)

    def test_they_can_be_published(self):
        """Rules parse, nothing is out of reach, and publishing finds no problem."""
        for program in self.programs:
            self.assertEqual(program._get_setup_problems(), [], program.code)
            problems = program.draft_version_id._get_problems()
            self.assertEqual(problems, [], program.code)
            program.action_publish()
        self.assertEqual(set(self.programs.mapped("state")), {"running"})

    def test_they_branch_and_end(self):
        """Each is a journey with branches, and from every step a way leads to an
        end."""
        for program in self.programs:
            steps = program.draft_version_id.step_ids
            self.assertTrue(steps.branch_ids, program.code)
            ended = steps.filtered(lambda step: step.type == "end")
            grown = True
            while grown:
                grown = steps.filtered(
                    lambda step, ended=ended: (
                        step not in ended and step._get_ways_out() & ended
                    )
                )
                ended |= grown
            self.assertEqual(ended, steps, program.code)

    def test_stage_lever_and_purpose(self):
        """A program names the stage it is for and what it improves (R2, R6)."""
        for program in self.programs:
            self.assertTrue(program.stage_id, program.code)
            self.assertTrue(program.target_stage_id, program.code)
            self.assertTrue(program.value_lever, program.code)
            self.assertTrue(program.purpose.endswith("."), program.code)

    def test_every_number_does_something(self):
        for program in self.programs:
            rules = [program.rule, program.goal_rule, program.exit_rule]
            steps = program.draft_version_id.step_ids
            rules += steps.branch_ids.mapped("rule")
            text = " ".join(rule for rule in rules if rule)
            for parameter in program.parameter_ids:
                self.assertIn(f"param.{parameter.code}", text, program.code)

    def test_answers_stand_in_the_rules(self):
        """What was asked for stands where the template left a place, quotation marks
        included."""
        program = self.programs.filtered(lambda one: one.code == "new_product")
        self.assertIn(r'"Tents \"light\"" in orders.categories', program.rule)
        for program in self.programs:
            rules = [program.rule, program.goal_rule, program.exit_rule]
            rules += self.steps.branch_ids.mapped("rule")
            self.assertNotIn('"?', " ".join(rule for rule in rules if rule))

    def test_a_discount_is_spoken_of_only_where_there_is_one(self):
        """No discount until somebody chooses one (R113)."""
        self.assertFalse(self.steps.loyalty_program_id)
        for step in self.steps.filtered("message_id"):
            message = step.message_id
            text = f"{message.subject} {message.body} {message.body_text}"
            self.assertEqual("grant." in text, step.needs_grant, step.key)

    def test_billing_and_legal_carry_no_marketing(self):
        """Clear, short, one link, never mixed with marketing (R39, R40); the notice
        waits for a person, and its text is kept."""
        for code, category in (
            ("billing", "billing"),
            ("payment_failed", "billing"),
            ("legal_notice", "legal"),
        ):
            program = self.programs.filtered(lambda one, code=code: one.code == code)
            steps = program.draft_version_id.step_ids
            messages = steps.message_id
            self.assertEqual(set(messages.category_id.mapped("code")), {category})
            self.assertFalse(steps.filtered(lambda step: step.type == "grant"))
            self.assertFalse(program.is_exclusive)
            for message in messages:
                self.assertEqual(str(message.body).count("href="), 1, message.name)
                words = re.sub(r"<[^>]+>|\{[^}]*\}+", " ", str(message.body)).split()
                self.assertLess(len(words), 110, message.name)
        notice = self.steps.filtered(lambda step: step.key == "notice")
        self.assertEqual(notice.release, "review")

    def test_tone_and_form(self):
        """Support, no pressure (R143); a short subject, one button, a greeting."""
        for message in self.messages:
            body = template_source(message.body)
            text = f"{message.subject} {body}".replace("!=", "").lower()
            for word in PRESSURE:
                if word != "expires" or message.category_id.code != "billing":
                    self.assertNotIn(word, text, message.name)
            self.assertLess(len(message.subject), 60, message.name)
            self.assertEqual(body.count('class="btn'), 1, message.name)
            line = compile_template(re.search(r"<p>(H.*?,)</p>", body)[1], html=True)
            self.assertEqual(line.render({"contact.first_name": "Ann"}), "Hi Ann,")

    def test_messages_render_for_a_contact(self):
        """Every message reads well for somebody about whom much is known, and for
        somebody about whom nothing is."""
        ann = self.make_contact("Ann Smith")
        other = self.make_contact("Acme Oy", is_company=True)
        facts = {
            "use.days_30d": 12,
            "use.people_30d": 3,
            "use.change_percent_30d": 20,
            "orders.total_365d": 800,
            "orders.count": 4,
            "milestones.years": 2,
            "orders.days_since_first": 400,
            "invoices.overdue_total": 120,
            "invoices.overdue_days": 9,
        }
        # Whom a program is for is another question.
        self.programs.write({"rule": False, "pick": False})
        for program in self.programs:
            program.action_publish()
            enrolments = program._enrol_partners(ann | other, self.start)
            self.assertEqual(len(enrolments), 2, program.code)
            enrolments[0].payload = PAYLOAD
            enrolments[1].payload = {"category": "Stoves"}
            for step in program.version_id.step_ids.filtered("message_id"):
                names = set()
                sources = step._get_sources({"en_US"}, step.message_id.channel)
                for source in sources.values():
                    names |= source.template.variables
                values = enrolments._get_values(names, self.start)
                for enrolment in enrolments:
                    # Whoever gets it has what the program looks for.
                    own = values[enrolment.id] | {
                        name: value
                        for name, value in facts.items()
                        if name in names
                        and (
                            enrolment == enrolments[0]
                            or (program.code, name) != ("contract", "use.days_30d")
                        )
                    }
                    own |= {
                        name: f"https://acme.example/{name}"
                        for name in names
                        if name.startswith("links.") or name == "content.link"
                    }
                    if step.content_kind:
                        own["content.title"] = "How Acme saves time"
                    if step.needs_grant:
                        own |= {
                            "grant.code": "044c",
                            "grant.description": "20 % off",
                            "grant.ends_on": self.start.date(),
                        }
                    for (_lang, text), source in sources.items():
                        context = own | enrolment._get_format_values()
                        shown = source.template.render(context)
                        where = (step.message_id.name, text, shown)
                        self.assertTrue(shown.strip(), where)
                        self.assertNotIn("None", shown, where)
                        self.assertNotIn("{{", shown, where)
                        self.assertNotIn("  of ", shown, where)
