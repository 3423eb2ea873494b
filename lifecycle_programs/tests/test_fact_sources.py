from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .facts_common import FactCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestSalesFacts(FactCommon):
    def make_lead(self, days, **values):
        lead = self.env["crm.lead"].create(
            {"name": "Lead", "partner_id": self.anna.id, "type": "lead", **values}
        )
        moment = self.ago(days=days)
        lead.write({"date_open": moment, "date_last_stage_update": moment})
        self.env["lifecycle.event"].flush_model()
        self.env["lifecycle.event"]._flush_pending()
        self.env["lifecycle.event"].search([("res_model", "=", "crm.lead")]).write(
            {"occurred_at": moment}
        )
        return lead

    def test_leads(self):
        self.assertFacts(
            self.anna,
            crm__leads_count=0,
            crm__open_lead=False,
            crm__days_since_lead=None,
            crm__never_contact=False,
        )
        lead = self.make_lead(100)
        self.assertFacts(
            self.anna,
            crm__open_lead=True,
            crm__open_opportunity=False,
            crm__days_since_lead=100,
            crm__days_untouched=100,
            crm__lost_reason=None,
        )
        self.assertEqual(
            self.read_facts(self.anna, "crm.leads_count", as_of=self.ago(days=101)), 0
        )
        reason = self.env["crm.lost.reason"].create(
            {"name": "Do not call", "lifecycle_never_contact": True}
        )
        lead.action_set_lost(lost_reason_id=reason.id)
        lead.date_closed = self.ago(days=30)
        self.assertFacts(
            self.anna,
            crm__open_lead=False,
            crm__days_since_lost=30,
            crm__days_untouched=30,
            crm__lost_reason="Do not call",
            crm__never_contact=True,
        )

    def test_opportunity_taken_over(self):
        self.make_lead(20, type="opportunity")
        lead = self.env["crm.lead"].search([("partner_id", "=", self.anna.id)])
        first = self.env["crm.stage"].search([], order="sequence", limit=1)
        lead.stage_id = first
        self.assertFacts(self.anna, crm__open_opportunity=True, crm__taken_over=False)
        alert = self.env["lifecycle.alert"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.anna.id,
                "commercial_partner_id": self.anna.id,
                "lead_id": lead.id,
                "alerted_at": self.ago(days=12),
            }
        )
        self.assertFacts(
            self.anna, crm__days_since_alert=12, crm__last_alert_answer=None
        )
        alert.write({"state": "taken", "answered_at": self.ago(days=10)})
        self.assertFacts(
            self.anna,
            crm__taken_over=True,
            crm__last_alert_answer="taken",
            crm__days_since_alert_answer=10,
        )
        lead.action_set_won()
        self.assertFacts(self.anna, crm__won_count=1, crm__taken_over=False)

    def test_messages_touch_a_lead(self):
        lead = self.make_lead(100)
        message = lead.message_post(body="Called.", message_type="comment")
        message.date = self.ago(days=8)
        self.assertFacts(self.anna, crm__days_untouched=8)

    def test_open_quotation_until_it_expires(self):
        quotation = self.env["sale.order"].create(
            {
                "partner_id": self.anna.id,
                "order_line": [Command.create({"product_id": self.tent.id})],
            }
        )
        quotation.write(
            {
                "state": "sent",
                "date_order": self.ago(days=6),
                "validity_date": self.now.date(),
            }
        )
        self.assertFacts(
            self.anna, sales__open_quotation=True, sales__days_since_quotation=6
        )
        self.assertEqual(
            self.read_facts(
                self.anna, "sales.open_quotation", as_of=self.now + timedelta(days=1)
            ),
            False,
        )

    def test_a_pricelist_of_its_own(self):
        special = self.env["product.pricelist"].create({"name": "Special"})
        given = self.env["product.pricelist"].create({"name": "Given"})
        self.assertFacts(self.anna, sales__special_pricelist=False)
        self.anna.specific_property_product_pricelist = given
        self.env["lifecycle.grant"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.anna.id,
                "commercial_partner_id": self.anna.id,
                "kind": "pricelist",
                "pricelist_id": given.id,
                "starts_at": self.ago(days=1),
                "ends_at": self.now + timedelta(days=9),
            }
        )
        self.assertFacts(self.anna, sales__special_pricelist=False)
        self.anna.specific_property_product_pricelist = special
        self.assertFacts(self.anna, sales__special_pricelist=True)
        self.anna.specific_property_product_pricelist = False
        self.assertFacts(self.anna, sales__special_pricelist=False)


@tagged("lifecycle", "post_install", "-at_install")
class TestProgramFacts(FactCommon):
    def test_engagement_of_the_company_adds_up(self):
        acme = self.make_contact("Acme", is_company=True)
        bea = self.make_contact("Bea", parent_id=acme.id)
        cleo = self.make_contact("Cleo", parent_id=acme.id)
        for partner, days, kind in (
            (bea, 40, "content"),
            (bea, 3, "price"),
            (bea, 3, "price"),
            (cleo, 3, "offer"),
            (cleo, 1, "content"),
        ):
            self.make_event(
                "mail_clicked", partner, self.ago(days=days), kind=kind, topic="tents"
            )
        self.make_event("mail_replied", cleo, self.ago(days=2))
        self.make_event("mail_opened", bea, self.ago(hours=1))
        self.make_event("guide_downloaded", bea, self.ago(days=5), topic="stoves")
        self.assertFacts(
            acme,
            engagement__clicks=5,
            engagement__clicks_30d=4,
            engagement__click_days_14d=2,
            engagement__last_click=self.ago(days=1),
            engagement__replies=1,
            engagement__opens=1,
            engagement__downloads=1,
            engagement__bounces=0,
            engagement__topics=("stoves", "tents"),
            engagement__days_since_activity=1,
            # Bea's two clicks on prices of one day are one; Cleo's offer is another.
            engagement__points_30d=25 + 25 + 10 + 50 + 15,
        )
        self.assertFacts(
            acme,
            as_of=self.ago(days=2),
            engagement__clicks=4,
            engagement__replies=1,
            engagement__points_30d=25 + 25 + 50 + 15,
        )
        self.assertFacts(self.anna, engagement__clicks=0, engagement__topics=())

    def test_events_of_another_company_are_not_seen(self):
        other = self.env["res.company"].create({"name": "Other"})
        event = self.make_event("mail_clicked", self.anna, self.ago(days=1))
        self.assertFacts(self.anna, engagement__clicks=1)
        event.company_id = other
        self.assertFacts(self.anna, engagement__clicks=0)

    def test_pages_viewed(self):
        for days, url, seconds in (
            (1, "/pricelist", 70),
            (2, "/pricelist", 60),
            (3, "/about", 10),
            (31, "/pricelist", 500),
        ):
            self.make_event(
                "page_viewed", self.anna, self.ago(days=days), url=url, seconds=seconds
            )
        self.make_event("page_viewed", self.anna, self.now, url=7, seconds="strange")
        self.assertFacts(
            self.anna, web__page_views_30d=4, web__price_list_seconds_30d=130
        )

    def test_the_latest_answer_counts(self):
        self.assertFacts(self.anna, nps__score=None, nps__would_recommend=None)
        self.make_event("survey_answered", self.anna, self.ago(days=50), score=10)
        self.make_event("survey_answered", self.anna, self.ago(days=20), score=6)
        self.assertFacts(
            self.anna,
            nps__score=6,
            nps__would_recommend=False,
            nps__days_since=20,
            nps__answered_at=self.ago(days=20),
        )
        self.assertFacts(
            self.anna,
            as_of=self.ago(days=30),
            nps__score=10,
            nps__would_recommend=True,
        )
        self.make_event("survey_answered", self.anna, self.ago(days=2), recommend=True)
        self.assertFacts(self.anna, nps__score=6, nps__would_recommend=True)

    def test_programs_and_what_they_sent(self):
        program = self.make_program({"type": "wait"}, {"type": "end"}, code="trial")
        step = program.version_id.step_ids[0]
        enrolment = self.env["lifecycle.enrolment"].create(
            {
                "program_id": program.id,
                "version_id": program.version_id.id,
                "company_id": self.company.id,
                "partner_id": self.anna.id,
                "commercial_partner_id": self.anna.id,
                "entered_at": self.ago(days=10),
            }
        )
        self.env["lifecycle.step.run"].create(
            [
                {
                    "enrolment_id": enrolment.id,
                    "step_id": step.id,
                    "visit": visit,
                    "program_id": program.id,
                    "company_id": self.company.id,
                    "partner_id": self.anna.id,
                    "step_type": step_type,
                    "outcome": outcome,
                    "scheduled_at": self.ago(days=days),
                    "run_at": self.ago(days=days),
                }
                for visit, (days, step_type, outcome) in enumerate(
                    [
                        (40, "mail", "done"),
                        (9, "mail", "done"),
                        (8, "mail", "skipped"),
                        (7, "survey", "done"),
                        (6, "sms", "done"),
                    ]
                )
            ]
        )
        self.assertFacts(
            self.anna,
            programs__active=("trial",),
            programs__done=(),
            programs__entered_365d=("trial",),
            engagement__mails_sent=3,
            engagement__mails_sent_30d=2,
            engagement__last_sent=self.ago(days=7),
            nps__days_since_asked=7,
        )
        self.assertFacts(self.anna, as_of=self.ago(days=11), programs__entered_365d=())
        enrolment.write({"state": "ended", "ended_at": self.ago(days=2)})
        self.assertFacts(
            self.anna,
            programs__active=(),
            programs__done=("trial",),
            programs__refused=(),
        )
        self.assertFacts(self.anna, as_of=self.ago(days=3), programs__active=("trial",))
        self.env["lifecycle.opt.out"].create(
            {
                "address": self.anna.email_normalized,
                "program_id": program.id,
                "opted_out_at": self.ago(days=1),
            }
        )
        self.assertFacts(self.anna, programs__refused=("trial",))
        self.assertFacts(self.anna, as_of=self.ago(days=2), programs__refused=())

    def test_grants(self):
        program = self.env["lifecycle.program"].search([("code", "=", "rescue")])
        program = program or self.make_program({"type": "end"}, code="rescue")
        colleague = self.make_contact("Colleague", parent_id=self.anna.id)

        def grant(days, length, **values):
            return self.env["lifecycle.grant"].create(
                {
                    "company_id": self.company.id,
                    "partner_id": self.anna.id,
                    "commercial_partner_id": self.anna.id,
                    "kind": "coupon",
                    "starts_at": self.ago(days=days),
                    "ends_at": self.ago(days=days - length),
                    **values,
                }
            )

        ended = {"state": "ended", "ended_at": self.ago(days=390)}
        grant(400, 10, code="old", **ended)
        used = {"state": "used", "ended_at": self.ago(days=95)}
        grant(100, 30, code="used", program_id=program.id, **used)
        grant(4, 14, code="live")
        for contact in (self.anna, colleague):
            self.assertFacts(
                contact,
                grants__live=True,
                grants__code="live",
                grants__days_to_end=10,
                grants__count_365d=2,
                grants__rescue_365d=1,
                grants__days_since_last=4,
            )
        self.assertFacts(self.anna, as_of=self.ago(days=90), grants__live=False)
        self.assertFacts(self.anna, as_of=self.ago(days=96), grants__code="used")
        # Its time is over although nobody has ended it yet.
        self.assertFacts(
            self.anna, as_of=self.now + timedelta(days=10), grants__live=False
        )
