"""Web push, against a real push service on this machine that reads what it gets."""

import base64
import json
import os
import threading
from http.server import ThreadingHTTPServer

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.lifecycle_push import PRIVATE, VAPID
from .test_portal_inbox import InboxCommon
from .test_webhooks import Hook

WEB_PUSH = "odoo.addons.mail.tools.web_push"


class Browser:
    """The keys of a browser, and what it does with a push (RFC 8291)."""

    def __init__(self):
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.public = self._raw(self.private.public_key())
        self.auth = os.urandom(16)

    @property
    def keys(self):
        return {"p256dh": self._text(self.public), "auth": self._text(self.auth)}

    def decrypt(self, body):
        """The payload of an encrypted body."""
        salt, length = body[:16], body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        info = b"WebPush: info\x00" + self.public + sender
        secret = self._derive(
            self.auth, self.private.exchange(ec.ECDH(), point), info, 32
        )
        key = self._derive(salt, secret, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = self._derive(salt, secret, b"Content-Encoding: nonce\x00", 12)
        return json.loads(AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x02"))

    def _derive(self, salt, secret, info, length):
        return HKDF(hashes.SHA256(), length, salt, info).derive(secret)

    def _raw(self, key):
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def _text(self, raw):
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class PushCommon(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        cls.env["ir.config_parameter"].set_param(PRIVATE, "True")
        cls.devices = cls.env["mail.push.device"]
        cls.key = cls.devices.get_web_push_vapid_public_key()
        cls.set_channels("push", "mail")

    def setUp(self):
        super().setUp()
        self.server.calls, self.server.answers = [], []
        self.browser = Browser()

    def endpoint(self, name):
        return f"http://127.0.0.1:{self.server.server_port}/{name}"

    def allow(self, partner=None, name="phone", browser=None):
        self.assertTrue(
            self.devices._lifecycle_register(
                partner or self.partner,
                self.endpoint(name),
                (browser or self.browser).keys,
                self.key,
            )
        )

    def push(self, **delta):
        return self.env["lifecycle.push"]._send_due(self.at(**delta))

    def answer(self, *statuses):
        self.server.answers = [(status, {}) for status in statuses]


@tagged("lifecycle", "post_install", "-at_install")
class TestPush(PushCommon):
    """R75: push, to customers who have allowed it."""

    def setUp(self):
        super().setUp()
        self.allow()
        self.step = self.make_step()
        self.enrolment = self.deliver(self.step, self.partner)
        self.message = self.inbox_of(self.partner)
        self.trace = self.message.trace_id

    def test_arrives_encrypted_and_leads_to_the_inbox(self):
        self.assertWays(self.enrolment, ["push done"])
        self.assertEqual(self.trace.trace_status, "outgoing")
        self.answer(201)
        self.assertEqual(self.push(), 1)
        ((path, headers, body),) = self.server.calls
        self.assertEqual(path, "/phone")
        self.assertIn(f"k={self.key}", headers["Authorization"])
        self.assertEqual(headers["Content-Encoding"], "aes128gcm")
        self.assertEqual(headers["TTL"], "86400")
        payload = self.browser.decrypt(body)
        self.assertEqual(payload["title"], self.message.subject)
        self.assertEqual(payload["options"]["body"], "Hello Liisa <b>")
        self.assertEqual(
            payload["options"]["data"]["url"], f"/my/inbox/{self.message.id}"
        )
        self.assertEqual(self.trace.trace_status, "sent")
        # Once.
        self.assertEqual(self.push(hours=1), 0)
        self.assertEqual(len(self.server.calls), 1)

    def test_every_device_of_the_customer_and_nobody_elses(self):
        other = Browser()
        self.allow(name="laptop", browser=other)
        thief = new_test_user(self.env, "portal_thief", "base.group_portal")
        self.allow(thief.partner_id, "thief", Browser())
        self.answer(201, 201)
        self.push()
        paths = {path for path, _headers, _body in self.server.calls}
        self.assertEqual(paths, {"/phone", "/laptop"})

    def test_a_device_that_is_gone_is_forgotten_and_another_channel_follows(self):
        for status in (404, 410):
            with self.subTest(status):
                self.allow()
                step = self.make_step(f"gone_{status}")
                self.env["lifecycle.push"].search([]).unlink()
                enrolment = self.deliver(step, self.partner)
                self.answer(status)
                with mute_logger(WEB_PUSH):
                    self.push()
                self.assertFalse(self.partner.lifecycle_push_device_ids)
                self.send_again(hours=1)
                self.assertWays(enrolment, ["push fallback undelivered", "mail done"])
                # What comes by mail is not in the inbox as well.
                self.assertFalse(
                    self.inbox_of(self.partner).filtered(
                        lambda one, step=step: one.program_id == step.program_id
                    )
                )

    def test_a_service_that_is_down_is_asked_again(self):
        self.answer(503, 201)
        with mute_logger(WEB_PUSH):
            self.push()
        self.assertTrue(self.partner.lifecycle_push_device_ids)
        self.assertEqual(self.push(minutes=1), 0)
        self.push(minutes=3)
        self.assertEqual(self.trace.trace_status, "sent")

    def test_after_some_tries_another_channel(self):
        self.answer(*[503] * 9)
        with mute_logger(WEB_PUSH):
            for minutes in (0, 3, 14, 60):
                self.push(minutes=minutes)
        self.assertEqual(len(self.server.calls), 4)
        self.assertEqual(self.trace.trace_status, "error")
        self.send_again(hours=2)
        self.assertWays(self.enrolment, ["push fallback undelivered", "mail done"])

    def test_who_has_read_it_needs_no_other_channel(self):
        self.message._open(self.at(minutes=1))
        self.answer(410)
        with mute_logger(WEB_PUSH):
            self.push(minutes=2)
        self.send_again(hours=1)
        self.assertWays(self.enrolment, ["push done"])
        self.assertTrue(self.message.exists())

    def test_stopped_companies_push_nothing(self):
        self.company.lifecycle_stopped_at = self.start
        self.assertEqual(self.push(), 0)
        self.company.lifecycle_stopped_at = False
        self.answer(201)
        self.assertEqual(self.push(), 1)

    def test_without_a_device_the_next_channel(self):
        self.partner.lifecycle_push_device_ids.unlink()
        enrolment = self.deliver(self.make_step("second"), self.partner)
        self.assertWays(enrolment, ["push fallback no_address", "mail done"])

    def test_preferences_have_a_column_for_it(self):
        addresses = self.env["lifecycle.preferences"]._get_addresses(self.partner)
        self.assertEqual(addresses["push"], f"push:{self.partner.id}")

    def test_without_keys_of_ours_another_channel(self):
        self.env["ir.config_parameter"].set_param(VAPID + "private_key", False)
        self.push()
        self.assertTrue(self.partner.lifecycle_push_device_ids)
        self.send_again(hours=1)
        self.assertWays(self.enrolment, ["push fallback undelivered", "mail done"])

    def test_a_key_that_is_none_is_forgotten(self):
        self.partner.lifecycle_push_device_ids.keys = '{"p256dh": "x", "auth": "y"}'
        self.push()
        self.assertFalse(self.partner.lifecycle_push_device_ids)
        self.assertFalse(self.server.calls)
        self.assertEqual(self.trace.trace_status, "error")


@tagged("lifecycle", "post_install", "-at_install")
class TestPushDevices(PushCommon, HttpCase):
    def call(self, path, **params):
        answer = self.url_open(
            path,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()

    def register(self, name="phone", **changes):
        values = {
            "endpoint": self.endpoint(name),
            "keys": self.browser.keys,
            "key": self.key,
        }
        return self.call("/my/inbox/push", **(values | changes)).get("result")

    def test_register_and_forget(self):
        self.authenticate(self.user.login, self.user.login)
        self.assertIn(f'data-key="{self.key}"', self.url_open("/my/inbox").text)
        self.assertTrue(self.register())
        device = self.partner.lifecycle_push_device_ids
        self.assertEqual(device.endpoint, self.endpoint("phone"))
        self.assertTrue(self.register())
        self.assertEqual(len(self.partner.lifecycle_push_device_ids), 1)
        self.call("/my/inbox/push/forget", endpoint=device.endpoint)
        self.assertFalse(device.exists())

    def test_attacks(self):
        with mute_logger("odoo.http"):
            self.assertFalse(self.register())
        self.authenticate(self.user.login, self.user.login)
        self.assertFalse(self.register(key="another"))
        self.assertFalse(self.register(keys={"p256dh": "x"}))
        self.assertFalse(self.register(keys={"p256dh": "x", "auth": ["y"]}))
        self.assertFalse(self.register(endpoint="ftp://push.example/"))
        self.assertFalse(self.register(endpoint="https://u:p@push.example/"))
        self.assertFalse(self.register(endpoint="https://push.example/" + "x" * 1000))
        # Nothing inside, unless somebody has allowed it.
        self.env["ir.config_parameter"].set_param(PRIVATE, False)
        self.assertFalse(self.register())
        self.assertFalse(self.partner.lifecycle_push_device_ids)
        # Nobody else's device.
        thief = new_test_user(self.env, "portal_thief", "base.group_portal")
        self.env["ir.config_parameter"].set_param(PRIVATE, "True")
        self.allow()
        self.authenticate(thief.login, thief.login)
        self.call("/my/inbox/push/forget", endpoint=self.endpoint("phone"))
        self.assertTrue(self.partner.lifecycle_push_device_ids)
        with self.assertRaises(AccessError):
            self.env["lifecycle.push"].with_user(thief).search([])

    def test_as_many_devices_as_make_sense(self):
        for number in range(7):
            self.allow(name=f"device{number}", browser=Browser())
        names = self.partner.lifecycle_push_device_ids.mapped("endpoint")
        self.assertEqual(len(names), 5)
        self.assertIn(self.endpoint("device6"), names)

    def test_worker_is_for_the_portal(self):
        answer = self.url_open("/my/inbox_worker.js")
        self.assertEqual(answer.headers["Service-Worker-Allowed"], "/my/")
        self.assertTrue(answer.headers["Content-Type"].startswith("text/javascript"))
        self.assertIn("showNotification", answer.text)
