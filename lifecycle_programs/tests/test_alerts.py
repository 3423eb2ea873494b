from datetime import datetime, timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import LifecycleCommon

# A Wednesday, at noon where the company is.
WEDNESDAY = datetime(2026, 6, 3, 12)
FRIDAY = WEDNESDAY + timedelta(days=2)


class AlertCommon(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start = WEDNESDAY
        cls.company.resource_calendar_id.tz = "UTC"
        cls.env["crm.team"].search([]).active = False
        cls.leader, cls.anna, cls.bo = (
            new_test_user(
                cls.env,
                f"lifecycle_{name}",
                "base.group_user,sales_team.group_sale_salesman",
                name=name.title(),
            )
            for name in ("leader", "anna", "bo")
        )
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Sales",
                "user_id": cls.leader.id,
                "company_id": cls.company.id,
                "use_opportunities": True,
            }
        )
        cls.env["crm.team.member"].create(
            [
                {"user_id": user.id, "crm_team_id": cls.team.id}
                for user in cls.anna + cls.bo
            ]
        )
        cls.program = cls.make_program(
            {"type": "sales_alert", "name": "Call them"}, publish=False
        )
        cls.program.user_id = cls.marketer
        cls.step = cls.program.step_ids

    @classmethod
    def put_in(cls, partners, program=None, company=None, **values):
        program = program or cls.program
        step = program.step_ids[:1]
        return cls.env["lifecycle.enrolment"].create(
            [
                {
                    "program_id": program.id,
                    "version_id": step.version_id.id,
                    "company_id": (company or cls.company).id,
                    "partner_id": partner.id,
                    "commercial_partner_id": partner.commercial_partner_id.id,
                    "entered_at": cls.start,
                    "step_id": step.id,
                    "entry_key": str(
                        cls.env["lifecycle.enrolment"].search_count([]) + number
                    ),
                    **values,
                }
                for number, partner in enumerate(partners)
            ]
        )

    def alert(self, partners, now=WEDNESDAY, **values):
        """The results of the alert step, in the order of the contacts."""
        enrolments = self.put_in(partners, **values)
        results = self.step._run_sales_alert_batch(enrolments, now)
        return [results[enrolment.id] for enrolment in enrolments]

    def raise_alert(self, partner, now=WEDNESDAY, **values):
        (result,) = self.alert(partner, now, **values)
        self.assertEqual(result.outcome, "done", result)
        return self.env["lifecycle.alert"].browse(result.values["alert_id"])

    def make_lead(self, partner, **values):
        return self.env["crm.lead"].create(
            {
                "name": "A lead",
                "type": "opportunity",
                "partner_id": partner.id,
                "user_id": False,
                "team_id": False,
                **values,
            }
        )

    def make_order(self, partner, when=WEDNESDAY - timedelta(days=100), amount=100):
        product = self.env["product.product"].create(
            {"name": "Tent", "list_price": amount, "taxes_id": [Command.clear()]}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        order.action_confirm()
        order.date_order = when
        self.env.flush_all()
        return order

    def tend(self, now):
        return self.env["lifecycle.alert"]._tend(now)

    def answers(self, alert):
        self.env["lifecycle.event"]._flush_pending()
        return self.env["lifecycle.event"].search(
            [
                ("type_id", "=", self.event_type("alert_answered").id),
                ("res_id", "=", alert.id),
            ]
        )

    def answer(self, alert, user, **values):
        with Form(
            self.env["lifecycle.alert.answer"]
            .with_user(user)
            .with_context(default_alert_id=alert.id, **values.pop("context", {}))
        ) as form:
            for name, value in values.items():
                setattr(form, name, value)
        return form.record.action_answer()

    def notes_on(self, record):
        return record.message_ids.filtered(lambda m: "Ready for sales" in m.body)


@tagged("post_install", "-at_install", "lifecycle")
class TestRaise(AlertCommon):
    def test_a_prospect_becomes_an_opportunity_of_who_has_the_least(self):
        first, second, third = (
            self.raise_alert(partner) for partner in self.make_contacts(3)
        )
        self.assertEqual(first.user_id + second.user_id, self.anna + self.bo)
        self.assertEqual(third.user_id, first.user_id)
        lead = first.lead_id
        self.assertEqual(
            (lead.type, lead.user_id, lead.team_id, lead.partner_id, lead.company_id),
            ("opportunity", first.user_id, self.team, first.partner_id, self.company),
        )

    def test_the_contact_s_salesperson_gets_the_opportunity(self):
        alert = self.raise_alert(self.make_contact(user_id=self.bo.id))
        self.assertEqual((alert.user_id, alert.lead_id.user_id), (self.bo, self.bo))

    def test_the_open_opportunity_is_used_the_one_with_an_owner_first(self):
        partner = self.make_contact()
        owned = self.make_lead(partner, user_id=self.bo.id)
        self.make_lead(partner)
        self.make_lead(partner, user_id=self.anna.id).action_set_lost()
        alert = self.raise_alert(partner)
        self.assertEqual((alert.lead_id, alert.user_id), (owned, self.bo))

    def test_a_colleague_s_opportunity_counts(self):
        acme = self.make_contact("Acme", is_company=True)
        one, two = (
            self.make_contact(name, parent_id=acme.id) for name in ("A Aho", "B Berg")
        )
        lead = self.make_lead(one, user_id=self.anna.id)
        self.assertEqual(self.raise_alert(two).lead_id, lead)

    def test_an_open_lead_without_owner_gets_one(self):
        partner = self.make_contact()
        lead = self.make_lead(partner)
        alert = self.raise_alert(partner)
        self.assertEqual(alert.lead_id, lead)
        self.assertEqual(lead.user_id, alert.user_id)
        self.assertIn(lead.user_id, self.anna + self.bo)

    def test_a_customer_with_a_salesperson_gets_a_task_on_the_account(self):
        acme = self.make_contact("Acme", is_company=True, user_id=self.anna.id)
        buyer = self.make_contact("Bo Buyer", parent_id=acme.id, user_id=self.anna.id)
        self.make_order(buyer)
        leads = self.env["crm.lead"].search_count([])
        alert = self.raise_alert(buyer)
        self.assertFalse(alert.lead_id)
        self.assertEqual(self.env["crm.lead"].search_count([]), leads)
        self.assertEqual(alert.activity_id.res_model, "res.partner")
        self.assertEqual(alert.activity_id.res_id, acme.id)
        self.assertEqual(alert.activity_id.user_id, self.anna)
        self.assertEqual(acme.lifecycle_alert_id, alert)
        self.assertEqual(len(self.notes_on(acme)), 1)

    def test_a_customer_without_salesperson_becomes_an_opportunity(self):
        buyer = self.make_contact()
        self.make_order(buyer)
        self.assertTrue(self.raise_alert(buyer).lead_id)

    def test_an_absent_owner_has_a_substitute(self):
        partner = self.make_contact()
        lead = self.make_lead(partner, user_id=self.bo.id, team_id=self.team.id)
        self.bo.active = False
        alert = self.raise_alert(partner)
        self.assertEqual((alert.user_id, lead.user_id), (self.leader, self.bo))

    def test_a_user_of_another_company_gets_nothing(self):
        other = self.env["res.company"].create({"name": "Other company"})
        self.bo.write({"company_ids": [Command.link(other.id)], "company_id": other.id})
        self.bo.company_ids = other
        alert = self.raise_alert(self.make_contact(user_id=self.bo.id))
        self.assertNotEqual(alert.user_id, self.bo)

    def test_conditions_of_teams_and_members_hold(self):
        members = self.team.crm_team_member_ids
        members.filtered(
            lambda m: m.user_id == self.anna
        ).assignment_domain = "[('city', '=', 'Oulu')]"
        helsinki, oulu = (
            self.make_contact(city, city=city) for city in ("Helsinki", "Oulu")
        )
        self.assertEqual(self.raise_alert(helsinki).user_id, self.bo)
        self.assertEqual(self.raise_alert(oulu).user_id, self.anna)
        members.assignment_optout = True
        third = self.make_contact("Third")
        self.assertEqual(self.raise_alert(third).user_id, self.leader)
        self.team.assignment_domain = "[('city', '=', 'Turku')]"
        last = self.make_contact("Last")
        self.assertEqual(self.raise_alert(last).user_id, self.marketer)

    def test_one_call_the_next_working_day_and_one_note(self):
        alert = self.raise_alert(self.make_contact(), FRIDAY)
        call = alert.activity_id
        self.assertEqual(call.date_deadline, FRIDAY.date() + timedelta(days=3))
        self.assertEqual(call.activity_type_id.category, "phonecall")
        self.assertEqual((call.user_id, call.summary), (alert.user_id, "Call them"))
        self.assertEqual(alert.lead_id.activity_ids, call)
        self.assertEqual(len(self.notes_on(alert.lead_id)), 1)

    def test_a_public_holiday_is_no_working_day(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Midsummer",
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": WEDNESDAY + timedelta(hours=12),
                "date_to": WEDNESDAY + timedelta(hours=36),
            }
        )
        call = self.raise_alert(self.make_contact()).activity_id
        self.assertEqual(call.date_deadline, FRIDAY.date())

    def test_reasons_in_words_with_who_did_what(self):
        acme = self.make_contact("Acme", is_company=True)
        one, two = (
            self.make_contact(name, parent_id=acme.id) for name in ("A Aho", "B Berg")
        )
        self.make_event(
            "mail_clicked", two, WEDNESDAY - timedelta(days=1), title="Prices"
        )
        self.make_event(
            "mail_clicked", two, WEDNESDAY - timedelta(days=40), title="Old"
        )
        self.make_event("mail_clicked", two, WEDNESDAY + timedelta(days=1), title="New")
        reasons = [
            {"text": "Points in 30 days: 60", "ok": True},
            {"text": "No order", "ok": False},
        ]
        alert = self.raise_alert(one, reasons=reasons)
        self.assertEqual(alert.reasons["clauses"], ["Points in 30 days: 60"])
        (entry,) = alert.reasons["people"]
        self.assertEqual(entry["name"], "B Berg")
        for text in ("Points in 30 days: 60", "B Berg", "Prices"):
            self.assertIn(text, alert.reasons_html)
            self.assertIn(text, alert.lead_id.lifecycle_alert_reasons)
            self.assertIn(text, self.notes_on(alert.lead_id).body)
        self.assertNotIn("No order", alert.reasons_html)

    def test_what_people_write_is_not_markup(self):
        partner = self.make_contact("Mallory")
        self.make_event("mail_clicked", partner, WEDNESDAY, title="<script>x</script>")
        alert = self.raise_alert(partner)
        self.assertNotIn("<script>", alert.reasons_html)
        self.assertNotIn("<script>", alert.lead_id.lifecycle_alert_reasons)

    def test_repeats_merge_into_the_open_alert(self):
        partner = self.make_contact()
        alert = self.raise_alert(partner)
        reasons = [{"text": "Something new", "ok": True}]
        again = self.raise_alert(partner, FRIDAY, reasons=reasons)
        self.assertEqual(again, alert)
        self.assertEqual((alert.repeats, alert.alerted_at), (1, WEDNESDAY))
        self.assertEqual(alert.reasons["clauses"], ["Something new"])
        self.assertEqual(len(alert.lead_id.activity_ids), 1)
        self.assertEqual(len(self.notes_on(alert.lead_id)), 1)

    def test_colleagues_in_one_batch_make_one_alert(self):
        acme = self.make_contact("Acme", is_company=True)
        people = self.make_contacts(3, parent_id=acme.id)
        results = self.alert(people)
        self.assertEqual(len({result.values["alert_id"] for result in results}), 1)

    def test_five_a_day_the_strongest_first(self):
        partners = self.make_contacts(7, user_id=self.anna.id)
        for number, partner in enumerate(partners):
            for day in range(number):
                self.make_event("mail_replied", partner, self.at(days=-day, hours=-1))
        self.env.flush_all()
        results = self.alert(partners)
        self.assertEqual(
            [result.outcome for result in results], ["wait"] * 2 + ["done"] * 5
        )
        waiting = results[0]
        self.assertEqual(waiting.due_at.date(), WEDNESDAY.date() + timedelta(days=1))
        self.assertGreaterEqual(waiting.due_at.hour, 6)
        self.assertTrue(waiting.holds)
        strengths = (
            self.env["lifecycle.alert"]
            .search([("partner_id", "in", partners.ids)])
            .mapped("strength")
        )
        self.assertEqual(strengths, [300, 250, 200, 150, 100])
        (later,) = self.alert(partners[0], WEDNESDAY + timedelta(hours=1))
        self.assertEqual(later.outcome, "wait")
        (tomorrow,) = self.alert(partners[0], waiting.due_at)
        self.assertEqual(tomorrow.outcome, "done")

    def test_waiting_costs_nothing(self):
        self.alert(self.make_contacts(10))
        leads = self.env["crm.lead"].search_count([])
        results = self.alert(self.make_contacts(3, name="Late"))
        self.assertEqual([result.outcome for result in results], ["wait"] * 3)
        self.assertEqual(self.env["crm.lead"].search_count([]), leads)

    def test_nobody_to_tell(self):
        self.team.active = False
        self.marketer.active = False
        (result,) = self.alert(self.make_contact())
        self.assertEqual((result.outcome, result.reason), ("skipped", "no_salesperson"))

    def test_batch_costs_the_same_for_ten_and_a_hundred(self):
        users = [
            new_test_user(self.env, f"lifecycle_u{n}", "sales_team.group_sale_salesman")
            for n in range(25)
        ]
        self.env["crm.team.member"].create(
            [{"user_id": user.id, "crm_team_id": self.team.id} for user in users]
        )

        def cost(count, now):
            enrolments = self.put_in(self.make_contacts(count))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            results = self.step._run_sales_alert_batch(enrolments, now)
            self.env.flush_all()
            self.assertEqual({r.outcome for r in results.values()}, {"done"})
            return self.cr.sql_log_count - before

        cost(100, WEDNESDAY - timedelta(days=1))
        ten, hundred = cost(50, WEDNESDAY), cost(100, FRIDAY)
        self.assertLessEqual(hundred - ten, 5, (ten, hundred))


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


@tagged("post_install", "-at_install", "lifecycle")
class TestTask(AlertCommon):
    def make_task_program(self, **values):
        program = self.make_program(
            {"type": "activity", "name": "Call", "due_days": 2, **values},
            code="tasks",
            publish=False,
        )
        program.user_id = self.marketer
        return program

    def run_task(self, program, partners, now=WEDNESDAY):
        enrolments = self.put_in(partners, program=program)
        step = program.step_ids
        results = step._run_activity_batch(enrolments, now)
        return [results[enrolment.id] for enrolment in enrolments]

    def task(self, result):
        return self.env["mail.activity"].browse(result.values["detail"]["activity_id"])

    def test_on_the_open_opportunity_else_on_the_contact(self):
        one, two = self.make_contacts(2)
        lead = self.make_lead(one, user_id=self.anna.id)
        first, second = map(
            self.task, self.run_task(self.make_task_program(), one + two, FRIDAY)
        )
        self.assertEqual((first.res_model, first.res_id), ("crm.lead", lead.id))
        self.assertEqual(first.user_id, self.anna)
        self.assertEqual((second.res_model, second.res_id), ("res.partner", two.id))
        self.assertEqual(second.user_id, self.marketer)
        self.assertEqual(first.date_deadline, FRIDAY.date() + timedelta(days=4))
        self.assertEqual(first.summary, "Call")

    def test_the_note_knows_the_contact_and_is_not_markup(self):
        partner = self.make_contact("Liisa <b>", user_id=self.anna.id)
        program = self.make_task_program(note="Ask {{ contact.name }} <i>kindly</i>")
        (result,) = self.run_task(program, partner)
        note = self.task(result).note
        self.assertIn("Liisa &lt;b&gt;", note)
        self.assertNotIn("<i>", note)

    def test_only_above_a_value(self):
        poor, rich = self.make_contacts(2)
        self.make_order(poor, amount=99)
        self.make_order(rich, amount=100)
        results = self.run_task(self.make_task_program(min_value=100), poor + rich)
        self.assertEqual(
            [(result.outcome, result.reason) for result in results],
            [("skipped", "below_value"), ("done", None)],
        )

    def test_assigned_as_the_step_says(self):
        partner = self.make_contact(user_id=self.anna.id)
        program = self.make_task_program(user_id=self.bo.id)
        (result,) = self.run_task(program, partner)
        self.assertEqual(self.task(result).user_id, self.bo)

    def test_batch_costs_the_same_for_ten_and_a_hundred(self):
        program = self.make_task_program(note="Ask {{ contact.name }}", min_value=0)

        def cost(count):
            enrolments = self.put_in(
                self.make_contacts(count, user_id=self.anna.id), program=program
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            program.step_ids._run_activity_batch(enrolments, WEDNESDAY)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        cost(2)
        self.assertEqual(cost(10), cost(100))
