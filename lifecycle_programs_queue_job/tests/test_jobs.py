"""Steps and looks run as jobs, and by themselves where nobody runs jobs."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.lifecycle_programs.tests.common import LifecycleCommon
from odoo.addons.queue_job.job import Job

from .jobs_common import JobsCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestJobs(JobsCommon, LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.make_program({"type": "end", "key": "end"})

    def enter(self, count):
        self.program._enrol_partners(self.make_contacts(count), self.start)
        return self.program.enrolment_ids

    def test_due_steps_are_jobs_in_their_channel(self):
        enrolments = self.enter(3)
        self.env["lifecycle.enrolment"]._cron_run_due()
        jobs = self.jobs("_job_run_due")
        self.assertEqual(len(jobs), 4)
        self.assertEqual(set(jobs.mapped("channel")), {"root.lifecycle.steps"})
        self.assertEqual(set(enrolments.mapped("state")), {"active"})
        # Asked for again they do not pile up.
        self.env["lifecycle.enrolment"]._cron_run_due()
        self.assertEqual(self.jobs("_job_run_due"), jobs)
        self.perform(jobs)
        self.assertEqual(set(enrolments.mapped("state")), {"ended"})
        self.assertSteps(enrolments[0], ["end done"])

    def test_nobody_due_is_no_job(self):
        self.env["lifecycle.enrolment"]._cron_run_due()
        self.assertFalse(self.jobs("_job_run_due"))

    def test_the_rest_is_the_next_job(self):
        enrolments = self.enter(5)
        model = type(self.env["lifecycle.enrolment"])
        run = model._run_due
        self.patch(model, "_run_due", lambda self, now: run(self, now, limit=2))
        self.env["ir.config_parameter"].set_param(
            "lifecycle_programs_queue_job.workers", "1"
        )
        self.env["lifecycle.enrolment"]._cron_run_due()
        rounds = 0
        while jobs := self.jobs("_job_run_due"):
            self.perform(jobs)
            rounds += 1
        self.assertEqual(rounds, 3)
        self.assertEqual(set(enrolments.mapped("state")), {"ended"})

    def test_without_a_job_runner_nothing_stands_still(self):
        enrolments = self.enter(2)
        self.env["lifecycle.enrolment"]._cron_run_due()
        jobs = self.jobs("_job_run_due")
        self.env.cr.execute(
            "UPDATE queue_job SET date_created = %s WHERE id IN %s",
            [fields.Datetime.now() - timedelta(minutes=20), tuple(jobs.ids)],
        )
        self.env.invalidate_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "lifecycle_programs.ir_cron_run_due_steps_1"
            ).method_direct_trigger()
        enrolments.invalidate_recordset()
        self.assertEqual(set(enrolments.mapped("state")), {"ended"})

    def test_a_look_is_a_job(self):
        person = self.make_contact("Only One", function="Sought")
        program = self.make_program(
            {"type": "end", "key": "end"},
            code="looked",
            start="schedule",
            rule='contact.function == "Sought"',
        )
        program.next_scan_at = self.start
        self.env["lifecycle.program"]._cron_scan()
        job = self.jobs("_job_scan")
        self.assertEqual(job.channel, "root.lifecycle.scans")
        self.assertFalse(program.enrolment_ids)
        self.perform(job)
        self.assertEqual(program.enrolment_ids.partner_id, person)
        self.assertEqual(Job.load(self.env, job.uuid).result, "1 programs")
