"""What the tests of events share: orders, and what was written when."""

from odoo import Command

from .common import LifecycleCommon


class EventCommon(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env["product.category"].create({"name": "Tents"})
        cls.product = cls.env["product.product"].create(
            {
                "name": "Tent for two",
                "list_price": 100,
                "categ_id": cls.category.id,
                "taxes_id": [Command.clear()],
                "invoice_policy": "order",
            }
        )
        cls.freight = cls.env["product.product"].create(
            {
                "name": "Freight",
                "type": "service",
                "list_price": 10,
                "taxes_id": [Command.clear()],
                "lifecycle_not_purchase": True,
                "invoice_policy": "order",
            }
        )
        cls.anna = cls.make_contact("Anna Korhonen")
        cls.env["lifecycle.event"]._flush_pending()

    @classmethod
    def make_order(cls, partner=None, products=None, **values):
        return cls.env["sale.order"].create(
            {
                "partner_id": (partner or cls.anna).id,
                "order_line": [
                    Command.create({"product_id": product.id})
                    for product in products or cls.product
                ],
                **values,
            }
        )

    def flush(self):
        """What a commit does."""
        self.env.flush_all()
        self.env["lifecycle.event"]._flush_pending()

    def events(self, code, **domain):
        """The events of a type, after what a commit does, in the order of writing."""
        self.flush()
        return self.env["lifecycle.event"].search(
            [("type_id", "=", self.event_type(code).id)]
            + [(name, "=", value) for name, value in domain.items()],
            order="id",
        )
