"""A program that does harm pauses itself and tells its owner."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from .messages_common import MessageCommon

CRON = "odoo.addons.base.models.ir_cron"


@tagged("lifecycle")
class TestBreaker(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.lifecycle_breaker_volume = 10
        cls.step = cls.make_mail_step(
            cls.make_message(category="service"), watched_from=False
        )
        cls.program = cls.step.program_id
        cls.program.user_id = cls.marketer

    def send_to(self, count):
        enrolments = self.enrol(self.step, self.make_contacts(count))
        self.run_due()
        return enrolments.step_run_ids.filtered("trace_id")

    def watch(self, **delta):
        return self.env["lifecycle.program"]._break_circuits(self.at(**delta))

    def harm(self):
        rows = self.env["lifecycle.program"]._count_harm(self.at(hours=2))
        (row,) = [row for row in rows if row["program_id"] == self.program.id]
        return {name: count for name, count in row.items() if name != "program_id"}

    def test_bounces(self):
        runs = self.send_to(10)
        self.program.watched_from = self.at(days=-1)
        runs[0].trace_id.set_bounced()
        self.assertEqual(
            self.harm(),
            {
                "steps": 20,
                "sent": 10,
                "errors": 0,
                "bounces": 1,
                "complaints": 0,
                "opt_outs": 0,
            },
        )
        self.assertEqual(self.watch(hours=1), self.program)
        self.assertEqual(self.program.state, "paused")
        self.assertIn("1 of 10 messages bounced in 7 days", self.program.error)
        task = self.program.activity_ids.filtered(
            lambda one: one.user_id == self.marketer
        )
        self.assertIn("1 of 10 messages bounced", task.note)
        self.assertFalse(self.watch(hours=1), "told once")

    def test_going_on_starts_the_count_anew(self):
        runs = self.send_to(10)
        self.program.watched_from = self.at(days=-1)
        runs.trace_id.set_bounced()
        self.watch(hours=1)
        self.program.action_resume()
        self.assertGreaterEqual(self.program.watched_from, self.start)
        self.program.watched_from = self.at(minutes=1)
        self.assertFalse(self.watch(hours=2))
        self.assertEqual(self.program.state, "running")

    def test_a_failing_check_of_health_takes_no_pause_back(self):
        """An addon may bring a check that does not work."""
        runs = self.send_to(10)
        self.program.watched_from = self.at(days=-1)
        runs.trace_id.set_bounced()
        health = type(self.env["lifecycle.health"])
        self.patch(health, "_checks", lambda _self: ["_check_of_another_addon"])
        cron = self.env.ref("lifecycle_programs.ir_cron_watch")
        with self.enter_registry_test_mode(), mute_logger(CRON):
            cron.method_direct_trigger()
        self.program.invalidate_recordset()
        self.assertEqual(self.program.state, "paused")

    def test_too_few_to_judge_and_too_long_ago(self):
        runs = self.send_to(9)
        self.program.watched_from = self.at(days=-1)
        runs.trace_id.set_bounced()
        self.assertFalse(self.watch(hours=1))
        self.company.lifecycle_breaker_volume = 9
        self.assertFalse(self.watch(days=8))
        self.company.lifecycle_breaker_bounces = 0
        self.assertFalse(self.watch(hours=1), "switched off")
        self.company.lifecycle_breaker_bounces = 8
        self.assertTrue(self.watch(hours=1))

    def test_opt_outs_count_against_who_wrote_last(self):
        runs = self.send_to(10)
        self.program.watched_from = self.at(days=-1)
        category = self.step.message_id.category_id
        opt_outs = self.env["lifecycle.opt.out"]
        opt_outs._opt_out(runs[0].address, category=category, source="one_click")
        opt_outs._opt_out("nobody@example.com", category=category, source="one_click")
        marketing = self.env.ref("lifecycle_programs.lifecycle_category_marketing")
        opt_outs._opt_out(runs[1].address, category=marketing, source="import")
        opt_outs.search([]).opted_out_at = self.at(hours=1)
        self.assertEqual(self.harm()["opt_outs"], 1)
        other = self.make_mail_step(self.make_message(category="service"), code="other")
        self.env["lifecycle.opt.out"].search([]).unlink()
        self.enrol(other, runs[2].partner_id)
        self.run_due(minutes=30)
        opt_outs._opt_out(runs[2].address, category=category, source="one_click")
        opt_outs.search([]).opted_out_at = self.at(hours=1)
        self.assertEqual(self.harm()["opt_outs"], 0, "the other one wrote last")

    def test_complaints(self):
        runs = self.send_to(10)
        self.program.watched_from = self.at(days=-1)
        self.env["lifecycle.complaint"].create(
            {
                "name": "Too many mails",
                "partner_id": runs[0].partner_id.id,
                "received_at": self.at(minutes=5),
            }
        )
        self.env["lifecycle.event"]._flush_pending()
        self.assertEqual(self.harm()["complaints"], 1)
        self.assertEqual(self.watch(hours=1), self.program)
        self.assertIn("1 complaints after 10 messages", self.program.error)

    def test_errors_count_while_they_are_tried_again(self):
        self.send_to(10)
        self.program.watched_from = self.at(days=-1)
        failing = self.enrol(
            self.step, self.make_contact("One Failing") | self.make_contact("Two F")
        )
        failing.write({"retry_count": 1, "due_at": self.at(days=1)})
        self.assertEqual((self.harm()["errors"], self.harm()["steps"]), (2, 22))
        self.assertFalse(self.watch(hours=1))
        self.company.lifecycle_breaker_errors = 5
        self.assertTrue(self.watch(hours=1))
        self.assertIn("2 of 22 steps failed", self.program.error)

    def test_one_statement_for_all_programs(self):
        for number in range(5):
            self.make_mail_step(code=f"program_{number}")
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        rows = self.env["lifecycle.program"]._count_harm(self.start)
        self.assertEqual(self.env.cr.sql_log_count - before, 1)
        self.assertEqual(len(rows), 6)
