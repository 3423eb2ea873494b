"""Webhooks, against a real server on this machine."""

import hashlib
import hmac
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import LifecycleCommon


class Hook(BaseHTTPRequestHandler):
    """Keeps what it gets, and answers what it was told to."""

    def do_POST(self):  # noqa: N802, the name is the library's
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((self.path, dict(self.headers), body))
        status, headers = (
            self.server.answers.pop(0) if self.server.answers else (200, {})
        )
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        """Nothing: the test reads the calls."""


@tagged("lifecycle", "post_install", "-at_install")
class TestWebhooks(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        cls.manager = new_test_user(
            cls.env,
            "lifecycle_hook_manager",
            "base.group_user,lifecycle_programs.group_lifecycle_manager",
        )
        cls.webhook = cls.env["lifecycle.webhook"].create(
            {
                "name": "ERP",
                "url": f"http://127.0.0.1:{cls.server.server_port}/hook?shop=1",
                "is_private": True,
            }
        )
        cls.liisa = cls.make_contact(ref="C-17")

    def setUp(self):
        super().setUp()
        self.server.calls, self.server.answers = [], []

    def put_in(self, contacts=None, **values):
        program = self.make_program(
            {"type": "webhook", "key": "tell", "webhook_id": self.webhook.id} | values,
            {"type": "end", "key": "end"},
        )
        program._enrol_partners(contacts or self.liisa, self.start)
        self.run_due()
        return self.enrolment_of(contacts or self.liisa, program)

    def call(self, enrolment):
        return self.env["lifecycle.webhook.call"].search(
            [("enrolment_id", "=", enrolment.id)]
        )

    def send(self, **delta):
        """Make the calls that are due at that moment."""
        calls = self.env["lifecycle.webhook.call"]
        sent = 0
        while call := calls._claim(self.at(**delta)):
            call._send(self.at(**delta))
            sent += 1
        return sent

    # ------------------------------------------------------------
    # CALL
    # ------------------------------------------------------------

    def test_one_call_signed_after_the_step(self):
        """Another system is told (R64, R149): nothing inside the step, then one call
        that says who, and proves from whom."""
        enrolment = self.put_in(webhook_facts="orders.count, contact.has_email")
        self.assertSteps(enrolment, ["tell done", "end done"])
        self.assertFalse(self.server.calls)
        self.assertEqual(self.send(), 1)
        self.assertEqual(self.send(hours=5), 0)
        ((path, headers, body),) = self.server.calls
        self.assertEqual(path, "/hook?shop=1")
        stamp = headers["X-Lifecycle-Timestamp"]
        proof = hmac.new(
            self.webhook.secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256
        )
        self.assertEqual(headers["X-Lifecycle-Signature"], f"v1={proof.hexdigest()}")
        sent = json.loads(body)
        self.assertEqual(sent["id"], headers["Idempotency-Key"])
        self.assertEqual(sent["step"], "tell")
        self.assertEqual(sent["contact"]["reference"], "C-17")
        self.assertEqual(sent["contact"]["email"], "liisa.virtanen@example.com")
        self.assertEqual(sent["data"], {"orders.count": 0, "contact.has_email": True})
        call = self.call(enrolment)
        self.assertEqual((call.state, call.status), ("done", 200))

    def test_a_batch_costs_the_same_for_ten_and_a_hundred(self):
        program = self.make_program(
            {"type": "webhook", "key": "tell", "webhook_id": self.webhook.id},
            publish=False,
        )
        step = program.draft_version_id.step_ids

        def cost(count):
            enrolments = self.env["lifecycle.enrolment"].create(
                [
                    {
                        "program_id": program.id,
                        "version_id": step.version_id.id,
                        "company_id": self.company.id,
                        "partner_id": contact.id,
                        "commercial_partner_id": contact.id,
                        "entered_at": self.start,
                        "step_id": step.id,
                    }
                    for contact in self.make_contacts(count)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            step._run_webhook_batch(enrolments, self.start)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        cost(2)
        self.assertEqual(cost(10), cost(100))

    # ------------------------------------------------------------
    # TRY AGAIN
    # ------------------------------------------------------------

    def test_tried_again_with_the_same_key(self):
        """Down, busy, back: the same call, at the times that fit."""
        self.server.answers = [(503, {}), (429, {"Retry-After": "1800"}), (204, {})]
        call = self.call(self.put_in())
        self.send()
        self.assertEqual((call.state, call.status), ("waiting", 503))
        self.assertEqual(call.next_try_at, self.at(minutes=1))
        self.assertEqual(self.send(seconds=30), 0)
        self.send(minutes=1)
        self.assertEqual(call.next_try_at, self.at(minutes=31))
        self.send(minutes=31)
        self.assertEqual((call.state, call.status, call.tries), ("done", 204, 3))
        keys = {
            headers["Idempotency-Key"] for _path, headers, _body in self.server.calls
        }
        self.assertEqual(keys, {call.key})

    def test_a_day_without_an_answer_fails(self):
        self.server.answers = [(500, {})] * 50
        call = self.call(self.put_in())
        moments = []
        while call.state == "waiting":
            moments.append(call.next_try_at)
            delta = call.next_try_at - self.start
            self.assertEqual(self.send(seconds=delta.total_seconds()), 1)
        self.assertEqual((call.state, call.status), ("failed", 500))
        self.assertEqual(moments[-1], self.at(days=1))
        self.assertLess(len(moments), 15)

    def test_other_answers_fail_at_once_and_are_not_followed(self):
        for status in (301, 400, 404, 410):
            with self.subTest(status):
                self.server.calls.clear()
                self.server.answers = [
                    (status, {"Location": f"{self.webhook.url}&other=1"})
                ]
                contact = self.make_contact(f"Person {status}")
                program = self.env["lifecycle.program"].search(
                    [("code", "=", "test_program")]
                )
                if program:
                    program._enrol_partners(contact, self.start)
                    self.run_due()
                    call = self.call(self.enrolment_of(contact, program))
                else:
                    call = self.call(self.put_in(contact))
                self.send()
                self.assertEqual((call.state, call.status), ("failed", status))
                self.assertEqual(len(self.server.calls), 1)

    def test_nobody_there(self):
        self.webhook.url = "http://127.0.0.1:1/"
        call = self.call(self.put_in())
        self.send()
        self.assertEqual((call.state, call.status), ("waiting", 0))
        self.assertIn("refused", call.error)

    def test_cron_sends_and_a_manager_calls_again(self):
        self.server.answers = [(400, {})]
        call = self.call(self.put_in())
        cron = self.env.ref("lifecycle_programs.ir_cron_send_webhooks")
        call.write({"asked_at": "2020-01-01", "next_try_at": "2020-01-01"})
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        call.invalidate_recordset()
        self.assertEqual((call.state, call.status), ("failed", 400))
        with self.assertRaises(AccessError):
            call.with_user(self.marketer).action_retry()
        call.with_user(self.manager).action_retry()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        call.invalidate_recordset()
        self.assertEqual(call.state, "done")

    # ------------------------------------------------------------
    # WAIT FOR THE ANSWER
    # ------------------------------------------------------------

    def test_waits_for_yes(self):
        """No promise before the other system says yes."""
        enrolment = self.put_in(webhook_waits=True)
        self.assertSteps(enrolment, [])
        self.assertFalse(self.run_due(hours=20))
        self.send()
        self.consume(minutes=2)
        self.run_due(minutes=2)
        self.assertSteps(enrolment, ["tell done webhook_done", "end done"])

    def test_waits_until_it_has_failed(self):
        self.server.answers = [(422, {})]
        enrolment = self.put_in(webhook_waits=True)
        self.send()
        self.consume(minutes=2)
        self.run_due(minutes=2)
        self.assertSteps(enrolment, ["tell skipped webhook_failed", "end done"])
        event = self.env["lifecycle.event"].search(
            [("type_id.code", "=", "webhook_answered")]
        )
        self.assertEqual((event.payload["ok"], event.payload["status"]), (False, 422))

    # ------------------------------------------------------------
    # RIGHTS AND ADDRESSES
    # ------------------------------------------------------------

    def test_private_addresses_are_refused(self):
        """Also one that was written into the database, or whose name has moved."""
        call = self.call(self.put_in())
        self.env.cr.execute("UPDATE lifecycle_webhook SET is_private = false")
        self.env.invalidate_all()
        self.send()
        self.assertEqual(call.state, "refused")
        self.env.cr.execute("UPDATE lifecycle_webhook SET url = 'https://127.0.0.1/'")
        self.env.invalidate_all()
        call.with_user(self.manager).action_retry()
        self.send(days=3)
        self.assertEqual(call.state, "refused")
        self.assertIn("private", call.error)
        self.assertFalse(self.server.calls)

    def test_only_an_administrator_opens_the_network(self):
        webhooks = self.env["lifecycle.webhook"].with_user(self.manager)
        values = {"name": "Inside", "url": "https://shop.example/"}
        with self.assertRaises(AccessError):
            webhooks.create(values | {"is_private": True})
        with self.assertRaises(ValidationError):
            webhooks.create(values | {"url": "http://shop.example/"})
        webhook = webhooks.create(values)
        with self.assertRaises(AccessError):
            webhook.is_private = True
        with self.assertRaises(AccessError):
            self.webhook.with_user(self.manager).url = "https://169.254.169.254/"
        # A copy is not inside any more, and this address is then none.
        with self.assertRaises(ValidationError):
            self.webhook.copy()

    def test_marketers_choose_and_see_no_secret(self):
        webhook = self.webhook.with_user(self.marketer)
        self.assertEqual(webhook.name, "ERP")
        with self.assertRaises(AccessError):
            webhook.read(["secret"])
        with self.assertRaises(AccessError):
            webhook.name = "Mine"
        with self.assertRaises(AccessError):
            self.webhook.with_user(self.salesperson).read(["name"])
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["lifecycle.webhook"].create(
            {"name": "Far", "url": "https://far.example/", "company_id": other.id}
        )
        with self.assertRaises(AccessError):
            foreign.with_user(self.marketer).read(["url"])
        with self.assertRaisesRegex(ValidationError, "another company"):
            self.put_in(webhook_id=foreign.id)

    def test_unknown_data_cannot_be_published(self):
        with self.assertRaisesRegex(ValidationError, "orders.typo"):
            self.put_in(webhook_facts="orders.typo")

    def test_switched_off(self):
        program = self.make_program(
            {"type": "webhook", "key": "tell", "webhook_id": self.webhook.id}
        )
        self.webhook.active = False
        program._enrol_partners(self.liisa, self.start)
        self.run_due()
        self.assertSteps(
            self.enrolment_of(self.liisa, program), ["tell skipped webhook_off"]
        )

    def test_a_person_takes_everything_along(self):
        """Export and erasure know complaints, badges and calls."""
        badge = self.env["lifecycle.badge"].create({"name": "Ten", "code": "ten"})
        self.put_in()
        milestone = self.env["lifecycle.milestone"].create(
            {
                "badge_id": badge.id,
                "partner_id": self.liisa.id,
                "company_id": self.company.id,
                "reached_at": self.start,
            }
        )
        complaint = self.env["lifecycle.complaint"].create(
            {"name": "The stove leaks", "partner_id": self.liisa.id}
        )
        privacy = self.env["lifecycle.privacy"].sudo()
        known = privacy._export(self.liisa)
        self.assertIn("The stove leaks", str(known["complaints"]))
        self.assertEqual(len(known["milestones"]), 1)
        self.assertIn("C-17", str(known["webhook_calls"]))
        privacy._erase(self.liisa, self.start)
        left = self.env["lifecycle.webhook.call"].search(
            [("partner_id", "=", self.liisa.id)]
        )
        self.assertFalse(complaint.exists() or milestone.exists() or left)

    def test_old_calls_are_forgotten(self):
        call = self.call(self.put_in())
        self.send()
        self.env["lifecycle.webhook.call"]._gc_calls()
        self.assertTrue(call.exists())
        call.answered_at = self.start - timedelta(days=91)
        self.env["lifecycle.webhook.call"]._gc_calls()
        self.assertFalse(call.exists())
