"""What the tests of jobs share."""

from odoo.addons.queue_job.job import Job


class JobsCommon:
    def jobs(self, method):
        """The jobs of a method that wait."""
        return self.env["queue.job"].search(
            [("method_name", "=", method), ("state", "in", ("pending", "enqueued"))]
        )

    def perform(self, jobs):
        """Run jobs as the job runner does, without its commits."""
        for record in jobs:
            job = Job.load(self.env, record.uuid)
            job.set_started()
            job.store()
            job.perform()
            job.set_done()
            job.store()
            self.env.flush_all()
        self.env.invalidate_all()
