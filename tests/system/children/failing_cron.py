"""Run by test_canary: a scheduled action that raises must fail this test."""

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class FailingCron(TransactionCase):
    def test_failing_cron_is_seen(self):
        cron = self.env["ir.cron"].create(
            {
                "name": "A cron that fails",
                "model_id": self.env.ref("base.model_res_partner").id,
                "code": "raise ValueError('the canary sings')",
                "interval_type": "days",
            }
        )
        with self.enter_registry_test_mode():
            self.assertIs(cron.method_direct_trigger(), True)
