"""The tests of the runner hold when the steps run as jobs."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.lifecycle_programs.tests import test_runner, test_step_flow

from .jobs_common import JobsCommon

CLOCK = (
    "odoo.addons.lifecycle_programs_queue_job.models.lifecycle_enrolment"
    ".fields.Datetime.now"
)


class AsJobs(JobsCommon):
    """Due steps are run by the scheduled action, through jobs."""

    def run_due(self, **delta):
        self.env["lifecycle.event"]._flush_pending()
        now = self.at(**delta)
        total = 0
        with patch(CLOCK, lambda: now):
            self.env["lifecycle.enrolment"]._cron_run_due()
            while jobs := self.jobs("_job_run_due"):
                self.perform(jobs)
                total += len(jobs)
        return total


@tagged("lifecycle", "post_install", "-at_install")
class TestRunnerAsJobs(AsJobs, test_runner.TestRunner):
    pass


@tagged("lifecycle", "post_install", "-at_install")
class TestFailuresAsJobs(AsJobs, test_runner.TestFailures):
    pass


@tagged("lifecycle", "post_install", "-at_install")
class TestSplitByChanceAsJobs(AsJobs, test_step_flow.TestSplitByChance):
    pass


@tagged("lifecycle", "post_install", "-at_install")
class TestWaitWindowAsJobs(AsJobs, test_step_flow.TestWaitWindow):
    pass


@tagged("lifecycle", "post_install", "-at_install")
class TestWaitForDateAsJobs(AsJobs, test_step_flow.TestWaitForDate):
    pass
