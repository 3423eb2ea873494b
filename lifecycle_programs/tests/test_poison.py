"""Whatever fails at a step stops the one that it fails for, and nobody else.

The failures are real: constraints of the database, templates and rules that break.
"""

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .messages_common import MessageCommon

RUNNER = "odoo.addons.lifecycle_programs.models.lifecycle_runner"
SQL_LOG = "odoo.sql_db"
END = {"type": "end", "key": "end"}


@tagged("post_install", "-at_install", "lifecycle")
class TestPoison(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good, cls.bad, cls.other = cls.contacts = cls.make_contacts(
            3, phone="+358 40 123 4567", country_id=cls.env.ref("base.fi").id
        )
        for number, contact in enumerate(cls.contacts):
            contact.phone = f"+35840123456{number}"

    # ------------------------------------------------------------
    # TOOLS
    # ------------------------------------------------------------

    def forbid(self, table, column, value):
        """Have the database refuse rows with this value."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "ALTER TABLE %s ADD CONSTRAINT poison CHECK (%s <> %s) NOT VALID",
                SQL.identifier(table),
                SQL.identifier(column),
                value,
            )
        )

    def allow(self, table):
        self.env.flush_all()
        self.env.cr.execute(
            SQL("ALTER TABLE %s DROP CONSTRAINT poison", SQL.identifier(table))
        )

    def run_due_once(self, **delta):
        self.env["lifecycle.event"]._flush_pending()
        with mute_logger(SQL_LOG), self.assertLogs(RUNNER, level="WARNING"):
            self.env["lifecycle.enrolment"]._run_due(self.at(**delta))
        self.env.invalidate_all()

    def count_effects(self, model, domain):
        return self.env[model].search_count(domain)

    def check_only_one_waits(self, step, table, column, effects):
        """A constraint against one contact: the two others go on, the third waits a
        minute, keeps the reason, and is served once when the constraint is gone.

        :param column: the column that names the contact
        :param effects: counts the effects of a contact
        """
        program = self.make_program(
            step | {"key": "step"}, END, user_id=self.marketer.id
        )
        enrolments = program._enrol_partners(self.contacts, self.start)
        guilty = enrolments.filtered(lambda one: one.partner_id == self.bad)
        value = self.bad.email if column == "email_to" else self.bad.id
        self.forbid(table, column, value)
        self.run_due_once()
        self.assertEqual(set((enrolments - guilty).mapped("state")), {"ended"})
        self.assertEqual((guilty.state, guilty.step_id.key), ("active", "step"))
        self.assertEqual(guilty.due_at, self.at(minutes=1))
        self.assertIn("poison", guilty.error)
        self.assertEqual([effects(one) for one in self.contacts], [1, 0, 1])
        self.allow(table)
        self.run_due(minutes=1)
        self.assertEqual(guilty.state, "ended")
        self.assertFalse(guilty.error)
        self.assertEqual([effects(one) for one in self.contacts], [1, 1, 1])

    # ------------------------------------------------------------
    # EVERY KIND OF EFFECT
    # ------------------------------------------------------------

    def mails_of(self, partner):
        return self.count_effects(
            "mailing.trace", [("trace_type", "=", "mail"), ("res_id", "=", partner.id)]
        )

    def test_a_mail_that_cannot_be_written(self):
        step = {"type": "mail", "message_id": self.make_message().id}
        self.check_only_one_waits(step, "mailing_trace", "res_id", self.mails_of)

    def test_an_sms_that_cannot_be_written(self):
        message = self.make_message(
            channel="sms", subject=False, body=False, body_text="Hello"
        )
        self.check_only_one_waits(
            {"type": "sms", "message_id": message.id},
            "sms_sms",
            "partner_id",
            lambda one: self.count_effects("sms.sms", [("partner_id", "=", one.id)]),
        )

    def test_a_task_that_cannot_be_written(self):
        call = self.env.ref("mail.mail_activity_data_call")
        self.check_only_one_waits(
            {"type": "activity", "activity_type_id": call.id},
            "mail_activity",
            "res_id",
            lambda one: self.count_effects(
                "mail.activity",
                [("res_model", "=", "res.partner"), ("res_id", "=", one.id)],
            ),
        )

    def test_a_coupon_that_cannot_be_written(self):
        coupons = self.env["loyalty.program"].create(
            {
                "name": "Ten percent",
                "program_type": "coupons",
                "applies_on": "current",
                "trigger": "with_code",
                "reward_ids": [Command.create({"discount": 10})],
            }
        )
        step = {
            "type": "grant",
            "grant_kind": "coupon",
            "loyalty_program_id": coupons.id,
        }
        self.check_only_one_waits(
            step,
            "loyalty_card",
            "partner_id",
            lambda one: self.count_effects(
                "loyalty.card", [("partner_id", "=", one.id)]
            ),
        )

    def test_a_start_of_another_program_that_fails(self):
        target = self.make_program({"type": "wait", "wait_value": 9}, code="target")
        program = self.make_program(
            {"type": "start_program", "target_program_id": target.id}, END, code="first"
        )
        enrolments = program._enrol_partners(self.contacts, self.start)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "ALTER TABLE lifecycle_enrolment ADD CONSTRAINT poison"
                " CHECK (program_id <> %s OR partner_id <> %s) NOT VALID",
                target.id,
                self.bad.id,
            )
        )
        self.run_due_once()
        guilty = enrolments.filtered(lambda one: one.partner_id == self.bad)
        self.assertEqual(set((enrolments - guilty).mapped("state")), {"ended"})
        self.assertEqual(len(self.enrolment_of(self.good, target)), 1)
        self.assertIn("poison", guilty.error)

    def test_the_record_of_the_step_cannot_be_written(self):
        """No step run, no effect: they are of one savepoint."""
        step = {"type": "mail", "message_id": self.make_message().id}
        self.check_only_one_waits(
            step, "lifecycle_step_run", "partner_id", self.mails_of
        )

    # ------------------------------------------------------------
    # TEMPLATES AND RULES
    # ------------------------------------------------------------

    def test_a_text_that_fails_for_one_contact(self):
        message = self.make_message("<p>{{ 100 / (contact.city or 1) }}</p>")
        program = self.make_program(
            {"type": "mail", "message_id": message.id, "key": "mail"}, END
        )
        self.bad.city = "Turku"
        enrolments = program._enrol_partners(self.contacts, self.start)
        self.run_due_once()
        guilty = enrolments.filtered(lambda one: one.partner_id == self.bad)
        self.assertEqual(set((enrolments - guilty).mapped("state")), {"ended"})
        self.assertTrue(guilty.error)
        self.assertFalse(self.mails_of(self.bad))
        self.bad.city = False
        self.run_due(minutes=1)
        self.assertEqual(guilty.state, "ended")
        self.assertEqual(self.mails_of(self.bad), 1)

    def break_in_the_database(self, table, column, value, record):
        """As a fact that an addon took along when it was uninstalled."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE id = %s",
                SQL.identifier(table),
                SQL.identifier(column),
                value,
                record.id,
            )
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    def test_a_broken_rule_stops_its_program_only(self):
        broken = self.make_program(
            {
                "type": "split",
                "key": "split",
                "branches": [{"rule": 'contact.city == "Turku"', "next": "end"}],
            },
            END,
            code="broken",
        )
        healthy = self.make_program(END, code="healthy")
        stuck = broken._enrol_partners(self.contacts, self.start)
        served = healthy._enrol_partners(self.contacts, self.start)
        self.break_in_the_database(
            "lifecycle_step_branch",
            "rule",
            "no.such_fact > 1",
            broken.version_id.step_ids.branch_ids,
        )
        self.run_due_once()
        self.assertEqual(set(served.mapped("state")), {"ended"})
        self.assertEqual(stuck.mapped("retry_count"), [1, 1, 1])
        self.assertIn("no.such_fact", stuck[0].error)

    def test_a_type_of_step_that_is_gone(self):
        """The addon that brought it was uninstalled."""
        program = self.make_program(END, code="gone")
        healthy = self.make_program(END, code="healthy")
        stuck = program._enrol_partners(self.good, self.start)
        served = healthy._enrol_partners(self.good, self.start)
        self.break_in_the_database(
            "lifecycle_step", "type", "of_another_addon", program.version_id.step_ids
        )
        self.run_due_once()
        self.assertEqual((stuck.state, stuck.retry_count), ("active", 1))
        self.assertEqual(served.state, "ended")

    # ------------------------------------------------------------
    # AGAIN, AND AGAIN, AND NOT AGAIN
    # ------------------------------------------------------------

    def test_from_a_minute_to_a_day_then_a_person(self):
        call = self.env.ref("mail.mail_activity_data_call")
        program = self.make_program(
            {"type": "activity", "activity_type_id": call.id, "key": "task"},
            END,
            user_id=self.marketer.id,
        )
        enrolment = program._enrol_partners(self.bad, self.start)
        self.forbid("mail_activity", "res_id", self.bad.id)
        waits = []
        now = self.start
        while enrolment.state == "active":
            with mute_logger(SQL_LOG), self.assertLogs(RUNNER, level="WARNING"):
                self.env["lifecycle.enrolment"]._run_due(now)
            self.env.invalidate_all()
            if enrolment.state == "active":
                waits.append((enrolment.due_at - now).total_seconds() / 60)
                now = enrolment.due_at
        self.assertEqual(waits, [1, 5, 25, 125, 625, 24 * 60])
        self.assertEqual(enrolment.state, "error")
        self.assertIn("poison", enrolment.error)
        self.assertSteps(enrolment, ["task failed error"])
        self.assertTrue(program.activity_ids, "the owner has a task")
        self.env["lifecycle.enrolment"]._run_due(now)
        self.assertSteps(enrolment, ["task failed error"])
        self.allow("mail_activity")
        enrolment.with_user(self.marketer).action_retry()
        self.env["lifecycle.enrolment"]._run_due(enrolment.due_at)
        self.assertEqual(enrolment.state, "ended")
        self.assertSteps(enrolment, ["task failed error", "task done", "end done"])
