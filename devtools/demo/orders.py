"""The shop's back office: products, customers, orders, and goods that come back."""

from collections import Counter, defaultdict
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command

from . import rates
from .people import Person, person
from .purchases import GOODS, Document, History
from .world import World

# What the file calls a country, where Odoo calls it otherwise.
COUNTRY_CODES = {
    "EIRE": "IE",
    "USA": "US",
    "RSA": "ZA",
    "Channel Islands": "JE",
    "European Community": "BE",
    "Korea": "KR",
    "UK": "GB",
    "Hong Kong": "HK",
}


class Shop:
    """Books what the history tells, at the moment it happened.

    :param home: the country of customers whose country the file does not know.
    """

    def __init__(self, world: World, history: History, home: str):
        self.world = world
        self.history = history
        self.home = home
        self.people = {}
        self.returns = Counter()
        self._country_ids = {}
        self._country_codes = {}
        self._booked = defaultdict(list)

    # ------------------------------------------------------------------ opening

    def open(self) -> None:
        """Create the products, below one category each."""
        with self.world.transaction() as env:
            for country in env["res.country"].search([]):
                self._country_ids[country.code] = country.id
                self._country_codes[country.name] = country.code
            self._country_codes |= COUNTRY_CODES
            products = [
                self.history.products[code] for code in sorted(self.history.products)
            ]
            names = sorted({product.category for product in products} - {""})
            categories = env["product.category"].create([{"name": n} for n in names])
            category_ids = dict(zip(names, categories.ids, strict=True))
            records = env["product.product"].create(
                [
                    {
                        "name": product.name,
                        "default_code": product.code,
                        "type": "consu" if product.kind == GOODS else "service",
                        "lifecycle_not_purchase": product.kind != GOODS,
                        "taxes_id": [Command.clear()],
                        **(
                            {"categ_id": category_ids[product.category]}
                            if product.category
                            else {}
                        ),
                    }
                    for product in products
                ]
            )
            for product, record in zip(products, records, strict=True):
                self.world.product_by_code[product.code] = record.id

    # ---------------------------------------------------------------- customers

    def welcome(self, env, keys: list[str]) -> None:
        """Create the contacts of customers who are not known yet; a company's buyer is
        a contact of the company."""
        new = [
            key for key in dict.fromkeys(keys) if key not in self.world.partner_by_key
        ]
        people = [self._person(key) for key in new]
        firms = [someone for someone in people if someone.company]
        companies = env["res.partner"].create(
            [
                {"name": firm.company, "is_company": True, **self._address(firm)}
                for firm in firms
            ]
        )
        company_ids = {
            firm.key: company.id for firm, company in zip(firms, companies, strict=True)
        }
        partners = env["res.partner"].create(
            [
                {
                    "name": someone.name,
                    "email": self._mailbox(someone),
                    "phone": someone.phone,
                    "user_id": self._salesperson(someone),
                    **(
                        {"parent_id": company_ids[someone.key], "type": "contact"}
                        if someone.company
                        else self._address(someone)
                    ),
                }
                for someone in people
            ]
        )
        for someone, partner in zip(people, partners, strict=True):
            self.world.partner_by_key[someone.key] = partner.id

    def _person(self, key: str) -> Person:
        country = self._country_codes.get(self.history.countries.get(key), self.home)
        self.people[key] = person(key, self.world.chance, country)
        return self.people[key]

    def _mailbox(self, someone: Person) -> str:
        """Usually one's own; some share that of the last customer who came."""
        shared = self.world.chance.happens(rates.SHARED_ADDRESS, someone.key, "shared")
        if shared and self.world.key_by_email:
            self.world.synthetic["contacts_sharing_an_address"] += 1
            return next(reversed(self.world.key_by_email))
        self.world.key_by_email[someone.email] = someone.key
        return someone.email

    def _salesperson(self, someone: Person) -> int | bool:
        owned = self.world.chance.happens(
            rates.OWNED_BY_SALESPERSON, someone.key, "owned"
        )
        if not owned or not self.world.salespeople:
            return False
        return self.world.chance.one_of(self.world.salespeople, someone.key, "owner")

    def _address(self, someone: Person) -> dict:
        return {
            "street": someone.street,
            "city": someone.city,
            "zip": someone.zip,
            "country_id": self._country_ids.get(someone.country, False),
        }

    # ------------------------------------------------------------------- orders

    def book(self, documents: list[Document], codes: dict[str, tuple]) -> None:
        """Create and confirm the orders of one moment in one batch.

        :param codes: the coupon code that each customer got last, and when.
        """
        if not documents:
            return
        with self.world.transaction() as env:
            self.welcome(env, [document.customer for document in documents])
            orders = env["sale.order"].create(
                [self._prepare_order_values(document) for document in documents]
            )
            for document, order in zip(documents, orders, strict=True):
                code, at = codes.get(document.customer, ("", None))
                if code and self._remembers(document, at):
                    del codes[document.customer]
                    self._redeem(order, code)
            orders.action_confirm()
            for document, order in zip(documents, orders, strict=True):
                goods = {line.product: line.quantity for line in document.lines}
                self._booked[document.customer].append((order.id, goods))

    def _remembers(self, document: Document, at) -> bool:
        return document.at - at <= timedelta(
            days=rates.REMEMBERS_COUPON_DAYS
        ) and self.world.chance.happens(
            rates.USES_COUPON, document.customer, document.number, "coupon"
        )

    def _redeem(self, order, code: str) -> None:
        """Enter a code, as the two dialogs of a sales order do."""
        env = order.env
        self.world.synthetic["coupons_tried"] += 1
        try:
            with env.cr.savepoint():
                entered = (
                    env["sale.loyalty.coupon.wizard"]
                    .create({"order_id": order.id, "coupon_code": code})
                    .action_apply()
                )
                reward_id = entered["context"]["default_reward_ids"][0]
                env["sale.loyalty.reward.wizard"].create(
                    {"order_id": order.id, "selected_reward_id": reward_id}
                ).action_apply()
        except UserError as error:
            self.world.synthetic[f"coupons_refused: {error}"] += 1

    def _prepare_order_values(self, document: Document) -> dict:
        lines = [
            {
                "product_id": self.world.product_by_code[line.product],
                "product_uom_qty": float(line.quantity),
                "price_unit": float(line.price),
            }
            for line in document.lines
        ]
        return {
            "partner_id": self.world.partner_by_key[document.customer],
            "client_order_ref": document.number,
            "order_line": [Command.create(values) for values in lines],
        }

    # ------------------------------------------------------------------ returns

    def take_back(self, documents: list[Document]) -> None:
        """Goods that come back: a whole order is cancelled, part of one is credited.

        What the customer bought before the file begins has no order; it is credited
        all the same. Whoever has bought nothing yet is no customer, and counted.
        """
        if not documents:
            return
        with self.world.transaction() as env:
            notes = []
            for document in documents:
                order_id, whole = self._find_order(document)
                if document.customer not in self.world.partner_by_key:
                    self.returns["of_nobody"] += 1
                elif whole:
                    env["sale.order"].browse(order_id)._action_cancel()
                    self.returns["cancelled_orders"] += 1
                else:
                    notes.append((document, order_id))
            self._credit(env, notes)

    def _find_order(self, document: Document) -> tuple[int | None, bool]:
        """The latest order that held any of the goods, and whether all came back."""
        back = {line.product: line.quantity for line in document.lines}
        for order_id, goods in reversed(self._booked[document.customer]):
            if back.keys() & goods.keys():
                whole = all(back.get(code, 0) >= goods[code] for code in goods)
                if whole:
                    self._booked[document.customer].remove((order_id, goods))
                return order_id, whole
        return None, False

    def _credit(self, env, notes: list) -> None:
        if not notes:
            return
        orders = env["sale.order"].browse(
            [order_id for _document, order_id in notes if order_id]
        )
        line_by_goods = {
            (line.order_id.id, line.product_id.id): line.id
            for line in orders.order_line
        }
        moves = env["account.move"].create(
            [
                {
                    "move_type": "out_refund",
                    "partner_id": self.world.partner_by_key[document.customer],
                    "invoice_date": self.world.now.date(),
                    "ref": document.number,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": self.world.product_by_code[line.product],
                                "quantity": float(line.quantity),
                                "price_unit": float(line.price),
                                "tax_ids": [Command.clear()],
                                "sale_line_ids": [
                                    Command.link(line_id)
                                    for line_id in [
                                        line_by_goods.get(
                                            (
                                                order_id,
                                                self.world.product_by_code[
                                                    line.product
                                                ],
                                            )
                                        )
                                    ]
                                    if line_id
                                ],
                            }
                        )
                        for line in document.lines
                    ],
                }
                for document, order_id in notes
            ]
        )
        moves.action_post()
        linked = sum(bool(order_id) for _document, order_id in notes)
        self.returns["credit_notes"] += linked
        self.returns["credit_notes_without_order"] += len(moves) - linked
