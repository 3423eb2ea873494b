"""What people may not do who are logged in and know how to call a method."""

import base64

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import LifecycleCommon

WAIT = {"type": "wait", "key": "wait", "wait_value": 3}
OWN = "[('create_uid', '=', user.id)]"


@tagged("lifecycle", "post_install", "-at_install")
class TestWizards(LifecycleCommon):
    """What somebody types into a wizard, uploads or is shown is for nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(
            cls.env,
            "lifecycle_colleague",
            "base.group_user,lifecycle_programs.group_lifecycle_manager",
        )

    def test_a_colleague_does_not_see_mine(self):
        partner = self.make_contact(user_id=self.salesperson.id)
        program = self.make_program(WAIT)
        program._enrol_partners(partner, self.start)
        rows = [
            self.env[model].with_user(user).create(values)
            for model, user, values in (
                ("lifecycle.why", self.salesperson, {"partner_id": partner.id}),
                (
                    "lifecycle.contact.pause",
                    self.salesperson,
                    {"partner_id": partner.id},
                ),
                ("lifecycle.privacy.wizard", self.env.user, {"partner_id": partner.id}),
                (
                    "lifecycle.suppression.import",
                    self.marketer,
                    {"file": base64.b64encode(b"email\nann@example.com")},
                ),
            )
        ]
        for row in rows:
            self.assertTrue(row.read(["id"]), row._name)
            theirs = row.with_user(self.colleague)
            self.assertNotIn(row, theirs.search([]).with_env(row.env), row._name)
            for attack in (
                lambda theirs=theirs: theirs.read(["id"]),
                lambda theirs=theirs: theirs.check_access("write"),
                lambda theirs=theirs: theirs.unlink(),
            ):
                with self.assertRaises(AccessError, msg=row._name):
                    attack()

    def test_it_holds_for_every_wizard(self):
        names = {
            name
            for name, model in self.env.registry.items()
            if model._transient
            and name.startswith("lifecycle.")
            and self.env["ir.model.access"].search_count(
                [("model_id.model", "=", name)], limit=1
            )
        }
        rules = self.env["ir.rule"].search(
            [("model_id.model", "in", list(names)), ("domain_force", "=", OWN)]
        )
        self.assertGreater(len(names), 10)
        self.assertEqual(set(rules.mapped("model_id.model")), names)


@tagged("lifecycle", "post_install", "-at_install")
class TestCustomer(LifecycleCommon):
    def test_what_sales_knows_is_not_for_the_customer(self):
        """A customer with a login may read his own contact, by whatever way."""
        user = new_test_user(self.env, "lifecycle_customer", "base.group_portal")
        contact = user.partner_id.with_user(user)
        self.assertTrue(contact.read(["name"]))
        seen = set()
        for name in contact._fields:
            if name.startswith("lifecycle_"):
                contact.invalidate_recordset()
                try:
                    contact.read([name])
                except AccessError:
                    continue
                seen.add(name)
        own = {"lifecycle_first_name", "lifecycle_first_name_given"}
        # Of this one he sees nothing but 0.
        self.assertEqual(seen, own | {"lifecycle_enrolment_count"})

    def test_the_addresses_of_colleagues_are_not_for_the_customer(self):
        user = new_test_user(self.env, "lifecycle_customer", "base.group_portal")
        company = user.company_id.with_user(user)
        self.assertTrue(company.read(["name"]))
        with self.assertRaises(AccessError):
            company.read(["lifecycle_copy_to"])

    def test_he_calls_nothing(self):
        user = new_test_user(self.env, "lifecycle_customer", "base.group_portal")
        contact = user.partner_id
        enrolment = self.make_program(WAIT)._enrol_partners(contact, self.start)

        def ask(model, method, *args):
            return getattr(self.env[model].with_user(user), method)(*args)

        place = ("lifecycle.program", enrolment.program_id.id, "rule")
        for attack in (
            lambda: ask("lifecycle.dashboard", "get_data"),
            lambda: ask("lifecycle.dashboard", "refresh"),
            lambda: ask("lifecycle.timeline", "get_page", "res.partner", contact.id),
            lambda: ask("lifecycle.gallery", "get_gallery"),
            lambda: ask("lifecycle.gallery", "use", "winback", {}),
            lambda: ask("lifecycle.gallery", "close_banner"),
            lambda: ask("lifecycle.forecast", "get_week"),
            lambda: ask("lifecycle.health", "action_open"),
            lambda: ask("lifecycle.upcoming", "action_open"),
            lambda: ask("lifecycle.message.editor", "get_setup", False, "mail"),
            lambda: ask("lifecycle.message.editor", "preview", False),
            lambda: ask("lifecycle.message.editor", "make_condition", "true", False),
            lambda: ask("lifecycle.rule.editor", "get_setup", *place),
            lambda: ask("lifecycle.rule.editor", "check", "true", *place),
            lambda: ask("lifecycle.rule.editor", "count", "true", *place),
            lambda: ask("lifecycle.rule.editor", "complete_values", "contact.city"),
            lambda: enrolment.with_user(user).action_leave(),
            lambda: enrolment.with_user(user).action_pause(),
            lambda: enrolment.version_id.with_user(user).get_canvas(),
            lambda: enrolment.version_id.with_user(user).get_canvas_counts(),
            lambda: contact.with_user(user).action_lifecycle_resume(),
            lambda: self.company.with_user(user).action_lifecycle_stop(),
        ):
            with self.assertRaises(AccessError):
                attack()
        self.assertEqual(enrolment.state, "active")


@tagged("lifecycle", "post_install", "-at_install")
class TestPeopleInPrograms(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.make_contact(user_id=cls.salesperson.id)
        cls.enrolment = cls.make_program(WAIT)._enrol_partners(cls.contact, cls.start)

    def test_only_who_sells_to_them_takes_people_out(self):
        """As with a message that is stopped: to take somebody out stops them all."""
        other = new_test_user(
            self.env,
            "lifecycle_other_salesperson",
            "base.group_user,sales_team.group_sale_salesman",
        )
        with self.assertRaises(AccessError):
            self.enrolment.with_user(other).action_leave()
        self.assertEqual(self.enrolment.state, "active")
        self.enrolment.with_user(self.salesperson).action_leave()
        self.assertEqual(self.enrolment.state, "exited")

    def test_who_may_not_change_a_contact_pauses_no_program(self):
        reader = new_test_user(
            self.env,
            "lifecycle_reader",
            "base.group_user,lifecycle_programs.group_lifecycle_user",
        )
        with self.assertRaises(AccessError):
            self.enrolment.with_user(reader).action_pause()
        self.assertFalse(self.enrolment.paused_until)

    def test_an_event_that_was_worked_off_is_not_worked_off_again(self):
        """It has moved people already; only what has failed is tried again."""
        done = self.make_event("mail_clicked", self.contact)
        self.consume()
        self.assertTrue(done.processed_at)
        failed = self.make_event("mail_clicked", self.contact)
        failed.write({"processed_at": self.start, "error": "broken", "retry_count": 6})
        (done | failed).with_user(self.marketer).action_retry()
        self.assertTrue(done.processed_at)
        self.assertFalse(failed.processed_at)
        self.assertFalse(failed.error)


@tagged("lifecycle", "post_install", "-at_install")
class TestOtherCompany(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other"})
        cls.stranger = cls.make_contact("Ann", company_id=cls.other.id)
        cls.manager = new_test_user(
            cls.env,
            "lifecycle_other_manager",
            "base.group_user,lifecycle_programs.group_lifecycle_manager",
            company_id=cls.other.id,
            company_ids=[Command.set(cls.other.ids)],
        )

    def test_calls_of_webhooks_are_of_one_company(self):
        webhook = self.env["lifecycle.webhook"].create(
            {"name": "ERP", "url": "https://erp.example/hook"}
        )
        program = self.make_program(
            {"type": "webhook", "key": "tell", "webhook_id": webhook.id}
        )
        enrolment = program._enrol_partners(self.make_contact(), self.start)
        self.run_due()
        call = self.env["lifecycle.webhook.call"].search(
            [("enrolment_id", "=", enrolment.id)]
        )
        call.write({"state": "failed", "tries": 3})
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            call.with_user(self.manager).action_retry()
        self.assertEqual((call.state, call.tries), ("failed", 3))

    def make_foreign(self, *steps, **values):
        return self.make_program(
            *steps, code="foreign", company_id=self.other.id, **values
        )

    def test_nothing_is_handed_to_another_company(self):
        """It would run there, with the customers of that company."""
        program = self.make_program(WAIT, publish=False)
        foreign = self.make_foreign(WAIT, publish=False)
        content = self.env["lifecycle.content"].create(
            {"name": "Tents", "company_id": self.company.id}
        )
        complaint = self.env["lifecycle.complaint"].create(
            {"name": "Leaks", "partner_id": self.make_contact("Bo Ek").id}
        )
        bare = foreign.create(
            {"name": "Bare", "code": "bare", "company_id": self.other.id}
        )
        draft, theirs = program.draft_version_id, foreign.draft_version_id
        for record, values in (
            (program, {"company_id": self.other.id}),
            (draft, {"program_id": bare.id}),
            (draft.step_ids, {"version_id": theirs.id, "key": "mine"}),
            (content, {"company_id": self.other.id}),
            (complaint, {"company_id": self.other.id}),
        ):
            self.env.flush_all()
            with self.assertRaises(AccessError, msg=record._name):
                with self.env.cr.savepoint():
                    record.with_user(self.marketer).write(values)
            self.env.invalidate_all(flush=False)
        self.marketer.company_ids += self.other
        both = self.company + self.other
        mine = content.with_user(self.marketer)
        mine.with_context(allowed_company_ids=both.ids).company_id = self.other

    def test_a_message_of_another_company_is_not_used_to_read_it(self):
        message = self.env["lifecycle.message"].create(
            {"name": "Secret", "subject": "Secret", "body": "<p>Secret</p>"}
        )
        self.make_foreign({"type": "mail", "message_id": message.id}, publish=False)
        step = self.make_program({"type": "mail"}, publish=False).draft_version_id
        step = step.step_ids.with_user(self.marketer)
        with self.assertRaises(AccessError):
            step.message_id = message.id
        with self.assertRaises(AccessError):
            step.copy({"key": "second", "message_id": message.id})
        with self.assertRaises(AccessError):
            message.with_user(self.marketer).read(["subject"])

    def test_a_program_starts_none_of_another_company(self):
        foreign = self.make_foreign(WAIT)
        end = {"type": "end", "key": "end"}
        start = {"type": "start_program", "key": "start"}
        program = self.make_program(start | {"target_program_id": foreign.id}, end)
        contact = self.make_contact()
        enrolment = program._enrol_partners(contact, self.start)
        self.run_due()
        self.assertEqual(enrolment.step_run_ids[-1:].reason, "program_not_running")
        program = self.make_program(
            WAIT,
            code="second",
            goal_program_id=foreign.id,
            goal_event_type_ids=[Command.set(self.event_type("order_confirmed").ids)],
        )
        enrolment = program._enrol_partners(contact, self.start)
        self.make_event("order_confirmed", contact, self.at(minutes=1))
        self.consume(minutes=2)
        self.assertEqual(enrolment.state, "goal")
        self.assertFalse(foreign.enrolment_ids)

    def test_an_import_knows_no_contacts_of_another_company(self):
        self.import_rows("email,type", "ann@example.com,opt-out")
        opt_outs = self.env["lifecycle.opt.out"].search(
            [("address", "=", "ann@example.com")]
        )
        self.assertTrue(opt_outs)
        self.assertFalse(opt_outs.partner_id)
        own = self.make_contact("Ann")
        self.import_rows("email,type,date", "ann@example.com,consent,2025-01-01")
        consent = self.env["lifecycle.consent"].search(
            [("address", "=", "ann@example.com"), ("state", "=", "given")]
        )
        self.assertEqual(consent.partner_id, own)

    def import_rows(self, *rows):
        wizards = self.env["lifecycle.suppression.import"].with_user(self.marketer)
        file = base64.b64encode("\n".join(rows).encode())
        wizards.create({"file": file}).action_import()

    def test_a_complaint_by_mail_is_of_the_company_of_the_contact(self):
        complaint = self.env["lifecycle.complaint"].message_new(
            {"email_from": "Ann <ann@example.com>", "subject": "Leaks", "body": "All"}
        )
        self.assertEqual(complaint.partner_id, self.stranger)
        self.assertEqual(complaint.company_id, self.other)

    def test_a_rehearsal_tells_nothing_of_strangers(self):
        """Also when somebody writes their ids into it."""
        program = self.make_program(WAIT)
        rehearsal = (
            self.env["lifecycle.rehearsal"]
            .with_user(self.marketer)
            .create({"program_id": program.id, "who": "chosen"})
        )
        rehearsal.write(
            {
                "waiting": [[self.stranger.id, None]],
                "started_at": self.start,
                "people_count": 1,
            }
        )
        with self.enter_registry_test_mode():
            self.assertEqual(rehearsal.run_next(), 0)
        self.assertFalse(rehearsal.line_ids)

    def test_the_page_of_a_rehearsal_reads_no_mails(self):
        """Thousands of them would be read again and again, to show none."""
        program = self.make_program(WAIT)
        rehearsal = self.env["lifecycle.rehearsal"].create({"program_id": program.id})
        line = self.env["lifecycle.rehearsal.line"].create(
            {
                "rehearsal_id": rehearsal.id,
                "partner_id": self.make_contact().id,
                "kind": "message",
                "at": self.start,
                "subject": "Hello",
                "body": "<p>Hello you</p>",
            }
        )
        self.env.invalidate_all()
        rehearsal.get_result()
        body = line._fields["body"]
        self.assertNotIn(line.id, body._get_cache(self.env))
        self.assertIn("Hello you", line.get_text()["body"])

    def test_what_colleagues_did_is_told_by_the_clock_of_the_reader(self):
        told = [{"at": "2027-01-01T23:30:00", "what": "Clicked", "name": "Ann"}]
        alerts = self.env["lifecycle.alert"].with_context(lang="en_US")
        for zone, day in (("UTC", "1 Jan"), ("Pacific/Auckland", "2 Jan")):
            lately = alerts.with_context(tz=zone)._render_lately(told)
            self.assertIn(day, lately)
