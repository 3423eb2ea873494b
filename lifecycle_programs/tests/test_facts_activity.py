"""What people do, and what stands open with them: R41, R44, R47, R58, R60."""

from datetime import timedelta

from odoo import Command
from odoo.tests import new_test_user, tagged

from .facts_common import FactCommon

# What each kind of event of a colleague has to change for the company.
PERSONAL = {"engagement.usual_weekday", "engagement.usual_hour"}
# What tells of messages that were sent to the contact.
SENT = {
    "mails_sent",
    "mails_sent_30d",
    "last_sent",
    "days_since_sent",
    "unanswered",
    "is_silent",
    "asked_to_stop_at",
}


@tagged("lifecycle", "post_install", "-at_install")
class TestActivityFacts(FactCommon):
    def test_all_that_people_do_adds_up_for_the_company(self):
        """Every fact of engagement, website and use, unless it says otherwise."""
        acme = self.make_contact("Acme", is_company=True)
        bea = self.make_contact("Bea", parent_id=acme.id)
        names = [
            name
            for name in self.env["lifecycle.fact"]._facts()
            if name.split(".")[0] in ("engagement", "web", "use")
            and name.split(".")[1] not in SENT
        ]
        before = self.read_facts(acme, *names)
        for code, payload in (
            ("mail_opened", {}),
            ("mail_clicked", {"topic": "tents", "kind": "offer"}),
            ("mail_replied", {}),
            ("mail_bounced", {}),
            ("guide_downloaded", {"topic": "tents"}),
            ("answer_given", {"answer": "later"}),
            ("page_viewed", {"url": "/price", "seconds": 9, "topic": "tents"}),
            ("product_used", {"feature": "reports"}),
        ):
            for days in (1, 40):
                self.make_event(code, bea, self.ago(days=days), **payload)
        self.make_event("product_used", bea, self.ago(days=2))
        self.make_event(
            "product_used",
            self.make_contact("Cleo", parent_id=acme.id),
            self.ago(days=2),
        )
        after = self.read_facts(acme, *names)
        unchanged = {name for name in names if before[name] == after[name]}
        self.assertEqual(unchanged, PERSONAL)
        self.assertFacts(
            acme,
            engagement__people_30d=1,
            engagement__last_answer="later",
            engagement__main_topic="tents",
            web__price_list_views_30d=1,
            web__days_since_visit=1,
            use__people_30d=2,
            use__people_change_30d=1,
            use__change_percent_30d=100,
            use__features_30d=("reports",),
        )
        self.assertFacts(self.anna, engagement__clicks=0, use__people_30d=0)

    def test_nobody_has_used_the_product_for_days(self):
        """R31, R48, R58: inactivity of use."""
        self.assertFacts(self.anna, use__days_since_last=None, use__features=())
        for days in (45, 40, 35, 14):
            self.make_event(
                "product_used", self.anna, self.ago(days=days), feature="maps"
            )
        self.assertFacts(
            self.anna,
            use__days_since_last=14,
            use__days_since_first=45,
            use__days_30d=1,
            use__features=("maps",),
        )
        change = self.read_facts(self.anna, "use.change_percent_30d")
        self.assertAlmostEqual(float(change), -200 / 3, 4)

    def test_usual_times_are_those_of_the_person(self):
        self.company.partner_id.tz = "Europe/Helsinki"
        for days, hour in ((7, 5), (14, 5), (3, 18)):
            moment = self.ago(days=days).replace(hour=hour)
            self.make_event("mail_opened", self.anna, moment)
        self.assertFacts(
            self.anna, engagement__usual_weekday="Monday", engagement__usual_hour=8
        )

    def test_registered_without_a_purchase(self):
        """R29, R45: an account is an event, and a fact."""
        portal = new_test_user(
            self.env, "shopper@example.com", "base.group_portal", name="Shopper"
        )
        colleague = new_test_user(self.env, "colleague@example.com", "base.group_user")
        self.env["lifecycle.event"]._flush_pending()
        registered = self.env["lifecycle.event"].search(
            [("type_id.code", "=", "registered")]
        )
        self.assertIn(portal.partner_id, registered.partner_id)
        self.assertNotIn(colleague.partner_id, registered.partner_id)
        moment = registered.filtered(
            lambda event: event.partner_id == portal.partner_id
        ).occurred_at
        self.assertFacts(
            portal.partner_id,
            as_of=moment + timedelta(days=3),
            contact__has_account=True,
            contact__days_since_registered=3,
            contact__days_known=3,
            orders__count=0,
        )
        self.assertFacts(self.anna, contact__has_account=False)

    def test_first_contact(self):
        self.assertFacts(self.anna, contact__known_since=None)
        self.make_event("page_viewed", self.anna, self.ago(days=9))
        self.assertFacts(self.anna, contact__days_known=9)
        colleague = self.make_contact("Colleague", parent_id=self.anna.id)
        self.make_order(colleague, self.ago(days=30), self.tent)
        self.assertFacts(self.anna, contact__known_since=self.ago(days=30))
        self.assertFacts(self.anna, as_of=self.ago(days=31), contact__known_since=None)

    def test_mailing_lists(self):
        lists = self.env["mailing.list"].create([{"name": "News"}, {"name": "Left"}])
        subscriber = self.env["mailing.contact"].create(
            {"email": self.anna.email, "list_ids": [Command.set(lists.ids)]}
        )
        subscriber.subscription_ids.filtered(
            lambda one: one.list_id == lists[1]
        ).opt_out = True
        self.assertFacts(self.anna, contact__mailing_lists=("News",))

    def test_attitude(self):
        self.assertFacts(self.anna, nps__attitude=None, nps__answers_count=0)
        for number, (score, attitude) in enumerate(
            ((10, "promoter"), (8, "passive"), (6, "detractor")), start=1
        ):
            when = self.ago(days=10 - number)
            self.make_event("survey_answered", self.anna, when, score=score)
            self.assertFacts(
                self.anna, nps__attitude=attitude, nps__answers_count=number
            )
        self.make_event("survey_answered", self.anna, self.now, recommend=False)
        self.assertFacts(self.anna, nps__attitude="detractor")


@tagged("lifecycle", "post_install", "-at_install")
class TestOpenFacts(FactCommon):
    def make_quotation(self, days, **values):
        quotation = self.env["sale.order"].create(
            {
                "partner_id": self.anna.id,
                "order_line": [Command.create({"product_id": self.tent.id})],
            }
        )
        quotation.write({"date_order": self.ago(days=days), **values})
        return quotation

    def test_abandoned_quotation(self):
        """R42, R57: a quotation or cart that nothing came of."""
        self.make_quotation(5, validity_date=self.now.date() + timedelta(days=3))
        self.assertFacts(
            self.anna,
            sales__abandoned_quotation=False,
            sales__quotations_count=1,
            sales__quotations_total=100,
            sales__days_to_quotation_end=3,
        )
        abandoned = self.make_quotation(20, validity_date=False)
        self.assertFacts(
            self.anna,
            sales__abandoned_quotation=True,
            sales__abandoned_total=100,
            sales__days_since_abandoned=20,
        )
        self.company.lifecycle_abandoned_days = 21
        self.assertFacts(self.anna, sales__abandoned_quotation=False)
        abandoned.validity_date = self.ago(days=1).date()
        self.assertFacts(self.anna, sales__abandoned_quotation=True)
        colleague = self.make_contact("Colleague", parent_id=self.anna.id)
        self.make_order(colleague, self.ago(days=19), self.stove)
        self.assertFacts(
            self.anna, sales__abandoned_quotation=False, sales__abandoned_total=0
        )

    def test_overdue_invoices(self):
        """R59: what is open, and since when it is late."""
        self.assertFacts(self.anna, invoices__open_count=0, invoices__overdue_days=None)
        for days, due in ((40, 10), (20, -5)):
            order = self.make_order(self.anna, self.ago(days=days), self.tent)
            invoice = self.make_invoice(order)
            invoice.invoice_date_due = self.ago(days=due).date()
        self.assertFacts(
            self.anna,
            invoices__open_count=2,
            invoices__open_total=200,
            invoices__overdue_count=1,
            invoices__overdue_total=100,
            invoices__overdue_days=10,
            invoices__days_to_due=5,
        )
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self.assertFacts(self.anna, invoices__overdue_total=100)
        self.make_event("invoice_paid", self.anna, self.ago(days=2))
        self.assertFacts(self.anna, invoices__days_since_paid=2)

    def test_touches_of_colleagues(self):
        self.assertFacts(self.anna, crm__days_since_touch=None)
        colleague = self.salesperson.partner_id
        for days, author in ((9, colleague), (2, self.anna)):
            message = self.anna.message_post(
                body="Hello", message_type="comment", author_id=author.id
            )
            message.date = self.ago(days=days)
        self.assertFacts(self.anna, crm__days_since_touch=9)
        meeting = self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": self.ago(days=4, hours=1),
                "stop": self.ago(days=4),
                "partner_ids": [Command.set((self.anna | colleague).ids)],
            }
        )
        self.assertFacts(
            self.anna,
            crm__last_touch=self.ago(days=4),
            crm__days_since_meeting=4,
            crm__next_meeting=None,
        )
        meeting.write(
            {
                "start": self.now + timedelta(days=1),
                "stop": self.now + timedelta(days=1, hours=1),
            }
        )
        self.assertFacts(
            self.anna,
            crm__days_since_touch=9,
            crm__next_meeting=self.now + timedelta(days=1),
        )

    def test_planned_activities(self):
        lead = self.env["crm.lead"].create(
            {"name": "Lead", "partner_id": self.anna.id, "type": "opportunity"}
        )
        lead.activity_schedule(
            "mail.mail_activity_data_call",
            self.now.date() + timedelta(days=2),
            user_id=self.salesperson.id,
        )
        self.assertFacts(self.anna, crm__activities_count=1, crm__days_to_activity=2)
        lead.activity_ids.action_feedback()
        self.assertFacts(self.anna, crm__activities_count=0)


@tagged("lifecycle", "post_install", "-at_install")
class TestMoment(FactCommon):
    def test_what_comes_later_or_in_another_company_is_not_seen(self):
        """Every source but those that keep no history reads business time only."""
        idle = self.make_contact("Idle")
        facts = self.env["lifecycle.fact"]
        names = [name for name, fact in facts._facts().items() if fact.history] + [
            "crm.open_lead",
            "sales.open_quotation",
            "sales.abandoned_quotation",
            "invoices.open_count",
        ]
        other = self.env["res.company"].create({"name": "Other"})
        types = self.env["lifecycle.event.type"].search([])
        for company, when in ((self.company, self.now), (other, self.ago(days=90))):
            for event_type in types:
                self.make_event(
                    event_type.code, self.anna, when, score=9, topic="t", feature="f"
                ).company_id = company
        order = self.make_order(self.anna, self.now, self.tent)
        self.make_invoice(order)
        self.make_order(self.anna, self.now, self.tent, state="draft").state = "sent"
        lead = self.env["crm.lead"].create({"name": "L", "partner_id": self.anna.id})
        lead.write({"date_open": self.now, "date_last_stage_update": self.now})
        self.env["lifecycle.event"]._flush_pending()
        self.env["lifecycle.event"].search(
            [("partner_id", "=", self.anna.id), ("company_id", "=", self.company.id)]
        ).occurred_at = self.now
        message = self.anna.message_post(
            body="Hello", author_id=self.salesperson.partner_id.id
        )
        message.date = self.now
        for company, when in ((self.company, self.now), (other, self.ago(days=90))):
            values = {
                "company_id": company.id,
                "partner_id": self.anna.id,
                "commercial_partner_id": self.anna.id,
            }
            self.env["lifecycle.grant"].create(
                {
                    **values,
                    "kind": "coupon",
                    "starts_at": when,
                    "ends_at": when + timedelta(days=30),
                }
            )
            self.env["lifecycle.alert"].create({**values, "alerted_at": when})
        seen = self.read_facts(self.anna, *names)
        earlier = self.read_facts(self.anna, *names, as_of=self.ago(days=1))
        nothing = self.read_facts(idle, *names, as_of=self.ago(days=1))
        self.assertEqual(earlier, nothing)
        changed = [name for name in names if seen[name] != nothing[name]]
        self.assertGreater(len(changed), 80, "the records are seen in their time")
