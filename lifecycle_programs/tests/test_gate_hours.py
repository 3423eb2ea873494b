"""Sending hours, holidays, days without messages."""

from datetime import datetime, timedelta

from odoo.tests import TransactionCase, tagged

from .messages_common import CATEGORY, MessageCommon

# A Wednesday, noon in UTC, in winter.
NOON = datetime(2027, 1, 13, 12, 0)


@tagged("lifecycle")
class TestShippedHours(TransactionCase):
    def test_shipped_hours(self):
        """Marketing mail on weekdays from 9 to 17, SMS from 10 to 19 (R144)."""
        found = {}
        for name in (
            "marketing_mail",
            "marketing_sms",
            "onboarding_sms",
            "service_sms",
        ):
            row = self.env.ref(f"lifecycle_programs.lifecycle_hours_{name}")
            key = (row.category_id.code, row.channel)
            found[key] = (row.weekdays, row.hour_from, row.hour_to)
        self.assertEqual(
            found,
            {
                ("marketing", "mail"): ("mon_fri", 9, 17),
                ("marketing", "sms"): ("mon_fri", 10, 19),
                ("onboarding", "sms"): ("all", 10, 19),
                ("service", "sms"): ("all", 10, 19),
            },
        )


@tagged("lifecycle")
class TestGateHours(MessageCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {"country_id": cls.env.ref("base.fi").id, "lifecycle_spread_minutes": 0}
        )
        cls.company.resource_calendar_id.tz = "Europe/Helsinki"
        cls.company.partner_id.tz = "Europe/Helsinki"
        cls.marketing = cls.env.ref(CATEGORY + "marketing")
        cls.hours = cls.env["lifecycle.hours"].create(
            {
                "category_id": cls.marketing.id,
                "channel": "mail",
                "weekdays": "mon_fri",
                "hour_from": 9,
                "hour_to": 17,
            }
        )
        cls.step = cls.make_mail_step()

    def held(self, partner, now, step=None):
        """Why the message waits, and until when; None when it does not."""
        step = step or self.step
        enrolment = self.enrolment_of(partner, step.program_id)
        enrolment = enrolment or self.enrol(step, partner)
        enrolment.scheduled_at = now
        refused = step._gate(enrolment, "mail", now)[1].get(enrolment.id)
        return refused and (refused.reason, refused.due_at)

    def test_marketing_waits_for_the_morning(self):
        """On the contact's clock. Helsinki is two hours ahead of UTC in winter."""
        liisa = self.make_contact()
        self.assertIsNone(self.held(liisa, NOON))
        evening = datetime(2027, 1, 13, 15, 0)
        self.assertEqual(
            self.held(liisa, evening), ("quiet_hours", datetime(2027, 1, 14, 7, 0))
        )
        friday = datetime(2027, 1, 15, 20, 0)
        self.assertEqual(
            self.held(liisa, friday), ("quiet_hours", datetime(2027, 1, 18, 7, 0))
        )

    def test_the_clock_is_the_contacts(self):
        """Own zone first, then the number, then the country, then the company."""
        late = datetime(2027, 1, 13, 15, 30)  # 17:30 in Helsinki
        us = self.env.ref("base.us")
        tokyo = self.make_contact("In Tokyo", tz="Asia/Tokyo", country_id=us.id)
        number = self.make_contact("In California", phone="+1 415 555 2671")
        country = self.make_contact("In America", country_id=us.id)
        company = self.make_contact("At Home")
        self.assertEqual(
            self.held(tokyo, late), ("quiet_hours", datetime(2027, 1, 14, 0, 0))
        )
        # 7:30 in San Francisco, 10:30 in New York.
        self.assertEqual(
            self.held(number, late), ("quiet_hours", datetime(2027, 1, 13, 17, 0))
        )
        self.assertIsNone(self.held(country, late))
        self.assertEqual(
            self.held(company, late), ("quiet_hours", datetime(2027, 1, 14, 7, 0))
        )
        # A company without a zone lives in its country.
        self.company.partner_id.write({"tz": False, "phone": False})
        self.company.country_id = self.env.ref("base.jp")
        self.assertEqual(
            self.held(company, late), ("quiet_hours", datetime(2027, 1, 14, 0, 0))
        )

    def test_the_nearest_hours_count(self):
        """A country, a company, a channel of its own."""
        sweden = self.env.ref("base.se")
        here = self.make_contact("At Home")
        there = self.make_contact("In Sweden", country_id=sweden.id)
        self.env["lifecycle.hours"].create(
            {
                "category_id": self.marketing.id,
                "country_id": sweden.id,
                "weekdays": "all",
                "hour_from": 12,
                "hour_to": 15,
            }
        )
        early = datetime(2027, 1, 13, 8, 0)
        self.assertIsNone(self.held(here, early))
        self.assertEqual(
            self.held(there, early), ("quiet_hours", datetime(2027, 1, 13, 11, 0))
        )
        own = self.hours.copy({"company_id": self.company.id, "hour_from": 13})
        self.assertEqual(
            self.held(here, early), ("quiet_hours", datetime(2027, 1, 13, 11, 0))
        )
        own.company_id = self.env["res.company"].create({"name": "Another"})
        self.assertIsNone(self.held(here, early))

    def test_what_was_asked_for_comes_at_once(self):
        """Welcome, answers, invoices: their categories have no hours."""
        night = datetime(2027, 1, 17, 1, 0)
        for category in ("onboarding", "service", "billing", "legal"):
            step = self.make_mail_step(
                self.make_message(category=category), code=category
            )
            self.assertIsNone(self.held(self.make_contact(category), night, step))

    def test_days_without_messages(self):
        """By country and company, every year or once; holidays of the company too."""
        sweden = self.env.ref("base.se")
        here = self.make_contact("At Home", tz="Europe/Helsinki")
        there = self.make_contact("In Sweden", country_id=sweden.id)
        self.env["lifecycle.blackout"].create(
            [
                {
                    "name": "Epiphany, as it was 2020",
                    "date_from": "2020-01-12",
                    "date_to": "2020-01-13",
                    "every_year": True,
                    "country_id": sweden.id,
                },
                {
                    "name": "Stocktaking",
                    "date_from": "2027-01-15",
                    "date_to": "2027-01-15",
                },
            ]
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Public holiday",
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": datetime(2027, 1, 17, 22, 0),
                "date_to": datetime(2027, 1, 18, 21, 59),
            }
        )
        self.assertIsNone(self.held(here, NOON))
        self.assertEqual(
            self.held(there, NOON), ("holiday", datetime(2027, 1, 14, 8, 0))
        )
        friday = NOON + timedelta(days=2)
        self.assertEqual(
            self.held(there, friday), ("holiday", datetime(2027, 1, 18, 8, 0))
        )
        # Monday is a holiday at home.
        self.assertEqual(
            self.held(here, friday), ("holiday", datetime(2027, 1, 19, 7, 0))
        )
        # Without hours, marketing keeps the days, and nothing else does.
        self.hours.unlink()
        self.assertEqual(
            self.held(here, friday), ("holiday", datetime(2027, 1, 15, 22, 0))
        )
        self.assertIsNone(self.held(here, NOON + timedelta(days=10)))
        service = self.make_mail_step(self.make_message(category="service"), code="s")
        self.assertIsNone(self.held(here, friday, service))

    def test_an_always_closed_window_is_looked_at_again(self):
        self.env["lifecycle.blackout"].create(
            [
                {"name": "Long", "date_from": start, "date_to": end}
                for start, end in (
                    ("2027-01-01", "2027-02-15"),
                    ("2027-02-16", "2027-03-31"),
                    ("2027-04-01", "2027-05-20"),
                )
            ]
        )
        self.assertEqual(
            self.held(self.make_contact(), NOON),
            ("holiday", NOON + timedelta(days=30)),
        )

    def test_who_waited_is_spread(self):
        self.company.lifecycle_spread_minutes = 60
        partners = self.make_contacts(60)
        enrolments = self.enrol(self.step, partners)
        enrolments.scheduled_at = evening = datetime(2027, 1, 13, 18, 0)
        refused = self.step._gate(enrolments, "mail", evening)[1]
        moments = [refused[one.id].due_at for one in enrolments]
        opens = datetime(2027, 1, 14, 7, 0)
        self.assertTrue(
            all(opens <= one < opens + timedelta(hours=1) for one in moments)
        )
        self.assertGreater(len(set(moments)), 50)
        again = self.step._gate(enrolments, "mail", evening + timedelta(hours=1))[1]
        self.assertEqual([again[one.id].due_at for one in enrolments], moments)

    def test_the_night_is_no_lateness_and_the_hold_is_kept(self):
        """Held over a long weekend, sent on Tuesday, both in the history once."""
        self.env["lifecycle.blackout"].create(
            {"name": "Monday", "date_from": "2027-01-18", "date_to": "2027-01-18"}
        )
        self.start = datetime(2027, 1, 14, 15, 30)
        enrolment = self.enrol(self.step, self.make_contact())
        enrolment.write({"due_at": self.start, "scheduled_at": self.start})
        self.run_due()
        friday = datetime(2027, 1, 15, 7, 0)
        self.assertEqual((enrolment.due_at, enrolment.scheduled_at), (friday, friday))
        enrolment.write({"due_at": self.at(days=1)})
        self.run_due(days=1)
        tuesday = datetime(2027, 1, 19, 7, 0)
        self.assertEqual(enrolment.due_at, tuesday)
        self.start = tuesday
        self.run_due()
        self.assertHolds(
            enrolment, ["message held quiet_hours", "message held holiday"]
        )
        self.assertSteps(enrolment, ["message done", "end done"])

    def test_a_hold_is_one_row(self):
        """However often it is looked at; the row says until when."""
        self.start = datetime(2027, 1, 13, 18, 0)
        enrolment = self.enrol(self.step, self.make_contact())
        enrolment.write({"due_at": self.start, "scheduled_at": self.start})
        self.run_due()
        enrolment.due_at = self.at(hours=1)
        self.hours.hour_from = 10
        self.run_due(hours=1)
        self.assertHolds(enrolment, ["message held quiet_hours"])
        run = enrolment.step_run_ids
        self.assertEqual(run.run_at, self.start)
        self.assertEqual(run.detail, {"until": "2027-01-14 08:00:00"})
        self.assertEqual(run.reason_text, "outside the hours for this kind of message")

    def test_queries_do_not_grow(self):
        countries = self.env["res.country"].search([], limit=110)
        partners = self.make_contacts(110)
        for partner, country in zip(partners, countries, strict=True):
            partner.country_id = country
        enrolments = self.enrol(self.step, partners)
        enrolments.scheduled_at = NOON

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.step._gate(some, "mail", NOON)
            return self.env.cr.sql_log_count - before

        count(enrolments[:5])
        self.assertEqual(count(enrolments[:10]), count(enrolments[10:]))
