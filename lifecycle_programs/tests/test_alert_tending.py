from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .test_alerts import FRIDAY, WEDNESDAY, AlertCommon


@tagged("post_install", "-at_install", "lifecycle")
class TestTend(AlertCommon):
    def setUp(self):
        super().setUp()
        self.partner = self.make_contact(user_id=self.anna.id)
        self.opened = self.raise_alert(self.partner)
        self.lead = self.opened.lead_id

    def test_unanswered_for_two_working_days_the_leader_is_told_once(self):
        self.tend(FRIDAY - timedelta(minutes=1))
        self.assertFalse(self.opened.escalated_at)
        self.assertEqual(self.tend(FRIDAY), 1)
        self.assertEqual(self.opened.escalated_at, FRIDAY)
        told = self.opened.escalation_activity_id
        self.assertEqual(told.user_id, self.leader)
        self.assertEqual(self.tend(FRIDAY), 0)
        self.assertEqual(len(self.lead.activity_ids), 2)
        self.assertEqual(self.opened.state, "open")

    def test_a_weekend_is_no_delay(self):
        alert = self.raise_alert(self.make_contact("Weekend"), FRIDAY)
        tuesday = FRIDAY + timedelta(days=4)
        self.tend(tuesday - timedelta(minutes=1))
        self.assertFalse(alert.escalated_at)
        self.tend(tuesday)
        self.assertTrue(alert.escalated_at)

    def test_the_leader_takes_over(self):
        self.tend(FRIDAY)
        self.opened.with_user(self.leader).action_take_over()
        self.assertEqual(self.lead.activity_ids, self.opened.activity_id)
        self.assertEqual(self.opened.activity_id.user_id, self.leader)

    def test_a_leader_is_not_told_of_their_own(self):
        alert = self.raise_alert(self.make_contact("Mine", user_id=self.leader.id))
        alert.team_id = self.team
        self.tend(FRIDAY)
        self.assertTrue(alert.escalated_at)
        self.assertFalse(alert.escalation_activity_id)

    def test_a_done_call_is_taken_over(self):
        self.opened.activity_id.with_user(self.anna).action_feedback("Talked to her")
        self.tend(WEDNESDAY + timedelta(hours=1))
        self.assertEqual(
            (self.opened.state, self.opened.answered_by_id, self.opened.answer_note),
            ("taken", self.anna, "Talked to her"),
        )
        self.assertEqual(self.answers(self.opened).payload["answer"], "taken")
        self.assertEqual(self.tend(WEDNESDAY + timedelta(hours=1)), 0)

    def test_overtaken_by_a_won_opportunity(self):
        self.lead.action_set_won()
        self.tend(WEDNESDAY + timedelta(hours=1))
        self.assertEqual(self.opened.state, "overtaken")
        self.assertFalse(self.opened.answered_at)
        self.assertFalse(self.lead.activity_ids)
        self.assertFalse(self.answers(self.opened))

    def test_overtaken_by_an_order(self):
        self.make_order(self.partner, WEDNESDAY + timedelta(minutes=5))
        self.tend(WEDNESDAY + timedelta(hours=1))
        self.assertEqual(self.opened.state, "overtaken")

    def test_an_older_order_changes_nothing(self):
        self.make_order(self.partner, WEDNESDAY - timedelta(minutes=5))
        self.tend(WEDNESDAY + timedelta(hours=1))
        self.assertEqual(self.opened.state, "open")

    def not_yet(self, days=7):
        self.opened.with_user(self.anna)._answer(
            "not_yet",
            WEDNESDAY,
            back_on=WEDNESDAY.date() + timedelta(days=days),
            answer_note="Budget in summer",
        )

    def test_not_yet_comes_back_with_its_history(self):
        self.not_yet()
        self.tend(WEDNESDAY + timedelta(days=6))
        self.assertFalse(self.lead.lifecycle_alert_id)
        day = WEDNESDAY + timedelta(days=7)
        self.tend(day)
        alert = self.lead.lifecycle_alert_id
        self.assertEqual(
            (alert.previous_id, alert.user_id, alert.alerted_at, alert.state),
            (self.opened, self.anna, day, "open"),
        )
        self.assertEqual(alert.activity_id.date_deadline, day.date())
        self.assertIn("Budget in summer", alert.reasons_html)
        self.assertEqual(self.lead.lifecycle_alert_state, "open")
        self.tend(day)
        self.assertEqual(len(self.lead.lifecycle_alert_ids), 2)

    def test_it_comes_back_on_a_working_day(self):
        self.not_yet(days=3)
        saturday = WEDNESDAY + timedelta(days=3)
        self.tend(saturday)
        alert = self.lead.lifecycle_alert_id
        self.assertEqual(
            alert.activity_id.date_deadline, saturday.date() + timedelta(days=2)
        )

    def test_it_stays_away_after_an_order(self):
        self.not_yet()
        self.make_order(self.partner, WEDNESDAY + timedelta(days=2))
        for _run in range(2):
            self.tend(WEDNESDAY + timedelta(days=7))
        self.assertFalse(self.lead.lifecycle_alert_id)
        self.assertTrue(self.opened.back_at)

    def test_it_stays_away_beside_another_alert(self):
        self.not_yet()
        other = self.raise_alert(self.partner, FRIDAY)
        self.tend(WEDNESDAY + timedelta(days=7))
        self.assertEqual(self.lead.lifecycle_alert_id, other)

    def test_the_scheduled_action_can_run_twice(self):
        cron = self.env.ref("lifecycle_programs.ir_cron_alerts")
        self.opened.alerted_at = fields.Datetime.now() - timedelta(days=10)
        for _run in range(2):
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
        self.opened.invalidate_recordset()
        self.assertTrue(self.opened.escalated_at)
        self.assertEqual(len(self.lead.activity_ids), 2)

    def test_merged_customers_have_one_open_alert(self):
        double = self.make_contact("Liisa Double")
        self.raise_alert(double)
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.partner + double).ids, self.partner)
        alerts = self.env["lifecycle.alert"].search(
            [("partner_id", "=", self.partner.id)]
        )
        self.assertEqual(sorted(alerts.mapped("state")), ["open", "overtaken"])

    def test_tending_costs_the_same_for_ten_and_a_hundred(self):
        users = [
            new_test_user(self.env, f"lifecycle_u{n}", "sales_team.group_sale_salesman")
            for n in range(25)
        ]
        self.env["crm.team.member"].create(
            [{"user_id": user.id, "crm_team_id": self.team.id} for user in users]
        )

        def cost(count, now):
            self.alert(self.make_contacts(count), now)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            done = self.tend(now + timedelta(days=7))
            self.env.flush_all()
            self.assertGreaterEqual(done, count)
            return self.cr.sql_log_count - before

        cost(2, WEDNESDAY)
        ten, hundred = cost(10, FRIDAY), cost(100, FRIDAY + timedelta(days=10))
        self.assertLessEqual(hundred - ten, 5, (ten, hundred))
