"""Limits on messages, and addresses that two workers want at the same time."""

import hashlib
from datetime import timedelta
from unittest.mock import patch

import psycopg2.errors

from odoo import api
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .messages_common import CATEGORY, MessageCommon


@tagged("lifecycle")
class TestGateCaps(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.fi")
        cls.env["lifecycle.cap"].search([]).unlink()
        cls.step = cls.make_mail_step()

    def make_cap(self, count, days, **values):
        return self.env["lifecycle.cap"].create(
            {"count": count, "days": days, **values}
        )

    def make_sms_step(self, code="sms", category="marketing"):
        message = self.make_message(channel="sms", body_text="Hello", category=category)
        return self.make_mail_step(message, code=code)

    def got(self, partner, days, step=None):
        """The contact got a message of another program so many days ago."""
        step = step or self.make_mail_step(code=f"sent_{days}_{partner.id}")
        enrolment = step.program_id._enrol_partners(partner, self.start)
        channel = step.message_id.channel
        address = step._get_address(partner, channel)[1]
        self.env["lifecycle.step.run"].create(
            {
                "enrolment_id": enrolment.id,
                "step_id": step.id,
                "visit": 0,
                "program_id": step.program_id.id,
                "company_id": self.company.id,
                "partner_id": partner.id,
                "step_type": channel,
                "outcome": "done",
                "scheduled_at": self.at(days=-days),
                "run_at": self.at(days=-days),
                "address": address,
                "message_id": step.message_id.id,
            }
        )
        return step

    def free_at(self, partner, step=None):
        """Until when the limits hold the message; None when they do not."""
        step = step or self.step
        enrolment = self.enrolment_of(partner, step.program_id)
        enrolment = enrolment or self.enrol(step, partner)
        channel = step.message_id.channel
        refused = step._gate(enrolment, channel, self.start)[1].get(enrolment.id)
        if refused:
            self.assertEqual(refused.reason, "cap")
        return refused and refused.due_at

    def test_per_day_week_and_month(self):
        """All limits hold at once; the latest end counts."""
        partner = self.make_contact()
        for days in (3, 5, 20):
            self.got(partner, days)
        self.assertIsNone(self.free_at(partner))
        week = self.make_cap(2, 7, channel="mail")
        self.assertEqual(self.free_at(partner), self.at(days=2))
        month = self.make_cap(3, 30, channel="mail")
        self.assertEqual(self.free_at(partner), self.at(days=10))
        month.count = 4
        self.assertEqual(self.free_at(partner), self.at(days=2))
        week.count = 3
        self.assertIsNone(self.free_at(partner))
        self.make_cap(1, 1, channel="mail")
        self.assertIsNone(self.free_at(partner))
        self.got(partner, 0.5)
        self.assertEqual(self.free_at(partner), self.at(days=10), "four in 30 days")

    def test_one_limit_over_all_channels(self):
        """A text message counts beside mails, by the addresses of the contact."""
        partner = self.make_contact(phone="040 123 4567")
        twin = self.make_contact("Twin Person", phone="+358 40 1234567")
        self.make_cap(1, 7)
        self.got(twin, 2, self.make_sms_step())
        self.assertEqual(self.free_at(partner), self.at(days=5))
        other = self.make_contact("Other Person")
        self.got(other, 2)
        self.assertEqual(self.free_at(other), self.at(days=5))

    def test_by_channel(self):
        partner = self.make_contact(phone="040 123 4567")
        self.make_cap(1, 14, channel="sms")
        step = self.make_sms_step("first")
        self.got(partner, 2, step)
        self.assertIsNone(self.free_at(partner), "mails have no limit here")
        later = self.make_sms_step("second")
        self.assertEqual(self.free_at(partner, later), self.at(days=12))

    def test_by_category(self):
        """A category has limits of its own, also one that is no marketing pressure."""
        service = self.env.ref(CATEGORY + "service")
        partner = self.make_contact()
        message = self.make_message(category="service")
        self.got(partner, 1, self.make_mail_step(message, code="first"))
        later = self.make_mail_step(
            self.make_message(category="service"), code="second"
        )
        self.make_cap(1, 7)
        self.assertIsNone(self.free_at(partner), "service is no marketing pressure")
        self.assertIsNone(self.free_at(partner, later))
        self.make_cap(1, 7, category_id=service.id)
        self.assertEqual(self.free_at(partner, later), self.at(days=6))
        self.assertIsNone(self.free_at(partner))

    def test_billing_and_legal_pass_every_limit(self):
        """R141: even one on their own category."""
        partner = self.make_contact()
        for category in ("billing", "legal"):
            self.make_cap(1, 7, category_id=self.env.ref(CATEGORY + category).id)
            message = self.make_message(category=category)
            self.got(partner, 1, self.make_mail_step(message, code=category))
            later = self.make_mail_step(
                self.make_message(category=category), code=f"{category}_2"
            )
            self.assertIsNone(self.free_at(partner, later))

    def test_company_and_program_stand_in_place_of_the_general(self):
        partner = self.make_contact()
        self.got(partner, 2)
        self.make_cap(1, 7, channel="mail")
        self.make_cap(1, 30, channel="mail")
        self.assertEqual(self.free_at(partner), self.at(days=28))
        company = self.make_cap(1, 5, channel="mail", company_id=self.company.id)
        self.assertEqual(self.free_at(partner), self.at(days=3))
        program = self.make_cap(
            0, 7, channel="mail", program_id=self.step.program_id.id
        )
        self.assertIsNone(self.free_at(partner))
        # Another program keeps the company's.
        other = self.make_mail_step(code="other")
        self.assertEqual(self.free_at(partner, other), self.at(days=3))
        program.unlink()
        company.company_id = self.env["res.company"].create({"name": "Another"})
        self.assertEqual(self.free_at(partner), self.at(days=28))

    def test_one_batch_keeps_the_limit_for_twins(self):
        """Two contacts of one address, about different orders, in the same batch."""
        self.make_cap(1, 7)
        first, second = self.make_contacts(2)
        second.email = first.email
        enrolments = self.enrol(self.step, first | second)
        enrolments[0].entry_key = "order:1"
        enrolments[1].entry_key = "order:2"
        passed, refused = self.step._gate(enrolments, "mail", self.start)
        self.assertEqual(len(passed), 1)
        self.assertEqual([one.reason for one in refused.values()], ["cap"])

    def test_one_query_however_many_limits(self):
        partners = self.make_contacts(20)
        enrolments = self.enrol(self.step, partners)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.step._gate(enrolments, "mail", self.start)
            return self.env.cr.sql_log_count - before

        self.make_cap(5, 1)
        count()
        few = count()
        for days in range(2, 20):
            self.make_cap(5, days)
        self.assertEqual(count(), few)

    def test_who_sets_limits(self):
        """A marketer those of a program, a manager all, a salesperson none."""
        manager = new_test_user(
            self.env,
            "lifecycle_manager_caps",
            "base.group_user,lifecycle_programs.group_lifecycle_manager",
        )
        program = self.step.program_id.id
        general = self.make_cap(2, 7)
        self.env["lifecycle.cap"].with_user(self.marketer).create(
            {"count": 1, "days": 7, "program_id": program}
        )
        with self.assertRaises(AccessError):
            self.env["lifecycle.cap"].with_user(self.marketer).create(
                {"count": 0, "days": 8}
            )
        with self.assertRaises(AccessError):
            general.with_user(self.marketer).count = 0
        with self.assertRaises(AccessError):
            general.with_user(self.salesperson).unlink()
        self.assertEqual(general.with_user(self.marketer).count, 2)
        general.with_user(manager).count = 3
        another = self.env["res.company"].sudo().create({"name": "Another"})
        hidden = self.make_cap(9, 9, company_id=another.id)
        with self.assertRaises(AccessError):
            hidden.with_user(manager).read(["count"])
        for model in ("lifecycle.hours", "lifecycle.blackout"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.marketer).check_access("create")
            self.env[model].with_user(manager).check_access("create")

    # ------------------------------------------------------------
    # ONE ADDRESS, TWO WORKERS
    # ------------------------------------------------------------

    def test_a_busy_address_waits_a_minute(self):
        """Another worker serves the address at this moment: a row in the history."""
        enrolment = self.enrol(self.step, self.make_contact())
        addresses = type(self.env["lifecycle.address"])
        # Another transaction cannot see the contacts of this test.
        with patch.object(addresses, "_reserve", lambda *args: set()):
            self.run_due()
        self.assertHolds(enrolment, ["message held address_busy"])
        self.assertEqual(enrolment.due_at, self.at(minutes=1))
        self.run_due(minutes=1)
        self.assertSteps(enrolment, ["message done", "end done"])

    def test_what_was_sent_meanwhile_is_seen(self):
        """A worker that began before another one committed does not send on what it
        saw then: its batch runs again."""
        self.addCleanup(self._forget, ["shared@example.com", "mine@example.com"])
        later = self.start + timedelta(seconds=1)
        with self.registry.cursor() as first, self.registry.cursor() as second:
            one = api.Environment(first, self.env.uid, {})["lifecycle.address"]
            two = api.Environment(second, self.env.uid, {})["lifecycle.address"]
            shared = ["shared@example.com"]
            self.assertEqual(one._reserve(shared, self.start), set(shared))
            first.commit()
            # The second one's view of the world begins here.
            self.assertEqual(
                two._reserve(["mine@example.com"], self.start), {"mine@example.com"}
            )
            one._reserve(shared, later)
            self.assertEqual(two._reserve(shared, later), set())
            first.commit()
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.SerializationFailure),
            ):
                two._reserve(shared, later)
            second.rollback()
            self.assertEqual(two._reserve(shared, later), set(shared))

    def _forget(self, addresses):
        with self.registry.cursor() as other:
            other.execute(
                "DELETE FROM lifecycle_address a USING unnest(%s) AS address"
                " WHERE a.digest = md5(address)",
                [addresses],
            )

    def test_old_addresses_are_forgotten(self):
        addresses = self.env["lifecycle.address"]
        addresses._reserve(["old@example.com"], self.at(days=-3))
        addresses._reserve(["new@example.com"], self.start)
        addresses._gc_addresses()
        names = ("old@example.com", "new@example.com")
        digests = [hashlib.md5(one.encode()).hexdigest() for one in names]
        left = addresses.search([("digest", "in", digests)])
        self.assertEqual(left.mapped("digest"), digests[1:])
