"""What happens to customers beside their purchases in the file: all synthetic.

They move house, some take a yearly care plan and renew it or not.
"""

from datetime import date, datetime, time, timedelta

from odoo.fields import Command

from . import rates
from .orders import Shop
from .people import address
from .world import World

CARE_PLAN = "CARE"
CARE_PLAN_PRICE = 49.0
CARE_PLAN_DAYS = 365
# When a plan is renewed: days before (or, where negative, after) it ends.
RENEWED_BEFORE = (-12, 40)


class Life:
    """Plans the lives of all customers when the run begins."""

    def __init__(self, world: World, shop: Shop):
        self.world = world
        self.shop = shop
        self._last = None

    def open(self) -> None:
        """The care plan is the shop's own: no file knows it."""
        with self.world.transaction() as env:
            category = env["product.category"].create({"name": "Services"})
            plan = env["product.product"].create(
                {
                    "name": "Care plan, 12 months",
                    "default_code": CARE_PLAN,
                    "type": "service",
                    "list_price": CARE_PLAN_PRICE,
                    "categ_id": category.id,
                    "taxes_id": [Command.clear()],
                }
            )
            self.world.product_by_code[CARE_PLAN] = plan.id

    def plan(self, first: date, last: date) -> None:
        """Decide who moves and who takes a care plan."""
        self._last = last
        first_purchases = {}
        for document in self.shop.history.purchases:
            first_purchases.setdefault(document.customer, document.at)
        chance = self.world.chance
        for key, at in first_purchases.items():
            years = (last - at.date()).days / 365
            if chance.happens(rates.MOVES_PER_YEAR * years, key, "moves"):
                days = chance.between(7, max((last - at.date()).days, 7), key, "day")
                self._plan_on(at.date() + timedelta(days=days), self._move, key)
            if chance.happens(rates.CARE_PLAN, key, "care plan"):
                self._plan_on(
                    at.date() + timedelta(days=1), self._take_care_plan, key, 1
                )

    def _plan_on(self, day: date, action, *args) -> None:
        """At the middle of a day, if it is still within the run."""
        if day <= self._last:
            self.world.agenda.plan(datetime.combine(day, time(11)), action, *args)

    def _move(self, key: str) -> None:
        """Tell the shop the new address."""
        country = self.shop.people[key].country
        street, city, postcode = address(key, self.world.chance, country, move=1)
        with self.world.transaction() as env:
            env["res.partner"].browse(self.world.partner_by_key[key]).write(
                {"street": street, "city": city, "zip": postcode}
            )
        self.world.synthetic["address_changes"] += 1

    def _take_care_plan(self, key: str, year: int) -> None:
        """Order the plan, and decide what will be done when it ends."""
        with self.world.transaction() as env:
            order = env["sale.order"].create(
                {
                    "partner_id": self.world.partner_by_key[key],
                    "client_order_ref": f"care plan {year}",
                    "order_line": [
                        Command.create(
                            {
                                "product_id": self.world.product_by_code[CARE_PLAN],
                                "price_unit": CARE_PLAN_PRICE,
                            }
                        )
                    ],
                }
            )
            order.action_confirm()
            order_id = order.id
        self.world.synthetic["care_plans"] += 1
        self.world.synthetic["care_plan_renewals"] += year > 1
        chance = self.world.chance
        today = self.world.now.date()
        if chance.happens(rates.CARE_PLAN_CANCELLED, key, year, "cancels"):
            days = chance.between(20, 300, key, year, "cancel day")
            self._plan_on(today + timedelta(days=days), self._cancel, order_id)
        elif chance.happens(rates.CARE_PLAN_RENEWED, key, year, "renews"):
            days = CARE_PLAN_DAYS - chance.between(
                *RENEWED_BEFORE, key, year, "renewal"
            )
            self._plan_on(
                today + timedelta(days=days), self._take_care_plan, key, year + 1
            )

    def _cancel(self, order_id: int) -> None:
        with self.world.transaction() as env:
            env["sale.order"].browse(order_id)._action_cancel()
        self.world.synthetic["care_plans_cancelled"] += 1
