"""Scanners that follow links and proxies that load images start nothing."""

from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .messages_common import MessageCommon

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
BODY = (
    '<p><a href="https://acme.example/prices">Prices</a>'
    ' <a href="https://acme.example/tents">Tents</a></p>'
)


@tagged("lifecycle", "post_install", "-at_install")
class TestAutomaticClicks(MessageCommon, HttpCase):
    def setUp(self):
        super().setUp()
        program = self.make_program(
            {"type": "mail", "key": "mail", "message_id": self.make_message(BODY).id},
            {
                "type": "wait_until",
                "wait_value": 3,
                "key": "clicked",
                "branches": [{"events": ["mail_clicked"], "next": "warm"}],
                "next": "end",
            },
            {"type": "wait", "wait_value": 9, "key": "warm", "next": "end"},
            {"type": "end", "key": "end"},
        )
        self.enrolment = program._enrol_partners(self.make_contact(), self.start)
        self.run_due()
        self.trace = self.enrolment.step_run_ids.trace_id
        self.sent(minutes=-2)
        self.prices, self.tents = (
            self.env["link.tracker"].search(
                [
                    ("mass_mailing_id", "=", self.trace.mass_mailing_id.id),
                    ("url", "=", f"https://acme.example/{page}"),
                ]
            )
            for page in ("prices", "tents")
        )

    def sent(self, **delta):
        moment = fields.Datetime.now() + timedelta(**delta)
        self.trace.write({"trace_status": "sent", "sent_datetime": moment})
        self.env.flush_all()

    def follow(self, link, agent=BROWSER, method="GET"):
        url = f"{self.base_url()}/r/{link.code}/m/{self.trace.id}"
        answer = self.opener.request(
            method, url, headers={"User-Agent": agent}, allow_redirects=False
        )
        self.assertEqual(answer.status_code, 301)
        self.env.invalidate_all()

    def judge(self):
        """Work off what waits, after the moment in which clicks are judged."""
        later = fields.Datetime.now() + timedelta(seconds=15)
        self.env["lifecycle.event"]._consume(later)
        self.env.flush_all()
        self.env.invalidate_all()

    def clicks(self):
        return self.env["link.tracker.click"].search(
            [("mailing_trace_id", "=", self.trace.id)]
        )

    def events(self):
        return self.env["lifecycle.event"].search(
            [("partner_id", "=", self.enrolment.partner_id.id)]
        )

    def assertNothingHappened(self):
        self.assertTrue(all(self.clicks().mapped("lifecycle_is_automatic")))
        self.assertFalse(self.events())
        self.assertEqual(self.enrolment.step_id.key, "clicked")
        self.assertEqual(self.trace.trace_status, "sent")
        self.assertFalse(self.trace.links_click_datetime)
        self.assertEqual((self.prices | self.tents).mapped("count"), [0, 0])

    def test_a_person_clicks(self):
        """A click of a person counts a few seconds later."""
        self.follow(self.prices)
        self.assertEqual(len(self.clicks()), 1)
        self.env["lifecycle.event"]._consume(fields.Datetime.now())
        self.assertEqual(self.enrolment.step_id.key, "clicked")
        self.judge()
        self.assertEqual(self.enrolment.step_id.key, "warm")
        self.assertTrue(self.trace.links_click_datetime)
        self.assertEqual(self.trace.trace_status, "open")
        self.assertEqual(self.prices.count, 1)

    def test_long_after_the_sending_nothing_is_judged(self):
        self.sent(hours=-3)
        self.follow(self.prices)
        self.assertTrue(self.trace.links_click_datetime)
        self.assertFalse(self.events().filtered("retry_at"))

    def test_who_says_so(self):
        """A scanner names itself, asks for the head only, or says nothing."""
        self.follow(self.prices, agent="Mozilla/5.0 (compatible; Mimecast)")
        self.follow(self.tents, method="HEAD")
        self.follow(self.tents, agent="")
        self.judge()
        self.assertEqual(len(self.clicks()), 3)
        self.assertNothingHappened()

    def test_two_links_at_once(self):
        """A scanner that looks like a browser follows all links together."""
        self.follow(self.prices)
        self.follow(self.tents)
        self.judge()
        self.assertEqual(len(self.clicks()), 2)
        self.assertNothingHappened()

    def test_one_link_twice_is_a_double_click(self):
        self.follow(self.prices)
        self.follow(self.prices)
        self.judge()
        self.assertEqual(self.enrolment.step_id.key, "warm")

    def test_before_anybody_can_have_read_it(self):
        self.sent(seconds=0)
        self.follow(self.prices)
        self.judge()
        self.assertNothingHappened()

    def test_images_loaded_by_a_proxy(self):
        """Mail Privacy Protection loads images unread: no opening."""
        mail_id = self.trace.mail_mail_id_int
        token = self.env["mail.mail"]._generate_mail_recipient_token(mail_id)
        pixel = f"{self.base_url()}/mail/track/{mail_id}/{token}/blank.gif"
        self.opener.get(pixel, headers={"User-Agent": "Mozilla/5.0"})
        self.env.invalidate_all()
        self.assertTrue(self.trace.lifecycle_opened_by_machine)
        self.assertEqual(self.trace.trace_status, "sent")
        self.assertFalse(self.events())
        self.opener.get(pixel, headers={"User-Agent": BROWSER})
        self.env.invalidate_all()
        self.assertEqual(self.trace.trace_status, "open")
        self.assertEqual(self.events().type_id.code, "mail_opened")
