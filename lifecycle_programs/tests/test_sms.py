"""SMS steps: numbers, texts, the queue."""

from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.sms.tools.sms_api import SmsApi

from ..engine.sms import sms_length
from .messages_common import CATEGORY, MessageCommon


@tagged("lifecycle")
class TestSms(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.fi")

    def make_sms_step(
        self, text="Hello {{ contact.name }}", category="service", **program
    ):
        message = self.make_message(channel="sms", body_text=text, category=category)
        return self.make_mail_step(message, **program)

    def sms_of(self, result):
        trace = self.env["mailing.trace"].browse(result.values["trace_id"])
        return self.env["sms.sms"].browse(trace.sms_id_int)

    def test_numbers_are_normalised_by_country(self):
        """The contact's country first, then the company's."""
        step = self.make_sms_step()
        home = self.make_contact("Home Person", phone="040 123 4567")
        abroad = self.make_contact(
            "Abroad Person",
            phone="070 123 45 67",
            country_id=self.env.ref("base.se").id,
        )
        fixed = self.make_contact("Fixed Line", phone="09 1234567")
        none = self.make_contact("Without Phone")
        _enrolments, results = self.send(step, home | abroad | fixed | none)
        self.assertEqual(results[home].values["address"], "+358401234567")
        self.assertEqual(results[abroad].values["address"], "+46701234567")
        self.assertEqual(results[fixed].reason, "bad_address")
        self.assertEqual(results[none].reason, "no_address")
        sms = self.sms_of(results[home])
        self.assertEqual((sms.number, sms.state), ("+358401234567", "outgoing"))
        self.assertEqual(sms.mailing_id, step.mailing_id)

    def test_opt_out_link_and_tracked_link_are_personal(self):
        step = self.make_sms_step("Look: https://acme.example/tents.")
        partner = self.make_contact(phone="0401234567")
        _enrolments, results = self.send(step, partner)
        sms = self.sms_of(results[partner])
        self.assertIn("/lifecycle/s/", sms.body)
        tracker = self.env["link.tracker"].search(
            [("mass_mailing_id", "=", step.mailing_id.id)]
        )
        self.assertEqual(tracker.url, "https://acme.example/tents")
        self.assertIn(f"Look: {tracker.short_url}/s/{sms.id}.", sms.body)

    def test_no_opt_out_where_nothing_can_be_refused(self):
        step = self.make_sms_step("Your invoice is due", category="billing")
        partner = self.make_contact(phone="0401234567")
        _enrolments, results = self.send(step, partner)
        self.assertEqual(self.sms_of(results[partner]).body, "Your invoice is due")
        detail = results[partner].values["detail"]
        self.assertEqual(detail["body"], "Your invoice is due")

    def test_blacklist_and_cap_by_number(self):
        step = self.make_sms_step(category="marketing")
        partner = self.make_contact(phone="0401234567")
        twin = self.make_contact("Twin Person", phone="+358 40 1234567")
        enrolment = self.enrol(step, partner)
        self.run_due()
        other = self.make_sms_step(category="marketing", code="other")
        later = self.enrol(other, twin)
        result = other._gate(later, "sms", self.at(days=3))[1][later.id]
        self.assertEqual((result.reason, result.due_at), ("cap", self.at(days=14)))
        self.env["phone.blacklist"].add("+358401234567")
        refused = step._gate(enrolment, "sms", self.start)[1]
        self.assertEqual(refused[enrolment.id].reason, "blacklist")

    def test_queue_delivers_and_the_trace_knows(self):
        step = self.make_sms_step()
        partner = self.make_contact(phone="0401234567")
        _enrolments, results = self.send(step, partner)
        trace = self.env["mailing.trace"].browse(results[partner].values["trace_id"])
        sent = []

        def send(api, messages, delivery_reports_url=False):
            sent.extend(messages)
            return [
                {"uuid": number["uuid"], "state": "success", "credit": 0}
                for message in messages
                for number in message["numbers"]
            ]

        # The provider is the one thing that is not here.
        with patch.object(SmsApi, "_send_sms_batch", send):
            self.sms_of(results[partner]).send()
        self.assertEqual(sent[0]["numbers"][0]["number"], "+358401234567")
        self.assertEqual(trace.trace_status, "pending")

    def test_preview_counts_parts(self):
        message = self.make_message(channel="sms", body_text="Hi {{ contact.name }}")
        preview = self.env["lifecycle.message.preview"].create(
            {"message_id": message.id, "partner_id": self.make_contact().id}
        )
        self.assertIn("Hi Liisa Virtanen", preview.sms)
        self.assertIn("1 SMS (GSM)", preview.sms_size)

    def test_cost_by_country(self):
        """What an SMS costs is counted as it is written: its parts, by country."""
        prices = self.env["lifecycle.sms.price"]
        usual = prices.create({"price": 0.1})
        self.assertEqual(usual.display_name, "All other countries")
        prices.create({"price": 0.07, "country_id": self.env.ref("base.fi").id})
        other = self.env["res.company"].create({"name": "Another"})
        prices.create({"price": 9, "company_id": other.id})
        step = self.make_sms_step("a" * 170, category="billing")
        home = self.make_contact("Home Person", phone="0401234567")
        abroad = self.make_contact("Abroad Person", phone="+46701234567")
        _enrolments, results = self.send(step, home | abroad)
        self.assertEqual(results[home].values["sms_parts"], 2)
        self.assertAlmostEqual(results[home].values["cost"], 0.14)
        self.assertAlmostEqual(results[abroad].values["cost"], 0.2)
        enrolment = self.enrol(self.make_sms_step("Hi", code="kept"), home)
        self.run_due()
        run = enrolment.step_run_ids.filtered("sms_parts")
        self.assertEqual((run.sms_parts, run.channel), (1, "sms"))
        self.assertAlmostEqual(run.cost, 0.07)

    def test_preview_says_what_it_costs(self):
        self.env["lifecycle.sms.price"].create({"price": 0.07})
        message = self.make_message(channel="sms", body_text="a" * 170)
        partner = self.make_contact(phone="0401234567")
        cost = self.company.currency_id.format(0.14)
        seen = self.env["lifecycle.message.editor"].preview(
            message.id, partner_id=partner.id
        )
        self.assertEqual(seen["size"]["cost"], cost)
        preview = self.env["lifecycle.message.preview"].create(
            {"message_id": message.id, "partner_id": partner.id}
        )
        self.assertTrue(preview.sms_size.endswith(f"2 SMS (GSM), {cost}"))

    def test_no_price_is_no_cost(self):
        step = self.make_sms_step()
        partner = self.make_contact(phone="0401234567")
        _enrolments, results = self.send(step, partner)
        self.assertEqual(results[partner].values["cost"], 0)

    def test_marketers_see_prices_of_their_company(self):
        other = self.env["res.company"].create({"name": "Another"})
        prices = self.env["lifecycle.sms.price"]
        hidden = prices.create({"price": 9, "company_id": other.id})
        own = prices.create({"price": 1})
        self.assertEqual(prices.with_user(self.marketer).search([]), own)
        with self.assertRaises(AccessError):
            own.with_user(self.marketer).price = 2
        with self.assertRaises(AccessError):
            hidden.with_user(self.marketer).read(["price"])

    def test_too_long_to_publish(self):
        """A text that is more SMS than the company allows is not published, in any of
        its languages."""
        self.make_contact()
        message = self.make_message(
            channel="sms", category="service", body_text="Hi {{ contact.name }}"
        )
        message.with_context(lang="fi_FI").body_text = "š" * 400
        with self.assertRaisesRegex(ValidationError, "[67] SMS long"):
            self.make_mail_step(message)
        self.company.lifecycle_sms_max_parts = 0
        self.make_mail_step(message, code="allowed")

    def test_sender_reaches_the_provider(self):
        """That of the category, else the company's, in batches of their own."""
        self.company.lifecycle_sms_sender = "Acme"
        self.env.ref(CATEGORY + "billing").sms_sender = "AcmeBills"
        partner = self.make_contact(phone="0401234567")
        rows = self.env["sms.sms"]
        for code in ("service", "billing"):
            step = self.make_sms_step(code, category=code, code=code)
            _enrolments, results = self.send(step, partner)
            rows |= self.sms_of(results[partner])
        senders = {}

        def send(api, messages, delivery_reports_url=False):
            for message in messages:
                senders[message["content"].split()[0]] = api.sender_name
            return [
                {"uuid": number["uuid"], "state": "success", "credit": 0}
                for message in messages
                for number in message["numbers"]
            ]

        # The provider is the one thing that is not here.
        with patch.object(SmsApi, "_send_sms_batch", send):
            rows.send()
        self.assertEqual(senders, {"service": "Acme", "billing": "AcmeBills"})
        for wrong in ("ab", "twelve letters", "Acme!"):
            with self.assertRaises(ValidationError):
                self.company.lifecycle_sms_sender = wrong

    def test_parts(self):
        self.assertEqual(sms_length("a" * 160), (160, 1, "GSM"))
        self.assertEqual(sms_length("a" * 161), (161, 2, "GSM"))
        self.assertEqual(sms_length("ä€"), (3, 1, "GSM"))
        self.assertEqual(sms_length("a" * 152 + "€" + "a" * 152), (306, 3, "GSM"))
        self.assertEqual(sms_length("š" * 70), (70, 1, "UCS-2"))
        self.assertEqual(sms_length("š" * 71), (71, 2, "UCS-2"))
        self.assertEqual(sms_length("😀"), (2, 1, "UCS-2"))

    def test_queries_do_not_grow(self):
        step = self.make_sms_step("Hi {{ contact.name }} https://acme.example")
        partners = self.make_contacts(110)
        for number, partner in enumerate(partners):
            partner.phone = f"+35840{1000000 + number}"
        enrolments = self.enrol(step, partners)

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            results = step._run_sms_batch(some, self.start)
            self.env.flush_all()
            self.assertTrue(all(r.outcome == "done" for r in results.values()))
            return self.env.cr.sql_log_count - before

        count(enrolments[:5])
        few = count(enrolments[5:15])
        self.assertLessEqual(count(enrolments[15:]), few)
