"""Whether the machinery moves, on a page, at an address, and by mail."""

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .messages_common import MessageCommon


@tagged("lifecycle")
class TestHealth(MessageCommon):
    def find(self, **delta):
        found = self.env["lifecycle.health"]._find(self.at(**delta))
        return {finding.code: finding for finding in found}

    def ill(self, **delta):
        return [code for code, found in self.find(**delta).items() if not found.ok]

    def test_a_fresh_database_is_well(self):
        self.assertEqual(self.ill(), [])

    def test_events_that_nobody_works_off(self):
        self.make_event("order_confirmed", self.make_contact())
        self.assertEqual(self.ill(minutes=29), [])
        self.assertEqual(self.ill(minutes=40), ["events"])
        self.assertGreaterEqual(self.find(minutes=40)["events"].value, 39)
        self.consume(minutes=40)
        self.assertEqual(self.ill(minutes=41), [])

    def test_steps_that_nobody_runs(self):
        program = self.make_program({"type": "end"})
        program._enrol_partners(self.make_contacts(3), self.start)
        self.assertEqual(self.ill(minutes=59), [])
        self.assertEqual(self.find(hours=2)["steps"].value, 3)
        self.company.action_lifecycle_stop()
        self.assertEqual(self.ill(hours=2), [], "stopped on purpose")
        self.company.action_lifecycle_start()
        program.action_pause()
        self.assertEqual(self.ill(hours=2), [])

    def test_queues_that_stand_still(self):
        sms = self.make_message(channel="sms", body_text="Hello")
        contact = self.make_contact(phone="+358401234567")
        self.send(self.make_mail_step(), contact)
        self.send(self.make_mail_step(sms, code="sms"), contact)
        # Both are in the queues; nobody runs further steps here.
        self.env["lifecycle.enrolment"].search([])._leave("exited", "x", self.start)
        self.assertEqual(self.ill(hours=1), [])
        self.assertEqual(self.ill(hours=3), ["mails", "sms"])
        self.company.action_lifecycle_stop()
        self.assertEqual(self.ill(hours=3), [])

    def test_scheduled_actions_that_are_off(self):
        self.env.ref("lifecycle_programs.ir_cron_run_due_steps_2").active = False
        self.env.ref("sms.ir_cron_sms_scheduler_action").active = False
        self.assertEqual(self.ill(), ["crons"])
        found = self.find()["crons"]
        self.assertEqual(found.value, 2)
        self.assertIn("run due steps (2)", found.text)

    def test_a_provider_that_takes_nothing(self):
        step = self.make_mail_step()
        enrolments = self.enrol(step, self.make_contacts(6))
        self.run_due()
        traces = enrolments.step_run_ids.trace_id
        traces[:4].write({"trace_status": "error", "failure_type": "mail_smtp"})
        self.assertEqual(self.ill(minutes=1), [], "four may be chance")
        traces[4].write({"trace_status": "error", "failure_type": "mail_smtp"})
        traces[5].write({"trace_status": "error", "failure_type": "mail_bl"})
        self.assertEqual(self.ill(minutes=1), ["providers"])

    def test_webhooks_that_fail(self):
        webhook = self.env["lifecycle.webhook"].create(
            {"name": "ERP", "url": "https://erp.example/hook"}
        )
        step = {"type": "webhook", "key": "tell", "webhook_id": webhook.id}
        program = self.make_program(step, {"type": "end", "key": "end"})
        program._enrol_partners(self.make_contact(), self.start)
        self.run_due()
        call = self.env["lifecycle.webhook.call"].search([])
        self.assertEqual(self.ill(minutes=5), [])
        call.write({"state": "failed", "answered_at": self.at(minutes=3)})
        self.assertEqual(self.ill(minutes=5), ["webhooks"])
        self.assertIn("ERP", self.find(minutes=5)["webhooks"].text)
        self.assertEqual(self.ill(days=2), [], "a day is over")

    def test_the_administrator_is_told_once_per_turn(self):
        health = self.env["lifecycle.health"]
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("lifecycle_programs.health_email", "ops@acme.example")
        parameters.set_param("lifecycle_programs.health_state", "ok")

        def mails():
            return self.env["mail.mail"].search_count(
                [("email_to", "=", "ops@acme.example")]
            )

        health._watch(self.start)
        self.assertEqual(mails(), 0)
        cron = self.env.ref("lifecycle_programs.ir_cron_scan_programs")
        for active, count in ((False, 1), (False, 1), (True, 1), (False, 2)):
            cron.active = active
            health._watch(self.start)
            self.assertEqual(mails(), count)


@tagged("lifecycle", "post_install", "-at_install")
class TestHealthPage(MessageCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "lifecycle_health_manager",
            "base.group_user,lifecycle_programs.group_lifecycle_manager",
        )

    def open_page(self, user):
        health = self.env["lifecycle.health"].with_user(user)
        return health.browse(health.action_open()["res_id"])

    def test_the_address_for_monitoring(self):
        page = self.open_page(self.manager)
        self.assertFalse(page.url)
        page.action_new_url()
        page.invalidate_recordset()
        path = "/lifecycle" + page.url.partition("/lifecycle")[2]
        answer = self.url_open(path)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.json()["status"], "ok")
        self.env.ref("lifecycle_programs.ir_cron_watch").active = False
        answer = self.url_open(path)
        self.assertEqual(answer.status_code, 503)
        self.assertFalse(answer.json()["checks"]["crons"]["ok"])
        page.action_new_url()
        self.assertEqual(self.url_open(path).status_code, 404, "the old address")

    def test_who_has_no_token_learns_nothing(self):
        parameters = self.env["ir.config_parameter"]
        for token in (False, "right"):
            parameters.set_param("lifecycle_programs.health_token", token)
            for path in ("", "?token=", "?token=wrong", "?token=%C3%A4", "?token=righ"):
                answer = self.url_open("/lifecycle/health" + path)
                self.assertEqual(answer.status_code, 404)
                self.assertEqual(answer.json(), {"status": "not found"})

    def test_the_page_is_for_managers(self):
        page = self.open_page(self.manager)
        self.assertTrue(page.is_healthy)
        self.assertEqual(page.display_name, "Health and stop")
        self.assertIn("All events are worked off", page.findings)
        page.action_stop()
        self.assertTrue(self.company.lifecycle_stopped_at)
        page.action_start()
        self.assertFalse(self.company.lifecycle_stopped_at)
        for user in (self.salesperson, self.marketer):
            with self.assertRaises(AccessError):
                self.env["lifecycle.health"].with_user(user).action_open()
            with self.assertRaises(AccessError):
                self.env["lifecycle.health"].with_user(user).action_new_url()
