from datetime import datetime, timedelta

from odoo import Command
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

    def make_entry(self, points, orders):
        """What is kept of an entry that saw these values."""
        text = "engagement.points_30d >= 50 and orders.count >= 1"
        rule = self.env["lifecycle.fact"]._check_rule(text)
        kept = self.env["lifecycle.entry.rule"]._of_program(self.program, rule)
        values = {"engagement.points_30d": points, "orders.count": orders}
        return {"entry_rule_id": kept.id, "entry_values": values}

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
        entry = self.make_entry(points=60, orders=0)
        alert = self.raise_alert(one, **entry)
        said = "Points in 30 days: 60 points (at least 50 points wanted)"
        self.assertEqual(alert.reasons["clauses"], [said])
        (entry,) = alert.reasons["people"]
        self.assertEqual(entry["name"], "B Berg")
        for text in (said, "B Berg", "Prices"):
            self.assertIn(text, alert.reasons_html)
            self.assertIn(text, alert.lead_id.lifecycle_alert_reasons)
            self.assertIn(text, self.notes_on(alert.lead_id).body)
        self.assertNotIn("Purchases", alert.reasons_html)

    def test_what_people_write_is_not_markup(self):
        partner = self.make_contact("Mallory")
        self.make_event("mail_clicked", partner, WEDNESDAY, title="<script>x</script>")
        alert = self.raise_alert(partner)
        self.assertNotIn("<script>", alert.reasons_html)
        self.assertNotIn("<script>", alert.lead_id.lifecycle_alert_reasons)

    def test_repeats_merge_into_the_open_alert(self):
        partner = self.make_contact()
        alert = self.raise_alert(partner)
        again = self.raise_alert(partner, FRIDAY, **self.make_entry(40, orders=3))
        self.assertEqual(again, alert)
        self.assertEqual((alert.repeats, alert.alerted_at), (1, WEDNESDAY))
        said = "Purchases: 3 (at least 1 wanted)"
        self.assertEqual(alert.reasons["clauses"], [said])
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
