"""The checks before any message leaves, each with its reason."""

from datetime import timedelta

from odoo.tests import tagged

from .messages_common import MessageCommon


@tagged("lifecycle")
class TestGate(MessageCommon):
    def gate(self, step, enrolments, channel="mail", **delta):
        """Addresses of who passes, and reasons of who does not, by contact."""
        passed, refused = step._gate(enrolments, channel, self.at(**delta))
        return (
            {enrolment.partner_id: address for enrolment, address in passed.items()},
            {
                enrolment.partner_id: refused[enrolment.id].reason
                for enrolment in enrolments
                if enrolment.id in refused
            },
        )

    def reason(self, step, enrolment, **kwargs):
        _passed, refused = self.gate(step, enrolment, **kwargs)
        return refused.get(enrolment.partner_id)

    def test_each_reason_stops_only_its_contact(self):
        """One batch, seven people: everybody gets his own answer."""
        step = self.make_mail_step()
        partners = self.make_contacts(7)
        good, archived, missing, bad, blacklisted, opted_out, refused = partners
        enrolments = self.enrol(step, partners)
        archived.active = False
        missing.email = False
        bad.email = "not an address"
        self.env["mail.blacklist"]._add("person4@example.com")
        opt_outs = self.env["lifecycle.opt.out"]
        category = step.message_id.category_id
        opt_outs._opt_out("Person5@Example.com", category=category)
        opt_outs._opt_out(refused.email, program=step.program_id)
        self.assertEqual(
            self.gate(step, enrolments),
            (
                {good: "person0@example.com"},
                {
                    archived: "archived",
                    missing: "no_address",
                    bad: "bad_address",
                    blacklisted: "blacklist",
                    opted_out: "opt_out",
                    refused: "no_thanks",
                },
            ),
        )

    def test_no_thanks_to_another_program_or_category_is_something_else(self):
        step = self.make_mail_step()
        other = self.make_program({"type": "end"}, code="other")
        enrolment = self.enrol(step, self.make_contact())
        address = enrolment.partner_id.email
        service = self.env.ref("lifecycle_programs.lifecycle_category_service")
        self.env["lifecycle.opt.out"]._opt_out(address, program=other)
        self.env["lifecycle.opt.out"]._opt_out(address, category=service)
        self.assertIsNone(self.reason(step, enrolment))

    def test_billing_passes_consent_and_caps(self):
        """Invoices and legal notices reach everybody (R39, R40)."""
        step = self.make_mail_step(self.make_message(category="billing"))
        enrolment = self.enrol(step, self.make_contact())
        partner = enrolment.partner_id
        self.env["mail.blacklist"]._add(partner.email)
        enrolment.paused_until = self.at(days=5)
        self.set_cap(1)
        self.assertIsNone(self.reason(step, enrolment, days=30))

    def test_one_address_on_two_contacts_gets_one_message(self):
        step = self.make_mail_step()
        first, second, third = self.make_contacts(3)
        (second | third).email = first.email
        enrolments = self.enrol(step, first | second)
        passed, refused = self.gate(step, enrolments)
        self.assertEqual((list(passed), refused), ([first], {second: "same_address"}))
        self.run_due()
        later = self.enrol(step, third)
        self.assertEqual(self.reason(step, later, days=1), "same_address")
        later.scheduled_at = self.at(days=31)
        self.assertIsNone(self.reason(step, later, days=31))

    def test_the_same_address_about_another_order_is_another_message(self):
        step = self.make_mail_step(self.make_message(category="service"))
        first, second = self.make_contacts(2)
        second.email = first.email
        enrolments = self.enrol(step, first | second)
        enrolments[0].entry_key = "order:1"
        enrolments[1].entry_key = "order:2"
        passed, _refused = self.gate(step, enrolments)
        self.assertEqual(len(passed), 2)

    def test_too_late_to_be_true(self):
        step = self.make_mail_step()
        enrolment = self.enrol(step, self.make_contact())
        self.assertIsNone(self.reason(step, enrolment, days=3))
        self.assertEqual(self.reason(step, enrolment, days=3, hours=1), "too_late")
        step.message_id.category_id.max_late_days = 0
        self.assertIsNone(self.reason(step, enrolment, days=300))

    def test_a_pause_holds(self):
        step = self.make_mail_step()
        enrolment = self.enrol(step, self.make_contact())
        enrolment.paused_until = self.at(hours=5)
        result = step._gate(enrolment, "mail", self.start)[1][enrolment.id]
        self.assertEqual(
            (result.outcome, result.holds, result.due_at),
            ("wait", True, self.at(hours=5)),
        )
        self.assertIsNone(self.reason(step, enrolment, hours=6))

    def test_a_higher_program_comes_first(self):
        step = self.make_mail_step(sequence=50)
        high = self.make_program(
            {"type": "wait", "wait_value": 9, "key": "w"},
            {"type": "end"},
            code="high",
            sequence=10,
        )
        company = self.env["res.partner"].create({"name": "Acme", "is_company": True})
        boss = self.make_contact("Big Boss", parent_id=company.id)
        clerk = self.make_contact("Young Clerk", parent_id=company.id)
        stranger, twin = self.make_contacts(2)
        twin.email = boss.email
        enrolments = self.enrol(step, clerk | stranger | twin)
        busy = high._enrol_partners(boss, self.start)
        _passed, refused = self.gate(step, enrolments)
        # It has not started: a long wait at the beginning keeps nobody away.
        self.assertFalse(refused)
        busy.started = True
        _passed, refused = self.gate(step, enrolments)
        self.assertEqual(refused, {clerk: "higher_program", twin: "higher_program"})
        busy.due_at = self.at(days=4)
        self.assertFalse(self.gate(step, enrolments)[1], "room in a long wait")
        busy.due_at = self.at(days=3)
        self.assertTrue(self.gate(step, enrolments)[1])
        high.is_exclusive = False
        self.assertFalse(self.gate(step, enrolments)[1])
        high.write({"is_exclusive": True, "sequence": 50})
        self.assertFalse(self.gate(step, enrolments)[1])
        high.sequence = 10
        busy._leave("exited", "test", self.start)
        self.assertFalse(self.gate(step, enrolments)[1])

    def test_waiting_for_a_higher_program_makes_nothing_late(self):
        step = self.make_mail_step(sequence=50)
        high = self.make_program(
            {"type": "wait", "wait_value": 3, "key": "first"},
            {"type": "wait", "wait_value": 3, "key": "second"},
            {"type": "end"},
            code="high",
            sequence=10,
        )
        partner = self.make_contact()
        high._enrol_partners(partner, self.start).started = True
        enrolment = self.enrol(step, partner)
        for day in range(6):
            self.run_due(days=day)
        self.assertHolds(enrolment, ["message held higher_program"])
        self.run_due(days=6)
        self.run_due(days=7)
        self.assertSteps(enrolment, ["message done", "end done"])

    def test_cap_counts_all_programs_and_odoos_mailings(self):
        """Two marketing mails in seven days per address, whoever sends them."""
        step = self.make_mail_step()
        partner = self.make_contact()
        twin = self.make_contact("Twin Virtanen", email=partner.email)
        other = self.make_mail_step(code="other")
        self.enrol(other, twin)
        self.run_due()
        enrolment = self.enrol(step, partner)
        self.assertIsNone(self.reason(step, enrolment))
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "Newsletter",
                "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        trace = self.env["mailing.trace"].create(
            {
                "mass_mailing_id": mailing.id,
                "model": "res.partner",
                "res_id": partner.id,
                "email": partner.email_normalized,
                "trace_type": "mail",
                "trace_status": "sent",
                "sent_datetime": self.at(days=1),
            }
        )
        result = step._gate(enrolment, "mail", self.at(days=2))[1][enrolment.id]
        self.assertEqual((result.outcome, result.reason), ("wait", "cap"))
        # The first one falls out of the window after seven days.
        self.assertEqual(result.due_at, self.at(days=7))
        trace.trace_status = "error"
        self.assertIsNone(self.reason(step, enrolment, days=2))
        trace.trace_status = "sent"
        self.set_cap(3)
        self.assertIsNone(self.reason(step, enrolment, days=2))
        self.set_cap(0)
        self.assertIsNone(self.reason(step, enrolment, days=2))

    def test_a_held_message_can_become_too_late(self):
        """The cap holds a message for some days, then it is not true any more."""
        self.set_cap(1)
        first = self.make_mail_step(code="first")
        step = self.make_mail_step(code="second")
        partner = self.make_contact()
        self.enrol(first, partner)
        self.run_due()
        enrolment = self.enrol(step, partner)
        self.run_due()
        self.assertHolds(enrolment, ["message held cap"])
        self.assertEqual(enrolment.due_at, self.at(days=7))
        self.run_due(days=7)
        self.assertSteps(enrolment, ["message skipped too_late", "end done"])

    def test_service_messages_do_not_count(self):
        self.set_cap(1)
        service = self.make_mail_step(self.make_message(category="service"), code="s")
        partner = self.make_contact()
        self.enrol(service, partner)
        self.run_due()
        step = self.make_mail_step()
        self.assertIsNone(self.reason(step, self.enrol(step, partner)))

    def test_no_discount_no_message(self):
        step = self.make_mail_step(step={"needs_grant": True})
        partners = self.make_contacts(2)
        enrolments = self.enrol(step, partners)
        self.env["lifecycle.grant"].create(
            {
                "enrolment_id": enrolments[0].id,
                "company_id": self.company.id,
                "partner_id": enrolments[0].partner_id.id,
                "commercial_partner_id": enrolments[0].partner_id.id,
                "kind": "coupon",
                "code": "TENTS10",
                "starts_at": self.start,
                "ends_at": self.at(days=14),
            }
        )
        passed, refused = self.gate(step, enrolments)
        self.assertEqual(list(passed), [enrolments[0].partner_id])
        self.assertEqual(refused, {enrolments[1].partner_id: "no_discount"})

    def test_queries_do_not_grow(self):
        step = self.make_mail_step()
        enrolments = self.enrol(step, self.make_contacts(110))

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            passed, _refused = step._gate(some, "mail", self.start + timedelta(1))
            self.assertEqual(len(passed), len(some))
            return self.env.cr.sql_log_count - before

        count(enrolments[:5])
        self.assertEqual(count(enrolments[:10]), count(enrolments[10:]))
