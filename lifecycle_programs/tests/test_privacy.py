"""A person asks what is known, or to be forgotten; and whom mailings leave out."""

import base64
import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from .test_preferences import PreferencesCommon

NAME = "Liisa Virtanen"
MAIL = "liisa.virtanen@example.com"


@tagged("lifecycle")
class TestPrivacy(PreferencesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "lifecycle_manager",
            "base.group_user,base.group_partner_manager,"
            "lifecycle_programs.group_lifecycle_manager",
        )
        cls.partner = cls.make_contact(phone="040 1234567")
        message = cls.make_message(
            '<p>Dear {{ contact.first_name }}, <a href="https://acme.example/x">see</a>'
            "</p>"
        )
        cls.step = cls.make_mail_step(message)

    def setUp(self):
        super().setUp()
        self.enrolment = self.enrol(self.step, self.partner)
        self.make_event("page_viewed", self.partner, url="https://acme.example/liisa")
        self.run_due()
        self.trace = self.enrolment.step_run_ids.trace_id
        link = self.env["link.tracker"].search(
            [("mass_mailing_id", "=", self.trace.mass_mailing_id.id)]
        )
        self.click = self.env["link.tracker.click"].create(
            {
                "link_id": link[:1].id,
                "ip": "203.0.113.7",
                "mailing_trace_id": self.trace.id,
            }
        )
        self.opt_outs._opt_out(MAIL, category=self.service, partner=self.partner)
        self.env["lifecycle.sms.inbound"]._receive(
            self.company, "+358401234567", "Call me", "1", self.start
        )
        self.env["lifecycle.event"]._flush_pending()

    def wizard(self, user=None, **values):
        wizards = self.env["lifecycle.privacy.wizard"].with_user(user or self.manager)
        return wizards.create({"partner_id": self.partner.id, **values})

    def test_export(self):
        wizard = self.wizard()
        wizard.action_export()
        export = json.loads(base64.b64decode(wizard.file))
        self.assertEqual(export["contact"]["addresses"], ["+358401234567", MAIL])
        self.assertEqual(export["programs"][0]["program_id"], "test_program")
        message = export["messages"][0]
        self.assertEqual(message["to"], MAIL)
        self.assertIn("Dear Liisa", message["plain"])
        self.assertEqual(export["clicks"][0]["url"], "https://acme.example/x")
        self.assertEqual(export["clicks"][0]["ip"], "203.0.113.7")
        urls = [one["payload"].get("url") for one in export["events"]]
        self.assertIn("https://acme.example/liisa", urls)
        self.assertEqual(export["consents"][0]["state"], "withdrawn")
        self.assertEqual(export["opt_outs"][0]["category_id"], "Service messages")
        self.assertEqual(export["sms_received"][0]["text"], "Call me")

    def test_erase_leaves_counts_without_the_person(self):
        program = self.step.program_id
        wizard = self.wizard(erases_contact=True)
        with self.assertRaises(UserError):
            wizard.action_erase()
        wizard.confirmed = True
        wizard.action_erase()
        # What is counted is still there.
        self.assertEqual(len(program.enrolment_ids), 1)
        run = self.enrolment.step_run_ids.filtered("message_id")
        self.assertEqual(run.outcome, "done")
        self.assertEqual(run.trace_id, self.trace)
        self.assertTrue(self.click.exists())
        # Whom it was about is not.
        self.assertFalse(self.click.ip)
        self.assertFalse(run.trace_id.email)
        self.assertFalse(run.address or run.detail)
        self.assertFalse(
            self.env["lifecycle.event"].search([("partner_id", "=", self.partner.id)])
        )
        self.assertFalse(self.env["lifecycle.sms.inbound"].search([]))
        self.assertEqual(self.consents.search([]).mapped("address"), ["erased"])
        self.assertNotIn(NAME, self.partner.name)
        self.assertFalse(self.partner.active or self.partner.email)
        # She is not written to again.
        self.assertEqual(self.refused(MAIL), self.service)
        self.assert_gone_from_text_columns()

    def assert_gone_from_text_columns(self):
        """No table of ours has the name, the address or the number any more, but the
        list of whom not to write to."""
        self.env["lifecycle.event"]._flush_pending()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                " AND (tablename LIKE 'lifecycle%%' OR tablename IN"
                " ('mailing_trace', 'mail_mail', 'mail_message', 'sms_sms'))"
                " AND tablename <> 'lifecycle_opt_out'"
            )
        )
        found = []
        for (table,) in rows:
            for trace in (NAME, MAIL, "401234567"):
                query = SQL(
                    "SELECT count(*) FROM %s t WHERE t::text ILIKE %s",
                    SQL.identifier(table),
                    f"%{trace}%",
                )
                if self.env.execute_query(query)[0][0]:
                    found.append((table, trace))
        self.assertFalse(found)

    def test_a_running_program_ends(self):
        later = self.enrol(self.make_mail_step(code="other"), self.partner)
        self.wizard(confirmed=True).action_erase()
        self.assertEqual((later.state, later.end_reason), ("exited", "erased"))
        self.assertEqual(self.partner.name, NAME)

    def test_an_address_that_somebody_else_has_too_stays_his(self):
        other = self.make_contact("Other Person", email=MAIL)
        self.consents._note("given", MAIL, self.marketing, other, "form")
        self.wizard(confirmed=True, keep_refusals=False).action_erase()
        self.assertIn(("marketing", "given", "form"), self.book(MAIL))
        self.assertEqual(self.refused(MAIL), self.service)

    def test_forgetting_the_refusals_too(self):
        self.wizard(confirmed=True, keep_refusals=False).action_erase()
        self.assertFalse(self.refused(MAIL))

    def test_a_login_is_not_erased_by_the_way(self):
        new_test_user(self.env, "liisa", "base.group_portal").partner_id = self.partner
        with self.assertRaises(UserError):
            self.wizard(confirmed=True, erases_contact=True).action_erase()

    def test_for_managers_only(self):
        for user in (self.marketer, self.salesperson):
            with self.assertRaises(AccessError):
                self.wizard(user=user)
            wizard = self.wizard(confirmed=True)
            with self.assertRaises(AccessError):
                wizard.with_user(user).action_export()
            with self.assertRaises(AccessError):
                wizard.with_user(user).action_erase()


@tagged("lifecycle")
class TestMailingExclusion(PreferencesCommon):
    def recipients(self, model, domain, program=None):
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "News",
                "mailing_model_id": self.env["ir.model"]._get_id(model),
                "mailing_domain": repr(domain),
                "lifecycle_excluded_program_ids": program.ids if program else False,
            }
        )
        return self.env[model].browse(sorted(mailing._get_recipients()))

    def test_people_in_chosen_programs_are_left_out(self):
        inside, outside, done = self.make_contacts(3)
        step = self.make_mail_step(step={"type": "wait", "message_id": False})
        enrolments = self.enrol(step, inside | done)
        enrolments[1]._leave("ended", "end", self.start)
        contacts = inside | outside | done
        domain = [("id", "in", contacts.ids)]
        program = step.program_id
        self.assertEqual(self.recipients("res.partner", domain), contacts)
        self.assertEqual(
            self.recipients("res.partner", domain, program), outside | done
        )
        other = self.make_program({"type": "end"}, code="other")
        self.assertEqual(self.recipients("res.partner", domain, other), contacts)
        # A list knows the address alone, and that may be missing.
        listed = self.env["mailing.contact"].create(
            [{"email": contact.email} for contact in contacts] + [{"name": "No mail"}]
        )
        domain = [("id", "in", listed.ids)]
        self.assertEqual(
            self.recipients("mailing.contact", domain, program), listed[1:]
        )
        leads = self.env["crm.lead"].create(
            [{"name": "L", "partner_id": contact.id} for contact in contacts]
            + [{"name": "Nobody"}]
        )
        domain = [("id", "in", leads.ids)]
        self.assertEqual(self.recipients("crm.lead", domain, program), leads[1:])

    def test_who_sends_newsletters_need_not_see_programs(self):
        user = new_test_user(
            self.env,
            "mailer",
            "base.group_user,mass_mailing.group_mass_mailing_user",
        )
        inside, outside = self.make_contacts(2)
        step = self.make_mail_step(step={"type": "wait", "message_id": False})
        self.enrol(step, inside)
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "News",
                "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "mailing_domain": repr([("id", "in", (inside | outside).ids)]),
                "lifecycle_excluded_program_ids": step.program_id.ids,
            }
        )
        self.env.invalidate_all()
        mailing = mailing.with_user(user)
        self.assertEqual(mailing._get_recipients(), outside.ids)
        views = self.env["mailing.mailing"].with_user(user).get_views([(False, "form")])
        arch = views["views"]["form"]["arch"]
        self.assertNotIn("lifecycle_excluded_program_ids", arch)
