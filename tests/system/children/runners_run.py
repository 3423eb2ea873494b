# ruff: noqa: F821 (env is the shell's)
"""One step runner, as the scheduled action starts it, in small batches."""

from odoo.addons.lifecycle_programs.models import lifecycle_runner

lifecycle_runner.LifecycleEnrolment._run_due.__defaults__ = (20,)
env.cr.commit()
env["lifecycle.enrolment"]._cron_run_due()
env.cr.commit()
