"""Complaints: by a colleague, by mail; what they stop."""

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import LifecycleCommon

MAIL = """\
MIME-Version: 1.0
Date: Thu, 27 Dec 2026 16:27:45 +0100
Message-ID: <{id}@example.com>
Subject: The stove leaks
From: {sender}
To: complaints@{domain}
Content-Type: text/plain; charset=utf-8

It smells of gas.
"""


@tagged("lifecycle", "post_install", "-at_install")
class TestComplaints(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme = cls.make_contact("Acme", is_company=True, user_id=cls.salesperson.id)
        cls.liisa = cls.make_contact(parent_id=cls.acme.id)
        cls.bo = cls.make_contact("Bo Ek", parent_id=cls.acme.id)
        cls.complaints = cls.env["lifecycle.complaint"]

    def complain(self, user=None, **values):
        complaints = self.complaints.with_user(user or self.marketer)
        complaint = complaints.create(
            {"name": "The stove leaks", "partner_id": self.liisa.id, **values}
        )
        self.env["lifecycle.event"]._flush_pending()
        return complaint

    def events(self, code):
        return self.env["lifecycle.event"].search(
            [("type_id.code", "=", code), ("res_model", "=", "lifecycle.complaint")]
        )

    def facts(self, contact, **delta):
        return self.env["lifecycle.fact"]._read(
            contact.ids,
            ["complaint.open", "complaint.count_365d"],
            self.company,
            self.at(**delta),
        )[contact.id]

    def test_reaches_the_owner(self):
        """A complaint becomes a task of whoever looks after the customer (R138)."""
        complaint = self.complain()
        self.assertEqual(complaint.user_id, self.salesperson)
        task = complaint.activity_ids
        self.assertEqual(task.user_id, self.salesperson)
        complaint.with_user(self.salesperson).action_close()
        self.assertFalse(complaint.activity_ids)
        self.assertTrue(complaint.closed_at)
        self.env["lifecycle.event"]._flush_pending()
        self.assertEqual(len(self.events("complaint_closed")), 1)

    def test_without_a_salesperson_whoever_wrote_it_down(self):
        (self.acme + self.liisa).user_id = False
        self.assertEqual(self.complain().user_id, self.marketer)

    def test_counts_for_the_whole_customer_then_and_now(self):
        complaint = self.complain(received_at=self.at(days=-2))
        expected = {"complaint.open": True, "complaint.count_365d": 1}
        self.assertEqual(self.facts(self.bo), expected)
        self.assertFalse(self.facts(self.bo, days=-3)["complaint.open"])
        complaint.write({"state": "closed", "closed_at": self.at(days=-1)})
        self.env.flush_all()
        self.assertFalse(self.facts(self.bo)["complaint.open"])
        self.assertTrue(self.facts(self.bo, hours=-30)["complaint.open"])

    def test_ends_marketing_of_the_customer(self):
        """Marketing programs end on a complaint, a colleague's too."""
        programs = self.env["lifecycle.program"].search(
            [("code", "in", ["rescue", "welcome", "content", "sales_ready"])]
        )
        programs.action_publish()
        for program in programs:
            program._enrol_partners(self.bo, self.start)
        inside = self.env["lifecycle.enrolment"].search(
            [("partner_id", "=", self.bo.id), ("state", "=", "active")]
        )
        self.assertTrue(inside)
        self.complain()
        self.consume(minutes=5)
        for enrolment in inside:
            stays = enrolment.program_id.code == "sales_ready"
            self.assertEqual(enrolment.state, "active" if stays else "exited")
            if not stays:
                self.assertEqual(enrolment.end_reason, "complaint")

    def test_every_marketing_program_ends_on_one(self):
        for program in self.env["lifecycle.program"].search([]):
            record = program.get_external_id()[program.id]
            if record.startswith("lifecycle_programs.program_"):
                ends = self.event_type("complaint") in program.exit_event_type_ids
                self.assertEqual(ends, program.code != "sales_ready", program.code)

    # ------------------------------------------------------------
    # BY MAIL
    # ------------------------------------------------------------

    def receive(self, sender, number=1):
        alias = self.env.ref("lifecycle_programs.mail_alias_complaint")
        settings = self.env["res.config.settings"].create({})
        settings.lifecycle_complaint_alias = "complaints"
        settings.set_values()
        self.assertEqual(alias.alias_name, "complaints")
        domain = self.env["mail.alias.domain"].search([], limit=1)
        if not domain:
            domain = domain.create({"name": "example.com"})
        alias.alias_domain_id = domain
        mail = MAIL.format(id=number, sender=sender, domain=domain.name)
        thread = self.env["mail.thread"].sudo()
        found = thread.message_process(None, mail)
        self.env["lifecycle.event"]._flush_pending()
        return self.complaints.browse(found)

    def test_by_mail_of_a_contact(self):
        complaint = self.receive("Liisa <liisa.virtanen@example.com>")
        self.assertEqual(complaint.partner_id, self.liisa)
        self.assertEqual(complaint.name, "The stove leaks")
        self.assertIn("It smells of gas.", complaint.text)
        self.assertEqual(complaint.source, "mail")
        self.assertEqual(complaint.user_id, self.salesperson)
        self.assertEqual(len(self.events("complaint")), 1)

    def test_by_mail_of_a_stranger(self):
        """It is kept, and becomes an event when somebody finds out who wrote."""
        complaint = self.receive("who@elsewhere.example", 2)
        self.assertFalse(complaint.partner_id)
        self.assertTrue(complaint.activity_ids)
        self.assertFalse(self.events("complaint"))
        complaint.partner_id = self.liisa
        self.env["lifecycle.event"]._flush_pending()
        self.assertEqual(self.events("complaint").partner_id, self.liisa)

    # ------------------------------------------------------------
    # RIGHTS, FORM
    # ------------------------------------------------------------

    def test_salesperson_writes_it_down_in_the_form(self):
        action = self.liisa.with_user(self.salesperson).action_lifecycle_complaints()
        self.assertEqual(action["target"], "new")
        complaints = self.complaints.with_user(self.salesperson)
        with Form(complaints.with_context(**action["context"])) as form:
            form.name = "Late"
        self.assertEqual(form.record.partner_id, self.liisa)
        self.assertEqual(self.liisa.lifecycle_open_complaint_count, 1)
        again = self.liisa.with_user(self.salesperson).action_lifecycle_complaints()
        self.assertNotEqual(again.get("target"), "new")

    def test_nobody_else_sees_or_deletes_them(self):
        complaint = self.complain()
        with self.assertRaises(AccessError):
            complaint.with_user(self.salesperson).unlink()
        plain = self.env["res.users"].create(
            {
                "name": "Plain",
                "login": "lifecycle_plain",
                "group_ids": [(6, 0, self.env.ref("base.group_user").ids)],
            }
        )
        with self.assertRaises(AccessError):
            complaint.with_user(plain).read(["text"])
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.complaints.create(
            {"name": "Far", "partner_id": self.bo.id, "company_id": other.id}
        )
        with self.assertRaises(AccessError):
            foreign.with_user(self.salesperson).read(["text"])
