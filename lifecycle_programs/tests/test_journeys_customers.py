"""Walks by the clock: Welcome, Renewal, Rescue."""

from odoo.tests import tagged

from .journeys_common import JourneyCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestWelcome(JourneyCommon):
    code = "welcome"

    def test_service_to_the_end(self):
        """The first order brings thanks at once (R15), an orientation over the days
        0, 1, 2, 3, 5 and 7 (R16, R30), and the ladder for who does not act (R17)."""
        self.publish(goods=0)
        self.order()
        self.assertWalked(["0 thanks"])
        self.walk_to(days=120)
        self.assertWalked(
            [
                "0 thanks",
                "1 core",
                "2 story",
                "3 tip",
                "5 help",
                "7 highlight",
                "14 give no_discount_chosen",
                "14 ask_again",
                "28 last",
                "30 survey",
                "30 to_category program_not_running",
                "30 to_referral program_not_running",
            ]
        )
        self.assertEnded("ended", "finish")

    def test_goods_from_delivery(self):
        """Goods count from the delivery: getting started, story, check-in (R16)."""
        self.publish(goods=1)
        order = self.order()
        self.walk_to(days=3)
        self.happen("delivered", order=order.name, order_id=order.id)
        self.walk_to(days=15)
        self.assertWalked(["0 thanks", "4 begin", "8 goods_story", "13 check_in"])

    def test_goal_skips_the_asking_but_not_the_survey(self):
        """Done is done: no more asking (R73), but the survey comes (R72)."""
        self.publish(goods=0)
        self.order()
        self.walk_to(days=7)
        self.answer("highlight", "done")
        self.assertTrue(self.enrolment.goal_at)
        self.walk_to(days=30)
        self.assertWalked(
            [
                "0 thanks",
                "1 core",
                "2 story",
                "3 tip",
                "5 help",
                "7 highlight",
                "30 survey",
                "30 to_category program_not_running",
                "30 to_referral program_not_running",
            ]
        )
        self.assertEnded("ended", "finish")

    def test_what_follows_welcome(self):
        """Category expansion follows Welcome (R21, R74), and Referral waits for the
        answer to its survey (R26) without keeping anybody waiting."""
        others = self.env.ref("lifecycle_programs.program_category")
        others |= self.env.ref("lifecycle_programs.program_referral")
        self.env["lifecycle.offer"].create(
            {"program_id": others[0].id, "offered_categ_id": self.stoves.id}
        )
        others.action_publish()
        self.publish(goods=0)
        self.order()
        self.walk_to(days=33)
        category, referral = (
            program.enrolment_ids.filtered(lambda one: one.partner_id == self.anna)
            for program in others
        )
        self.assertSteps(category, ["problem done"])
        self.assertFalse(referral.started)
        self.answer_survey(10)
        self.walk_to(days=36)
        self.assertEqual(referral.step_run_ids.sorted("visit")[-1].step_id.key, "ask")

    def test_second_order_is_the_goal(self):
        self.publish(goods=0)
        self.order()
        self.walk_to(days=4)
        self.order(product=self.stove)
        self.assertTrue(self.enrolment.goal_at)
        self.walk_to(days=8)
        self.assertWalked(["0 thanks", "1 core", "2 story", "3 tip", "5 help"])
        self.assertEqual(self.enrolment.state, "active")

    def test_carrot_only_for_who_did_not_act(self):
        """The carrot stands in the persuasion step, with an end (R17, R113)."""
        self.choose_coupons(give=5)
        self.publish(goods=0)
        self.order()
        self.walk_to(days=16)
        self.assertWalked(
            [
                "0 thanks",
                "1 core",
                "2 story",
                "3 tip",
                "5 help",
                "7 highlight",
                "14 give",
                "14 carrot",
            ]
        )
        grant = self.env["lifecycle.grant"].search([("partner_id", "=", self.anna.id)])
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertIn(grant.code, mail.body_html)

    def test_large_customers_are_called(self):
        self.publish(goods=0, call_value=500)
        self.order(quantity=10)
        self.walk_to(days=28)
        self.assertEqual(self.run_of("call").step_type, "activity")
        self.assertEqual(self.tasks().user_id, self.salesperson)

    def test_help_is_a_person(self):
        """Who asks for help gets a call, not a mail (R121)."""
        self.publish(goods=0)
        self.order()
        self.walk_to(days=5)
        self.answer("help", "contact_me")
        self.assertIn("Anna Korhonen", self.tasks().note)

    def test_cancelled_order_ends_it(self):
        self.publish()
        order = self.order()
        order._action_cancel()
        self.work()
        self.assertEnded("exited")
        self.assertEqual(self.enrolment.end_reason, "order_cancelled")

    def test_second_order_enters_nobody(self):
        self.order(days=100)
        self.publish()
        self.order()
        self.assertFalse(self.enrolment)

    def test_back_after_two_years(self):
        """A "welcome back" after 24 months away."""
        self.order(days=800)
        self.publish()
        self.order()
        self.assertWalked(["0 thanks"])


@tagged("lifecycle", "post_install", "-at_install")
class TestRenewal(JourneyCommon):
    code = "renewal"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.period = cls.env["lifecycle.period"].create(
            {"product_tmpl_id": cls.tent.product_tmpl_id.id, "months": 12}
        )

    def test_year_to_the_end(self):
        """Picked at purchase, active near the date (R22), months ahead (R38): T-90,
        T-60, T-30, T-7, T+14; then Rescue."""
        self.publish()
        self.order()
        self.assertFalse(self.enrolment.started)
        due = (self.enrolment.anchor_date - self.start).days
        self.walk_to(days=due - 91)
        self.assertWalked([])
        self.walk_to(days=due + 40)
        self.assertWalked(
            [
                f"{due - 90} results",
                f"{due - 60} coming",
                f"{due - 30} renew",
                f"{due - 7} week",
                f"{due - 7} sms no_address",
                f"{due + 14} why",
                f"{due + 30} to_rescue program_not_running",
            ]
        )
        self.assertEnded("ended", "finish")

    def test_renewed(self):
        """The same bought again is the goal, and ends it at once."""
        self.publish()
        self.order()
        due = (self.enrolment.anchor_date - self.start).days
        first = self.enrolment
        self.walk_to(days=due - 20)
        self.order()
        self.assertEqual(first.state, "goal")
        self.assertEqual(self.enrolment.state, "active")
        self.assertNotEqual(self.enrolment, first)
        self.walk_to(days=due + 40)
        self.assertEqual(len(first.step_run_ids.filtered("trace_id")), 3)

    def test_same_category_renews(self):
        """Another of the same category is as good as the same again."""
        self.publish()
        self.order()
        first = self.enrolment
        self.walk_to(days=300)
        self.order(product=self.make_product("Tent for four", self.tents, 200))
        self.assertEqual(first.state, "goal")

    def test_something_else_does_not_renew(self):
        self.publish()
        self.order()
        self.walk_to(days=300)
        self.order(product=self.stove)
        self.assertFalse(self.enrolment.goal_at)

    def test_sms_a_week_before(self):
        """The mail explains, the SMS moves to action (R78)."""
        self.anna.write({"phone": "+358401234567"})
        self.publish()
        self.order()
        self.walk_to(days=360)
        self.assertTrue(self.run_of("sms").trace_id)
        self.assertIn(
            "Tent for two",
            self.env["sms.sms"].search([], order="id desc", limit=1).body,
        )

    def test_supplies(self):
        """Supplies are due sooner, and asked about more briefly (R23)."""
        self.period.months = 2
        self.publish()
        self.order()
        due = (self.enrolment.anchor_date - self.start).days
        self.walk_to(days=due + 20)
        self.assertWalked(
            [
                f"{due - 10} short_first",
                f"{due - 3} short_second",
                f"{due + 7} short_last",
            ]
        )
        self.assertEnded("ended", "finish")

    def test_long_periods_are_asked_again(self):
        """A car after 36 months, and again after 48 (R23)."""
        self.period.months = 36
        self.publish()
        self.order()
        self.walk_to(days=36 * 31 + 13 * 31)
        day = (self.run_of("again").run_at - self.start).days
        self.assertAlmostEqual(day, 48 * 30.4, delta=3)
        self.assertEnded("ended", "finish")

    def test_before_a_yearly_invoice(self):
        """A yearly invoice makes people think again: value comes before it (R23)."""
        self.publish(yearly_invoice=1)
        self.order()
        due = (self.enrolment.anchor_date - self.start).days
        self.walk_to(days=due)
        self.assertWalked(
            [f"{due - 90} results", f"{due - 60} coming", f"{due - 30} invoice"]
        )

    def test_who_wants_to_talk_is_called(self):
        self.publish()
        self.order()
        self.walk_to(days=280)
        self.answer("results", "contact_me")
        self.assertEqual(len(self.tasks()), 1)

    def test_without_a_period_nobody_enters(self):
        self.publish()
        self.order(product=self.stove)
        self.assertFalse(self.enrolment)


@tagged("lifecycle", "post_install", "-at_install")
class TestRescue(JourneyCommon):
    code = "rescue"

    def fade(self):
        """Three orders a month apart, and then nothing for a hundred days."""
        for days in (160, 130, 100):
            self.order(days=days)

    def test_ladder_to_the_end(self):
        """Remind, benefit, another benefit, phone (R25): gently, never the heaviest
        first, a discount on the customer's record (R109) that is switched off after its
        time (R110), the same code in the reminder, a call at the end (R69, R120)."""
        self.choose_coupons(give_benefit=5, give_second=10)
        self.publish(call_value=200)
        self.fade()
        self.scan()
        self.assertWalked(["0 remind"])
        self.walk_to(days=80)
        walked = [
            "0 remind",
            "14 give_benefit",
            "14 benefit",
            "35 give_second",
            "35 second",
            "53 reminder",
            "56 call",
        ]
        self.assertWalked(walked)
        self.assertEnded("ended", "former")
        self.assertEqual(self.tasks().user_id, self.salesperson)
        grants = self.env["lifecycle.grant"].search(
            [("partner_id", "=", self.anna.id)], order="starts_at"
        )
        self.assertEqual(len(grants), 2)
        self.assertEqual(self.run_of("reminder").grant_id, grants[1])
        self.assertEqual(grants.card_id.partner_id, self.anna)
        self.env["lifecycle.grant"]._settle(self.clock())
        self.assertEqual(set(grants.mapped("state")), {"ended"})

    def test_an_order_ends_it_at_once(self):
        self.publish()
        self.fade()
        self.scan()
        self.walk_to(days=10)
        self.order()
        self.assertEnded("goal")
        self.walk_to(days=80)
        self.assertWalked(["0 remind"])

    def test_without_discounts_it_stays_friendly(self):
        """No discount chosen: nothing is promised; who buys less gets a question, and
        an answer that needs a person gets one (R143)."""
        self.publish(call_value=10000)
        self.fade()
        self.scan()
        self.walk_to(days=56)
        self.assertWalked(
            [
                "0 remind",
                "14 give_benefit no_discount_chosen",
                "14 benefit no_discount",
                "35 give_second no_discount_chosen",
                "35 second no_discount",
                "35 reminder no_discount",
                "56 question",
            ]
        )
        self.answer("question", "something_wrong")
        self.assertEqual(len(self.tasks()), 1)
        self.walk_to(days=71)
        self.assertEnded("ended", "former")

    def test_no_second_rescue_discount_within_a_year(self):
        """Customers must not learn to fade away for a discount (R25, R114)."""
        self.choose_coupons(give_benefit=5, give_second=10)
        self.publish(call_value=10000)
        self.fade()
        self.env["lifecycle.grant"].create(
            {
                "program_id": self.program.id,
                "company_id": self.company.id,
                "partner_id": self.anna.id,
                "commercial_partner_id": self.anna.id,
                "kind": "coupon",
                "starts_at": self.at(days=-200),
                "ends_at": self.at(days=-180),
                "ended_at": self.at(days=-180),
                "state": "ended",
            }
        )
        self.scan()
        self.walk_to(days=71)
        self.assertWalked(["0 remind", "56 question"])

    def test_who_enters(self):
        """Inactivity is a trigger (R44): no purchases for x days, measured by the
        customer's own rhythm (R62), or purchases down by y percent (R24, R54)."""
        regular, slow, twice, once, fallen = self.make_contacts(5)
        for days in (190, 160, 130, 100):
            self.order(regular, days=days)
        for days in (500, 300, 100):
            self.order(slow, days=days)
        for days in (400, 181):
            self.order(twice, days=days)
        self.order(once, days=200)
        for days in (520, 460, 400, 80):
            self.order(fallen, days=days)
        self.publish()
        self.scan()
        inside = self.program.enrolment_ids.partner_id
        self.assertEqual(inside, regular | twice | fallen)

    def test_not_while_a_quotation_is_open(self):
        self.fade()
        self.env["sale.order"].create({"partner_id": self.anna.id})
        self.publish()
        self.scan()
        self.assertFalse(self.enrolment)
