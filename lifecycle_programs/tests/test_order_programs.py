"""On a quotation: who brought the customer, the live discount, what goes with it."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_grants import GrantCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestOrderPrograms(GrantCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_contact(user_id=cls.salesperson.id)
        cls.peg, cls.mat = cls.env["product.product"].create(
            [
                {"name": name, "list_price": 10, "taxes_id": [Command.clear()]}
                for name in ("Tent peg", "Mat")
            ]
        )

    def quote(self, **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "user_id": self.salesperson.id,
                "order_line": [Command.create({"product_id": self.product.id})],
                **values,
            }
        )
        return order.with_user(self.salesperson)

    def give(self, **values):
        program = self.make_grant_program(**values)
        (grant,) = self.grant(program, self.customer)
        return grant

    # ------------------------------------------------------------
    # DISCOUNT
    # ------------------------------------------------------------

    def test_apply_the_live_discount_with_one_click(self):
        """The personal coupon is on the order, by Odoo's own way."""
        grant = self.give()
        order = self.quote()
        self.assertEqual(order.lifecycle_grant_id, grant)
        self.assertIn(grant.code, order.lifecycle_grant_text)
        self.assertTrue(order.action_lifecycle_apply_discount())
        self.assertEqual(order.amount_untaxed, 90)
        self.assertEqual(order.order_line.coupon_id, grant.card_id)
        order.invalidate_recordset()
        self.assertFalse(order.lifecycle_grant_id)
        self.assertEqual(order.lifecycle_program_id, grant.program_id)
        self.assertIn("discount", order.lifecycle_program_text)
        with self.assertRaises(UserError):
            order.action_lifecycle_apply_discount()

    def test_nobody_else_s_discount(self):
        self.give()
        order = self.quote(partner_id=self.make_contact("Some Stranger").id)
        self.assertFalse(order.lifecycle_grant_id)

    def test_none_on_a_confirmed_order(self):
        self.give()
        order = self.quote()
        order.action_confirm()
        self.assertFalse(order.lifecycle_grant_id)

    def test_the_customer_s_pricelist(self):
        self.env.user.group_ids += self.env.ref("product.group_product_pricelist")
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Half",
                "item_ids": [
                    Command.create({"compute_price": "percentage", "percent_price": 50})
                ],
            }
        )
        usual = self.env["product.pricelist"].create({"name": "Usual"})
        order = self.quote(pricelist_id=usual.id)
        grant = self.env["lifecycle.grant"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "commercial_partner_id": self.customer.id,
                "kind": "pricelist",
                "pricelist_id": pricelist.id,
                "description": "Half price",
                "starts_at": self.start,
                "ends_at": self.at(days=9),
            }
        )
        self.assertEqual(order.lifecycle_grant_id, grant)
        order.action_lifecycle_apply_discount()
        self.assertEqual(order.pricelist_id, pricelist)
        self.assertEqual(order.amount_untaxed, 50)

    def test_only_on_orders_one_may_write(self):
        self.give()
        order = self.quote(user_id=self.env.uid)
        with self.assertRaises(AccessError):
            order.action_lifecycle_apply_discount()

    # ------------------------------------------------------------
    # WHO BROUGHT THE CUSTOMER
    # ------------------------------------------------------------

    def test_brought_by_a_click(self):
        program = self.make_program({"type": "end"}, code="clicked", name="Clicked")
        order = self.quote()
        self.assertFalse(order.lifecycle_program_id)
        self.make_event(
            "mail_clicked",
            self.customer,
            order.date_order - timedelta(days=3),
            program="clicked",
        )
        order.invalidate_recordset()
        self.assertEqual(order.lifecycle_program_id, program)
        self.assertIn("clicked", order.lifecycle_program_text)

    def test_an_old_click_is_forgotten(self):
        self.make_program({"type": "end"}, code="clicked")
        order = self.quote()
        self.make_event(
            "mail_clicked",
            self.customer,
            order.date_order - timedelta(days=31),
            program="clicked",
        )
        order.invalidate_recordset()
        self.assertFalse(order.lifecycle_program_id)

    def test_brought_by_an_alert(self):
        program = self.make_program({"type": "end"}, code="told", name="Told")
        order = self.quote()
        alert = self.env["lifecycle.alert"].create(
            {
                "program_id": program.id,
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "commercial_partner_id": self.customer.id,
                "user_id": self.salesperson.id,
                "alerted_at": order.date_order - timedelta(days=2),
            }
        )
        order.invalidate_recordset()
        self.assertFalse(order.lifecycle_program_id)
        alert.with_user(self.salesperson).action_take_over()
        order.invalidate_recordset()
        self.assertEqual(order.lifecycle_program_id, program)

    def test_a_list_of_orders_costs_one_query(self):
        orders = self.env["sale.order"].union(*(self.quote() for _n in range(6)))
        orders = orders.with_user(self.salesperson)

        def read(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("lifecycle_program_text")
            some.mapped("lifecycle_grant_text")
            return self.env.cr.sql_log_count - before

        read(orders[:1])
        self.assertLessEqual(read(orders), read(orders[:1]) + 1)

    # ------------------------------------------------------------
    # WHAT GOES WITH IT
    # ------------------------------------------------------------

    def make_offer(self, offered, **values):
        program = self.env["lifecycle.program"].search([("code", "=", "offers")])
        program = program or self.make_program({"type": "end"}, code="offers")
        return self.env["lifecycle.offer"].create(
            {
                "program_id": program.id,
                "bought_product_id": self.product.product_tmpl_id.id,
                "offered_product_id": offered.product_tmpl_id.id,
                "pitch": "Holds in the wind",
                **values,
            }
        )

    def test_add_what_goes_with_the_order(self):
        """One click puts the offered product on the quotation."""
        offer = self.make_offer(self.peg)
        order = self.quote()
        self.assertEqual(order.lifecycle_offer_ids, offer)
        offer.with_user(self.salesperson).with_context(
            lifecycle_order_id=order.id
        ).action_add_to_order()
        self.assertEqual(order.order_line.product_id, self.product | self.peg)
        order.invalidate_recordset()
        self.assertFalse(order.lifecycle_offer_ids)

    def test_not_what_the_customer_has_had(self):
        self.make_offer(self.peg)
        before = self.quote(
            order_line=[Command.create({"product_id": self.peg.id})],
        )
        before.sudo().action_confirm()
        before.sudo().date_order = fields.Datetime.now() - timedelta(days=100)
        self.env.flush_all()
        self.assertFalse(self.quote().lifecycle_offer_ids)
        before.sudo().date_order = fields.Datetime.now() - timedelta(days=400)
        self.env.flush_all()
        self.assertTrue(self.quote().lifecycle_offer_ids)

    def test_only_what_fits(self):
        self.make_offer(self.mat, bought_product_id=self.peg.product_tmpl_id.id)
        self.assertFalse(self.quote().lifecycle_offer_ids)
        by_category = self.make_offer(
            self.mat,
            bought_product_id=False,
            bought_categ_id=self.env["product.category"].create({"name": "Tents"}).id,
        )
        self.assertFalse(self.quote().lifecycle_offer_ids)
        self.product.categ_id = by_category.bought_categ_id
        self.assertEqual(self.quote().lifecycle_offer_ids, by_category)

    def test_not_on_somebody_else_s_order(self):
        offer = self.make_offer(self.peg)
        order = self.quote(user_id=self.env.uid)
        with self.assertRaises(AccessError):
            offer.with_user(self.salesperson).with_context(
                lifecycle_order_id=order.id
            ).action_add_to_order()
