from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.lifecycle_programs.hooks import uninstall_hook

from .test_grants import GrantCommon


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

    def test_a_notice_waits_until_its_event_type_is_switched_on(self):
        grants = self.env["lifecycle.grant"]
        late = self.at(days=13)
        ending = self.event_type("grant_ending")
        ending.active = False
        self.assertEqual(grants._announce_ending(late), 0)
        self.assertEqual(grants._count_due(late), 0)
        ending.active = True
        self.assertEqual(grants._announce_ending(late), 1)
        self.assertEqual(grants._count_due(late), 1, "not yet written")
        self.env["lifecycle.event"]._flush_pending()
        self.assertEqual(grants._count_due(late), 0)
        self.assertEqual(grants._announce_ending(late), 0)

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
        device = self.env["mail.push.device"].create(
            {"endpoint": "https://push.example/1", "keys": "{}"}
        )
        portal = device.copy(
            {"endpoint": "https://push.example/2", "lifecycle_portal": True}
        )
        uninstall_hook(self.env)
        # The worker that shows our pushes is gone; that of Odoo is not.
        self.assertEqual((device | portal).exists(), device)
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
