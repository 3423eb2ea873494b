from contextlib import suppress
from datetime import timedelta
from threading import Event
from unittest.mock import patch

import psycopg2

from odoo import Command, fields
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..models import ir_cron, prepared
from .events_common import EventCommon

EMIT_LOGGER = "odoo.addons.lifecycle_programs.models.lifecycle_event_emit"


@tagged("post_install", "-at_install", "lifecycle")
class TestEmission(CronMixinCase, EventCommon):
    """The outbox itself: one INSERT, one trigger, and nothing that breaks a record."""

    def row(self, partner=None, **values):
        return {
            "partner_id": (partner or self.anna).id,
            "occurred_at": self.start,
            **values,
        }

    def count_statements(self):
        """The statements that writing what is pending takes."""
        self.env.flush_all()
        before = self.cr.sql_log_count
        self.env["lifecycle.event"]._flush_pending()
        return self.cr.sql_log_count - before

    def test_values_of_a_kind_of_event_go_with_it(self):
        facts = self.env["lifecycle.event.type"]._payload_facts
        kind = self.env["lifecycle.event.type"].create(
            {"name": "Parked", "code": "parked", "payload_types": {"lot": "text"}}
        )
        self.assertIn("event.lot", facts("event"))
        kind.payload_types = {"space": "number"}
        self.assertEqual(facts("event")["event.space"].type, "number")
        self.assertNotIn("event.lot", facts("event"))
        kind.unlink()
        self.assertNotIn("event.space", facts("event"))

    def get_triggers(self):
        """What wakes the processing of events up."""
        cron = self.env.ref("lifecycle_programs.ir_cron_process_events")
        return self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])

    def test_a_confirmed_order_costs_three_statements(self):
        """SAVEPOINT, INSERT with the trigger, RELEASE."""
        self.make_order().action_confirm()
        # Settings are read once per process.
        self.env["lifecycle.fact"]._category_naming()
        before = self.get_triggers()
        self.assertEqual(self.count_statements(), 3)
        trigger = self.get_triggers() - before
        self.assertEqual(len(trigger), 1)
        self.assertLessEqual(trigger.call_at, fields.Datetime.now())
        self.make_order().action_confirm()
        self.assertEqual(self.count_statements(), 3)
        self.assertEqual(self.get_triggers() - before, trigger, "one per transaction")

    def test_a_scheduled_action_that_is_switched_off_is_not_woken(self):
        self.env.ref("lifecycle_programs.ir_cron_process_events").active = False
        before = self.get_triggers()
        self.make_order().action_confirm()
        self.assertEqual(len(self.events("order_confirmed")), 1)
        self.assertEqual(self.get_triggers(), before)

    def test_the_workers_hear_of_it_after_the_commit(self):
        with patch.object(type(self.env["ir.cron"]), "_notifydb") as notify:
            told = Event()
            notify.side_effect = told.set
            self.make_order().action_confirm()
            self.flush()
            self.assertFalse(notify.called)
            self.env.cr.postcommit.run()
            self.env["ir.cron"]._lifecycle_notify_soon()
            self.assertFalse(notify.called, "nobody waits for it")
            self.assertTrue(told.wait(10))
            self.assertEqual(notify.call_count, 1, "once for both")
            told.clear()
            self.env["ir.cron"]._lifecycle_notify_soon()
            self.assertTrue(told.wait(10), "and again for what comes later")

    def test_a_server_that_stops_wakes_nobody_up(self):
        closed = psycopg2.InterfaceError("connection already closed")
        with (
            patch.object(self.registry, "cursor", side_effect=closed),
            patch.object(ir_cron._logger, "info") as info,
        ):
            ir_cron._notify(self.registry)
        self.assertIn("already closed", str(info.call_args))

    def get_prepared(self):
        self.cr.execute(
            "SELECT name, generic_plans FROM pg_prepared_statements"
            " WHERE starts_with(name, 'lifecycle_')"
        )
        return dict(self.cr.fetchall())

    def test_the_statement_of_a_hook_is_planned_once(self):
        for _time in range(2):
            self.make_order().action_confirm()
            self.flush()
        before = self.get_prepared()
        for number in (1, 2):
            order = self.make_order()
            order.action_confirm()
            self.flush()
            event = self.events("order_confirmed", res_id=order.id)
            self.assertEqual(event.payload["order"], order.name)
            now = self.get_prepared()
            self.assertEqual(now.keys(), before.keys())
            used = [now[name] - before[name] for name in now]
            self.assertEqual(sum(used), number)

    def test_many_rows_have_a_plan_of_their_own(self):
        before = self.get_prepared()
        orders = self.env["sale.order"].concat(
            *(self.make_order() for _number in range(prepared.MOST_ROWS + 1))
        )
        self.flush()
        orders.action_confirm()
        used = self.get_prepared()
        self.assertEqual(len(self.events("order_confirmed")), len(orders))
        self.assertEqual(self.get_prepared(), used)
        self.assertLessEqual(before.keys(), used.keys())

    def test_a_connection_that_forgets_its_statements_loses_no_event(self):
        """As behind pgbouncer, which gives each transaction another connection."""
        self.addCleanup(prepared._by_cursor.pop, self.cr)
        self.addCleanup(self.cr.execute, "DEALLOCATE ALL")
        for _time in range(4):
            self.make_order().action_confirm()
            self.cr.execute("DEALLOCATE ALL")
            with mute_logger("odoo.sql_db"):
                self.flush()
        self.assertEqual(len(self.events("order_confirmed")), 4)

    def test_a_connection_comes_without_plans_from_the_pool(self):
        """What Odoo does, and why statements are counted by cursor."""
        connection = None
        for _time in range(2):
            with self.registry.cursor() as cr:
                self.assertIn(connection, (None, cr.connection))
                connection = cr.connection
                for value in range(3):
                    prepared.execute_prepared(cr, SQL("SELECT %s", value))
                    self.assertEqual(cr.fetchall(), [(value,)])
                cr.execute("SELECT count(*) FROM pg_prepared_statements")
                self.assertEqual(cr.fetchone(), (1,))

    def test_statements_do_not_grow_with_the_records(self):
        self.make_order().action_confirm()
        self.flush()
        orders = self.env["sale.order"].union(
            *(self.make_order(partner) for partner in self.make_contacts(20))
        )
        orders.action_confirm()
        self.assertEqual(self.count_statements(), 3)
        self.assertEqual(len(self.events("order_confirmed")), 21)

    def test_hooks_cost_no_statements(self):
        order = self.make_order()
        order.action_confirm()
        self.env.flush_all()
        before = self.cr.sql_log_count
        self.env["lifecycle.event"]._watch("order_confirmed", order)
        self.assertEqual(self.cr.sql_log_count, before)

    def test_a_rolled_back_savepoint_takes_its_events_along(self):
        order = self.make_order()
        self.flush()
        with suppress(ValueError), self.env.cr.savepoint():
            order.action_confirm()
            raise ValueError
        self.assertFalse(self.events("order_confirmed"))
        self.assertEqual(order.state, "draft")
        order.action_confirm()
        self.assertEqual(len(self.events("order_confirmed")), 1)

    def test_a_trigger_that_was_rolled_back_is_set_again(self):
        before = self.get_triggers()
        with suppress(ValueError), self.env.cr.savepoint():
            self.env["lifecycle.event"]._emit("added_by_hand", [self.row()])
            self.flush()
            self.assertEqual(len(self.get_triggers() - before), 1)
            raise ValueError
        self.env["lifecycle.event"]._emit("added_by_hand", [self.row()])
        self.flush()
        self.assertEqual(len(self.get_triggers() - before), 1)

    def test_a_record_that_is_gone_has_no_event(self):
        order, other = self.make_order(), self.make_order()
        (order | other).action_confirm()
        order.with_context(disable_cancel_warning=True).action_cancel()
        order.unlink()
        self.assertEqual(self.events("order_confirmed").res_id, other.id)

    def test_a_contact_that_is_gone_has_no_event(self):
        gone = self.make_contact("Gone")
        self.env["lifecycle.event"]._emit(
            "added_by_hand", [self.row(gone), self.row(self.anna)]
        )
        gone.unlink()
        self.assertEqual(self.events("added_by_hand").partner_id, self.anna)

    def test_a_build_that_fails_in_python_breaks_nothing_else(self):
        order = self.make_order()
        order.action_confirm()
        order.client_order_ref = "written"
        self.env["lifecycle.event"]._emit("added_by_hand", lambda: [1 / 0])
        self.env["lifecycle.event"]._emit("added_by_hand", [self.row()])
        with self.assertLogs(EMIT_LOGGER, "ERROR") as logs:
            self.flush()
        self.assertIn("ZeroDivisionError", logs.output[0])
        self.assertEqual(len(logs.output), 1)
        self.assertEqual(len(self.events("order_confirmed")), 1)
        self.assertEqual(len(self.events("added_by_hand")), 1)
        order.invalidate_recordset()
        self.assertEqual(order.client_order_ref, "written")
        self.assertEqual(order.state, "sale")

    @mute_logger("odoo.sql_db")
    def test_a_build_that_fails_in_the_database_breaks_nothing_else(self):
        order = self.make_order()
        order.action_confirm()
        order.client_order_ref = "written"
        event = self.env["lifecycle.event"]
        event._emit("added_by_hand", lambda: SQL("SELECT nothing FROM nowhere"))
        event._emit(
            "added_by_hand", lambda: self.env.execute_query(SQL("SELECT 1 / 0"))
        )
        with self.assertLogs(EMIT_LOGGER, "ERROR") as logs:
            self.flush()
        self.assertEqual(len(logs.output), 2)
        self.assertEqual(len(self.events("order_confirmed")), 1)
        order.invalidate_recordset()
        self.assertEqual(order.client_order_ref, "written")
        self.assertEqual(order.state, "sale")

    @mute_logger("odoo.sql_db")
    def test_one_bad_row_costs_only_itself(self):
        rows = [self.row(), self.row(company_id=-1), self.row()]
        self.env["lifecycle.event"]._emit("added_by_hand", rows)
        with self.assertLogs(EMIT_LOGGER, "ERROR") as logs:
            self.flush()
        self.assertEqual(len(logs.output), 1)
        self.assertEqual(len(self.events("added_by_hand")), 2)

    def test_a_failing_order_hook_does_not_stop_the_confirmation(self):
        order = self.make_order()
        method = "_lifecycle_rows_order_confirmed"
        with (
            patch.object(self.env.registry["sale.order"], method, side_effect=KeyError),
            self.assertLogs(EMIT_LOGGER, "ERROR"),
        ):
            order.action_confirm()
            self.flush()
        order.invalidate_recordset()
        self.assertEqual(order.state, "sale")

    def test_the_same_key_is_written_once(self):
        event = self.env["lifecycle.event"]
        event._emit("added_by_hand", [self.row(unique_key="once")] * 2)
        self.flush()
        event._emit("added_by_hand", [self.row(unique_key="once")])
        self.assertEqual(len(self.events("added_by_hand")), 1)

    def fail_inserts(self, *conditions):
        """Let the next INSERTs fail with these conditions, as the database would."""
        model = self.env.registry["lifecycle.event"]
        insert, left = model._insert_rows, list(conditions)

        def fail_first(records, rows):
            if left:
                self.env.cr.execute(
                    SQL(
                        "DO $$ BEGIN RAISE EXCEPTION 'here' USING ERRCODE = %s; END $$",
                        left.pop(0),
                    )
                )
            return insert(records, rows)

        self.patch(model, "_insert_rows", fail_first)

    def test_a_deadlock_is_tried_again(self):
        self.fail_inserts("deadlock_detected", "deadlock_detected")
        self.env["lifecycle.event"]._emit("added_by_hand", [self.row()])
        with self.assertNoLogs(EMIT_LOGGER, "WARNING"), mute_logger("odoo.sql_db"):
            self.assertEqual(len(self.events("added_by_hand")), 1)

    def test_an_event_lost_in_deadlocks_is_told(self):
        self.fail_inserts(*["deadlock_detected"] * 3)
        self.env["lifecycle.event"]._emit("added_by_hand", [self.row()])
        with self.assertLogs(EMIT_LOGGER, "ERROR"), mute_logger("odoo.sql_db"):
            self.flush()
        self.assertFalse(self.events("added_by_hand"))

    def test_a_key_that_another_transaction_wrote_is_no_error(self):
        self.fail_inserts(*["serialization_failure"] * 2)
        self.env["lifecycle.event"]._emit("added_by_hand", [self.row()])
        with self.assertNoLogs(EMIT_LOGGER, "WARNING"), mute_logger("odoo.sql_db"):
            self.flush()

    def test_a_type_that_is_switched_off_writes_nothing(self):
        self.event_type("added_by_hand").active = False
        self.env["lifecycle.event"]._emit("added_by_hand", [self.row()])
        self.assertFalse(self.events("added_by_hand"))

    def test_an_unknown_column_is_a_mistake_that_is_told(self):
        self.env["lifecycle.event"]._emit("added_by_hand", [self.row(x=1)])
        with self.assertLogs(EMIT_LOGGER, "ERROR"):
            self.flush()

    def test_imports_are_history_and_wake_nobody(self):
        before = self.get_triggers()
        for key in ("lifecycle_import", "import_file"):
            self.make_order().with_context(**{key: True}).action_confirm()
            event = self.events("order_confirmed")[-1]
            self.assertTrue(event.is_history)
            self.assertTrue(event.processed_at)
            self.assertEqual(self.get_triggers(), before)
        self.make_order().action_confirm()
        event = self.events("order_confirmed")[-1]
        self.assertFalse(event.is_history)
        self.assertFalse(event.processed_at)

    def test_odoo_import_of_orders_is_history(self):
        before = self.start - timedelta(days=400)
        result = (
            self.env["sale.order"]
            .with_context(import_file=True)
            .load(
                ["partner_id/.id", "state", "date_order", "order_line/product_id/.id"],
                [
                    [
                        str(self.anna.id),
                        "sale",
                        fields.Datetime.to_string(before),
                        str(self.product.id),
                    ]
                ],
            )
        )
        self.assertFalse(result["messages"])
        event = self.events("order_confirmed")
        self.assertEqual(event.occurred_at, before)
        self.assertTrue(event.is_history)

    def test_any_user_and_the_public_may_emit(self):
        public = self.env.ref("base.public_user")
        self.env["lifecycle.event"].with_user(public)._emit(
            "added_by_hand", [self.row()]
        )
        self.env["lifecycle.event"].with_user(public)._flush_pending()
        self.assertEqual(len(self.events("added_by_hand")), 1)

    def test_added_by_hand(self):
        program = self.make_program({"type": "end"}, publish=False)
        partners = self.make_contacts(2)
        self.env["lifecycle.event"]._emit_added_by_hand(program, partners)
        events = self.events("added_by_hand")
        self.assertEqual(events.partner_id, partners)
        self.assertEqual(events[0].res_id, program.id)


@tagged("post_install", "-at_install", "lifecycle")
class TestOrderEvents(EventCommon):
    def test_confirmed(self):
        order = self.make_order(products=self.product | self.freight)
        order.action_confirm()
        event = self.events("order_confirmed")
        self.assertEqual(event.partner_id, self.anna)
        self.assertEqual(event.company_id, order.company_id)
        self.assertEqual(event.occurred_at, order.date_order)
        self.assertEqual((event.res_model, event.res_id), ("sale.order", order.id))
        self.assertEqual(
            event.payload,
            {
                "order": order.name,
                "order_id": order.id,
                "amount": 110,
                "first": True,
                "products": ["Tent for two"],
                "categories": ["Tents"],
            },
        )

    def test_first_counts_the_whole_customer_and_the_business_time(self):
        acme = self.make_contact("Acme Oy", is_company=True)
        liisa = self.make_contact("Liisa Acme", parent_id=acme.id)
        matti = self.make_contact("Matti Acme", parent_id=acme.id)
        orders = self.make_order(liisa) | self.make_order(matti)
        orders.action_confirm()
        orders[0].date_order = self.start - timedelta(days=1)
        orders[1].date_order = self.start - timedelta(days=2)
        events = self.events("order_confirmed")
        first = {event.partner_id: event.payload["first"] for event in events}
        self.assertEqual(first, {liisa: False, matti: True})

    def test_a_quotation_of_another_company_is_no_earlier_order(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.make_order(company_id=other.id).action_confirm()
        self.make_order().action_confirm()
        events = self.events("order_confirmed")
        self.assertEqual(events.company_id, self.company | other)
        self.assertEqual([event.payload["first"] for event in events], [True, True])

    def test_amount_is_in_the_currency_of_the_company(self):
        foreign = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [Command.create({"rate": 4, "name": "2000-01-01"})],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": foreign.id}
        )
        order = self.make_order(pricelist_id=pricelist.id)
        order.order_line.price_unit = 400
        order.action_confirm()
        self.assertEqual(self.events("order_confirmed").payload["amount"], 100)

    def test_confirmed_again_after_a_cancellation_is_another_confirmation(self):
        order = self.make_order()
        order.action_confirm()
        order.date_order = self.start - timedelta(days=1)
        self.flush()
        order.with_context(disable_cancel_warning=True).action_cancel()
        order.action_draft()
        order.action_confirm()
        self.assertEqual(len(self.events("order_confirmed")), 2)
        self.assertEqual(len(self.events("order_cancelled")), 1)

    def test_confirmed_and_cancelled_at_once_is_no_order(self):
        order = self.make_order()
        order.action_confirm()
        order.with_context(disable_cancel_warning=True).action_cancel()
        self.assertFalse(self.events("order_confirmed"))

    def test_a_dropped_quotation_is_no_cancelled_order(self):
        order = self.make_order()
        order.action_quotation_sent()
        sent = self.events("quotation_sent")
        self.assertEqual(sent.payload["order"], order.name)
        self.assertEqual(sent.payload["amount"], 100)
        order.with_context(disable_cancel_warning=True).action_cancel()
        self.assertFalse(self.events("order_cancelled"))

    def test_an_order_born_confirmed(self):
        self.make_order(state="sale")
        self.assertEqual(len(self.events("order_confirmed")), 1)

    def test_a_salesperson_without_rights_on_programs_confirms(self):
        user = new_test_user(
            self.env, "seller", "base.group_user,sales_team.group_sale_salesman"
        )
        order = self.make_order(user_id=user.id)
        order.with_user(user).action_confirm()
        self.env["lifecycle.event"].with_user(user)._flush_pending()
        self.assertEqual(len(self.events("order_confirmed")), 1)


@tagged("post_install", "-at_install", "lifecycle")
class TestInvoiceEvents(EventCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company=cls.company, install_demo=False
            )

    def make_invoice(self, order):
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def pay(self, invoice, day):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": day}).action_create_payments()

    def test_paid_today_has_the_time_of_the_booking(self):
        order = self.make_order()
        order.action_confirm()
        invoice = self.make_invoice(order)
        self.assertFalse(self.events("invoice_paid"))
        self.pay(invoice, fields.Date.today())
        event = self.events("invoice_paid")
        self.assertEqual(event.partner_id, self.anna)
        self.assertEqual(event.payload, {"invoice": invoice.name, "amount": 100})
        self.assertLess(event.occurred_at - self.start, timedelta(minutes=10))

    def test_paid_is_dated_by_its_last_payment(self):
        order = self.make_order()
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.invoice_date = fields.Date.today() - timedelta(days=30)
        invoice.action_post()
        self.pay(invoice, fields.Date.today() - timedelta(days=9))
        event = self.events("invoice_paid")
        self.assertEqual(
            event.occurred_at.date(), fields.Date.today() - timedelta(days=9)
        )

    def test_a_credit_note_names_the_order_and_who_ordered(self):
        payer = self.make_contact("Paying Department")
        order = self.make_order(partner_invoice_id=payer.id)
        order.action_confirm()
        invoice = self.make_invoice(order)
        refund = invoice._reverse_moves()
        refund.action_post()
        event = self.events("goods_returned")
        self.assertEqual(event.partner_id, self.anna)
        self.assertEqual(
            event.payload,
            {
                "order": order.name,
                "order_id": order.id,
                "amount": 100,
                "products": ["Tent for two"],
            },
        )
        refund.button_draft()
        refund.action_post()
        self.assertEqual(len(self.events("goods_returned")), 1)
        self.assertFalse(self.events("invoice_paid"), "credited is not paid")
