"""What the tests of facts share: purchases on a given day, and reading facts."""

from datetime import datetime, timedelta

from odoo import Command

from .common import LifecycleCommon


class FactCommon(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = datetime(2026, 6, 1, 12)
        cls.camping = cls.env["product.category"].create({"name": "Camping"})
        cls.tents = cls.env["product.category"].create(
            {"name": "Tents", "parent_id": cls.camping.id}
        )
        cls.stoves = cls.env["product.category"].create({"name": "Stoves"})
        cls.tent = cls.make_product("Tent for two", 100, cls.tents)
        cls.stove = cls.make_product("Gas stove", 40, cls.stoves)
        cls.anna = cls.make_contact("Anna Korhonen")

    @classmethod
    def make_product(cls, name, price, category, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "list_price": price,
                "categ_id": category.id,
                "taxes_id": [Command.clear()],
                "invoice_policy": "order",
                **values,
            }
        )

    def ago(self, **delta):
        return self.now - timedelta(**delta)

    def make_order(self, partner, date, *products, lines=(), **values):
        """A confirmed order of that moment; ``lines`` are further lines as values."""
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    *(Command.create({"product_id": one.id}) for one in products),
                    *(Command.create(line) for line in lines),
                ],
                **values,
            }
        )
        order.action_confirm()
        order.date_order = date
        return order

    def make_invoice(self, order, date=None):
        invoice = order._create_invoices()
        invoice.invoice_date = (date or order.date_order).date()
        invoice.action_post()
        return invoice

    def make_refund(self, invoice, date, **changes):
        """A credit note of the invoice; ``changes`` are written to its lines."""
        refund = invoice._reverse_moves([{"invoice_date": date.date()}])
        if changes:
            refund.invoice_line_ids.write(changes)
        refund.action_post()
        return refund

    def read_facts(self, partner, *names, as_of=None, company=None):
        """The facts of a contact by name; of one fact its value."""
        values = self.env["lifecycle.fact"]._read(
            partner.ids, names, company or self.company, as_of or self.now
        )[partner.id]
        return values[names[0]] if len(names) == 1 else values

    def assertFacts(self, partner, as_of=None, **expected):
        """Facts of one group, written ``orders__count=2``."""
        expected = {name.replace("__", "."): value for name, value in expected.items()}
        found = self.env["lifecycle.fact"]._read(
            partner.ids, expected, self.company, as_of or self.now
        )[partner.id]
        self.assertEqual(found, expected)
