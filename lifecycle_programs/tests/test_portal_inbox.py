"""Messages in the customer portal: who sees them, and what is known of it."""

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .test_channels import ChannelCommon

BODY = (
    "<p>Dear {{ contact.name }}, "
    '<a href="https://acme.example/tents">our tents</a></p><script>steal()</script>'
)

# Clicks of machines are no clicks.
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko Firefox/140.0"}


class InboxCommon(ChannelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, "portal_liisa", "base.group_portal")
        cls.partner = cls.user.partner_id
        cls.partner.write(
            {"name": "Liisa <b>", "email": "liisa@example.com", "phone": "0401234567"}
        )
        cls.set_channels("in_app", "mail")

    def inbox_of(self, partner):
        inbox = self.env["lifecycle.portal.message"]
        return inbox.search([("partner_id", "=", partner.id)])


@tagged("lifecycle", "post_install", "-at_install")
class TestPortalInbox(InboxCommon, HttpCase):
    """R75: messages in the portal, as a channel like any other."""

    def setUp(self):
        super().setUp()
        self.step = self.make_step(body=BODY)
        self.enrolment = self.deliver(self.step, self.partner)
        self.message = self.inbox_of(self.partner)
        self.trace = self.message.trace_id

    def log_in(self, user=None):
        user = user or self.user
        self.authenticate(user.login, user.login)

    def test_a_message_is_new_until_it_is_opened(self):
        self.assertWays(self.enrolment, ["in_app done"])
        self.assertEqual(len(self.message), 1)
        self.assertEqual(self.trace.trace_type, "in_app")
        self.log_in()
        self.assertRegex(self.url_open("/my/home").text, r"1\s*new")
        page = self.url_open("/my/inbox").text
        self.assertIn(self.message.subject, page)
        self.assertIn(">New<", page)
        self.assertFalse(self.message.read_at)
        page = self.url_open(f"/my/inbox/{self.message.id}").text
        self.assertIn("Dear Liisa &lt;b&gt;", page)
        self.assertNotIn("steal()", page)
        read_at = self.message.read_at
        self.assertTrue(read_at)
        self.assertEqual(self.trace.trace_status, "open")
        self.url_open(f"/my/inbox/{self.message.id}")
        self.assertEqual(self.message.read_at, read_at)
        self.assertNotIn(">New<", self.url_open("/my/inbox").text)

    def test_opening_and_clicking_are_events(self):
        self.log_in()
        self.url_open(f"/my/inbox/{self.message.id}")
        link = self.env["link.tracker"].search(
            [("mass_mailing_id", "=", self.step.mailing_id.id)]
        )
        path = f"/r/{link.code}/m/{self.trace.id}"
        self.assertIn(path, self.message.body)
        answer = self.url_open(path, headers=BROWSER, allow_redirects=False)
        self.assertTrue(answer.headers["Location"].startswith("https://acme.example/"))
        click = self.env["link.tracker.click"].search([("link_id", "=", link.id)])
        self.assertEqual(click.mailing_trace_id, self.trace)
        self.env["lifecycle.event"]._flush_pending()
        events = self.env["lifecycle.event"].search(
            [("partner_id", "=", self.partner.id)]
        )
        codes = set(events.mapped("type_id.code"))
        self.assertLessEqual({"mail_opened", "mail_clicked"}, codes)

    def test_nobody_reads_what_others_got(self):
        thief = new_test_user(self.env, "portal_thief", "base.group_portal")
        path = f"/my/inbox/{self.message.id}"
        self.authenticate(None, None)
        answer = self.url_open(path, allow_redirects=False)
        self.assertIn("/web/login", answer.headers["Location"])
        self.log_in(thief)
        self.assertNotIn("Dear Liisa", self.url_open(path).text)
        self.assertNotIn(self.message.subject, self.url_open("/my/inbox").text)
        self.assertFalse(self.message.read_at)
        # Not even one's own by another way than the pages.
        for user in (thief, self.user):
            with self.assertRaises(AccessError):
                self.message.with_user(user).read(["subject"])
        for user in (thief, self.user, self.marketer):
            with self.assertRaises(AccessError):
                self.message.with_user(user).write({"read_at": False})
        self.message.with_user(self.marketer).read(["subject"])
        self.message.company_id = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(AccessError):
            self.message.with_user(self.marketer).read(["subject"])

    def test_expired_messages_are_gone(self):
        self.message.expires_at = self.at(days=-1)
        self.log_in()
        self.assertNotIn(self.message.subject, self.url_open("/my/inbox").text)
        self.assertNotIn(
            "Dear Liisa", self.url_open(f"/my/inbox/{self.message.id}").text
        )
        self.message.expires_at = self.at(days=-31)
        self.env["lifecycle.portal.message"]._gc_expired()
        self.assertFalse(self.message.exists())

    def test_preference_page_shows_the_portal(self):
        """The portal is a column like the others, and a no to it counts."""
        preferences = self.env["lifecycle.preferences"]
        addresses = preferences._get_addresses(self.partner)
        self.assertEqual(addresses["in_app"], f"in_app:{self.partner.id}")
        self.assertNotIn("push", addresses)
        self.log_in()
        page = self.url_open("/my/messages").text
        self.assertIn(f'value="{self.category.id}:in_app"', page)
        self.assertIn("Customer portal", page)
        self.assertNotIn("in_app:", page)
        chosen = {f"{self.category.id}:mail"}
        preferences._save(addresses, chosen, self.partner)
        enrolment = self.deliver(self.make_step("second"), self.partner)
        self.assertWays(enrolment, ["in_app fallback opt_out", "mail done"])


@tagged("lifecycle")
class TestPortalChannel(InboxCommon):
    def test_without_access_the_next_channel(self):
        step = self.make_step()
        stranger = self.make_contact()
        enrolment = self.deliver(step, stranger)
        self.assertWays(enrolment, ["in_app fallback no_address", "mail done"])
        self.user.active = False
        enrolment = self.deliver(step, self.partner)
        self.assertWays(enrolment, ["in_app fallback no_address", "mail done"])

    def test_message_for_the_portal_alone(self):
        message = self.make_message(channel="in_app", category="service")
        step = self.make_mail_step(message, step={"type": "message"})
        enrolment = self.deliver(step, self.partner)
        self.assertWays(enrolment, ["in_app done"])
        self.assertIn("Hello Liisa", self.inbox_of(self.partner).body)
        numbers = self.env["lifecycle.report"]
        sent = numbers.search(
            [("partner_id", "=", self.partner.id), ("messages", "=", 1)]
        )
        self.assertEqual(sent.channel, "in_app")

    def test_limits_count_the_portal_too(self):
        self.env["lifecycle.cap"].create(
            {"category_id": self.category.id, "count": 1, "days": 7}
        )
        self.deliver(self.make_step("first"), self.partner)
        enrolment = self.deliver(self.make_step("second"), self.partner, hours=1)
        self.assertWays(enrolment, ["in_app held cap"])

    def test_a_person_asks_what_is_known_and_is_forgotten(self):
        self.deliver(self.make_step(), self.partner)
        self.env["mail.push.device"].create(
            {
                "partner_id": self.partner.id,
                "endpoint": "https://push.example/1",
                "keys": "{}",
                "lifecycle_portal": True,
            }
        )
        privacy = self.env["lifecycle.privacy"]
        export = privacy._export(self.partner)
        (kept,) = export["portal_messages"]
        self.assertIn("Hello Liisa", kept["body"])
        self.assertEqual(
            export["push_devices"][0]["endpoint"], "https://push.example/1"
        )
        privacy._erase(self.partner, self.start)
        self.assertFalse(self.inbox_of(self.partner))
        self.assertFalse(self.partner.lifecycle_push_device_ids)

    def test_colleagues_get_a_copy(self):
        self.company.lifecycle_copy_to = "ann@acme.example"
        self.deliver(self.make_step(body=BODY), self.partner)
        copy = self.env["mail.mail"].search([("subject", "=like", "[Copy]%")])
        self.assertIn("Customer portal", copy.body_html)
        self.assertIn("https://acme.example/tents", copy.body_html)
        self.assertNotIn("/r/", copy.body_html)

    def test_merged_contacts_keep_messages_and_wishes(self):
        self.deliver(self.make_step(), self.partner)
        twin = self.make_contact("Liisa Twin")
        self.user.partner_id = twin
        opt_outs = self.env["lifecycle.opt.out"]
        opt_outs._opt_out(f"in_app:{twin.id}", category=self.category)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (twin | self.partner).ids, self.partner
        )
        self.assertEqual(len(self.inbox_of(self.partner)), 1)
        refused = opt_outs.search([("address", "=", f"in_app:{self.partner.id}")])
        self.assertEqual(refused.category_id, self.category)
