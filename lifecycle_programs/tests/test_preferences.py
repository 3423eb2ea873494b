"""The preference page in public and in the portal, pauses, and consent."""

import re

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .messages_common import CATEGORY, MessageCommon


class PreferencesCommon(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.fi")
        cls.marketing = cls.env.ref(f"{CATEGORY}marketing")
        cls.service = cls.env.ref(f"{CATEGORY}service")
        cls.opt_outs = cls.env["lifecycle.opt.out"]
        cls.consents = cls.env["lifecycle.consent"]

    def refused(self, address):
        return self.opt_outs.search([("address", "=", address)]).category_id

    def book(self, address):
        """The lines of an address, oldest first."""
        lines = self.consents.search([("address", "=", address)], order="id")
        return [(line.category_id.code, line.state, line.source) for line in lines]

    def path(self, url):
        return "/lifecycle" + url.partition("/lifecycle")[2]


@tagged("lifecycle", "post_install", "-at_install")
class TestPreferencePage(PreferencesCommon, HttpCase):
    """R140: the recipient decides, by category and channel."""

    def setUp(self):
        super().setUp()
        self.partner = self.make_contact(phone="040 1234567")
        self.step = self.make_mail_step()
        self.enrolment = self.enrol(self.step, self.partner)
        self.run_due()
        mail = self.enrolment.step_run_ids.trace_id.mail_mail_id
        self.link = re.search(r"/lifecycle/unsubscribe/[^\"<>]+", mail.body_html)[0]

    def post(self, action, wanted=(), path=None, **data):
        return self.url_open(
            path or self.link, data={"action": action, "wanted": list(wanted), **data}
        )

    def reason_of_next(self, **delta):
        """Why the first message of another program did not go out, if it did not."""
        code = f"other_{self.env['lifecycle.program'].search_count([])}"
        later = self.enrol(self.make_mail_step(code=code), self.partner)
        self.run_due(**delta)
        return later.step_run_ids.filtered(lambda r: r.step_id.key == "message").reason

    def test_mail_and_sms_are_chosen_apart(self):
        page = self.url_open(self.link)
        self.assertIn(f'value="{self.marketing.id}:sms"', page.text)
        # Enough to know one's own number, nothing for others.
        self.assertIn("+358•••567", page.text)
        self.assertNotIn("1234567", page.text)
        categories = self.env["lifecycle.category"].search([("can_opt_out", "=", True)])
        ways = ("mail", "sms")
        everything = {f"{one.id}:{way}" for one in categories for way in ways}
        answer = self.post("save", everything - {f"{self.marketing.id}:sms"})
        self.assertIn(
            "Offers and inspiration, SMS: you will not get these messages any more.",
            answer.text,
        )
        self.assertFalse(self.refused(self.partner.email))
        self.assertEqual(self.refused("+358401234567"), self.marketing)
        opt_out = self.opt_outs.search([("address", "=", "+358401234567")])
        self.assertEqual(opt_out.channel, "sms")
        answer = self.post("save", everything)
        self.assertIn("SMS: you will get these messages.", answer.text)
        self.assertEqual(
            self.book("+358401234567"),
            [("marketing", "withdrawn", "page"), ("marketing", "given", "page")],
        )
        given = self.consents.search([("state", "=", "given")])
        self.assertEqual(
            given.text, "Offers and inspiration: News, ideas and offers from us."
        )
        self.assertEqual(given.partner_id, self.partner)
        self.assertIn("Nothing has changed.", self.post("save", everything).text)

    def test_a_link_says_nothing_over_addresses_it_was_not_sent_to(self):
        """The address has gone to somebody else: its reader has no say over this
        contact's telephone."""
        self.partner.email = "new@example.com"
        page = self.url_open(self.link)
        self.assertNotIn(":sms", page.text)
        self.post("leave_all")
        self.assertFalse(self.opt_outs.search([("address", "=", "+358401234567")]))
        self.assertFalse(self.refused("new@example.com"))
        self.assertTrue(self.refused("liisa.virtanen@example.com"))

    def test_pause_and_go_on(self):
        answer = self.post("pause:60")
        self.assertIn("No offers and the like until", answer.text)
        pause = self.env["lifecycle.pause"].search(
            [("address", "=", self.partner.email)]
        )
        self.assertEqual((pause.until - self.start).days, 60)
        # The telephone rests too.
        self.assertEqual(self.env["lifecycle.pause"].search_count([]), 2)
        later = self.enrol(self.make_mail_step(code="other"), self.partner)
        self.run_due()
        self.assertEqual(later.state, "active")
        self.assertEqual(later.due_at, pause.until)
        self.assertFalse(later.step_run_ids.filtered(lambda r: r.outcome == "done"))
        self.assertIn("Go on now", answer.text)
        self.post("go_on")
        self.assertFalse(pause.exists())
        self.assertFalse(self.reason_of_next(hours=1))

    def test_a_pause_is_of_the_lengths_that_are_offered(self):
        for action in ("pause:36500", "pause:-30", "pause:", "pause:x", "pause", "x"):
            self.assertEqual(self.post(action).status_code, 200)
        self.assertFalse(self.env["lifecycle.pause"].search([]))
        self.assertFalse(self.opt_outs.search([]))

    def test_leave_the_program_that_wrote(self):
        answer = self.post("leave_program")
        self.assertIn("This series of messages has ended.", answer.text)
        opt_outs = self.opt_outs.search([])
        self.assertEqual(opt_outs.program_id, self.step.program_id)
        self.assertFalse(self.book(self.partner.email))
        self.assertNotIn("Stop this series", self.url_open(self.link).text)
        self.assertFalse(self.reason_of_next())

    def test_leave_all(self):
        self.post("leave_all")
        categories = self.env["lifecycle.category"].search([("can_opt_out", "=", True)])
        self.assertEqual(self.refused(self.partner.email), categories)
        self.assertEqual(self.refused("+358401234567"), categories)
        self.assertEqual(self.reason_of_next(), "opt_out")
        bill = self.make_message(category="billing")
        later = self.enrol(self.make_mail_step(bill, code="bill"), self.partner)
        self.run_due()
        self.assertSteps(later, ["message done", "end done"])

    def test_only_channels_of_the_kind_are_offered(self):
        """What a kind of message never takes is no choice; a no to it stays one."""
        channels = self.marketing.channel_ids
        channels.filtered(lambda line: line.channel != "mail").unlink()
        self.env["phone.blacklist"]._add(["+358401234567"])
        page = self.url_open(self.link).text
        self.assertIn(f'value="{self.marketing.id}:mail"', page)
        self.assertNotIn(f'value="{self.marketing.id}:sms"', page)
        self.assertIn(f'value="{self.service.id}:sms"', page)
        chosen = [f"{self.marketing.id}:mail", f"{self.marketing.id}:sms"]
        self.post("save", [*chosen, f"{self.service.id}:sms"])
        self.assertNotIn(self.marketing, self.refused(self.partner.email))
        self.assertIn(self.marketing, self.refused("+358401234567"))
        self.assertNotIn(self.service, self.refused("+358401234567"))

    def test_leaving_holds_in_a_portal_that_comes_later(self):
        self.post("leave_all")
        user = new_test_user(self.env, "portal_liisa", "base.group_portal")
        user.partner_id = self.partner
        message = self.make_message(channel="in_app")
        step = self.make_mail_step(message, step={"type": "message"}, code="inbox")
        enrolment = self.enrol(step, self.partner)
        self.run_due()
        self.assertSteps(enrolment, ["message skipped opt_out", "end done"])

    def test_choosing_again_takes_a_blacklisted_address_off(self):
        self.env["mail.blacklist"]._add(self.partner.email)
        page = self.url_open(self.link)
        self.assertEqual(len(re.findall(r":mail\"[^>]*checked", page.text)), 0)
        self.post("save", [f"{self.marketing.id}:mail"])
        self.assertFalse(
            self.env["mail.blacklist"].search([("email", "=", self.partner.email)])
        )
        self.assertFalse(self.reason_of_next())
        # What was not chosen is a no now, where it was one before.
        self.assertIn(self.service, self.refused(self.partner.email))

    def test_links_of_the_first_release_work(self):
        """They name no program."""
        old = self.path(
            self.env["lifecycle.link"]._make_url(
                "unsubscribe",
                self.marketing.id,
                self.partner.id,
                self.company.id,
                self.partner.email,
            )
        )
        self.assertNotIn("Stop this series", self.url_open(old).text)
        self.post("leave_program", path=old)
        self.assertFalse(self.opt_outs.search([]))
        self.post("unsubscribe", path=old)
        self.assertEqual(self.refused(self.partner.email), self.marketing)

    def test_page_speaks_the_language_of_the_contact(self):
        self.partner.lang = "fi_FI"
        self.assertIn('lang="fi-FI"', self.url_open(self.link).text)

    # ------------------------------------------------------------
    # PORTAL
    # ------------------------------------------------------------

    def test_portal(self):
        user = new_test_user(self.env, "portal_liisa", "base.group_portal")
        user.partner_id.write({"email": "me@example.com", "phone": False})
        self.assertIn("/my/messages", self.portal_page("/my/home", user).text)
        page = self.url_open("/my/messages")
        self.assertIn(f'value="{self.marketing.id}:mail"', page.text)
        self.assertNotIn("Stop this series", page.text)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        self.post("leave_all", path="/my/messages", csrf_token=token)
        self.assertIn(self.marketing, self.refused("me@example.com"))
        # Nobody else's.
        self.assertFalse(self.refused(self.partner.email))

    def portal_page(self, path, user):
        self.authenticate(user.login, user.login)
        return self.url_open(path)

    def test_portal_attacks(self):
        # Nobody without a login.
        answer = self.url_open("/my/messages", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        user = new_test_user(self.env, "portal_liisa", "base.group_portal")
        user.partner_id.email = "me@example.com"
        self.portal_page("/my/home", user)
        # No form of another site.
        with mute_logger("odoo.http"):
            answer = self.post("leave_all", path="/my/messages")
        self.assertEqual(answer.status_code, 400)
        page = self.url_open("/my/messages")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        # No address but one's own, no program.
        self.post(
            "leave_program",
            path="/my/messages",
            csrf_token=token,
            address=self.partner.email,
            partner_id=str(self.partner.id),
            program_id=str(self.step.program_id.id),
        )
        self.assertFalse(self.opt_outs.search([]))


@tagged("lifecycle")
class TestConsent(PreferencesCommon):
    def setUp(self):
        super().setUp()
        self.partner = self.make_contact()
        self.address = self.partner.email

    def reason(self, step, partner):
        enrolment = self.enrol(step, partner)
        _passed, refused = step._gate(enrolment, "mail", self.start)
        return refused[enrolment.id].reason if refused else None

    def test_where_consent_is_needed_silence_is_a_no(self):
        self.marketing.requires_consent = True
        silent, other = self.make_contacts(2)
        self.consents._note("given", self.address, self.marketing, self.partner, "form")
        self.consents._note("given", other.email, self.service, other, "form")
        step = self.make_mail_step()
        self.assertIsNone(self.reason(step, self.partner))
        self.assertEqual(self.reason(step, silent), "no_consent")
        # A yes to something else is no yes to this.
        self.assertEqual(self.reason(step, other), "no_consent")

    def test_a_yes_counts_for_its_company_and_a_no_for_all(self):
        self.marketing.requires_consent = True
        company = self.env["res.company"].create({"name": "Other"})
        book = self.consents.with_company(company)
        book._note("given", self.address, self.marketing, self.partner, "form")
        given = self.consents._get_given([self.address], self.marketing)
        self.assertFalse(given)
        self.consents._note("given", self.address, self.marketing)
        self.assertTrue(self.consents._get_given([self.address], self.marketing))
        book._note("withdrawn", self.address, self.marketing)
        self.assertFalse(self.consents._get_given([self.address], self.marketing))

    def test_opting_out_and_in_is_written_down(self):
        self.opt_outs._opt_out(self.address, category=self.marketing)
        self.opt_outs._opt_out(self.address, category=self.marketing)
        self.opt_outs._opt_in(self.address, self.marketing)
        self.opt_outs.create({"address": self.address, "category_id": self.service.id})
        self.assertEqual(
            self.book(self.address),
            [
                ("marketing", "withdrawn", "page"),
                ("marketing", "given", "page"),
                ("service", "withdrawn", "salesperson"),
            ],
        )

    def test_a_withdrawal_by_hand_is_a_no(self):
        self.consents.create(
            {
                "address": " Liisa.Virtanen@Example.com",
                "category_id": self.marketing.id,
                "state": "withdrawn",
            }
        )
        self.assertEqual(self.refused(self.address), self.marketing)
        self.assertEqual(
            self.book(self.address), [("marketing", "withdrawn", "salesperson")]
        )

    def test_nobody_changes_the_book(self):
        line = self.consents._note("given", self.address, self.marketing)
        manager = new_test_user(
            self.env,
            "lifecycle_boss",
            "base.group_user,lifecycle_programs.group_lifecycle_manager",
        )
        for env in (self.env, self.env(user=manager.id), self.env(su=True)):
            with self.assertRaises(UserError):
                line.with_env(env).write({"state": "withdrawn"})
            with self.assertRaises(UserError):
                line.with_env(env).unlink()
        # A deleted contact leaves what it said.
        self.partner.unlink()
        self.assertTrue(line.exists())

    def test_a_salesperson_cannot_make_up_other_proof(self):
        line = self.consents.with_user(self.salesperson).create(
            {
                "address": self.address,
                "category_id": self.marketing.id,
                "source": "double_opt_in",
                "occurred_at": "2020-01-01 00:00:00",
            }
        )
        self.assertEqual(line.source, "salesperson")
        self.assertGreaterEqual(line.occurred_at, self.start)
        internal = new_test_user(self.env, "lifecycle_nobody", "base.group_user")
        with self.assertRaises(AccessError):
            self.consents.with_user(internal).create(
                {"address": self.address, "category_id": self.marketing.id}
            )

    def test_an_order_brings_consent(self):
        product = self.env["product.product"].create({"name": "Tent"})
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "lifecycle_consent": True,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        self.assertFalse(self.book(self.address))
        order.action_confirm()
        self.assertEqual(self.book(self.address), [("marketing", "given", "order")])
        line = self.consents.search([("address", "=", self.address)])
        self.assertIn(order.name, line.text)
        # A no stands, and the next order without the tick says nothing.
        self.opt_outs._opt_out(self.address, category=self.marketing)
        order.copy({"lifecycle_consent": True}).action_confirm()
        self.assertFalse(order.copy().lifecycle_consent)
        self.assertEqual(self.refused(self.address), self.marketing)
        self.assertEqual(len(self.book(self.address)), 2)

    def test_facts(self):
        self.partner.phone = "+358401234567"
        self.consents._note("given", self.address, self.marketing)
        self.consents._note("given", "+358401234567", self.service)
        names = ["consent.mail", "consent.sms"]
        facts = self.env["lifecycle.fact"]

        def read(**delta):
            now = self.at(**delta)
            return facts._read([self.partner.id], names, self.company, now)[
                self.partner.id
            ]

        self.assertEqual(
            read(minutes=1),
            {"consent.mail": ("marketing",), "consent.sms": ("service",)},
        )
        self.assertEqual(read(days=-1), {"consent.mail": (), "consent.sms": ()})
        self.opt_outs._opt_out(self.address, category=self.marketing)
        self.assertEqual(read(minutes=1)["consent.mail"], ())


@tagged("lifecycle")
class TestMergedWishes(PreferencesCommon):
    """Merging contacts: the strictest wish wins."""

    def merge(self, source, target):
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [source.id, target.id], target
        )

    def test_a_no_stays_a_no_under_the_address_that_is_left(self):
        source = self.make_contact("Source Person", phone="0401234567")
        target = self.make_contact("Target Person")
        program = self.make_program({"type": "end"})
        self.opt_outs._opt_out(source.email, category=self.marketing, partner=source)
        self.opt_outs._opt_out(source.email, program=program, partner=source)
        self.opt_outs._opt_out("+358401234567", category=self.service)
        until = self.at(days=30)
        self.env["lifecycle.pause"]._pause([source.email], until, source)
        self.consents._note("given", source.email, self.service, source, "form")
        self.merge(source, target)
        opt_outs = self.opt_outs.search([("address", "=", target.email)])
        self.assertEqual(opt_outs.category_id, self.marketing)
        self.assertEqual(opt_outs.program_id, program)
        self.assertEqual(set(opt_outs.mapped("source")), {"merge"})
        # The telephone came along, with what it had said.
        self.assertEqual(self.refused("+358401234567"), self.service)
        rests = self.env["lifecycle.pause"]._get_until([target.email], self.start)
        self.assertEqual(rests[target.email], until)
        # A yes is not lent to another address, and its line stays with the contact.
        self.assertEqual(self.book(target.email), [("marketing", "withdrawn", "merge")])
        given = self.consents.search([("state", "=", "given")])
        self.assertEqual(given.address, "source.person@example.com")
        self.assertEqual(given.partner_id, target)

    def test_what_the_other_has_said_stays(self):
        source = self.make_contact("Source Person")
        target = self.make_contact("Target Person")
        self.opt_outs._opt_out(target.email, category=self.marketing)
        self.merge(source, target)
        self.assertEqual(self.refused(target.email), self.marketing)
        self.assertFalse(self.refused("source.person@example.com"))
