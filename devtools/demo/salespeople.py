"""The salespeople of the demo: they answer alerts, write quotations, make their calls.

Synthetic as far as their decisions go; each uses the buttons of the web client with the
rights of a salesperson.
"""

from datetime import timedelta

from odoo.fields import Command

from . import rates
from .world import World

NOTES = ("On holiday until then", "Budget comes next quarter", "Asked me to call later")


class Salespeople:
    """They look at what is new when the scheduler has run."""

    def __init__(self, world: World):
        self.world = world
        self._last_alert = 0
        self._last_activity = 0
        self._quotations = 0

    def look(self) -> None:
        """Decide when and how to deal with new alerts and calls."""
        with self.world.transaction() as env:
            env.cr.execute(
                "SELECT COALESCE((SELECT max(id) FROM mail_activity), 0) > %s"
                " OR COALESCE((SELECT max(id) FROM lifecycle_alert), 0) > %s",
                (self._last_activity, self._last_alert),
            )
            if not env.cr.fetchone()[0]:
                return
            alerts = env["lifecycle.alert"].search(
                [("id", ">", self._last_alert), ("state", "=", "open")], order="id"
            )
            for alert in alerts:
                self._last_alert = alert.id
                self._plan_answer(alert)
            calls = env["mail.activity"].search(
                [
                    ("id", ">", self._last_activity),
                    ("res_model", "in", ("crm.lead", "res.partner")),
                ],
                order="id",
            )
            for call in calls:
                self._last_activity = call.id
                self._plan_call(call)

    # ------------------------------------------------------------------ alerts

    def _plan_answer(self, alert) -> None:
        chance, now = self.world.chance, self.world.now
        key = ("alert", alert.partner_id.email, now)
        if chance.happens(rates.ALERT_UNANSWERED, *key, "unanswered"):
            return
        hours = chance.between(*rates.ALERT_ANSWER_AFTER_HOURS, *key, "hours")
        answer = chance.weighted(rates.ALERT_ANSWERS, *key, "answer")
        self.world.agenda.plan(
            now + timedelta(hours=hours), self._answer, alert.id, answer, key
        )

    def _answer(self, alert_id: int, answer: str, key: tuple) -> None:
        """Press the button, and fill in the dialog that it may open."""
        with self.world.transaction() as env:
            alert = env["lifecycle.alert"].browse(alert_id).exists()
            if not alert or alert.state != "open":
                return
            alert = alert.with_user(alert.user_id or self.world.leader)
            if answer == "taken":
                alert.action_take_over()
            else:
                self._fill_in(alert, answer, key)
            self.world.synthetic[f"alerts_{answer}"] += 1
            taken_over = (alert.partner_id.id, alert.lead_id.id, alert.user_id.id)
        if answer == "taken" and self.world.chance.happens(
            rates.QUOTES_WHEN_TAKEN, *key, "quotes"
        ):
            days = self.world.chance.between(*rates.QUOTE_AFTER_DAYS, *key, "days")
            self.world.agenda.plan(
                self.world.now + timedelta(days=days), self._quote, *taken_over, key
            )

    def _fill_in(self, alert, answer: str, key: tuple) -> None:
        chance = self.world.chance
        dialog = getattr(alert, f"action_{answer}")()
        values = {}
        if answer == "not_yet":
            values["back_on"] = self.world.now.date() + timedelta(
                days=chance.between(10, 60, *key, "back")
            )
            values["note"] = chance.one_of(NOTES, *key, "note")
        alert.env[dialog["res_model"]].with_context(**dialog["context"]).create(
            values
        ).action_answer()

    # -------------------------------------------------------------- quotations

    def _quote(self, partner_id: int, lead_id: int, user_id: int, key: tuple) -> None:
        """Send a quotation from the opportunity; later the customer decides."""
        chance = self.world.chance
        product_id = self._product(key)
        with self.world.transaction(user_id) as env:
            lead = env["crm.lead"].browse(lead_id).exists()
            if lead and not lead.active:
                return
            order = env["sale.order"].create(
                {
                    "partner_id": partner_id,
                    "opportunity_id": lead.id,
                    "client_order_ref": "quotation",
                    "order_line": [
                        Command.create(
                            {
                                "product_id": product_id,
                                "price_unit": chance.between(
                                    *rates.QUOTE_AMOUNTS, *key, "amount"
                                ),
                            }
                        )
                    ],
                }
            )
            order.action_quotation_sent()
            order_id = order.id
        self.world.synthetic["quotations_sent"] += 1
        days = chance.between(*rates.QUOTE_DECIDED_AFTER_DAYS, *key, "decides")
        self.world.agenda.plan(
            self.world.now + timedelta(days=days), self._decide, order_id, key
        )

    def _product(self, key: tuple) -> int:
        codes = sorted(self.world.product_by_code)
        return self.world.product_by_code[
            self.world.chance.one_of(codes, *key, "goods")
        ]

    def _decide(self, order_id: int, key: tuple) -> None:
        """The customer says yes, no, or nothing."""
        point = self.world.chance.number(*key, "decision")
        with self.world.transaction() as env:
            order = env["sale.order"].browse(order_id)
            order = order.with_user(order.user_id)
            lead = order.opportunity_id
            if point < rates.QUOTE_WON:
                order.action_confirm()
                lead.action_set_won()
                self.world.synthetic["quotations_won"] += 1
            elif point < rates.QUOTE_WON + rates.QUOTE_LOST:
                order._action_cancel()
                lead.action_set_lost()
                self.world.synthetic["quotations_lost"] += 1

    # ------------------------------------------------------------------- calls

    def _plan_call(self, call) -> None:
        chance, now = self.world.chance, self.world.now
        key = ("call", call.summary, call.res_name, now)
        days = chance.between(*rates.ACTIVITY_DONE_AFTER_DAYS, *key, "days")
        self.world.agenda.plan(now + timedelta(days=days), self._call, call.id)

    def _call(self, activity_id: int) -> None:
        with self.world.transaction() as env:
            call = env["mail.activity"].browse(activity_id).exists()
            # The call of an open alert waits for the answer to the alert.
            alerts = env["lifecycle.alert"].search_count(
                [("activity_id", "=", activity_id), ("state", "=", "open")]
            )
            if not call or not call.active or alerts:
                return
            call.with_user(call.user_id).action_feedback(feedback="Called.")
        self.world.synthetic["calls_made"] += 1
