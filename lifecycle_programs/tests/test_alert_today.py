"""Ready today: what a salesperson sees at a glance, who stands in, how many a day."""

from datetime import timedelta

import psycopg2.errors

from odoo import fields
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.lifecycle_alert_raise import ALERTS_A_DAY
from .test_alerts import WEDNESDAY, AlertCommon


@tagged("post_install", "-at_install", "lifecycle")
class TestReadyToday(AlertCommon):
    def as_anna(self, alert):
        return alert.with_user(self.anna)

    def test_what_is_known_before_the_call(self):
        acme = self.make_contact("Acme", is_company=True, user_id=self.anna.id)
        person = self.make_contact("Paula Person", parent_id=acme.id, phone="+3585551")
        alert = self.raise_alert(person, **self.make_entry(61, 2))
        self.make_event(
            "page_viewed",
            person,
            fields.Datetime.now() - timedelta(hours=1),
            url="/tents",
        )
        program = self.make_program(
            {"type": "wait", "wait_value": 9}, code="longer", name="Longer way"
        )
        self.put_in(person, program=program)
        grant = self.env["lifecycle.grant"].create(
            {
                "company_id": self.company.id,
                "partner_id": person.id,
                "commercial_partner_id": acme.id,
                "kind": "coupon",
                "code": "TENT10",
                "description": "10 % off",
                "starts_at": self.start,
                "ends_at": fields.Datetime.now() + timedelta(days=5),
            }
        )
        seen = self.as_anna(alert)
        self.assertEqual(seen.phone, "+3585551")
        self.assertIn("61", seen.clauses_html)
        self.assertIn("/tents", seen.lately_html)
        self.assertIn("Longer way", seen.program_names)
        self.assertEqual(seen.live_grant_id, grant)
        self.assertIn("TENT10", seen.live_grant_text)

    def test_strongest_first(self):
        partners = self.make_contacts(3, user_id=self.anna.id)
        self.alert(partners)
        alerts = self.env["lifecycle.alert"].search([("user_id", "=", self.anna.id)])
        for alert, strength in zip(alerts, (5, 50, 20), strict=True):
            alert.strength = strength
        found = self.env["lifecycle.alert"].with_user(self.anna).search([])
        self.assertEqual(found.mapped("strength"), [50, 20, 5])
        leads = self.env["crm.lead"].search(
            [("id", "in", alerts.lead_id.ids)], order="lifecycle_readiness desc"
        )
        self.assertEqual(leads.mapped("lifecycle_readiness"), [50, 20, 5])

    def test_the_ribbon_says_why(self):
        partner = self.make_contact(user_id=self.anna.id)
        alert = self.raise_alert(partner, **self.make_entry(61, 2))
        lead = alert.lead_id.with_user(self.anna)
        self.assertIn("61", lead.lifecycle_alert_hint)
        self.assertNotIn("<", lead.lifecycle_alert_hint)
        lead.action_lifecycle_take_over()
        self.assertFalse(lead.lifecycle_alert_hint)
        self.assertEqual(lead.lifecycle_readiness, 0)

    def test_a_page_of_cards_costs_few_queries(self):
        def read(alerts):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.as_anna(alerts).web_read(
                {
                    name: {}
                    for name in (
                        "phone",
                        "clauses_html",
                        "lately_html",
                        "program_names",
                        "live_grant_text",
                    )
                }
            )
            return self.env.cr.sql_log_count - before

        self.alert(self.make_contacts(5, user_id=self.anna.id))
        alerts = self.env["lifecycle.alert"].search([("user_id", "=", self.anna.id)])
        read(alerts[:1])
        self.assertEqual(len(alerts), 5)
        self.assertLessEqual(read(alerts), read(alerts[:1]) + 1)

    # ------------------------------------------------------------
    # WHO STANDS IN
    # ------------------------------------------------------------

    def test_a_substitute_for_the_absent(self):
        """Who is away has somebody who stands in, of their own choice."""
        self.anna.with_user(self.anna).write(
            {
                "lifecycle_away_until": WEDNESDAY.date(),
                "lifecycle_substitute_id": self.bo.id,
            }
        )
        alert = self.raise_alert(self.make_contact(user_id=self.anna.id))
        self.assertEqual(alert.user_id, self.bo)
        self.assertEqual(alert.activity_id.user_id, self.bo)

    def test_back_the_next_day(self):
        self.anna.write(
            {
                "lifecycle_away_until": WEDNESDAY.date() - timedelta(days=1),
                "lifecycle_substitute_id": self.bo.id,
            }
        )
        alert = self.raise_alert(self.make_contact(user_id=self.anna.id))
        self.assertEqual(alert.user_id, self.anna)

    def test_the_leader_stands_in_where_nobody_is_named(self):
        self.anna.lifecycle_away_until = WEDNESDAY.date()
        alert = self.raise_alert(self.make_contact(user_id=self.anna.id))
        self.assertEqual(alert.user_id, self.leader)

    def test_all_are_away(self):
        """An alert is nobody's only when nobody is left."""
        for user in self.anna | self.bo | self.leader:
            user.lifecycle_away_until = WEDNESDAY.date()
        self.anna.lifecycle_substitute_id = self.bo
        alert = self.raise_alert(self.make_contact(user_id=self.anna.id))
        self.assertEqual(alert.user_id, self.anna)

    def test_new_leads_go_to_who_is_there(self):
        self.anna.lifecycle_away_until = WEDNESDAY.date()
        for partner in self.make_contacts(2):
            self.assertEqual(self.raise_alert(partner).user_id, self.bo)

    # ------------------------------------------------------------
    # FIVE A DAY
    # ------------------------------------------------------------

    def test_five_a_day(self):
        results = self.alert(self.make_contacts(7, user_id=self.anna.id))
        raised = [one for one in results if one.outcome == "done"]
        self.assertEqual(len(raised), ALERTS_A_DAY)

    @mute_logger("odoo.sql_db")
    def test_two_workers_do_not_hand_out_at_the_same_time(self):
        """Who began before the other committed has to begin again."""
        desk = "lifecycle_alert_desk"
        take = (
            f"INSERT INTO {desk} (company_id, used_at) VALUES (%s, now())"
            " ON CONFLICT (company_id) DO UPDATE SET used_at = EXCLUDED.used_at"
        )
        database = db_connect(self.env.cr.dbname)
        company_id = self.env.ref("base.main_company").id
        with database.cursor() as first, database.cursor() as second:
            second.execute(f"SELECT count(*) FROM {desk}")
            first.execute(take, [company_id])
            first.commit()
            with self.assertRaises(psycopg2.errors.SerializationFailure):
                other = self.env(cr=second)
                other["lifecycle.alert.desk"]._take(
                    other["res.company"].browse(company_id), self.start
                )
            second.rollback()
            first.execute(f"DELETE FROM {desk}")
            first.commit()
