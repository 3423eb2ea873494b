from odoo.tests import tagged

from .test_grants import GrantCommon


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
