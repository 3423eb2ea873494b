"""The gallery: its cards, what "Use" makes of them, and the banner."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .gallery_common import GalleryCommon


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
