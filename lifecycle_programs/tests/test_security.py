"""Who may see and do what."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import LifecycleCommon

MAIL = {"type": "mail", "key": "mail"}


@tagged("lifecycle")
class TestCompanies(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other"})
        cls.other_marketer = new_test_user(
            cls.env,
            "lifecycle_other_marketer",
            "base.group_user,lifecycle_programs.group_lifecycle_marketer",
            company_id=cls.other.id,
            company_ids=[Command.set(cls.other.ids)],
        )
        cls.message = cls.env["lifecycle.message"].create(
            {"name": "Hello", "subject": "Hello", "body": "<p>Hello</p>"}
        )
        cls.program = cls.make_program(
            {**MAIL, "message_id": cls.message.id}, rule="orders.count == 0"
        )

    def test_each_company_sees_its_own(self):
        contact = self.make_contact()
        enrolment = self.program._enrol_partners(contact, self.start)
        event = self.make_event("order_confirmed", contact)
        self.run_due()
        records = (
            self.program,
            self.program.version_id,
            self.program.version_id.step_ids,
            self.message,
            enrolment,
            enrolment.entry_rule_id,
            enrolment.step_run_ids,
            event,
        )
        for record in records:
            self.assertTrue(record, record._name)
            record.with_user(self.marketer).check_access("read")
            with self.assertRaises(AccessError, msg=record._name):
                record.with_user(self.other_marketer).check_access("read")

    def test_facts_are_of_one_company(self):
        contact = self.make_contact()
        order = self.env["sale.order"].create(
            {
                "partner_id": contact.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.env["product.product"]
                            .create({"name": "Mug", "list_price": 10})
                            .id
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        facts = self.env["lifecycle.fact"]
        counts = [
            facts._read([contact.id], ["orders.count"], company, self.at(minutes=1))[
                contact.id
            ]["orders.count"]
            for company in (self.company, self.other)
        ]
        self.assertEqual(counts, [1, 0])


@tagged("lifecycle")
class TestGroups(LifecycleCommon):
    def test_a_salesperson_reads_and_changes_nothing(self):
        message = self.env["lifecycle.message"].create(
            {"name": "Hello", "subject": "Hello", "body": "<p>Hello</p>"}
        )
        program = self.make_program({**MAIL, "message_id": message.id}, publish=False)
        for record, values in (
            (program, {"rule": "orders.count > 1"}),
            (program.draft_version_id, {"number": 7}),
            (program.draft_version_id.step_ids, {"name": "Other"}),
            (message, {"body": "<p>Other</p>"}),
        ):
            mine = record.with_user(self.salesperson)
            self.assertTrue(mine.read(["display_name"]))
            with self.assertRaises(AccessError):
                mine.write(values)
            with self.assertRaises(AccessError):
                mine.unlink()

    def test_nobody_rewrites_history(self):
        program = self.make_program({"type": "end"}, rule="orders.count == 0")
        enrolment = program._enrol_partners(self.make_contact(), self.start)
        self.run_due()
        manager = new_test_user(
            self.env,
            "lifecycle_test_manager",
            "base.group_user,lifecycle_programs.group_lifecycle_manager",
        )
        for user in (self.salesperson, self.marketer, manager):
            for record in (enrolment, enrolment.step_run_ids):
                with self.assertRaises(AccessError):
                    record.with_user(user).write({"partner_id": user.partner_id.id})
                with self.assertRaises(AccessError):
                    record.with_user(user).unlink()
            rule = enrolment.entry_rule_id.with_user(user)
            with self.assertRaises(AccessError):
                rule.write({"text": "orders.count > 9"})
            with self.assertRaises(AccessError):
                rule.create({"program_id": program.id, "text": "orders.count > 9"})

    def test_a_salesperson_takes_a_contact_out_and_a_marketer_retries(self):
        program = self.make_program({"type": "wait", "wait_value": 3})
        contact = self.make_contact(user_id=self.salesperson.id)
        enrolment = program._enrol_partners(contact, self.start)
        enrolment.with_user(self.salesperson).action_pause()
        self.assertTrue(enrolment.paused_until)
        enrolment.with_user(self.salesperson).action_leave()
        self.assertEqual(enrolment.state, "exited")
        enrolment.write({"state": "error"})
        with self.assertRaises(AccessError):
            enrolment.with_user(self.salesperson).action_retry()
        enrolment.with_user(self.marketer).action_retry()
        self.assertEqual(enrolment.state, "active")

    def test_a_salesperson_sees_the_programs_of_a_lead(self):
        program = self.make_program({"type": "wait", "wait_value": 3})
        contact = self.make_contact()
        enrolment = program._enrol_partners(contact, self.start)
        lead = self.env["crm.lead"].create(
            {"name": "Tents", "partner_id": contact.id, "user_id": self.salesperson.id}
        )
        lead = lead.with_user(self.salesperson)
        arch = lead.get_view(view_type="form")["arch"]
        self.assertIn("action_open_lifecycle_enrolments", arch)
        self.assertEqual(lead.lifecycle_enrolment_count, 1)
        action = lead.action_open_lifecycle_enrolments()
        found = self.env["lifecycle.enrolment"].search(action["domain"])
        self.assertEqual(found, enrolment)

    def test_a_published_version_cannot_be_talked_back_into_a_draft(self):
        program = self.make_program({"type": "end"}).with_user(self.marketer)
        with self.assertRaises(UserError):
            program.version_id.write({"state": "draft"})
        with self.assertRaises(UserError):
            program.version_id.unlink()
        program.action_edit_steps()
        program.draft_version_id.step_ids.unlink()
        with self.assertRaises(ValidationError):
            program.draft_version_id.write({"state": "published"})

    def test_a_marketer_publishes_and_adds_people(self):
        """Marketing authors the programs (R136)."""
        program = self.make_program({"type": "end"}, publish=False)
        program = program.with_user(self.marketer)
        program.action_publish()
        contact = self.make_contact()
        wizard = self.env["lifecycle.enrol"].with_user(self.marketer)
        wizard.create(
            {"program_id": program.id, "partner_ids": [Command.set(contact.ids)]}
        ).action_enrol()
        self.assertEqual(program.enrolment_ids.partner_id, contact)
        with self.assertRaises(UserError):
            wizard.create(
                {"program_id": program.id, "partner_ids": [Command.set(contact.ids)]}
            ).action_enrol()

    def test_rules_reach_nothing_but_facts(self):
        """A rule is data from a person, never code."""
        for rule in (
            "contact.__class__ == null",
            "env.user == null",
            "$range(1000000000) == null",
            'contact.name =~ "(a+)+$"',
            "1 << 100000000 > 0",
            "orders.count ** 99999999 > 0",
            'contact.name == "\'; DROP TABLE res_partner; --" and no.fact',
        ):
            with self.assertRaises(ValidationError, msg=rule):
                self.make_program({"type": "end"}, rule=rule, code=rule)
        contact = self.make_contact("'; DROP TABLE res_partner; --")
        program = self.make_program(
            {"type": "end"}, rule='contact.name == "\'; DROP TABLE res_partner; --"'
        )
        self.assertTrue(program._enrol_partners(contact, self.start))

    def test_templates_reach_nothing_but_values(self):
        """A message is data from a person, never code."""
        for body in (
            "{{ contact.__class__ }}",
            "{{ env.cr }}",
            "{{ ''.__class__.__mro__ }}",
            "{% for n in range(1000000000) %}x{% endfor %}",
            "{{ contact.name.__init__.__globals__ }}",
            "{% include 'web.layout' %}",
        ):
            with self.assertRaises(ValidationError, msg=body):
                self.env["lifecycle.message"].create(
                    {"name": "Attack", "subject": "x", "body": f"<p>{body}</p>"}
                )
