"""SMS that people send us: a no, or an answer; and who may report them."""

import json

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .test_preferences import PreferencesCommon

NUMBER = "+358401234567"


@tagged("lifecycle", "post_install", "-at_install")
class TestSmsInbound(PreferencesCommon, HttpCase):
    """R144: an SMS can be answered, and STOP works."""

    def setUp(self):
        super().setUp()
        self.company.action_lifecycle_make_sms_token()
        self.token = self.company.lifecycle_sms_token
        self.partner = self.make_contact(phone="040 1234567")
        message = self.make_message(channel="sms", body_text="Coming?")
        self.step = self.make_mail_step(message)
        self.enrolment = self.enrol(self.step, self.partner)
        self.run_due()

    def send(self, text="Yes", key="m1", number=NUMBER, token=None, **data):
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        form = {"from": number, "text": text, "id": key} | data
        return self.url_open("/lifecycle/sms/inbound", data=form, headers=headers)

    def send_json(self, content, path="/lifecycle/sms/inbound"):
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
        }
        return self.url_open(path, data=json.dumps(content), headers=headers)

    def events(self, code="sms_reply"):
        self.env["lifecycle.event"]._flush_pending()
        return self.env["lifecycle.event"].search([("type_id.code", "=", code)])

    def received(self):
        return self.env["lifecycle.sms.inbound"].search([])

    def test_an_answer_reaches_the_program_and_the_salesperson(self):
        self.partner.user_id = self.salesperson
        answer = self.send("Yes & <b>please</b>")
        self.assertEqual(answer.json(), {"status": ["ok"]})
        self.assertEqual(
            self.events().payload,
            {
                "text": "Yes & <b>please</b>",
                "program": "test_program",
                "step": "message",
            },
        )
        self.assertEqual(self.events().partner_id, self.partner)
        # Who waits for an answer to a message gets it as well.
        self.assertEqual(self.enrolment.step_run_ids.trace_id.trace_status, "reply")
        self.assertEqual(len(self.events("mail_replied")), 1)
        note = self.partner.message_ids[0]
        self.assertIn("&lt;b&gt;please", note.body)
        self.assertIn(self.salesperson.partner_id, note.notified_partner_ids)
        self.assertFalse(self.opt_outs.search([]))

    def test_stop_is_a_no_on_the_number(self):
        for number, word in enumerate(("Stop", "LOPETA", "стоп")):
            with self.subTest(word=word):
                self.send(word, key=f"m{number}")
        categories = self.env["lifecycle.category"].search([("can_opt_out", "=", True)])
        self.assertEqual(self.refused(NUMBER), categories)
        self.assertFalse(self.refused(self.partner.email))
        self.assertIn(("marketing", "withdrawn", "sms"), self.book(NUMBER))
        # Odoo's own SMS stop as well.
        self.assertTrue(self.env["phone.blacklist"].search([("number", "=", NUMBER)]))
        self.assertFalse(self.events())
        self.assertEqual(len(self.events("unsubscribed")), len(categories))
        # The page takes it back.
        preferences = self.env["lifecycle.preferences"].sudo()
        addresses = preferences._get_addresses(self.partner)
        preferences._save(addresses, {f"{self.marketing.id}:sms"}, self.partner)
        self.assertFalse(self.env["phone.blacklist"].search([("number", "=", NUMBER)]))
        self.assertNotIn(self.marketing, self.refused(NUMBER))

    def test_reported_twice_is_once(self):
        self.assertEqual(self.send().json(), {"status": ["ok"]})
        self.assertEqual(self.send().json(), {"status": ["known"]})
        self.assertEqual(len(self.received()), 1)
        self.assertEqual(len(self.events()), 1)
        self.send(key="m2")
        self.assertEqual(len(self.events()), 2)

    def test_forms_and_json_of_carriers(self):
        # As Twilio and others write it.
        form = {"From": NUMBER, "Body": "Hi", "MessageSid": "SM1"}
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.url_open("/lifecycle/sms/inbound", data=form, headers=headers)
        self.assertEqual(answer.json(), {"status": ["ok"]})
        several = {
            "results": [
                {"from": "358401234567", "cleanText": "A", "messageId": "1"},
                {"from": NUMBER, "text": "B", "messageId": 2},
                {"from": "ACME", "text": "C", "messageId": "3"},
            ]
        }
        self.assertEqual(
            self.send_json(several).json(), {"status": ["ok", "ok", "ignored"]}
        )
        self.assertEqual(set(self.received().mapped("number")), {NUMBER})
        one = {"msisdn": "0401234567", "message": "D", "id": "4"}
        path = f"/lifecycle/sms/inbound?token={self.token}"
        answer = self.url_open(path, data=one)
        self.assertEqual(answer.json(), {"status": ["ok"]})

    def test_a_number_that_nobody_has(self):
        self.send("STOP", number="+358409999999")
        self.send("Hello", number="+358409999999", key="m2")
        self.assertTrue(self.refused("+358409999999"))
        self.assertFalse(self.events())

    def test_without_the_token_nothing_is_taken_in(self):
        for token in ("", "x", self.token[:-1], self.token + "x", "é"):
            with self.subTest(token=token):
                headers = {"Authorization": f"Bearer {token}".encode()}
                form = {"from": NUMBER, "text": "STOP", "id": "1"}
                path = "/lifecycle/sms/inbound"
                answer = self.url_open(path, data=form, headers=headers)
                self.assertEqual(answer.status_code, 403)
        self.company.lifecycle_sms_token = False
        for token in ("", "False", "None", self.token):
            self.assertEqual(self.send("STOP", token=token).status_code, 403)
        answer = self.url_open(f"/lifecycle/sms/inbound?token={self.token}")
        self.assertEqual(answer.status_code, 405)
        self.assertFalse(self.received())
        self.assertFalse(self.opt_outs.search([]))

    def test_nonsense_is_refused(self):
        for content in ({}, [], "x", 5, [5], {"from": NUMBER}, {"results": []}):
            with self.subTest(content=content):
                self.assertEqual(self.send_json(content).status_code, 400)
        self.assertEqual(self.send(key="k" * 300).status_code, 400)
        self.assertEqual(self.send("x" * 70000).status_code, 413)
        self.assertEqual(self.send("a\x00b" + "x" * 5000).status_code, 200)
        self.assertEqual(len(self.received().text), 1999)

    def test_the_token_is_no_business_of_salespeople(self):
        with self.assertRaises(AccessError):
            self.company.with_user(self.salesperson).read(["lifecycle_sms_token"])
        with self.assertRaises(AccessError):
            self.company.with_user(self.marketer).action_lifecycle_make_sms_token()
