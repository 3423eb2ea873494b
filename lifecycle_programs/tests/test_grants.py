from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.lifecycle_programs.hooks import uninstall_hook

from .common import LifecycleCommon


class GrantCommon(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"lifecycle_grant_limit": 2, "lifecycle_intro_days": 60})
        cls.product = cls.env["product.product"].create(
            {"name": "Tent", "list_price": 100, "taxes_id": [Command.clear()]}
        )
        cls.coupons = cls.make_coupon_program()

    @classmethod
    def make_coupon_program(cls, name="Ten percent", **values):
        return cls.env["loyalty.program"].create(
            {
                "name": name,
                "program_type": "coupons",
                "applies_on": "current",
                "trigger": "with_code",
                "company_id": cls.company.id,
                "rule_ids": [Command.clear()],
                "reward_ids": [
                    Command.create({"reward_type": "discount", "discount": 10})
                ],
                **values,
            }
        )

    @classmethod
    def make_grant_program(cls, *, steps=1, code="test_grants", **step_values):
        values = {
            "type": "grant",
            "grant_kind": "coupon",
            "loyalty_program_id": cls.coupons.id,
            "grant_days": 14,
            **step_values,
        }
        if values["grant_kind"] == "pricelist":
            values["loyalty_program_id"] = False
        return cls.make_program(*([values] * steps), code=code, publish=False)

    @classmethod
    def put_in(cls, program, partners, company=None):
        """Enrolments that stand at the first step."""
        step = program.step_ids[:1]
        return cls.env["lifecycle.enrolment"].create(
            [
                {
                    "program_id": program.id,
                    "version_id": step.version_id.id,
                    "company_id": (company or cls.company).id,
                    "partner_id": partner.id,
                    "commercial_partner_id": partner.commercial_partner_id.id,
                    "entered_at": cls.start,
                    "step_id": step.id,
                }
                for partner in partners
            ]
        )

    def grant(self, program, partners, step=None, **delta):
        """What the step gives: grants and reasons in the order of the contacts."""
        step = step or program.step_ids[:1]
        enrolments = self.put_in(program, partners)
        given = self.env["lifecycle.grant"]._grant_batch(
            step, enrolments, self.at(**delta)
        )
        return [given[enrolment.id] for enrolment in enrolments]

    def make_order(self, partner, *, confirm=False, **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [Command.create({"product_id": self.product.id})],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    def redeem(self, order, code):
        """What the salesperson does: enter the code and take the reward."""
        status = order._try_apply_code(code)
        if "error" not in status:
            for card, rewards in status.items():
                order._apply_program_reward(rewards[:1], card)
        return status

    def events(self, code, *grants):
        self.env["lifecycle.event"]._flush_pending()
        return self.env["lifecycle.event"].search(
            [
                ("type_id", "=", self.event_type(code).id),
                ("res_model", "=", "lifecycle.grant"),
                ("res_id", "in", [grant.id for grant in grants]),
            ]
        )

    def settle(self, **delta):
        grants = self.env["lifecycle.grant"]
        now = self.at(**delta)
        return grants._settle(now) + grants._announce_ending(now)

    def count_queries(self, work):
        self.env.flush_all()
        before = self.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.cr.sql_log_count - before


@tagged("post_install", "-at_install", "lifecycle")
class TestCoupons(GrantCommon):
    def test_each_customer_gets_a_code_of_their_own(self):
        mails = self.env["mail.mail"].search_count([])
        first, second = self.grant(self.make_grant_program(), self.make_contacts(2))
        self.assertNotEqual(first.code, second.code)
        card = first.card_id
        self.assertEqual(card.partner_id, first.partner_id)
        self.assertEqual((card.code, card.points), (first.code, 1))
        last_day = self.start.date() + timedelta(days=14)
        self.assertEqual(card.expiration_date, last_day)
        self.assertEqual(
            first.ends_at,
            datetime.combine(last_day + timedelta(days=1), datetime.min.time()),
        )
        self.assertIn("10", first.description)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_the_last_day_is_the_company_s(self):
        self.company.partner_id.tz = "Pacific/Auckland"
        noon = datetime(2026, 6, 1, 18)
        program = self.make_grant_program(grant_days=1)
        enrolment = self.put_in(program, self.make_contact())
        grants = self.env["lifecycle.grant"]._grant_batch(
            program.step_ids, enrolment, noon
        )
        # In Auckland it is the 2nd of June already, 12 hours ahead.
        grant = grants[enrolment.id]
        self.assertEqual(
            fields.Date.to_string(grant.card_id.expiration_date), "2026-06-03"
        )
        self.assertEqual(grant.ends_at, datetime(2026, 6, 3, 12))

    def test_a_reminder_shows_the_same_code(self):
        program = self.make_grant_program(steps=2)
        enrolment = self.put_in(program, self.make_contact())
        results = [
            step._run_grant_batch(enrolment, self.at(days=day))[enrolment.id]
            for day, step in enumerate(program.step_ids)
        ]
        first, second = (result.values["grant_id"] for result in results)
        self.assertEqual(first, second)
        self.assertEqual(results[0].outcome, "done")

    def test_one_live_discount_per_customer(self):
        company = self.make_contact("Acme", is_company=True)
        anna = self.make_contact("Anna Aho", parent_id=company.id)
        bo = self.make_contact("Bo Berg", parent_id=company.id)
        program = self.make_grant_program()
        given, refused = self.grant(program, anna + bo)
        self.assertEqual((given.state, refused), ("live", "live_grant"))
        other = self.make_grant_program(code="other")
        self.assertEqual(self.grant(other, bo, days=1), ["live_grant"])

    def test_a_step_without_discount_is_skipped(self):
        program = self.make_grant_program(loyalty_program_id=False)
        enrolment = self.put_in(program, self.make_contact())
        result = program.step_ids._run_grant_batch(enrolment, self.start)[enrolment.id]
        self.assertEqual(
            (result.outcome, result.reason), ("skipped", "no_discount_chosen")
        )
        self.assertFalse(program.step_ids._get_problems())

    def test_an_archived_coupon_program_is_not_given(self):
        program = self.make_grant_program()
        self.coupons.action_archive()
        self.assertEqual(
            self.grant(program, self.make_contact()), ["discount_not_available"]
        )
        self.assertTrue(program.step_ids._get_problems())

    def test_none_while_a_quotation_is_open(self):
        partner = self.make_contact()
        self.make_order(partner, date_order=self.at(hours=-1))
        self.assertEqual(
            self.grant(self.make_grant_program(), partner), ["open_quotation"]
        )

    def test_none_for_a_special_pricelist(self):
        partner = self.make_contact()
        partner.specific_property_product_pricelist = self.env[
            "product.pricelist"
        ].create({"name": "Contract"})
        self.env.flush_all()
        self.assertEqual(
            self.grant(self.make_grant_program(), partner), ["special_pricelist"]
        )

    def test_yearly_limit(self):
        partner = self.make_contact()
        programs = [self.make_grant_program(code=f"program_{n}") for n in range(4)]
        for number, day in enumerate((0, 100)):
            (grant,) = self.grant(programs[number], partner, days=day)
            self.assertEqual(grant.state, "live")
        self.assertEqual(self.grant(programs[2], partner, days=200), ["yearly_limit"])
        self.company.lifecycle_grant_limit = 0
        (grant,) = self.grant(programs[3], partner, days=200)
        self.assertEqual(grant.state, "live")

    def test_none_soon_after_an_introductory_offer(self):
        partner = self.make_contact()
        order = self.make_order(partner)
        card = self.env["loyalty.card"].create(
            {"program_id": self.coupons.id, "points": 1, "code": "HELLO"}
        )
        self.redeem(order, card.code)
        order.action_confirm()
        order.date_order = self.at(days=-59)
        self.assertEqual(
            self.grant(self.make_grant_program(), partner), ["introductory_offer"]
        )
        order.date_order = self.at(days=-61)
        program = self.make_grant_program(code="later")
        self.assertEqual(self.grant(program, partner)[0].state, "live")


@tagged("post_install", "-at_install", "lifecycle")
class TestPersonalCode(GrantCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme = cls.make_contact("Acme", is_company=True)
        cls.anna = cls.make_contact("Anna Aho", parent_id=cls.acme.id)
        cls.stranger = cls.make_contact("Sam Stranger")

    def setUp(self):
        super().setUp()
        (self.given,) = self.grant(self.make_grant_program(), self.anna)

    def test_refused_for_another_customer(self):
        order = self.make_order(self.stranger)
        status = self.redeem(order, self.given.code)
        self.assertIn("personal", status["error"])
        self.assertFalse(order.applied_coupon_ids)
        self.assertEqual(order.amount_total, 100)

    def test_accepted_for_a_colleague(self):
        order = self.make_order(self.make_contact("Bo Berg", parent_id=self.acme.id))
        self.assertNotIn("error", self.redeem(order, self.given.code))
        self.assertEqual(order.amount_total, 90)

    def test_accepted_for_the_same_address_ordering_as_a_guest(self):
        guest = self.env["res.partner"].create({"name": "A", "email": self.anna.email})
        self.assertNotIn("error", self.redeem(self.make_order(guest), self.given.code))

    def test_a_name_is_not_told_to_customers(self):
        portal = new_test_user(self.env, "lifecycle_portal", "base.group_portal")
        order = self.make_order(portal.partner_id)
        status = order.with_user(portal).sudo()._try_apply_code(self.given.code)
        self.assertNotIn("Acme", status["error"])

    def test_confirming_for_another_customer_is_refused(self):
        order = self.make_order(self.anna)
        self.redeem(order, self.given.code)
        order.partner_id = self.stranger
        with self.assertRaisesRegex(UserError, "personal"):
            order.action_confirm()

    def test_a_changed_customer_loses_the_reward_before_payment(self):
        order = self.make_order(self.anna)
        self.redeem(order, self.given.code)
        order.partner_id = self.stranger
        order._update_programs_and_rewards()
        self.assertFalse(order.applied_coupon_ids)
        self.assertEqual(order.amount_total, 100)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_codes_that_are_not_ours_work_as_ever(self):
        card = self.env["loyalty.card"].create(
            {"program_id": self.coupons.id, "points": 1, "partner_id": self.anna.id}
        )
        order = self.make_order(self.stranger)
        self.assertNotIn("error", self.redeem(order, card.code))


@tagged("post_install", "-at_install", "lifecycle")
class TestEnd(GrantCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.make_contact()

    def setUp(self):
        super().setUp()
        (self.given,) = self.grant(self.make_grant_program(), self.partner)

    def buy(self):
        order = self.make_order(self.partner)
        self.redeem(order, self.given.code)
        order.action_confirm()
        return order

    def test_used_when_the_order_is_confirmed(self):
        self.buy()
        self.settle(hours=1)
        self.assertEqual(self.given.state, "used")
        self.assertFalse(self.events("grant_ended", self.given))

    def test_a_quotation_does_not_use_it_up(self):
        self.redeem(self.make_order(self.partner), self.given.code)
        self.settle(hours=1)
        self.assertEqual(self.given.state, "live")

    def test_live_again_when_the_order_is_cancelled(self):
        order = self.buy()
        self.settle(hours=1)
        order._action_cancel()
        self.settle(hours=2)
        self.assertEqual(self.given.state, "live")
        self.assertFalse(self.given.ended_at)

    def test_not_live_again_after_its_end(self):
        order = self.buy()
        self.settle(hours=1)
        order._action_cancel()
        self.settle(days=16)
        self.assertEqual(self.given.state, "used")

    def test_not_live_again_beside_another(self):
        order = self.buy()
        self.settle(hours=1)
        order.date_order = self.at(days=-200)
        (other,) = self.grant(
            self.make_grant_program(code="three"), self.partner, hours=2
        )
        self.assertEqual(other.state, "live")
        order._action_cancel()
        self.settle(hours=3)
        self.assertEqual((self.given.state, other.state), ("used", "live"))

    def test_confirming_wakes_the_scheduled_action(self):
        cron = self.env.ref("lifecycle_programs.ir_cron_end_grants")
        domain = [("cron_id", "=", cron.id)]
        before = self.env["ir.cron.trigger"].search_count(domain)
        self.make_order(self.partner, confirm=True)
        self.assertEqual(self.env["ir.cron.trigger"].search_count(domain), before)
        self.buy()
        self.assertGreater(self.env["ir.cron.trigger"].search_count(domain), before)

    def test_ends_once(self):
        self.settle(days=14)
        self.assertEqual(self.given.state, "live")
        self.assertEqual(self.settle(days=15), 1)
        self.assertEqual(
            (self.given.state, self.given.end_reason), ("ended", "time_over")
        )
        self.assertEqual(len(self.events("grant_ended", self.given)), 1)
        self.assertEqual(self.settle(days=15), 0)
        self.assertEqual(self.given.ended_at, self.at(days=15))
        self.assertEqual(len(self.events("grant_ended", self.given)), 1)

    def test_announced_once_three_days_before(self):
        self.settle(days=11)
        self.assertFalse(self.events("grant_ending", self.given))
        self.settle(days=12)
        self.settle(days=13)
        event = self.events("grant_ending", self.given)
        self.assertEqual(len(event), 1)
        self.assertEqual(event.payload["code"], self.given.code)
        self.assertEqual(event.occurred_at, self.given.ends_at - timedelta(days=3))

    def test_the_scheduled_action_can_run_twice(self):
        self.given.ends_at = self.at(minutes=-1)
        cron = self.env.ref("lifecycle_programs.ir_cron_end_grants")
        for _run in range(2):
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
        self.given.invalidate_recordset()
        self.assertEqual(self.given.state, "ended")
        self.assertEqual(len(self.events("grant_ended", self.given)), 1)

    def test_a_longer_coupon_is_a_longer_discount(self):
        self.given.card_id.expiration_date = self.start.date() + timedelta(days=30)
        self.settle(days=20)
        self.assertEqual(self.given.state, "live")
        self.settle(days=31)
        self.assertEqual(self.given.state, "ended")

    def test_revoked_by_a_marketer(self):
        with self.assertRaises(UserError):
            self.given.with_user(self.salesperson).action_revoke()
        self.given.with_user(self.marketer).action_revoke()
        self.assertEqual(
            (self.given.state, self.given.end_reason), ("revoked", "by_hand")
        )
        status = self.redeem(self.make_order(self.partner), self.given.code)
        self.assertIn("expired", status["error"])

    def test_leaving_the_program_keeps_the_promise(self):
        self.given.enrolment_id._leave("exited", "unsubscribed", self.start)
        self.settle(hours=1)
        self.assertEqual(self.given.state, "live")

    def test_revoked_when_its_order_is_cancelled(self):
        self.given.enrolment_id._leave("exited", "order_cancelled", self.start)
        self.settle(hours=1)
        self.assertEqual(
            (self.given.state, self.given.end_reason), ("revoked", "order_cancelled")
        )

    def test_a_removed_coupon_is_no_discount(self):
        self.given.card_id.action_archive()
        self.settle(hours=1)
        self.assertEqual(
            (self.given.state, self.given.end_reason), ("revoked", "coupon_removed")
        )

    def test_merged_customers_keep_one(self):
        double = self.make_contact("Liisa Double")
        (other,) = self.grant(
            self.make_grant_program(code="two", grant_days=30), double
        )
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.partner + double).ids, self.partner)
        self.assertEqual(other.state, "live")
        self.assertEqual(other.commercial_partner_id, self.partner)
        self.assertEqual((self.given.state, self.given.end_reason), ("ended", "merged"))
        order = self.make_order(self.partner)
        self.assertNotIn("error", self.redeem(order, self.given.code))

    def test_batch_costs_the_same_for_ten_and_a_hundred(self):
        program = self.make_grant_program(code="many")
        step = program.step_ids

        def cost(count):
            partners = self.make_contacts(count)
            enrolments = self.put_in(program, partners)
            self.env.flush_all()
            self.env.invalidate_all()
            return self.count_queries(
                lambda: step._run_grant_batch(enrolments, self.start)
            )

        cost(2)
        self.assertEqual(cost(10), cost(100))

    def test_ending_costs_the_same_for_ten_and_a_hundred(self):
        program = self.make_grant_program(code="many")

        def cost(count):
            self.grant(program, self.make_contacts(count))
            self.env.flush_all()
            self.env.invalidate_all()
            return self.count_queries(lambda: self.settle(days=15))

        cost(2)
        self.assertEqual(cost(10), cost(100))

    def test_uninstalling_ends_everything(self):
        self.env["ir.config_parameter"].set_param("lifecycle_programs.test", "1")
        self.env["ir.model.data"].create(
            {
                "module": "lifecycle_programs",
                "name": "test_coupon_program",
                "model": "loyalty.program",
                "res_id": self.coupons.id,
            }
        )
        card = self.given.card_id
        uninstall_hook(self.env)
        self.assertFalse(self.given.exists().filtered(lambda g: g.state == "live"))
        self.assertFalse(self.given.enrolment_id.exists())
        self.assertLess(card.expiration_date, fields.Date.today())
        self.assertFalse(self.coupons.active)
        self.assertFalse(
            self.env["ir.config_parameter"].get_param("lifecycle_programs.test")
        )

    def test_uninstalling_cancels_what_waits_in_the_outbox(self):
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "Ours",
                "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        other = mailing.copy()
        self.given.step_id.mailing_id = mailing
        mails = self.env["mail.mail"].create(
            [
                {"subject": "x", "mailing_id": one.id, "state": "outgoing"}
                for one in mailing + other
            ]
        )
        uninstall_hook(self.env)
        self.assertEqual(mails.mapped("state"), ["cancel", "outgoing"])
        self.assertEqual((mailing + other).mapped("active"), [False, True])


@tagged("post_install", "-at_install", "lifecycle")
class TestPricelists(GrantCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.config.settings"].create(
            {"group_product_pricelist": True}
        ).execute()
        cls.cheap, cls.manual = cls.env["product.pricelist"].create(
            [{"name": "Cheap"}, {"name": "By hand"}]
        )
        cls.acme = cls.make_contact("Acme", is_company=True)
        cls.anna = cls.make_contact("Anna Aho", parent_id=cls.acme.id)

    def make_pricelist_program(self, **values):
        return self.make_grant_program(
            grant_kind="pricelist", pricelist_id=self.cheap.id, **values
        )

    def pricelist_of(self, partner, company=None):
        partner.invalidate_recordset()
        return partner.with_company(
            company or self.company
        ).specific_property_product_pricelist

    def test_set_for_the_customer_and_taken_back(self):
        (given,) = self.grant(self.make_pricelist_program(), self.anna)
        self.assertEqual(given.commercial_partner_id, self.acme)
        self.assertEqual(self.pricelist_of(self.acme), self.cheap)
        self.assertEqual(self.pricelist_of(self.anna), self.cheap)
        order = self.make_order(self.anna)
        self.assertEqual(order.pricelist_id, self.cheap)
        self.settle(days=15)
        self.assertEqual(given.state, "ended")
        self.assertFalse(self.pricelist_of(self.acme))
        self.assertFalse(self.pricelist_of(self.anna))

    def test_the_former_pricelist_comes_back(self):
        (given,) = self.grant(self.make_pricelist_program(), self.anna)
        given.previous_pricelist_id = self.manual
        self.settle(days=15)
        self.assertEqual(self.pricelist_of(self.acme), self.manual)

    def test_a_change_by_hand_is_never_overwritten(self):
        (given,) = self.grant(self.make_pricelist_program(), self.anna)
        self.acme.specific_property_product_pricelist = self.manual
        self.settle(days=15)
        self.settle(days=15)
        self.assertEqual(given.state, "ended")
        self.assertEqual(self.pricelist_of(self.acme), self.manual)

    def test_emptied_by_hand_stays_empty(self):
        (given,) = self.grant(self.make_pricelist_program(), self.anna)
        given.previous_pricelist_id = self.manual
        self.acme.specific_property_product_pricelist = False
        self.settle(days=15)
        self.assertFalse(self.pricelist_of(self.acme))

    def test_switched_off_pricelists_are_told_at_publishing(self):
        program = self.make_pricelist_program()
        self.assertFalse(program.step_ids._get_problems())
        self.env["res.config.settings"].create(
            {"group_product_pricelist": False}
        ).execute()
        self.assertIn("switched off", program.step_ids._get_problems()[0])
        self.assertEqual(self.grant(program, self.anna), ["pricelists_off"])

    def test_each_company_has_its_own(self):
        other = self.env["res.company"].create({"name": "Other company"})
        (given,) = self.grant(self.make_pricelist_program(), self.anna)
        program = self.make_grant_program(
            code="theirs", grant_kind="pricelist", pricelist_id=self.manual.id
        )
        enrolment = self.put_in(program, self.anna, company=other)
        theirs = (
            self.env["lifecycle.grant"]
            .with_company(other)
            ._grant_batch(program.step_ids, enrolment, self.start)[enrolment.id]
        )
        self.assertEqual((given.state, theirs.state), ("live", "live"))
        self.assertEqual(self.pricelist_of(self.acme), self.cheap)
        self.assertEqual(self.pricelist_of(self.acme, other), self.manual)
        theirs._end(self.at(days=1), "revoked", "by_hand")
        self.assertEqual(self.pricelist_of(self.acme), self.cheap)
        self.assertFalse(self.pricelist_of(self.acme, other))
        self.marketer.company_ids = self.company
        seen = self.env["lifecycle.grant"].with_user(self.marketer).search([])
        self.assertIn(given, seen)
        self.assertNotIn(theirs, seen)

    def test_batch_costs_the_same_for_ten_and_a_hundred(self):
        program = self.make_pricelist_program()

        def cost(count):
            partners = self.make_contacts(count)
            enrolments = self.put_in(program, partners)
            self.env.flush_all()
            self.env.invalidate_all()
            return self.count_queries(
                lambda: program.step_ids._run_grant_batch(enrolments, self.start)
            )

        cost(2)
        self.assertEqual(cost(10), cost(100))


@tagged("post_install", "-at_install", "lifecycle")
class TestRaces(GrantCommon):
    def test_a_failing_event_does_not_stop_the_confirmation(self):
        partner = self.make_contact()
        (given,) = self.grant(self.make_grant_program(), partner)
        order = self.make_order(partner)
        self.redeem(order, given.code)
        cron = self.env.ref("lifecycle_programs.ir_cron_end_grants")
        with patch.object(type(cron), "_trigger", side_effect=ValueError):
            with self.assertLogs("odoo.addons.lifecycle_programs", "WARNING"):
                order.action_confirm()
        self.assertEqual(order.state, "sale")
