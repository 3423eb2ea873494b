"""What the hooks add to confirming one order, and what one automation rule adds."""

import statistics
import time
from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command

from ._rules_row import Row

ORDERS = 40


class Hooks:
    """Confirms orders one by one, each in a transaction that is committed."""

    def __init__(self, env, data):
        # As people work: with tracking.
        self.env = env(context=dict(env.context, tracking_disable=False))
        self.data = data

    def case(self):
        ours, without = self.confirm(self.hooked, self.bare)
        self.install_automation()
        automated, without_it = self.confirm(self.automated, self.bare)
        yield Row(
            "our hooks add to confirming one order",
            ours.milliseconds - without.milliseconds,
            "one automation rule that does nothing adds",
            automated.milliseconds - without_it.milliseconds,
            at_most=0.2,
        )
        yield Row(
            "our hooks add to its transaction",
            ours.statements - without.statements,
            "the most there may be",
            3,
            unit="statements",
            at_most=1,
        )

    def confirm(self, *ways):
        """The medians of confirming an order, one way after the other in turn."""
        orders = self._make_orders(ORDERS * len(ways))
        found = [[] for _way in ways]
        for number, order in enumerate(orders):
            way = number % len(ways)
            with ways[way]():
                found[way].append(self._confirm(order))
        return [Spent(results) for results in found]

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
        self.env.invalidate_all()
        cr = self.env.cr
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


class Spent:
    def __init__(self, results):
        self.milliseconds = statistics.median(result[0] for result in results)
        self.statements = statistics.median(result[1] for result in results)
