from datetime import datetime, timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

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
