"""What the hooks add to confirming one order, and what one automation rule adds.

The wake-up of the workers goes out in another thread meanwhile, as it does in life.
"""

import statistics
import time
from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command

from ._rules_row import Row

#: Rounds, and in each so many orders one way and as many the other, after one that is
#: not counted: switching a rule on or off empties caches.
ROUNDS = 20
ORDERS = 4


class Hooks:
    """Confirms orders one by one, each in a transaction that is committed."""

    def __init__(self, env, data):
        # As people work: with tracking.
        self.env = env(context=dict(env.context, tracking_disable=False))
        self.data = data

    def case(self):
        milliseconds, statements = self.added(self.hooked)
        self.install_automation()
        automation, _statements = self.added(self.automated)
        yield Row(
            "our hooks add to confirming one order",
            milliseconds,
            "one automation rule that does nothing adds",
            automation,
            at_most=0.2,
        )
        yield Row(
            "our hooks add to its transaction",
            statements,
            "the most there may be",
            3,
            unit="statements",
            at_most=1,
        )

    def added(self, way):
        """What a way adds to confirming an order without anything, in milliseconds and
        statements: the medians of the differences of rounds."""
        orders = iter(self._make_orders(ROUNDS * (ORDERS + 1) * 2))
        rounds = [
            [self._confirm_some(one, orders) for one in (self.bare, way)]
            for _round in range(ROUNDS)
        ]
        return [
            statistics.median(with_it[n] - without[n] for without, with_it in rounds)
            for n in (0, 1)
        ]

    def _confirm_some(self, way, orders):
        """The medians of confirming some orders, one by one."""
        with way():
            self._confirm(next(orders))
            found = [self._confirm(next(orders)) for _order in range(ORDERS)]
        return [statistics.median(values) for values in zip(*found, strict=True)]

    def _make_orders(self, count):
        product = self.data.order.order_line.product_id
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": self.data.first + number * 5,
                    "order_line": [Command.create({"product_id": product.id})],
                }
                for number in range(count)
            ]
        )
        self.env.cr.commit()
        return orders

    def _confirm(self, order):
        """On a cursor of its own, as a request has it: PostgreSQL has no plans yet."""
        with self.env.registry.cursor() as cr:
            order = order.with_env(self.env(cr=cr))
            cr.execute("SELECT 1")  # the transaction has begun
            statements, started = cr.sql_log_count, time.perf_counter()
            order.action_confirm()
            cr.flush()
            statements = cr.sql_log_count - statements
            cr.commit()
            return (time.perf_counter() - started) * 1000, statements

    @contextmanager
    def hooked(self):
        yield

    @contextmanager
    def bare(self):
        """Without our hooks, and without the automation rule."""
        events = type(self.env["lifecycle.event"])
        with (
            patch.object(events, "_watch", lambda *args: None),
            patch.object(events, "_emit", lambda *args: None),
        ):
            yield

    @contextmanager
    def automated(self):
        with self.bare():
            self.rule.active = True
            self.env.cr.commit()
            yield
            self.rule.active = False
            self.env.cr.commit()

    def install_automation(self):
        module = self.env["ir.module.module"].search([("name", "=", "base_automation")])
        module.button_immediate_install()
        self.env.transaction.reset()
        self.env.cr.rollback()
        model = self.env["ir.model"]._get("sale.order")
        state = self.env["ir.model.fields"]._get("sale.order", "state")
        self.rule = self.env["base.automation"].create(
            {
                "name": "Benchmark",
                "model_id": model.id,
                "trigger": "on_state_set",
                "trg_selection_field_id": state.selection_ids.filtered(
                    lambda value: value.value == "sale"
                ).id,
                "action_server_ids": [
                    Command.create(
                        {
                            "name": "Nothing",
                            "model_id": model.id,
                            "state": "code",
                            "code": "record.id",
                        }
                    )
                ],
            }
        )
        self.rule.active = False
        self.env.cr.commit()
