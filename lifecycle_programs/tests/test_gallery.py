"""The gallery: its cards, the templates as programs, and what "Use" makes of them."""

import re

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..engine.template import compile_template
from ..models.lifecycle_message import template_source
from .messages_common import MessageCommon
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


class GalleryCommon(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gallery = cls.env["lifecycle.gallery"]
        cls.category = cls.env["product.category"].create({"name": "Stoves"})
        cls.product = cls.env["product.template"].create(
            {"name": "Gas stove", "categ_id": cls.category.id}
        )

    @classmethod
    def answers_to(cls, key, **given):
        """Answers to all questions of a card: its own numbers, something for the
        rest."""
        answers = {}
        for question in cls.gallery.get_questions(key):
            value = question["value"]
            if question["kind"] == "text":
                value = 'Tents "light"'
            elif question["kind"] == "record":
                record = {
                    "product.template": cls.product,
                    "product.category": cls.category,
                }
                value = record[question["model"]].id
            answers[question["name"]] = value
        return answers | given

    @classmethod
    def use(cls, key, **given):
        action = cls.gallery.use(key, cls.answers_to(key, **given))
        return cls.env["lifecycle.program"].browse(action["res_id"])

    def card_of(self, key, **context):
        cards = self.gallery.with_context(**context).get_gallery()["cards"]
        return next(card for card in cards if card["key"] == key)


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


@tagged("lifecycle", "post_install", "-at_install")
class TestGallery(GalleryCommon):
    # ------------------------------------------------------------
    # CARDS
    # ------------------------------------------------------------

    def test_cards_by_stage_with_what_they_improve(self):
        """Every card stands at a stage of the circle (R5) and says what it improves
        (R6), when it starts and what is in it."""
        gallery = self.gallery.get_gallery()
        stages = [stage["code"] for stage in gallery["stages"]]
        self.assertEqual(stages, ["prospect", "new", "customer", "loyal", "advocate"])
        cards = {card["key"]: card for card in gallery["cards"]}
        self.assertEqual(len(cards), 28)
        for card in cards.values():
            self.assertIn(card["stage"], stages)
            for name in ("name", "purpose", "lever", "start", "contents"):
                self.assertTrue(card[name], (card["key"], name))
        reached = {stage for card in cards.values() for stage in card["stages"]}
        self.assertEqual(reached, set(stages))
        self.assertEqual(cards["winback"]["lever"], "Fewer lost customers")
        self.assertEqual(cards["cart"]["start"], "When: Left in the cart")
        self.assertFalse(any(card["program"] for card in cards.values()))

    def test_data_that_is_there_and_data_that_needs_a_connection(self):
        """A card says what is missing; what another system has to report stands apart
        until it does."""
        card = self.card_of("cart")
        self.assertFalse(card["is_connected"])
        self.assertIn("Left in the cart", card["data"][0]["hint"])
        contact = self.make_contact()
        self.make_event("cart_abandoned", contact)
        card = self.card_of("cart")
        self.assertTrue(card["is_connected"])
        self.assertEqual(card["data"][0]["hint"], "")
        # What can be done in Odoo is a hint, not a connection.
        self.env["lifecycle.period"].search([("id", "!=", False)]).unlink()
        card = self.card_of("contract")
        self.assertTrue(card["is_connected"])
        self.assertFalse(card["data"][0]["ok"])
        self.assertIn("Renewal periods", card["data"][0]["hint"])

    def test_data_is_that_of_the_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.make_event("payment_failed", self.make_contact())
        self.assertTrue(self.gallery._get_data()["payments"])
        elsewhere = self.gallery.with_company(other)._get_data()
        self.assertFalse(elsewhere["payments"])

    def test_one_statement_for_all_data(self):
        self.gallery.get_gallery()
        with self.assertQueryCount(1):
            self.gallery._get_data()

    # ------------------------------------------------------------
    # USE
    # ------------------------------------------------------------

    def test_questions_come_with_their_numbers(self):
        questions = {
            question["name"]: question
            for question in self.gallery.get_questions("winback")
        }
        self.assertEqual(questions["number.days"]["value"], 7)
        self.assertEqual(questions["number.days"]["unit"], "days")
        self.assertEqual(questions["discount"]["percent"], 20)
        welcome = self.gallery.get_questions("welcome")
        self.assertEqual(welcome[0]["kind"], "yes_no")
        for card in self.gallery.get_gallery()["cards"]:
            self.assertLessEqual(len(self.gallery.get_questions(card["key"])), 4)

    def test_use_makes_a_draft_with_the_answers(self):
        program = self.use(
            "winback",
            **{"number.days": 10, "discount": {"id": False, "percent": 25}},
        )
        self.assertEqual(program.state, "draft")
        self.assertEqual(program.gallery_key, "winback")
        self.assertEqual(program.parameter_ids.value, 10)
        coupons = program.step_ids.loyalty_program_id
        self.assertEqual(coupons.program_type, "coupons")
        self.assertEqual(coupons.reward_ids.discount, 25)
        self.assertEqual(coupons.company_id, self.company)
        again = self.use("winback", discount={"id": coupons.id})
        self.assertEqual(again.code, "winback_2")
        self.assertEqual(again.name, "Win-back 7, 14, 30, 60 2")
        self.assertEqual(again.step_ids.loyalty_program_id, coupons)

    def test_the_card_shows_its_program(self):
        program = self.use("billing")
        self.assertEqual(self.card_of("billing")["program"]["id"], program.id)
        self.assertEqual(self.card_of("billing")["program"]["state"], "draft")
        program.action_publish()
        later = self.use("billing")
        card = self.card_of("billing")
        self.assertEqual(card["program"]["id"], program.id)
        self.assertEqual(card["program"]["state_label"], "Running")
        program.action_archive()
        self.assertEqual(self.card_of("billing")["program"]["id"], later.id)

    def test_a_shipped_program_is_its_own_draft_first(self):
        """Other programs and rules know it by its code; afterwards it is copied."""
        shipped = self.env.ref("lifecycle_programs.program_rescue")
        program = self.use("rescue", **{"number.quiet_days": 120})
        self.assertEqual(program, shipped)
        numbers = {one.code: one.value for one in program.parameter_ids}
        self.assertEqual(numbers["quiet_days"], 120)
        self.assertEqual(numbers["interval_factor"], 1.5)
        copy = self.use("rescue")
        self.assertNotEqual(copy, shipped)
        self.assertEqual(copy.code, "rescue_copy")

    def test_offers_are_asked_for(self):
        program = self.use("upsell")
        self.assertEqual(program.offer_ids.bought_categ_id, self.category)
        self.assertEqual(program.offer_ids.offered_product_id, self.product)
        self.assertEqual(program._get_setup_problems(), [])
        answers = self.answers_to("upsell")
        del answers["offer.new"]
        with self.assertRaisesRegex(UserError, "Please answer"):
            self.gallery.use("upsell", answers)

    def test_another_company_gets_its_own(self):
        """Under the same code, and leading to no program of the first company."""
        other = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "lifecycle_other",
            "base.group_user,lifecycle_programs.group_lifecycle_marketer",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        gallery = self.gallery.with_user(user).with_company(other)
        program = self.env["lifecycle.program"]
        rescue = self.env.ref("lifecycle_programs.program_rescue")
        rescue.offer_ids = [Command.create({"offered_product_id": self.product.id})]
        steps = rescue.draft_version_id.step_ids
        grants = steps.filtered(lambda step: step.type == "grant")
        grants.grant_kind = "pricelist"
        grants.pricelist_id = self.env["product.pricelist"].create(
            {"name": "Ours", "company_id": self.company.id}
        )
        tasks = steps.filtered(lambda step: step.type == "activity")
        tasks.user_id = new_test_user(self.env, "lifecycle_ours", "base.group_user")
        for key in ("rescue", "welcome", "winback"):
            answers = {q["name"]: q["value"] for q in gallery.get_questions(key)}
            action = gallery.use(key, answers)
            program = self.env["lifecycle.program"].browse(action["res_id"])
            self.assertEqual(program.code, key)
            self.assertEqual(program.company_id, other)
            self.assertEqual(program.user_id, user)
            targets = program.step_ids.target_program_id | program.goal_program_id
            self.assertLessEqual(targets.company_id, other)
            self.assertFalse(program.offer_ids)
            steps = program.draft_version_id.step_ids
            self.assertFalse(steps.pricelist_id)
            self.assertFalse(steps.user_id)
        self.assertTrue(grants.pricelist_id)
        self.assertTrue(tasks.user_id)
        cards = {card["key"]: card for card in gallery.get_gallery()["cards"]}
        self.assertEqual(cards["winback"]["program"]["id"], program.id)
        self.assertFalse(self.card_of("winback")["program"])

    # ------------------------------------------------------------
    # COUNT
    # ------------------------------------------------------------

    def test_count_of_those_who_match_today(self):
        """With the numbers as they are typed, before there is a program."""
        people = self.make_contacts(3)
        for person, days in zip(people, (8, 12, 40), strict=True):
            self.make_event("product_used", person, self.at(days=-days))
        self.env.flush_all()
        answers = self.answers_to("winback")
        answer = self.gallery.count("winback", answers)
        self.assertEqual((answer["kind"], answer["count"]), ("now", 2), "8 and 12 days")
        answers["number.days"] = 10
        self.assertEqual(self.gallery.count("winback", answers)["count"], 1)
        self.assertEqual(self.gallery.count("winback", {})["count"], 2)
        self.assertFalse(
            self.env["lifecycle.program"].search([("gallery_key", "=", "winback")])
        )

    def test_count_of_those_to_whom_it_happened(self):
        people = self.make_contacts(3)
        self.make_event("cart_abandoned", people[0], self.at(days=-3))
        self.make_event("cart_abandoned", people[0], self.at(days=-2))
        self.make_event("cart_abandoned", people[1], self.at(days=-31))
        people[2].active = False
        self.make_event("cart_abandoned", people[2], self.at(days=-1))
        answer = self.gallery.count("cart", {})
        self.assertEqual(answer, {"kind": "recent", "count": 1})

    # ------------------------------------------------------------
    # WHO
    # ------------------------------------------------------------

    def test_salespeople_look_and_marketers_use(self):
        for_sales = self.gallery.with_user(self.salesperson)
        self.assertFalse(for_sales.get_gallery()["can_use"])
        for call in (
            lambda: for_sales.use("winback", {}),
            lambda: for_sales.count("winback", {}),
            lambda: for_sales.get_questions("winback"),
            for_sales.close_banner,
            lambda: for_sales.open_banner_step("choose"),
        ):
            with self.assertRaises(AccessError):
                call()
        nobody = new_test_user(self.env, "lifecycle_nobody", "base.group_user")
        with self.assertRaises(AccessError):
            self.gallery.with_user(nobody).get_gallery()
        marketer = self.gallery.with_user(self.marketer)
        self.assertTrue(marketer.get_gallery()["can_use"])
        # Whoever may not make discounts is not offered to, and cannot.
        (question,) = [
            one
            for one in marketer.get_questions("winback")
            if one["kind"] == "discount"
        ]
        self.assertFalse(question["can_create"])
        with self.assertRaises(AccessError):
            marketer.use("winback", {"discount": {"id": False, "percent": 90}})
        action = marketer.use("winback", {"number.days": 9})
        program = self.env["lifecycle.program"].browse(action["res_id"])
        self.assertEqual(program.user_id, self.marketer)

    def test_a_card_that_is_not_there(self):
        with self.assertRaises(UserError):
            self.gallery.use("nothing", {})
        with self.assertRaises(UserError):
            self.gallery.get_questions("../../etc/passwd")

    # ------------------------------------------------------------
    # JOURNEYS
    # ------------------------------------------------------------

    def test_winback_in_its_days(self):
        """7, 14, 30 and 60 days without use: news, a question, an offer, a last try;
        coming back ends it (R31)."""
        quiet, back = self.make_contacts(2)
        self.env["lifecycle.cap"].search([("id", "!=", False)]).unlink()
        program = self.use("winback", discount={"id": False, "percent": 20})
        program.company_id.lifecycle_launch_limit = 0
        for person in quiet | back:
            self.make_event("product_used", person, self.at(days=-7, hours=-1))
        self.consume()
        program.action_publish()
        program._enrol_partners(quiet | back, self.start)
        self.run_due()
        self.make_event("product_used", back, self.at(days=3))
        self.consume(days=3)
        for day in (7, 23, 24, 40, 41, 42, 53, 54, 67, 68):
            self.run_due(days=day, hours=1)
        enrolment = self.enrolment_of(quiet, program)
        mails = self.env["lifecycle.step.run"].search(
            [
                ("enrolment_id", "=", enrolment.id),
                ("outcome", "=", "done"),
                ("message_id", "!=", False),
            ],
            order="id",
        )
        self.assertEqual(
            mails.step_id.mapped("key"),
            ["news", "improve", "offer", "reminder", "last"],
        )
        days = [(run.run_at - self.start).days for run in mails]
        self.assertEqual([days[0], days[1], days[2], days[4]], [0, 7, 23, 53])
        self.assertEqual(enrolment.state, "ended")
        returned = self.enrolment_of(back, program)
        self.assertTrue(returned.goal_at)
        self.assertEqual(
            self.env["lifecycle.step.run"].search_count(
                [("enrolment_id", "=", returned.id), ("message_id", "!=", False)]
            ),
            1,
        )

    def test_a_cart_that_is_ordered_after_all(self):
        """The abandoned cart is reminded of with its link; an order ends it (R42)."""
        contact = self.make_contact()
        program = self.use("cart")
        program.action_publish()
        self.make_event(
            "cart_abandoned", contact, amount=50, link="https://acme.example/cart/1"
        )
        self.make_event("cart_abandoned", self.make_contact("Small"), amount=5)
        self.consume()
        self.run_due()
        enrolment = program.enrolment_ids
        self.assertEqual(enrolment.partner_id, contact, "the small cart stays out")
        self.run_due(hours=4)
        self.assertSteps(enrolment, ["hours_3 done", "remind done"])
        mail = self.env["mailing.trace"].search([("res_id", "=", contact.id)])
        self.assertIn("cart", mail.mail_mail_id.body_html)
        self.make_event(
            "order_confirmed", contact, self.at(hours=5), amount=50, order_id=1
        )
        self.consume(hours=5)
        self.assertTrue(enrolment.goal_at)
        self.run_due(days=9)
        self.assertSteps(enrolment, ["hours_3 done", "remind done"])

    def test_a_payment_that_fails_and_is_put_right(self):
        """Told an hour later, with the reason and where to put it right (R39); nobody
        is told who tries again at once."""
        program = self.use("payment_failed")
        program.action_publish()
        slow, quick = self.make_contact("Slow Payer"), self.make_contact("Quick Payer")
        provider = self.env["payment.provider"].create({"name": "Test", "code": "none"})
        payments = self.env["payment.transaction"].create(
            [
                {
                    "provider_id": provider.id,
                    "payment_method_id": self.env.ref(
                        "payment.payment_method_unknown"
                    ).id,
                    "reference": f"S0000{number}",
                    "amount": 120,
                    "currency_id": self.company.currency_id.id,
                    "partner_id": contact.id,
                    "operation": "online_direct",
                }
                for number, contact in enumerate(slow | quick)
            ]
        )
        payments._set_error("The card was declined")
        payments._set_error("The card was declined")
        self.consume(minutes=1)
        self.run_due(minutes=1)
        enrolment = self.enrolment_of(slow, program)
        self.assertEqual(enrolment.payload["reason"], "The card was declined")
        self.assertTrue(enrolment.payload["link"].endswith("/my/orders"))
        self.make_event("order_confirmed", quick, self.at(minutes=20), order_id=1)
        self.consume(minutes=20)
        self.run_due(hours=2)
        self.assertTrue(self.enrolment_of(quick, program).goal_at)
        runs = self.env["lifecycle.step.run"].search([("message_id", "!=", False)])
        self.assertEqual(runs.enrolment_id, enrolment)
        body = runs.trace_id.mail_mail_id.body_html
        self.assertIn("The card was declined", body)
        self.assertIn("S00000", body)


@tagged("lifecycle", "post_install", "-at_install")
class TestGalleryBanner(GalleryCommon):
    def steps(self):
        gallery = self.gallery.with_user(self.marketer)
        return {step["key"]: step["is_done"] for step in gallery.get_banner() or []}

    def test_the_steps_tick_themselves(self):
        """From the first look to a program that runs, each step when it is done."""
        programs = self.env["lifecycle.program"].search([("id", "!=", False)])
        programs.write({"user_id": False, "gallery_key": False})
        self.company.write({"name": "My Company", "lifecycle_message_seen": False})
        keys = ["choose", "sender", "preview", "publish"]
        self.assertEqual(self.steps(), dict.fromkeys(keys, False))
        gallery = self.gallery.with_user(self.marketer)
        action = gallery.open_banner_step("preview")
        self.assertEqual(action["tag"], "lifecycle_gallery", "nothing to look at yet")

        program = self.use("billing")
        program.user_id = self.marketer
        self.assertTrue(self.steps()["choose"])
        self.company.name = "Acme"
        self.assertTrue(self.steps()["sender"])

        action = gallery.open_banner_step("preview")
        self.assertEqual(action["res_model"], "lifecycle.message.preview")
        preview = self.env["lifecycle.message.preview"].with_user(self.marketer)
        preview = preview.with_context(**action["context"])
        preview.onchange({}, [], {"message_id": {}, "subject": {}})
        self.assertTrue(self.steps()["preview"])

        action = gallery.open_banner_step("sender")
        self.assertEqual(action["res_id"], self.company.id)
        self.assertEqual(gallery.open_banner_step("publish")["res_id"], program.id)
        program.action_publish()
        self.assertEqual(self.steps(), {}, "all is done: nothing to show")

    def test_the_preview_beside_the_form_is_a_look_too(self):
        """But an empty message is nothing to look at."""
        editor = self.env["lifecycle.message.editor"].with_user(self.marketer)
        self.company.lifecycle_message_seen = False
        texts = {"subject": "", "body": "", "body_text": ""}
        editor.preview(False, {"channel": "mail", **texts})
        self.assertFalse(self.company.lifecycle_message_seen)
        mail = self.env["lifecycle.message"].create(
            {"name": "Hello", "subject": "Hello", "body": "<p>Good to see you</p>"}
        )
        contact = self.make_contacts(1)
        self.assertTrue(editor.preview(mail.id, partner_id=contact.id)["html"])
        self.assertTrue(self.company.lifecycle_message_seen)

    def test_it_can_be_closed(self):
        self.company.lifecycle_message_seen = False
        self.assertTrue(self.steps())
        self.gallery.with_user(self.marketer).close_banner()
        self.assertEqual(self.steps(), {})

    def test_salespeople_do_not_see_it(self):
        self.assertIsNone(self.gallery.with_user(self.salesperson).get_banner())
