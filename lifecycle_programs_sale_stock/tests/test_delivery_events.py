from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.lifecycle_programs.tests.events_common import EventCommon


@tagged("post_install", "-at_install", "lifecycle")
class TestDeliveryEvents(EventCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.order = cls.make_order()
        cls.order.order_line.product_uom_qty = 4
        cls.order.action_confirm()
        cls.env["lifecycle.event"]._flush_pending()

    def validate(self, picking, quantity=None):
        picking.action_assign()
        for move in picking.move_ids:
            move.quantity = quantity or move.product_uom_qty
            move.picked = True
        picking.with_context(
            skip_backorder=True, picking_ids_not_to_backorder=None
        ).button_validate()
        self.assertEqual(picking.state, "done")

    def send_back(self, picking, quantity):
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = quantity
        action = wizard.action_create_returns()
        back = self.env["stock.picking"].browse(action["res_id"])
        self.validate(back)
        return back

    def test_delivered(self):
        picking = self.order.picking_ids
        self.validate(picking)
        event = self.events("delivered")
        self.assertEqual(event.partner_id, self.anna)
        self.assertEqual(event.company_id, self.company)
        self.assertEqual(event.occurred_at, picking.date_done)
        self.assertEqual(
            event.payload, {"order": self.order.name, "order_id": self.order.id}
        )
        self.assertFalse(self.events("goods_returned"))

    def test_each_part_of_a_delivery_is_one(self):
        first = self.order.picking_ids
        self.validate(first, quantity=1)
        rest = self.order.picking_ids - first
        self.assertEqual(len(rest), 1)
        self.validate(rest)
        self.assertEqual(self.events("delivered").mapped("res_id"), [first.id, rest.id])

    def test_only_the_last_of_several_steps_delivers(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self.make_order()
        order.action_confirm()
        pick = order.picking_ids
        self.assertNotEqual(pick.location_dest_id.usage, "customer")
        self.validate(pick)
        self.assertFalse(self.events("delivered"))
        ship = order.picking_ids - pick
        self.validate(ship)
        self.assertEqual(self.events("delivered").res_id, ship.id)

    def test_returned(self):
        self.validate(self.order.picking_ids)
        back = self.send_back(self.order.picking_ids, 1)
        event = self.events("goods_returned")
        self.assertEqual(event.partner_id, self.anna)
        self.assertEqual(event.res_id, back.id)
        self.assertEqual(
            event.payload,
            {
                "order": self.order.name,
                "order_id": self.order.id,
                "amount": 100,
                "products": ["Tent for two"],
            },
        )
        self.assertEqual(len(self.events("delivered")), 1)

    def test_a_return_in_another_unit_is_worth_the_same(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.make_order()
        order.order_line.write({"product_uom_id": dozen.id, "product_uom_qty": 1})
        order.order_line.price_unit = 1200
        order.action_confirm()
        self.validate(order.picking_ids)
        # The warehouse counts in units, the order in dozens.
        self.send_back(order.picking_ids, 6)
        self.assertEqual(self.events("goods_returned").payload["amount"], 600)

    def test_an_ordinary_receipt_is_none_of_ours(self):
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 1,
                            "location_id": self.env.ref(
                                "stock.stock_location_suppliers"
                            ).id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        },
                    )
                ],
            }
        )
        receipt.action_confirm()
        self.validate(receipt)
        self.assertFalse(self.events("delivered") | self.events("goods_returned"))

    def test_a_failing_hook_does_not_stop_the_delivery(self):
        picking = self.order.picking_ids
        logger = "odoo.addons.lifecycle_programs.models.lifecycle_event_emit"
        with (
            patch.object(
                self.env.registry["stock.picking"],
                "_lifecycle_rows_delivered",
                side_effect=KeyError,
            ),
            self.assertLogs(logger, "ERROR"),
        ):
            self.validate(picking)
            self.flush()
        self.assertEqual(picking.state, "done")
        self.assertFalse(self.events("delivered"))
