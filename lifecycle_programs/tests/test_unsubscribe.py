"""The public pages: saying no, answering, downloading; and who tries to cheat."""

import re
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.sql_db import db_connect
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..models import lifecycle_guide_visitor
from .messages_common import MessageCommon

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
SCANNER = "Mozilla/5.0 (compatible; Barracuda Sentinel)"


@tagged("lifecycle", "post_install", "-at_install")
class TestPublicPages(MessageCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.partner = self.make_contact()
        self.address = self.partner.email
        self.step = self.make_mail_step()
        self.enrolment = self.enrol(self.step, self.partner)
        self.run_due()
        self.mail = self.enrolment.step_run_ids.trace_id.mail_mail_id
        self.marketing = self.step.message_id.category_id

    def link(self, purpose):
        """The path of the first link for a purpose in the mail."""
        found = re.search(rf"/lifecycle/{purpose}/[^\"<>]+", self.mail.body_html)
        return found[0]

    def events(self, code):
        self.env["lifecycle.event"]._flush_pending()
        return self.env["lifecycle.event"].search(
            [("type_id.code", "=", code), ("partner_id", "=", self.partner.id)]
        )

    def opt_outs(self):
        return self.env["lifecycle.opt.out"].search([("address", "=", self.address)])

    def post(self, path, **data):
        return self.url_open(path, data=data or {"x": ""})

    # ------------------------------------------------------------
    # UNSUBSCRIBE
    # ------------------------------------------------------------

    def test_one_click_stops_the_next_message(self):
        """RFC 8058: one POST from the mail program, without a page or a session."""
        url = self.mail._prepare_outgoing_list()[0]["headers"]["List-Unsubscribe"]
        path = url.strip("<>").partition("/lifecycle")[2]
        answer = self.post(f"/lifecycle{path}", **{"List-Unsubscribe": "One-Click"})
        self.assertEqual(answer.status_code, 200)
        opt_out = self.opt_outs()
        self.assertEqual(opt_out.category_id, self.marketing)
        self.assertEqual(opt_out.source, "one_click")
        self.assertEqual(self.events("unsubscribed").payload["category"], "marketing")
        # Not Odoo's global blacklist: bills still arrive.
        self.assertFalse(
            self.env["mail.blacklist"].search([("email", "=", self.address)])
        )
        other = self.make_mail_step(code="other")
        later = self.enrol(other, self.partner)
        self.run_due()
        self.assertSteps(later, ["message skipped opt_out", "end done"])

    def test_one_click_means_every_channel(self):
        """What is not to come by mail is not to come as an SMS instead."""
        self.partner.phone = "+358401234567"
        self.post(self.link("unsubscribe"), **{"List-Unsubscribe": "One-Click"})
        refused = self.env["lifecycle.opt.out"].search(
            [("category_id", "=", self.marketing.id)]
        )
        self.assertEqual(
            set(refused.mapped("address")), {self.address, "+358401234567"}
        )

    def test_looking_changes_nothing(self):
        """Scanners of mail systems open every link."""
        for purpose in ("unsubscribe", "no-thanks"):
            answer = self.url_open(self.link(purpose))
            self.assertEqual(answer.status_code, 200)
            self.assertIn("<button", answer.text)
            self.assertIn("noindex", answer.headers["X-Robots-Tag"])
        self.assertFalse(self.opt_outs())
        self.assertFalse(self.events("unsubscribed"))

    def test_twice_is_once(self):
        for _time in range(2):
            self.post(self.link("unsubscribe"), action="unsubscribe")
        self.assertEqual(len(self.opt_outs()), 1)
        self.assertEqual(len(self.events("unsubscribed")), 1)

    def test_preferences_are_kept_and_can_be_taken_back(self):
        categories = self.env["lifecycle.category"].search([("can_opt_out", "=", True)])
        service = self.env.ref("lifecycle_programs.lifecycle_category_service")
        self.post(self.link("unsubscribe"), action="save", wanted=f"{service.id}:mail")
        self.assertEqual(self.opt_outs().category_id, categories - service)
        form = {"action": "save", "wanted": [f"{one.id}:mail" for one in categories]}
        answer = self.url_open(self.link("unsubscribe"), data=form)
        self.assertFalse(self.opt_outs())
        self.assertEqual(answer.text.count("checked"), len(categories))

    def test_no_thanks_is_about_the_program(self):
        self.post(self.link("no-thanks"))
        self.assertEqual(self.opt_outs().program_id, self.step.program_id)
        event = self.events("unsubscribed")
        self.assertEqual(event.payload["program"], "test_program")
        other = self.make_mail_step(code="other")
        later = self.enrol(other, self.partner)
        self.run_due()
        self.assertSteps(later, ["message done", "end done"])

    def test_unsubscribe_works_after_the_contact_is_gone(self):
        path = self.link("unsubscribe")
        self.partner.unlink()
        self.assertEqual(self.post(path, action="unsubscribe").status_code, 200)
        self.assertEqual(self.opt_outs().category_id, self.marketing)

    def test_unsubscribe_from_a_category_that_is_gone_is_from_all_marketing(self):
        spare = self.env["lifecycle.category"].create({"name": "Gone", "code": "gone"})
        make = self.env["lifecycle.link"]._make_url
        url = make(
            "unsubscribe", spare.id, self.partner.id, self.company.id, self.address
        )
        spare.unlink()
        answer = self.post("/lifecycle" + url.partition("/lifecycle")[2])
        self.assertEqual(answer.status_code, 200)
        marketing = self.env["lifecycle.category"].search(
            [("can_opt_out", "=", True), ("is_capped", "=", True)]
        )
        self.assertIn(self.marketing, marketing)
        self.assertEqual(self.opt_outs().category_id, marketing)

    def test_page_speaks_the_language_of_the_contact(self):
        self.partner.lang = "fi_FI"
        answer = self.url_open(self.link("no-thanks"))
        self.assertIn('lang="fi-FI"', answer.text)

    def test_sms_link(self):
        self.company.country_id = self.env.ref("base.fi")
        self.partner.phone = "0401234567"
        message = self.make_message(channel="sms", body_text="Hello")
        step = self.make_mail_step(message, code="sms")
        enrolment = self.enrol(step, self.partner)
        self.run_due()
        trace = enrolment.step_run_ids.trace_id
        body = self.env["sms.sms"].browse(trace.sms_id_int).body
        path = re.search(r"/lifecycle/s/\S+", body)[0]
        self.assertEqual(self.url_open(path).status_code, 200)
        self.post(path, action="unsubscribe")
        opt_out = self.env["lifecycle.opt.out"].search([])
        self.assertEqual(opt_out.address, "+358401234567")
        number, _dot, signature = path.rpartition(".")
        forged = f"{number}.{signature[::-1]}"
        self.assertEqual(self.url_open(forged).status_code, 404)

    # ------------------------------------------------------------
    # CHEATING
    # ------------------------------------------------------------

    def test_forged_cut_and_swapped_tokens(self):
        """None of them does anything, and all get the same page."""
        good = self.link("unsubscribe").rpartition("/")[2]
        other = self.link("no-thanks").rpartition("/")[2]
        text, _dot, signature = good.partition(".")
        attempts = [
            good[:-1],
            good[1:],
            text,
            f"{text}.",
            f"{text}.{'A' * 43}",
            f"{other.partition('.')[0]}.{signature}",
            f"{text}.{other.partition('.')[2]}",
            f"{text}A.{signature}",
            "x",
            "%00",
            "é",
            "A" * 5000,
        ]
        pages = set()
        for token in attempts:
            with self.subTest(token=token[:60]):
                answer = self.post(f"/lifecycle/unsubscribe/{token}")
                self.assertEqual(answer.status_code, 404)
                pages.add(re.sub(r"\s+", " ", answer.text))
        self.assertEqual(len(pages), 1)
        # A good token, for something else.
        for path in ("no-thanks", "answer", "guide"):
            answer = self.post(f"/lifecycle/{path}/{good}")
            self.assertIn(answer.status_code, (400, 404, 405))
        self.assertFalse(self.opt_outs())

    # ------------------------------------------------------------
    # ANSWERS
    # ------------------------------------------------------------

    def make_answer_path(self, answer):
        url = self.env["lifecycle.link"]._make_url(
            "answer", self.enrolment.id, self.step.id, answer
        )
        return "/lifecycle" + url.partition("/lifecycle")[2]

    def test_answer_is_given_by_the_button(self):
        path = self.make_answer_path("contact_me")
        page = self.url_open(path)
        self.assertIn("Please contact me", page.text)
        self.assertFalse(self.events("answer_given"))
        self.post(path)
        self.post(path)
        event = self.events("answer_given")
        self.assertEqual(
            event.payload,
            {"answer": "contact_me", "program": "test_program", "step": "message"},
        )
        values = self.enrolment._get_values(["enrolment.last_answer"], self.at(hours=1))
        self.assertEqual(
            values[self.enrolment.id], {"enrolment.last_answer": "contact_me"}
        )
        self.assertEqual(self.enrolment.step_run_ids.trace_id.trace_status, "open")
        self.assertFalse(self.opt_outs())

    def test_no_thanks_as_an_answer_leaves_the_program(self):
        self.post(self.make_answer_path("no_thanks"))
        self.assertEqual(self.opt_outs().program_id, self.step.program_id)

    # ------------------------------------------------------------
    # GUIDES
    # ------------------------------------------------------------

    def make_guide(self):
        return self.env["lifecycle.content"].create(
            {"name": "Tent guide", "kind": "guide", "link": "/lifecycle/no-such-file"}
        )

    def send_form(self, guide, headers=None, **data):
        path = f"/lifecycle/guide/{guide.id}"
        page = self.url_open(path)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        return self.url_open(
            path,
            data={"csrf_token": token, **data},
            headers=headers,
            allow_redirects=False,
        )

    def test_guide_makes_a_contact_a_lead_and_an_event(self):
        guide = self.make_guide()
        answer = self.send_form(guide, name="New Person", email="New@Example.com")
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers["Location"].endswith("/lifecycle/no-such-file"))
        self.partner = self.env["res.partner"].search(
            [("email_normalized", "=", "new@example.com")]
        )
        self.assertEqual(self.partner.name, "New Person")
        self.assertEqual(self.events("guide_downloaded").payload["guide"], "Tent guide")
        lead = self.env["crm.lead"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(lead.type, "lead")
        # Without consent there is no marketing.
        self.address = "new@example.com"
        self.assertEqual(self.opt_outs().category_id, self.marketing)

    def test_guide_with_consent(self):
        self.send_form(
            self.make_guide(), name="New Person", email="new@example.com", consent="1"
        )
        self.address = "new@example.com"
        self.assertFalse(self.opt_outs())

    def test_the_form_does_not_tell_who_is_known(self):
        guide = self.make_guide()
        known = self.send_form(guide, name="X Y", email=self.address)
        unknown = self.send_form(guide, name="X Y", email="nobody@example.com")
        self.assertEqual(known.status_code, unknown.status_code)
        self.assertEqual(known.headers["Location"], unknown.headers["Location"])
        self.assertEqual(self.partner.name, "Liisa Virtanen")
        self.assertFalse(self.opt_outs())
        self.assertTrue(self.events("guide_downloaded"))

    def test_anybody_may_type_in_anybody(self):
        """However often it is asked for, a guide goes to an address once a day."""
        guide, other = self.make_guide(), self.make_guide()
        answers = [
            self.send_form(guide, name="X Y", email=email)
            for email in (self.address, self.address.upper(), f" {self.address} ")
        ]
        self.assertEqual(len({answer.headers["Location"] for answer in answers}), 1)
        self.assertEqual({answer.status_code for answer in answers}, {303})
        self.assertEqual(len(self.events("guide_downloaded")), 1)
        self.send_form(other, name="X Y", email=self.address)
        self.assertEqual(len(self.events("guide_downloaded")), 2)

    @patch.object(lifecycle_guide_visitor, "WELCOME", 2)
    @mute_logger(lifecycle_guide_visitor.__name__)
    def test_a_flood_makes_no_contacts(self):
        """Neither by other addresses nor by claiming to be somebody else; who asks too
        often sees no difference, and is welcome again in an hour."""
        guide = self.make_guide()

        def send(name):
            return self.send_form(
                guide,
                headers={
                    "X-Forwarded-For": f"192.0.2.{name}",
                    "X-Forwarded-Host": "localhost",
                },
                name="X Y",
                email=f"flood{name}@example.com",
            )

        def made():
            return self.env["res.partner"].search_count([("email", "like", "flood")])

        answers = [send(name) for name in range(5)]
        answers.append(self.send_form(guide, name="X Y", email=self.address))
        self.assertEqual({answer.status_code for answer in answers}, {303})
        self.assertEqual(len({answer.headers["Location"] for answer in answers}), 1)
        self.assertEqual(made(), 2)
        self.assertFalse(self.events("guide_downloaded"))
        visitor = self.env["lifecycle.guide.visitor"].search([])
        self.assertEqual(visitor.count, 6)
        visitor.since -= lifecycle_guide_visitor.PERIOD
        send(9)
        self.assertEqual(made(), 3)
        self.assertEqual(visitor.count, 1)
        visitor.since -= lifecycle_guide_visitor.PERIOD
        visitor._gc_past()
        self.assertFalse(visitor.exists())

    def test_a_line_is_one_visitor(self):
        """Whoever has IPv6 has more addresses than could be counted."""
        network = self.env["lifecycle.guide.visitor"]._get_network
        self.assertEqual(network("2001:db8::1"), network("2001:db8::ffff:2"))
        self.assertNotEqual(network("2001:db8::1"), network("2001:db8:0:1::1"))
        self.assertEqual(network("::ffff:192.0.2.1"), "192.0.2.1")
        self.assertNotEqual(network("192.0.2.1"), network("192.0.2.2"))
        self.assertEqual(network(""), "")

    def test_no_visit_is_missed_by_two_workers(self):
        """Who began before the other committed has to begin again."""
        database = db_connect(self.env.cr.dbname)
        now = fields.Datetime.now()

        def count(cursor):
            visitors = self.env(cr=cursor)["lifecycle.guide.visitor"]
            return visitors._is_welcome("192.0.2.77", now)

        with database.cursor() as first, database.cursor() as second:
            second.execute("SELECT count(*) FROM lifecycle_guide_visitor")
            count(first)
            first.commit()
            with self.assertRaises(SerializationFailure):
                count(second)
            second.rollback()
            first.execute("DELETE FROM lifecycle_guide_visitor")
            first.commit()

    def test_bad_input_and_machines(self):
        guide = self.make_guide()
        bad = self.send_form(guide, name="", email="nonsense<script>")
        self.assertEqual(bad.status_code, 200)
        self.assertNotIn("<script>", bad.text)
        self.send_form(
            guide, name="Bot", email="bot@example.com", homepage="https://spam.example"
        )
        self.assertFalse(
            self.env["res.partner"].search([("email", "=", "bot@example.com")])
        )
        self.assertEqual(self.url_open("/lifecycle/guide/99999999").status_code, 404)
        article = self.make_guide()
        article.kind = "article"
        path = f"/lifecycle/guide/{article.id}"
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_known_contacts_go_straight(self):
        guide = self.make_guide()
        url = self.env["lifecycle.link"]._make_url(
            "guide", guide.id, self.enrolment.id, self.step.id
        )
        path = "/lifecycle" + url.partition("/lifecycle")[2]
        trace = self.enrolment.step_run_ids.trace_id
        for agent, downloads in ((SCANNER, 0), (BROWSER, 1)):
            answer = self.url_open(
                path, headers={"User-Agent": agent}, allow_redirects=False
            )
            self.assertEqual(answer.status_code, 303)
            self.assertEqual(len(self.events("guide_downloaded")), downloads)
            self.assertEqual(bool(trace.links_click_datetime), bool(downloads))
