"""Of the programs in a group, one at a time has a contact."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .messages_common import MessageCommon

WAIT = {"type": "wait", "wait_value": 3, "key": "wait"}


@tagged("lifecycle")
class TestExclusion(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.make_program(WAIT, {"type": "end"}, code="a", sequence=10)
        step = cls.make_mail_step(code="b", sequence=20, is_exclusive=False)
        cls.second = step.program_id
        cls.group = cls.env["lifecycle.exclusion.group"].create(
            {
                "name": "Offers",
                "program_ids": [Command.set((cls.first | cls.second).ids)],
            }
        )
        (cls.first | cls.second).write({"is_exclusive": False})
        cls.contact = cls.make_contact()

    def enter(self, program, contact=None, **delta):
        partner = contact or self.contact
        return program._enrol_partners(partner, self.at(**delta))

    def test_the_others_wait(self):
        later = self.enter(self.second)
        owner = self.enter(self.first, hours=1)
        stranger = self.enter(self.second, self.make_contact("Some Stranger"))
        self.run_due(hours=1)
        self.assertSteps(later, [])
        self.assertHolds(later, ["message held exclusion"])
        self.assertSteps(stranger, ["message done", "end done"])
        for day in (1, 2):
            self.run_due(days=day, hours=1)
        self.assertSteps(later, [])
        self.run_due(days=3, hours=1)
        self.assertEqual(owner.state, "ended")
        self.run_due(days=4, hours=2)
        self.assertSteps(later, ["message done", "end done"])

    def test_among_equals_the_first_entry_counts(self):
        self.second.sequence = 10
        inside = self.enter(self.second)
        owner = self.enter(self.first, hours=1)
        self.assertEqual((inside | owner)._find_excluded(), owner)

    def test_a_paused_program_owns_nobody(self):
        later = self.enter(self.second)
        self.enter(self.first)
        self.assertEqual(later._find_excluded(), later)
        self.first.action_pause()
        self.assertFalse(later._find_excluded())

    def test_the_others_end(self):
        self.group.others = "end"
        later = self.enter(self.second)
        owner = self.enter(self.first, hours=1)
        self.assertEqual((later.state, later.end_reason), ("exited", "exclusion"))
        self.assertEqual(owner.state, "active")
        self.second.reentry = "cooldown"
        self.second.cooldown_days = 0
        self.assertFalse(self.enter(self.second, days=1), "the first has the contact")
        checks = self.second._check_entries(self.contact, self.at(days=1), True)
        check = checks[self.second, self.contact]
        self.assertEqual([line.code for line in check.hindrances], ["exclusion"])
        self.run_due(hours=1)
        self.run_due(days=4)
        self.assertEqual(owner.state, "ended")
        self.assertTrue(self.enter(self.second, days=5))

    def test_who_got_in_at_the_same_moment_ends_when_due(self):
        later = self.enter(self.second)
        self.enter(self.first)
        self.group.others = "end"
        self.run_due()
        self.assertEqual((later.state, later.end_reason), ("exited", "exclusion"))
        self.assertSteps(later, [])

    def test_the_gate_says_so(self):
        later = self.enter(self.second)
        self.enter(self.first)
        step = self.second.version_id._get_first_step()
        refused = step._gate(later, "mail", self.start)[1]
        self.assertEqual(refused[later.id].reason, "exclusion")

    def test_one_query_for_everybody(self):
        partners = self.make_contacts(30)
        self.enter(self.first, partners)
        later = self.enter(self.second, partners)
        counts = []
        for some in (later[:2], later[2:]):
            some.mapped("program_id.exclusion_group_id")
            before = self.env.cr.sql_log_count
            self.assertEqual(some._find_excluded(), some)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_a_salesperson_makes_no_groups(self):
        groups = self.env["lifecycle.exclusion.group"].with_user(self.salesperson)
        with self.assertRaises(AccessError):
            groups.create({"name": "Mine"})
        with self.assertRaises(AccessError):
            self.group.with_user(self.salesperson).others = "end"
