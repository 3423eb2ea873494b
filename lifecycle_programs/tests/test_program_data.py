"""The programs as they are shipped: rules, texts, journeys."""

import re

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open

from ..engine.template import compile_template
from ..models.lifecycle_message import template_source

# Codes in their order: whoever comes first writes first.
ORDER = [
    "quotation",
    "welcome",
    "renewal",
    "rescue",
    "move",
    "upsell",
    "referral",
    "category",
    "content",
    "old_leads",
    "sales_ready",
]
PRESSURE = (
    "last chance",
    "act now",
    "miss you",
    "miss out",
    "only today",
    "expires",
    "urgent",
    "disappoint",
    "!",
)


@tagged("lifecycle", "post_install", "-at_install")
class TestProgramData(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.programs = cls.env["lifecycle.program"].union(
            *(cls.env.ref(f"lifecycle_programs.program_{code}") for code in ORDER)
        )
        cls.versions = cls.env["lifecycle.version"].union(
            *(cls.env.ref(f"lifecycle_programs.program_{code}_v1") for code in ORDER)
        )
        cls.steps = cls.versions.step_ids
        cls.messages = cls.steps.message_id
        cls.env["res.lang"]._activate_lang("fi_FI")
        cls.terms = file_open("lifecycle_programs/i18n/lifecycle_programs.pot").read()
        cls.env["ir.module.module"]._load_module_terms(
            ["lifecycle_programs"], ["fi_FI"]
        )

    def texts(self, message, lang):
        """Subject and text of a message as templates."""
        message = message.with_context(lang=lang)
        if message.channel == "sms":
            return [message.body_text or ""]
        return [message.subject or "", template_source(message.body)]

    # ------------------------------------------------------------
    # PROGRAMS
    # ------------------------------------------------------------

    def test_programs_in_their_order(self):
        """Ten ready-made programs (R1), in order (R74), which wait for a look before
        they run; before them the follow-up of quotations."""
        self.assertEqual(self.programs.mapped("code"), ORDER)
        self.assertEqual(
            self.programs.mapped("sequence"), [5, *(10 * (n + 1) for n in range(10))]
        )
        self.assertEqual(set(self.versions.mapped("number")), {1})

    def test_stage_target_and_value_lever(self):
        """Programs hang on stages, move the contact on (R2), and say what they improve
        (R6): prospects, then new customers, then customers."""
        for program in self.programs:
            self.assertTrue(program.stage_id, program.code)
            self.assertTrue(program.target_stage_id, program.code)
            self.assertTrue(program.value_lever, program.code)
            self.assertTrue(program.purpose.endswith("."), program.code)
        stages = {one.code: one.stage_id.code for one in self.programs}
        for code in ("content", "sales_ready", "old_leads"):
            self.assertEqual(stages[code], "prospect")
        self.assertEqual(stages["welcome"], "new")

    def test_numbers_are_used(self):
        """Every number that a marketer can change does something, and every rule names
        only facts, values and numbers that there are."""
        for program in self.programs:
            rules = [program.rule, program.goal_rule, program.exit_rule]
            rules += program.version_ids.step_ids.branch_ids.mapped("rule")
            text = " ".join(rule for rule in rules if rule)
            for parameter in program.parameter_ids:
                self.assertIn(f"param.{parameter.code}", text, program.code)
            program._rule(program.rule, entry=True)
            program._rule(program.goal_rule)
            program._rule(program.exit_rule)

    def test_nobody_is_mailed_about_them(self):
        """Neither the installation nor publishing writes to the owner."""
        self.programs.filtered(lambda one: not one.pick).action_publish()
        notices = self.env["mail.message"].search(
            [
                ("model", "in", ("lifecycle.program", "mailing.mailing")),
                ("message_type", "=", "user_notification"),
            ]
        )
        self.assertFalse(notices.filtered(lambda one: "assigned" in one.subject))

    def test_opens_decide_nothing(self):
        opened = self.env.ref("lifecycle_programs.lifecycle_event_type_mail_opened")
        self.assertNotIn(opened, self.steps.branch_ids.event_type_ids)
        for rule in self.steps.branch_ids.mapped("rule"):
            self.assertNotIn("open", (rule or "").replace("open_", ""))

    # ------------------------------------------------------------
    # JOURNEYS
    # ------------------------------------------------------------

    def test_versions_can_be_published(self):
        """No problem in any step: rules parse, nothing is out of reach, nothing turns
        in a circle without waiting."""
        for version in self.versions:
            self.assertEqual(version._get_problems(), [], version.program_id.code)

    def test_every_way_ends(self):
        """From every step there is a way to the end."""
        for version in self.versions:
            ended = version.step_ids.filtered(lambda step: step.type == "end")
            self.assertTrue(ended, version.program_id.code)
            grown = True
            while grown:
                grown = version.step_ids.filtered(
                    lambda step, ended=ended: (
                        step not in ended and step._get_ways_out() & ended
                    )
                )
                ended |= grown
            self.assertEqual(ended, version.step_ids, version.program_id.code)

    def test_discounts_are_off(self):
        """No discount until the marketer chooses one, and no word of one without it
        (R113)."""
        grants = self.steps.filtered(lambda step: step.type == "grant")
        self.assertTrue(grants)
        self.assertFalse(grants.loyalty_program_id)
        self.assertFalse(grants.pricelist_id)
        for step in self.steps.filtered("message_id"):
            text = " ".join(self.texts(step.message_id, "en_US"))
            self.assertEqual("grant." in text, step.needs_grant, step.key)

    # ------------------------------------------------------------
    # MESSAGES
    # ------------------------------------------------------------

    def test_messages_are_used_and_sorted(self):
        shipped = self.env["ir.model.data"].search(
            [
                ("module", "=", "lifecycle_programs"),
                ("model", "=", "lifecycle.message"),
            ]
        )
        question = self.env.ref("lifecycle_programs.program_sunset_message_question")
        used = self.messages | question
        self.assertEqual(set(shipped.mapped("res_id")), set(used.ids))
        for message in self.messages:
            self.assertTrue(message.category_id, message.name)

    def test_templates_name_only_what_there_is(self):
        for message in self.messages:
            known = message._get_known_names()
            for lang in ("en_US", "fi_FI"):
                for text in self.texts(message, lang):
                    for name in compile_template(text, html=True).variables:
                        self.assertTrue(message._is_known(name, known), name)

    def test_one_call_to_action(self):
        for message in self.messages.filtered(lambda one: one.channel == "mail"):
            for lang in ("en_US", "fi_FI"):
                _subject, body = self.texts(message, lang)
                self.assertEqual(body.count('class="btn'), 1, message.name)

    def test_subjects_are_short(self):
        for message in self.messages.filtered(lambda one: one.channel == "mail"):
            for lang in ("en_US", "fi_FI"):
                subject, _body = self.texts(message, lang)
                self.assertTrue(subject, message.name)
                self.assertLess(len(subject), 60, message.name)

    def test_greeting_by_first_name_or_neutral(self):
        """Level 1 of personalisation (R83): the name, and nothing odd without one."""
        greeting = re.compile(r"<p>(H.*?,)</p>")
        mails = self.messages.filtered(lambda one: one.channel == "mail")
        translated = self.exported(mails, "body")
        for lang, word, messages in (
            ("en_US", "Hi", mails),
            ("fi_FI", "Hei", translated),
        ):
            for message in messages:
                _subject, body = self.texts(message, lang)
                line = compile_template(greeting.search(body)[1], html=True)
                named = line.render({"contact.first_name": "Ann"})
                self.assertEqual(named, f"{word} Ann,")
                self.assertEqual(line.render({}), f"{word},")

    def test_tone_is_support_without_pressure(self):
        """Support and outcome, no guilt and no pressure (R143)."""
        for message in self.messages:
            text = " ".join(self.texts(message, "en_US")).replace("!=", "").lower()
            for word in PRESSURE:
                self.assertNotIn(word, text, message.name)

    def test_old_leads_can_always_decline(self):
        """A clear "thanks, but no thanks" in every message to old leads (R14, R139)."""
        program = self.env.ref("lifecycle_programs.program_old_leads")
        messages = program.version_ids.step_ids.message_id
        self.assertEqual(len(messages), 3)
        for message in messages:
            self.assertIn("{{links.no_thanks}}", str(message.body))

    # ------------------------------------------------------------
    # FINNISH
    # ------------------------------------------------------------

    def exported(self, records, field):
        """Those whose text is among the terms that were handed to the translators."""
        names = records.get_external_id()
        return records.filtered(
            lambda one: (
                f"#: model:{one._name},{field}:{names[one.id]}\n" in self.terms
            )
        )

    def test_messages_speak_finnish(self):
        """Every text in Finnish, with the same values as in English."""
        mails = self.exported(self.messages, "body")
        for message in mails | self.exported(self.messages, "body_text"):
            pairs = zip(
                self.texts(message, "en_US"), self.texts(message, "fi_FI"), strict=True
            )
            for english, finnish in pairs:
                self.assertEqual(
                    compile_template(english, html=True).variables,
                    compile_template(finnish, html=True).variables,
                    message.name,
                )
                if re.sub(r"\{\{.*?\}\}", "", english).strip():
                    self.assertNotEqual(english, finnish, message.name)

    def test_names_speak_finnish(self):
        records = [
            *((self.programs, name) for name in ("name", "purpose")),
            (self.programs.parameter_ids, "name"),
            (self.steps, "name"),
            (self.steps.branch_ids, "name"),
            (self.steps.filtered("note"), "note"),
        ]
        for many, field in records:
            for record in self.exported(many, field):
                self.assertNotEqual(
                    record[field], record.with_context(lang="fi_FI")[field], record
                )
