"""Walks by the clock: Other event (a move), Triggered upsell, Referral, Category."""

from odoo.tests import tagged

from .journeys_common import JourneyCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestMove(JourneyCommon):
    code = "move"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        finland = cls.env.ref("base.fi")
        cls.anna.write({"zip": "00100", "city": "Helsinki", "country_id": finland.id})
        cls.env["lifecycle.event"]._flush_pending()

    def move(self, **address):
        self.anna.write(address or {"zip": "33100", "city": "Tampere"})
        self.work()

    def test_chance_to_the_end(self):
        """A changed address is an opportunity (R20, R52): confirm it, a checklist for
        movers, then another angle for who did not click."""
        self.publish()
        self.order(days=100)
        self.move()
        self.assertWalked([])
        self.walk_to(days=50)
        self.assertWalked(["1 confirm", "6 checklist", "13 angle"])
        self.assertEnded("ended", "finish")

    def test_clicked_gets_the_offer(self):
        self.publish()
        self.order(days=100)
        self.move()
        self.walk_to(days=6)
        self.click("checklist")
        self.walk_to(days=14)
        self.assertWalked(["1 confirm", "6 checklist", "13 offer"])
        self.order()
        self.assertEnded("goal")

    def test_threat_is_a_call_without_selling(self):
        """A move to another country threatens the customership (R20): a call."""
        self.publish()
        self.order(days=100)
        self.move(zip="11122", city="Stockholm", country_id=self.env.ref("base.se").id)
        self.walk_to(days=50)
        self.assertWalked(["1 confirm", "2 call"])
        self.assertIn("Stockholm", self.tasks().note)

    def test_running_contract_is_a_threat(self):
        self.env["lifecycle.period"].create(
            {"product_tmpl_id": self.tent.product_tmpl_id.id, "months": 12}
        )
        self.publish()
        self.order(days=100)
        self.move()
        self.walk_to(days=3)
        self.assertWalked(["1 confirm", "2 call"])

    def test_wrong_address_is_put_right(self):
        self.publish()
        self.order(days=100)
        self.move()
        self.walk_to(days=2)
        self.answer("confirm", "wrong_address")
        self.assertWalked(["1 confirm", "2 put_right"])
        self.assertEqual(len(self.tasks()), 1)
        self.assertEnded("ended", "finish")

    def test_changed_again_waits_again(self):
        """24 hours without another change, before anything is said."""
        self.publish()
        self.order(days=100)
        self.move()
        self.walk_to(days=0.8)
        self.move(zip="20100", city="Turku")
        self.walk_to(days=1.5)
        self.assertWalked([])
        self.walk_to(days=2)
        self.assertWalked(["1 confirm"])

    def test_spelling_is_no_move(self):
        self.publish()
        self.order(days=100)
        self.move(city="HELSINKI ")
        self.assertFalse(self.enrolment)

    def test_only_customers(self):
        self.publish()
        self.move()
        self.assertFalse(self.enrolment)


@tagged("lifecycle", "post_install", "-at_install")
class TestUpsell(JourneyCommon):
    code = "upsell"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["lifecycle.offer"].create(
            {
                "program_id": cls.program.id,
                "bought_categ_id": cls.tents.id,
                "offered_product_id": cls.stove.product_tmpl_id.id,
                "pitch": "Warm food at the tent.",
                "link": "https://www.northwind.example/stove",
            }
        )

    def test_not_clicked_gets_an_article(self):
        """A purchase fires it (R18, R53); who does not click gets an article instead of
        an offer."""
        self.publish()
        self.order(days=200)
        self.order()
        self.walk_to(days=31)
        self.assertWalked(["1 offer", "10 article"])
        self.assertEnded("ended", "finish")

    def test_clicked_and_bought(self):
        """Natural add-ons (R105). Clicked: doubts answered, 3 days later (R63); the
        add-on bought is the goal."""
        self.publish()
        self.order(days=200)
        self.order()
        self.walk_to(days=3)
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertIn("Gas stove", mail.body_html)
        self.assertIn("Warm food", mail.body_html)
        self.click("offer", "stove")
        self.walk_to(days=7)
        self.assertWalked(["1 offer", "6 doubts"])
        first = self.enrolment
        self.order(product=self.stove)
        self.assertEqual(first.state, "goal")

    def test_large_orders_are_called_about(self):
        """Above a value a task instead of the second mail."""
        self.publish(task_value=500)
        self.order(days=200)
        self.order(quantity=10)
        self.walk_to(days=2)
        self.click("offer", "stove")
        self.walk_to(days=6)
        self.assertWalked(["1 offer", "5 task"])
        self.assertEqual(self.tasks().user_id, self.salesperson)

    def test_first_time_buyers_later(self):
        """Close on the simple content, sell up when the customer is won (R19): after
        the first days of Welcome."""
        self.publish()
        self.order()
        self.walk_to(days=9)
        self.assertWalked(["8 offer"])

    def test_first_time_buyers_beside_welcome(self):
        """Welcome goes first, and leaves room for one offer between its messages."""
        for goods in (0, 1):
            with self.subTest(goods=goods):
                welcome = self.env.ref("lifecycle_programs.program_welcome")
                welcome.parameter_ids.filtered(
                    lambda line: line.code == "goods"
                ).value = goods
                welcome.action_publish()
                self.publish()
                for delivered in range(8):
                    self.anna = self.make_contact(f"Buyer {goods}{delivered}")
                    self.start = self.clock()
                    order = self.order()
                    self.walk_to(days=delivered)
                    self.happen("delivered", order_id=order.id)
                    self.walk_to(days=13)
                    self.run_of("offer")

    def test_at_once_like_insurance(self):
        self.publish(at_once=1)
        self.order(days=200)
        self.order()
        self.assertWalked(["0 offer"])

    def test_not_what_they_have(self):
        self.publish()
        self.order(product=self.stove, days=200)
        self.order()
        self.assertFalse(self.enrolment)

    def test_cancelled_order(self):
        self.publish()
        order = self.order()
        order._action_cancel()
        self.work()
        self.assertEnded("exited")

    def test_two_weeks_between(self):
        self.publish()
        self.order(days=200)
        self.order()
        self.walk_to(days=10)
        self.order()
        self.assertEqual(len(self.program.enrolment_ids), 1)
        self.walk_to(days=15)
        self.order()
        self.assertEqual(len(self.program.enrolment_ids), 2)


@tagged("lifecycle", "post_install", "-at_install")
class TestReferral(JourneyCommon):
    code = "referral"

    def say(self, score):
        """Answer the survey as it was sent."""
        survey = self.env.ref("lifecycle_programs.survey_recommend")
        survey._create_answer(partner=self.anna, email=self.anna.email)
        self.answer_survey(score)

    def test_promoter_to_the_end(self):
        """Asked because they would recommend (R26, R56), once reminded, after enough
        experience (R28)."""
        self.publish()
        self.order(days=100)
        self.say(9)
        self.walk_to(days=31)
        self.assertWalked(["2 ask", "10 again"])
        self.assertEnded("ended", "finish")

    def test_promoter_does_it(self):
        """No single way for all (R27): the goal is any of them; a person follows up,
        and the best customers are asked for a success story."""
        self.publish(story_value=50)
        self.order(days=100)
        self.say(10)
        self.walk_to(days=3)
        self.answer("ask", "reference")
        self.assertTrue(self.enrolment.goal_at)
        self.assertIn("reference", self.tasks().note)
        self.walk_to(days=31)
        self.assertWalked(["2 ask", "3 thank", "30 story"])
        self.assertEnded("ended", "finish")

    def test_passive_is_asked_for_less(self):
        """Others: first stars or sharing, then a review (R27)."""
        self.publish()
        self.order(days=100)
        self.say(8)
        self.walk_to(days=31)
        self.assertWalked(["2 share", "16 review"])
        self.assertEnded("ended", "finish")

    def test_no_answer_is_asked_for_less(self):
        """No answer in 30 days, but 60 days of experience: stars, then a review."""
        self.publish()
        self.order(days=40)
        self.program._enrol_partners(
            self.anna, self.clock(), {self.anna.id: {"program": "welcome"}}
        )
        self.walk_to(days=60)
        self.assertWalked(["32 share", "46 review"])
        self.assertEnded("ended", "finish")

    def test_a_review_is_followed_up(self):
        self.publish()
        self.order(days=100)
        self.say(7)
        self.walk_to(days=20)
        self.answer("review", "review")
        self.assertWalked(["2 share", "16 review", "20 thank_review"])
        self.assertTrue(self.enrolment.goal_at)

    def test_detractor_is_called_and_never_asked(self):
        self.publish()
        self.order(days=100)
        self.say(3)
        self.walk_to(days=31)
        self.assertWalked(["0 call"])
        self.assertIn("3", self.tasks().note)
        self.assertEqual(self.tasks().user_id, self.salesperson)

    def test_new_customers_tell_before_they_recommend(self):
        """Recommending needs experience (R28)."""
        self.publish()
        self.order(days=10)
        self.say(10)
        self.walk_to(days=3)
        self.assertWalked(["2 share"])

    def test_not_after_a_return(self):
        self.publish()
        self.order(days=100)
        self.happen("goods_returned", amount=100)
        self.say(10)
        self.walk_to(days=31)
        self.assertWalked([])
        self.assertEnded("ended", "finish")

    def test_again_after_180_days(self):
        self.publish()
        self.order(days=100)
        self.say(8)
        self.walk_to(days=100)
        self.say(9)
        self.assertEqual(len(self.program.enrolment_ids), 1)
        self.walk_to(days=190)
        self.say(9)
        self.assertEqual(len(self.program.enrolment_ids), 2)


@tagged("lifecycle", "post_install", "-at_install")
class TestCategory(JourneyCommon):
    code = "category"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boats = cls.env["product.category"].create({"name": "Boats"})
        cls.env["lifecycle.offer"].create(
            [
                {
                    "program_id": cls.program.id,
                    "sequence": number,
                    "offered_categ_id": category.id,
                    "link": f"https://www.northwind.example/{category.name.lower()}",
                }
                for number, category in enumerate((cls.tents, cls.stoves, cls.boats))
            ]
        )

    def enter(self):
        self.order(days=50)
        self.publish()
        self.scan()

    def test_not_clicked_to_the_end(self):
        """Old customers too, who never bought in the category (R106), one at a time
        (R21, R53): the first of the list that they do not have."""
        self.enter()
        self.assertEqual(self.enrolment.payload["category"], "Stoves")
        self.walk_to(days=31)
        self.assertWalked(["0 problem", "7 angle"])
        self.assertEnded("ended", "finish")

    def test_clicked_and_given_a_reason(self):
        """Clicked, but not bought: a discount with an end (R113), if one is chosen."""
        self.choose_coupons(give=10)
        self.enter()
        self.walk_to(days=2)
        self.click("problem", "stoves")
        self.walk_to(days=15)
        self.assertWalked(["0 problem", "7 products", "14 give", "14 offer"])
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertIn(self.run_of("offer").grant_id.code, mail.body_html)
        self.order(product=self.stove)
        self.assertEnded("goal")

    def test_other_orders_are_not_the_goal(self):
        self.enter()
        self.walk_to(days=2)
        self.order()
        self.assertFalse(self.enrolment.goal_at)

    def test_next_category_after_a_pause(self):
        self.enter()
        self.walk_to(days=40)
        self.scan()
        self.assertEqual(len(self.program.enrolment_ids), 1)
        self.walk_to(days=61)
        self.scan()
        self.assertEqual(self.enrolment.payload["category"], "Boats")

    def test_who_stays_out(self):
        """New customers, unhappy ones, and those who bought long ago."""
        new, unhappy, gone = self.make_contacts(3)
        self.order(new, days=20)
        self.order(unhappy, days=60)
        self.happen("survey_answered", unhappy, score=4, recommend=False)
        self.order(gone, days=400)
        self.enter()
        self.assertEqual(self.program.enrolment_ids.partner_id, self.anna)
