from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_alerts import WEDNESDAY, AlertCommon


@tagged("post_install", "-at_install", "lifecycle")
class TestAnswer(AlertCommon):
    def setUp(self):
        super().setUp()
        self.partner = self.make_contact(user_id=self.anna.id)
        self.opened = self.raise_alert(self.partner)
        self.lead = self.opened.lead_id

    def test_ready_for_sales_in_the_pipeline(self):
        leads = self.env["crm.lead"].with_user(self.anna)
        ready = leads.search([("lifecycle_alert_state", "=", "open")])
        self.assertEqual(ready, self.lead)
        groups = leads.formatted_read_group(
            [("id", "=", self.lead.id)], ["lifecycle_alert_state"], ["__count"]
        )
        self.assertEqual(groups[0]["lifecycle_alert_state"], "open")
        self.lead.with_user(self.anna).action_lifecycle_take_over()
        self.assertEqual(self.lead.lifecycle_alert_state, "taken")
        self.assertFalse(self.lead.lifecycle_alert_id)

    def test_take_over(self):
        self.lead.with_user(self.anna).action_lifecycle_take_over()
        alert = self.opened
        self.assertEqual((alert.state, alert.answered_by_id), ("taken", self.anna))
        self.assertTrue(alert.answered_at)
        self.assertTrue(alert.activity_id.active)
        event = self.answers(alert)
        self.assertEqual(event.payload["answer"], "taken")
        self.assertEqual(event.partner_id, self.partner)

    def test_taking_over_pauses_the_programs(self):
        other = self.make_program({"type": "end"}, code="marketing", publish=False)
        enrolment = self.put_in(self.partner, program=other)
        self.lead.with_user(self.anna).action_lifecycle_take_over()
        self.assertFalse(enrolment.paused_until)
        self.env["lifecycle.event"]._flush_pending()
        now = fields.Datetime.now()
        self.env["lifecycle.event"]._consume(now)
        self.assertGreater(enrolment.paused_until, now)

    def test_a_colleague_who_takes_over_gets_the_call(self):
        self.opened.with_user(self.bo).action_take_over()
        self.assertEqual(self.opened.user_id, self.bo)
        self.assertEqual(self.opened.activity_id.user_id, self.bo)
        self.assertEqual(self.lead.user_id, self.anna)

    def test_not_yet_keeps_date_and_reason(self):
        back_on = fields.Date.today() + timedelta(days=20)
        self.answer(
            self.opened,
            self.anna,
            back_on=back_on,
            note="Budget",
            context={"default_answer": "not_yet"},
        )
        alert = self.opened
        self.assertEqual(
            (alert.state, alert.back_on, alert.answer_note),
            ("not_yet", back_on, "Budget"),
        )
        self.assertFalse(self.lead.activity_ids)
        self.assertIn("Budget", self.lead.message_ids[0].body)
        self.assertEqual(
            self.answers(alert).payload,
            {"answer": "not_yet", "back_on": str(back_on), "afterwards": None},
        )

    def test_not_yet_needs_a_day_to_come(self):
        with self.assertRaises(UserError):
            self.answer(
                self.opened,
                self.anna,
                back_on=fields.Date.today(),
                context={"default_answer": "not_yet"},
            )
        self.assertEqual(self.opened.state, "open")

    def test_not_interested_loses_the_opportunity(self):
        self.answer(
            self.opened, self.anna, context={"default_answer": "not_interested"}
        )
        self.assertEqual(self.opened.afterwards, "old_leads")
        self.assertEqual(self.lead.won_status, "lost")
        self.assertFalse(self.lead.lost_reason_id.lifecycle_never_contact)

    def test_out_is_never_contacted_again(self):
        self.answer(
            self.opened,
            self.anna,
            afterwards="out",
            context={"default_answer": "not_interested"},
        )
        self.assertEqual(self.opened.afterwards, "out")
        self.assertTrue(self.lead.lost_reason_id.lifecycle_never_contact)
        facts = self.env["lifecycle.fact"]._read(
            self.partner.ids,
            ["crm.never_contact"],
            self.company,
            fields.Datetime.now() + timedelta(minutes=1),
        )
        self.assertTrue(facts[self.partner.id]["crm.never_contact"])
        self.assertFalse(self.env["lifecycle.opt.out"].search([]))

    def test_the_wrong_person_is_replaced_by_the_right_one(self):
        acme = self.make_contact("Acme", is_company=True, user_id=self.anna.id)
        wrong, right = (
            self.make_contact(name, parent_id=acme.id, user_id=self.anna.id)
            for name in ("Wrong One", "Right One")
        )
        alert = self.raise_alert(wrong)
        lead, call = alert.lead_id, alert.activity_id
        self.answer(
            alert,
            self.anna,
            colleague_id=right,
            context={"default_answer": "wrong_person"},
        )
        self.assertEqual((alert.state, alert.colleague_id), ("wrong_person", right))
        following = lead.lifecycle_alert_id
        self.assertEqual(
            (following.partner_id, following.previous_id, following.activity_id),
            (right, alert, call),
        )
        self.assertTrue(call.active)
        self.assertEqual(lead.partner_id, right)

    def test_a_stranger_is_not_the_right_person(self):
        with self.assertRaises(UserError):
            self.answer(
                self.opened,
                self.anna,
                colleague_id=self.make_contact("Sam Stranger"),
                context={"default_answer": "wrong_person"},
            )

    def test_answered_once(self):
        self.opened.with_user(self.anna).action_take_over()
        with self.assertRaises(UserError):
            self.opened.with_user(self.bo).action_take_over()

    def test_only_own_and_the_team_s_alerts(self):
        self.assertEqual(
            self.env["lifecycle.alert"].with_user(self.bo).search([]), self.opened
        )
        stranger = self.salesperson
        self.assertFalse(self.env["lifecycle.alert"].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            self.opened.with_user(stranger).action_take_over()
        with self.assertRaises(AccessError):
            self.lead.with_user(stranger).action_lifecycle_take_over()
        with self.assertRaises(AccessError):
            self.answer(
                self.opened, stranger, context={"default_answer": "not_interested"}
            )
        with self.assertRaises(AccessError):
            self.opened.with_user(self.anna).write({"state": "taken"})
        with self.assertRaises(AccessError):
            self.program.with_user(self.anna).write({"name": "Mine"})
        self.assertEqual(self.opened.state, "open")

    def test_two_companies(self):
        other = self.env["res.company"].create({"name": "Other company"})
        enrolment = self.put_in(self.partner, company=other)
        marketer = self.marketer
        marketer.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        step = self.step.with_company(other)
        result = step._run_sales_alert_batch(enrolment, WEDNESDAY)[enrolment.id]
        theirs = self.env["lifecycle.alert"].browse(result.values["alert_id"])
        self.assertNotEqual(theirs, self.opened)
        self.assertEqual(theirs.user_id, marketer)
        self.assertEqual(theirs.lead_id.company_id, other)
        seen = self.env["lifecycle.alert"].with_user(marketer).search([])
        self.assertEqual(seen, theirs)

    def test_account_alert_is_answered_on_the_customer(self):
        acme = self.make_contact("Acme", is_company=True, user_id=self.bo.id)
        self.make_order(acme)
        alert = self.raise_alert(acme)
        self.assertIn("ul", self.opened.reasons_html or "ul")
        acme.with_user(self.bo).action_lifecycle_take_over()
        self.assertEqual(alert.state, "taken")
        self.assertFalse(acme.lifecycle_alert_id)

    def test_views_render_for_salespeople(self):
        for model, views in (
            ("crm.lead", ("form", "kanban", "search")),
            ("res.partner", ("form",)),
            ("lifecycle.alert", ("list", "form", "search", "pivot", "graph")),
            ("lifecycle.grant", ("list", "form", "search")),
        ):
            records = self.env[model].with_user(self.anna)
            for view in views:
                self.assertTrue(records.get_view(view_type=view)["arch"])
        kanban = self.env.ref("crm.crm_case_kanban_view_leads")
        arch = self.env["crm.lead"].get_view(kanban.id, "kanban")["arch"]
        self.assertIn("Ready for sales", arch)
