from odoo import Command, fields
from odoo.tests import Form, tagged

from .events_common import EventCommon


@tagged("post_install", "-at_install", "lifecycle")
class TestAddressEvents(EventCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finland = cls.env.ref("base.fi")
        cls.anna.write(
            {
                "street": "Kauppakatu 1",
                "zip": "33100",
                "city": "Tampere",
                "country_id": cls.finland.id,
            }
        )
        cls.env["lifecycle.event"]._flush_pending()

    def test_a_move(self):
        self.anna.write({"street": "Aleksanterinkatu 5", "zip": "00100"})
        self.anna.city = "Helsinki"
        event = self.events("field_changed")
        self.assertEqual(event.partner_id, self.anna)
        self.assertEqual(event.company_id, self.company)
        self.assertEqual(
            event.payload,
            {
                "field": "address",
                "old": "Kauppakatu 1, 33100 Tampere, FI",
                "new": "Aleksanterinkatu 5, 00100 Helsinki, FI",
                "old_zip": "33100",
                "new_zip": "00100",
                "old_city": "Tampere",
                "new_city": "Helsinki",
                "old_country": "FI",
                "new_country": "FI",
            },
        )

    def test_another_spelling_is_no_move(self):
        self.anna.write({"street": "kauppakatu  1.", "city": "TAMPERE"})
        self.assertFalse(self.events("field_changed"))

    def test_there_and_back_is_no_move(self):
        self.anna.city = "Turku"
        self.anna.city = "Tampere"
        self.assertFalse(self.events("field_changed"))

    def test_filling_in_or_clearing_an_address_is_no_move(self):
        partner = self.make_contact("Without Address")
        partner.city = "Turku"
        self.flush()
        partner.city = False
        self.assertFalse(self.events("field_changed"))

    def test_a_company_moves_once_not_with_each_contact(self):
        acme = self.make_contact("Acme Oy", is_company=True, city="Tampere")
        liisa = self.make_contact("Liisa Acme", parent_id=acme.id)
        self.make_contact("Matti Acme", parent_id=acme.id)
        self.flush()
        acme.city = "Turku"
        self.assertEqual(self.events("field_changed").partner_id, acme)
        self.assertEqual(liisa.city, "Turku")
        # Written on a contact, Odoo moves the company.
        liisa.city = "Helsinki"
        self.assertEqual(self.events("field_changed").partner_id, acme)
        self.assertEqual(len(self.events("field_changed")), 2)

    def test_a_delivery_address_is_not_the_main_one(self):
        delivery = self.make_contact(
            "Warehouse", parent_id=self.anna.id, type="delivery", city="Oulu"
        )
        self.flush()
        delivery.city = "Kemi"
        self.assertFalse(self.events("field_changed"))

    def test_an_import_is_history(self):
        self.anna.with_context(import_file=True).city = "Turku"
        self.assertTrue(self.events("field_changed").is_history)

    def test_many_at_once_cost_no_more_statements(self):
        partners = self.make_contacts(30, city="Tampere", country_id=self.finland.id)
        self.flush()
        partners.write({"city": "Turku"})
        self.env.flush_all()
        self.env["ir.model.data"]._xmlid_to_res_id(
            "lifecycle_programs.ir_cron_process_events"
        )
        before = self.cr.sql_log_count
        self.env["lifecycle.event"]._flush_pending()
        # savepoint, exists, contacts, countries, insert, release, two for the trigger
        self.assertLessEqual(self.cr.sql_log_count - before, 8)
        self.assertEqual(len(self.events("field_changed")), 30)

    def test_other_fields_that_a_company_watches(self):
        self.anna.function = "Buyer"
        self.assertFalse(self.events("field_changed"))
        field = self.env["ir.model.fields"]._get("res.partner", "function")
        country = self.env["ir.model.fields"]._get("res.partner", "state_id")
        self.company.lifecycle_watched_field_ids = field | country
        self.anna.write(
            {
                "function": "Director",
                "state_id": self.env["res.country.state"]
                .create({"name": "Uusimaa", "code": "U", "country_id": self.finland.id})
                .id,
            }
        )
        payloads = [event.payload for event in self.events("field_changed")]
        self.assertEqual(
            payloads,
            [
                {"field": "function", "old": "Buyer", "new": "Director"},
                {"field": "state_id", "old": "", "new": "Uusimaa (FI)"},
            ],
        )
        self.company.lifecycle_watched_field_ids = [Command.clear()]
        self.anna.function = "Retired"
        self.assertEqual(len(self.events("field_changed")), 2)


@tagged("post_install", "-at_install", "lifecycle")
class TestSharedContacts(EventCommon):
    """A contact of no company is news to every company that has programs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other"})
        cls.idle = cls.env["res.company"].create({"name": "Without programs"})
        cls.marketing = cls.env.ref("lifecycle_programs.lifecycle_category_marketing")
        cls.guide = cls.env["lifecycle.content"].create(
            {"name": "Tent guide", "kind": "guide"}
        )
        cls.anna.write({"zip": "33100", "city": "Tampere"})
        cls.program = cls.make_program({"type": "end"})
        cls.theirs = cls.make_program({"type": "end"}, company_id=cls.other.id)
        cls.env["lifecycle.event"]._flush_pending()

    def happen(self, **opt_out):
        """The companies that hear of a move, a download and an unsubscribing."""
        city = "Turku" if self.anna.city == "Tampere" else "Tampere"
        self.anna.city = city
        self.guide._log_download(self.anna)
        target = opt_out or {"category": self.marketing}
        opt_outs = self.env["lifecycle.opt.out"]
        opt_outs.search([]).unlink()
        opt_outs._opt_out(self.anna.email, **target)
        codes = ("field_changed", "guide_downloaded", "unsubscribed")
        written = [self.events(code) for code in codes]
        companies = [events.company_id for events in written]
        self.assertEqual([len(x) for x in written], [len(x) for x in companies])
        self.env["lifecycle.event"].union(*written).unlink()
        return companies

    def test_every_company_with_programs(self):
        both = self.company | self.other
        self.assertEqual(self.happen(), [both] * 3)
        self.theirs.action_pause()
        self.assertEqual(self.happen(), [both] * 3)
        self.assertEqual(self.happen(program=self.theirs), [both, both, self.other])
        self.program.active = False
        self.assertEqual(self.happen(), [self.other] * 3)

    def test_the_current_company_when_no_other_has_programs(self):
        (self.program | self.theirs).state = "draft"
        self.assertEqual(self.happen(), [self.company] * 3)

    def test_its_own_company(self):
        self.anna.company_id = self.idle
        self.assertEqual(self.happen(), [self.idle] * 3)

    def test_many_contacts_cost_one_read(self):
        programs = self.env["lifecycle.program"]
        programs._get_listening_company_ids()
        before = self.cr.sql_log_count
        for partner in self.make_contacts(5):
            self.flush()
            before = self.cr.sql_log_count
            self.env["lifecycle.event"]._get_company_ids(partner)
            self.assertEqual(self.cr.sql_log_count, before)


@tagged("post_install", "-at_install", "lifecycle")
class TestFirstName(EventCommon):
    def test_taken_from_the_name_of_a_person(self):
        self.assertEqual(self.anna.lifecycle_first_name, "Anna")
        self.assertEqual(
            self.make_contact("Virtanen, Liisa").lifecycle_first_name, "Liisa"
        )
        self.assertEqual(
            self.make_contact("Dr. Matti Meri").lifecycle_first_name, "Matti"
        )

    def test_companies_and_shared_addresses_have_none(self):
        acme = self.make_contact("Acme Oy", is_company=True)
        self.assertFalse(acme.lifecycle_first_name)
        desk = self.make_contact("Anna Desk", email="info@example.com")
        self.assertFalse(desk.lifecycle_first_name)
        desk.email = "anna@example.com"
        self.assertEqual(desk.lifecycle_first_name, "Anna")

    def test_follows_the_name_until_somebody_writes_it(self):
        self.anna.name = "Annika Korhonen"
        self.assertEqual(self.anna.lifecycle_first_name, "Annika")
        self.anna.lifecycle_first_name = "Anski"
        self.anna.write({"name": "Anna Virtanen", "email": "av@example.com"})
        self.assertEqual(self.anna.lifecycle_first_name, "Anski")
        self.anna.lifecycle_first_name = False
        self.anna.email = "anna.v@example.com"
        self.assertFalse(self.anna.lifecycle_first_name, "neutral by choice")
        self.anna.lifecycle_first_name = "Anna"
        self.anna.name = "Liisa Virtanen"
        self.assertEqual(self.anna.lifecycle_first_name, "Liisa", "follows again")

    def test_a_form_that_sends_it_back_does_not_fix_it(self):
        with Form(self.env["res.partner"]) as form:
            form.name = "Pekka Meri"
        partner = form.save()
        self.assertEqual(partner.lifecycle_first_name, "Pekka")
        self.assertFalse(partner.lifecycle_first_name_given)


@tagged("post_install", "-at_install", "lifecycle")
class TestLeadEvents(EventCommon):
    def make_lead(self, **values):
        return self.env["crm.lead"].create({"name": "Wants a tent", **values})

    def resolve(self, events):
        self.env["lifecycle.event"]._resolve_contacts(events)
        return events

    def test_created_with_a_contact(self):
        lead = self.make_lead(partner_id=self.anna.id)
        event = self.events("lead_created")
        self.assertEqual(event.partner_id, self.anna)
        self.assertEqual((event.res_model, event.res_id), ("crm.lead", lead.id))

    def test_stage_won_and_lost(self):
        reason = self.env["crm.lost.reason"].create({"name": "Too dear"})
        won, lost = (
            self.make_lead(partner_id=self.anna.id),
            self.make_lead(partner_id=self.anna.id),
        )
        stage = self.env["crm.stage"].create({"name": "Negotiation"})
        (won | lost).stage_id = stage
        events = self.events("lead_stage_changed")
        self.assertEqual(
            [event.payload for event in events], [{"stage": "Negotiation"}] * 2
        )
        won.stage_id = stage
        self.assertEqual(len(self.events("lead_stage_changed")), 2, "no move")
        won.action_set_won()
        lost.action_set_lost(lost_reason_id=reason.id)
        self.assertEqual(self.events("lead_won").res_id, won.id)
        event = self.events("lead_lost")
        self.assertEqual(event.res_id, lost.id)
        self.assertEqual(event.payload, {"reason": "Too dear"})

    def test_a_lead_of_nobody_has_no_event(self):
        self.make_lead(phone="+358401234567")
        self.assertFalse(self.events("lead_created"))

    def test_a_lead_is_matched_by_its_normalised_address(self):
        lead = self.make_lead(
            email_from='"A. Korhonen" <ANNA.Korhonen@Example.com>',
            phone="+358401234567",
            city="Oulu",
        )
        event = self.events("lead_created")
        self.assertFalse(event.partner_id)
        self.assertEqual(event.email, "anna.korhonen@example.com")
        self.assertEqual(self.resolve(event).partner_id, self.anna)
        self.assertEqual(lead.partner_id, self.anna)
        self.assertEqual(lead.city, "Oulu", "the lead keeps its own details")
        self.assertFalse(self.anna.city)

    def test_a_contact_of_another_company_is_no_match(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.anna.company_id = other
        lead = self.make_lead(
            email_from=self.anna.email, company_id=self.company.id, team_id=False
        )
        self.resolve(self.events("lead_created"))
        self.assertTrue(lead.partner_id)
        self.assertNotEqual(lead.partner_id, self.anna)
        own = self.make_contact("Own", email=self.anna.email)
        own.company_id = self.company
        again = self.make_lead(
            email_from=self.anna.email, company_id=self.company.id, team_id=False
        )
        self.resolve(self.events("lead_created"))
        self.assertEqual(again.partner_id, own, "its own before a shared one")

    def test_two_leads_of_one_address_get_one_new_contact(self):
        leads = self.make_lead(
            email_from="Uusi Ihminen <uusi@example.com>", partner_name="Uusi Oy"
        ) | self.make_lead(email_from="UUSI@example.com")
        self.resolve(self.events("lead_created"))
        partner = leads.partner_id
        self.assertEqual(len(partner), 1)
        self.assertEqual(partner.email_normalized, "uusi@example.com")
        self.assertFalse(partner.is_company)
        self.assertEqual(
            self.env["res.partner"].search_count(
                [("email_normalized", "=", "uusi@example.com")]
            ),
            1,
        )
        self.assertEqual(self.env["crm.lead"]._lifecycle_link_contacts(), 0)

    def test_an_archived_contact_is_not_made_anew(self):
        self.anna.active = False
        lead = self.make_lead(email_from=self.anna.email)
        self.env["crm.lead"]._lifecycle_link_contacts()
        self.assertEqual(lead.partner_id, self.anna)

    def test_old_leads_are_linked_up_to_a_limit_with_few_statements(self):
        for number in range(30):
            self.make_lead(email_from=f"lead{number}@example.com", active=number % 2)
        self.flush()
        link = self.env["crm.lead"]._lifecycle_link_contacts
        self.assertEqual(link(limit=10), 10)
        before = self.cr.sql_log_count
        link(limit=1)
        single = self.cr.sql_log_count - before
        before = self.cr.sql_log_count
        link(limit=19)
        self.assertLessEqual(self.cr.sql_log_count - before, single + 5)
        self.assertEqual(link(), 0)

    def test_events_of_unknown_addresses_stay_without_contact(self):
        self.env["lifecycle.event"]._emit(
            "survey_answered",
            [
                {"email": "nobody@example.com", "occurred_at": self.start},
                {"email": self.anna.email, "occurred_at": self.start},
            ],
        )
        events = self.resolve(self.events("survey_answered"))
        self.assertEqual(events.mapped("partner_id"), self.anna)


@tagged("post_install", "-at_install", "lifecycle")
class TestMergedContacts(EventCommon):
    def merge(self, source, target):
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (source | target).ids, target
        )

    def enrol(self, program, *partners):
        for partner in partners:
            program._enrol_partners(partner, self.start)

    def test_the_source_leaves_its_programs_and_keeps_its_history(self):
        program = self.make_program({"type": "wait", "wait_value": 5})
        source = self.make_contact("Anna K")
        self.enrol(program, source, self.anna)
        left = self.enrolment_of(source, program)
        stays = self.enrolment_of(self.anna, program)
        self.env["lifecycle.event"]._emit(
            "added_by_hand", [{"partner_id": source.id, "occurred_at": self.start}]
        )
        self.flush()
        self.merge(source, self.anna)
        self.assertFalse(source.exists())
        self.assertEqual((left.state, left.end_reason), ("exited", "merged"))
        self.assertEqual(left.partner_id, self.anna)
        self.assertEqual(stays.state, "active")
        self.assertEqual(self.events("added_by_hand").partner_id, self.anna)

    def test_an_address_lent_by_the_source_is_no_move(self):
        source = self.make_contact("Anna K", zip="33100", city="Tampere")
        self.anna.city = "Turku"
        self.flush()
        self.merge(source, self.anna)
        self.assertEqual((self.anna.zip, self.anna.city), ("33100", "Turku"))
        self.assertFalse(self.events("field_changed"))

    def test_into_the_contact_of_a_company(self):
        acme = self.make_contact("Acme Oy", is_company=True)
        target = self.make_contact("Anna Acme", parent_id=acme.id)
        program = self.make_program({"type": "wait", "wait_value": 5})
        self.enrol(program, self.anna)
        enrolment = self.enrolment_of(self.anna, program)
        self.merge(self.anna, target)
        self.assertEqual(enrolment.partner_id, target)
        self.assertEqual(enrolment.commercial_partner_id, acme)

    def test_two_live_grants_and_open_alerts_do_not_collide(self):
        source = self.make_contact("Anna K")
        for partner in (source, self.anna):
            self.env["lifecycle.grant"].create(
                {
                    "company_id": self.company.id,
                    "partner_id": partner.id,
                    "commercial_partner_id": partner.id,
                    "kind": "coupon",
                    "starts_at": self.start,
                    "ends_at": self.at(days=14),
                }
            )
            self.env["lifecycle.alert"].create(
                {
                    "company_id": self.company.id,
                    "partner_id": partner.id,
                    "commercial_partner_id": partner.id,
                    "alerted_at": fields.Datetime.now(),
                }
            )
        self.flush()
        self.merge(source, self.anna)
        grants = self.env["lifecycle.grant"].search([("partner_id", "=", self.anna.id)])
        self.assertEqual(len(grants), 2)
        self.assertEqual(len(grants.filtered(lambda one: one.state == "live")), 1)
        alerts = self.env["lifecycle.alert"].search([("partner_id", "=", self.anna.id)])
        self.assertEqual(len(alerts.filtered(lambda one: one.state == "open")), 1)
