"""This week: what will go out, told before it happens."""

from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .messages_common import MessageCommon

END = {"type": "end", "key": "end"}


@tagged("lifecycle")
class TestForecast(MessageCommon):
    def setUp(self):
        super().setUp()
        self.set_cap(0)
        self.message = self.make_message()

    def mail(self, key, **values):
        return {"type": "mail", "message_id": self.message.id, "key": key, **values}

    def wait(self, key, value=1, unit="days", **values):
        return {
            "type": "wait",
            "key": key,
            "wait_value": value,
            "wait_unit": unit,
            **values,
        }

    def forecast(self, days=7, partners=None, now=None):
        return self.env["lifecycle.forecast"]._get_messages(
            now or self.start, days, partners
        )

    def assertForecast(self, rows, expected):
        """Step key, hours from the start, whether it is certain."""
        steps = self.env["lifecycle.step"]
        told = [
            (
                steps.browse(row.step_id).key,
                round((row.due_at - self.start) / timedelta(hours=1)),
                row.certain,
            )
            for row in rows
        ]
        self.assertEqual(told, expected)

    def test_what_is_told_is_what_happens(self):
        """A forecast of the week by day, program, channel, with the people: compared
        with the week as the runner then lives it."""
        self.start = datetime(2025, 3, 3, 12)
        weekend = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), False)
        program = self.make_program(
            self.mail("now"),
            self.wait("a", 30, "hours"),
            self.mail("second"),
            self.wait("b", 2, wait_from="entry"),
            {"type": "wait_window", "key": "window", **weekend, "sat": True},
            self.mail("third"),
            self.wait("c", 5, "days"),
            self.mail("too_far"),
            END,
        )
        people = self.make_contacts(3)
        program._enrol_partners(people, self.start)
        told = self.forecast()
        self.assertEqual(len(told), 9)
        self.assertTrue(all(row.certain for row in told))
        for _turn in range(20):
            active = program.enrolment_ids.filtered("due_at")
            if not active or min(active.mapped("due_at")) >= self.at(days=7):
                break
            self.env["lifecycle.enrolment"]._run_due(
                max(self.start, min(active.mapped("due_at")))
            )
        runs = self.env["lifecycle.step.run"].search(
            [
                ("program_id", "=", program.id),
                ("step_type", "=", "mail"),
                ("outcome", "=", "done"),
            ]
        )
        self.assertEqual(
            {(row.partner_id, row.step_id, row.due_at) for row in told},
            {(run.partner_id.id, run.step_id.id, run.run_at) for run in runs},
        )

    def test_who_waits_is_followed_from_there(self):
        program = self.make_program(
            self.wait("wait", 10), self.mail("mail"), self.wait("more", 1), END
        )
        program._enrol_partners(self.make_contacts(1), self.start)
        self.run_due()
        self.assertForecast(self.forecast(), [])
        self.assertForecast(self.forecast(11), [("mail", 240, True)])
        # Late people are due now.
        now = self.at(days=12)
        self.assertForecast(self.forecast(now=now), [("mail", 288, True)])

    def test_behind_a_branch_it_is_possible_only(self):
        split = {
            "type": "split",
            "key": "split",
            "branches": [{"rule": "contact.country == 'SE'", "next": "one"}],
            "next": "two",
        }
        until = {
            "type": "wait_until",
            "key": "until",
            "wait_value": 2,
            "branches": [{"events": ["mail_clicked"], "next": "end"}],
        }
        self.make_program(
            split,
            self.mail("one", next="until"),
            self.mail("two"),
            until,
            self.mail("quiet"),
            END,
        )._enrol_partners(self.make_contacts(1), self.start)
        self.assertForecast(
            self.forecast(),
            [("one", 0, False), ("two", 0, False), ("quiet", 48, False)],
        )

    def test_a_loop_ends_with_the_days(self):
        program = self.make_program(self.mail("mail"), self.wait("day", next="mail"))
        program._enrol_partners(self.make_contacts(1), self.start)
        self.assertForecast(
            self.forecast(3), [("mail", 24 * day, True) for day in range(3)]
        )

    def test_who_gets_nothing_is_left_out(self):
        program = self.make_program(self.mail("mail"), END)
        gone, mute, refused, black, there = self.make_contacts(5)
        program._enrol_partners(gone | mute | refused | black | there, self.start)
        gone.active = False
        mute.email = "nobody"
        category = self.message.category_id
        self.env["lifecycle.opt.out"]._opt_out(refused.email_normalized, category)
        self.env["mail.blacklist"]._add(black.email)
        self.assertEqual([row.partner_id for row in self.forecast()], there.ids)

    def test_nothing_of_what_stands_still(self):
        program = self.make_program(self.mail("mail"), END)
        enrolment = program._enrol_partners(self.make_contacts(1), self.start)
        enrolment.paused_until = self.at(days=2)
        self.assertForecast(self.forecast(), [("mail", 48, True)])
        program.action_pause()
        self.assertForecast(self.forecast(), [])
        program.action_resume()
        self.company.lifecycle_stopped_at = self.start
        self.assertForecast(self.forecast(), [])

    def test_a_pause_by_sales_is_counted_in(self):
        """A program of its own rests as a whole, of the others the messages; what the
        law wants leaves."""
        program = self.make_program(
            self.wait("a"), self.mail("one"), self.wait("b"), self.mail("two"), END
        )
        person = self.make_contacts(1)
        program._enrol_partners(person, self.start)
        person.commercial_partner_id.lifecycle_paused_until = self.at(days=2)
        self.assertForecast(self.forecast(), [("one", 72, True), ("two", 96, True)])
        program.is_exclusive = False
        self.assertForecast(self.forecast(), [("one", 48, True), ("two", 72, True)])
        self.message.category_id.can_opt_out = False
        self.assertForecast(self.forecast(), [("one", 24, True), ("two", 48, True)])

    def test_what_sales_has_stopped_is_left_out(self):
        program = self.make_program(
            self.mail("one"), self.wait("wait"), self.mail("two"), END
        )
        enrolment = program._enrol_partners(self.make_contacts(1), self.start)
        step = program.version_id.step_ids.filtered(lambda step: step.key == "one")
        self.env["lifecycle.veto"]._stop(enrolment, step, "message", self.start)
        self.assertForecast(self.forecast(), [("two", 24, True)])

    def test_reviews_make_it_uncertain(self):
        program = self.make_program(self.mail("mail", release="review"), END)
        program._enrol_partners(self.make_contacts(1), self.start)
        self.assertForecast(self.forecast(), [("mail", 0, False)])
        self.company.lifecycle_sending = "never"
        self.assertForecast(self.forecast(), [])

    def test_hours_and_closed_days_are_counted_in(self):
        """As the checks before sending move it: a message of the weekend leaves on
        Monday morning, on a closed Monday on Tuesday."""
        category = self.message.category_id
        self.env["lifecycle.hours"].create(
            {"category_id": category.id, "weekdays": "mon_fri", "hour_from": 9}
        )
        self.company.partner_id.tz = "Europe/Helsinki"
        program = self.make_program(
            self.mail("mail"), self.wait("wait"), self.mail("b")
        )
        saturday = datetime(2025, 3, 1, 12)
        program._enrol_partners(self.make_contacts(1), saturday)
        told = self.forecast(now=saturday)
        self.assertEqual(
            [row.due_at for row in told],
            [datetime(2025, 3, 3, 7), datetime(2025, 3, 4, 7)],
        )
        self.env["lifecycle.blackout"].create(
            {"name": "Closed", "date_from": "2025-03-03", "date_to": "2025-03-03"}
        )
        told = self.forecast(now=saturday)
        self.assertEqual(told[0].due_at, datetime(2025, 3, 4, 7))
        self.company.lifecycle_spread_minutes = 0
        self.env["lifecycle.enrolment"]._run_due(saturday)
        self.assertEqual(program.enrolment_ids.due_at, told[0].due_at)

    def test_only_these_contacts(self):
        program = self.make_program(self.mail("mail"), END)
        people = self.make_contacts(3)
        program._enrol_partners(people, self.start)
        self.assertEqual(
            [row.partner_id for row in self.forecast(partners=people[1])],
            people[1].ids,
        )

    # ------------------------------------------------------------
    # THE PAGE
    # ------------------------------------------------------------

    def test_the_page_counts_people(self):
        split = {
            "type": "split",
            "key": "split",
            "branches": [{"rule": "contact.country == 'SE'", "next": "one"}],
            "next": "two",
        }
        program = self.make_program(
            self.mail("first"),
            split,
            self.mail("one", next="end"),
            self.mail("two"),
            END,
        )
        program._enrol_partners(self.make_contacts(4), fields.Datetime.now())
        week = (
            self.env["lifecycle.forecast"]
            .with_user(self.marketer)
            .with_context(tz="UTC")
            .get_week()
        )
        self.assertEqual([row["id"] for row in week["programs"]], [program.id])
        today = week["days"][0]
        cell = {"channel": "mail", "certain": 4, "possible": 4}
        self.assertEqual(week["programs"][0]["days"], {today: [cell]})
        self.assertEqual(week["totals"], {today: {"certain": 4, "possible": 4}})
        self.assertIn("mail", week["channels"])

    def test_days_are_those_of_the_user(self):
        forecast = self.env["lifecycle.forecast"].with_context(tz="Asia/Tokyo")
        days = forecast._get_days(datetime(2025, 3, 1, 20))
        self.assertEqual(len(days), 8)
        self.assertEqual((days[0], days[-1]), ("2025-03-02", "2025-03-09"))

    def test_the_list_is_the_same(self):
        program = self.make_program(self.mail("mail"), END)
        people = self.make_contacts(3)
        people[0].user_id = self.salesperson
        program._enrol_partners(people, fields.Datetime.now())
        rows = self.env["lifecycle.forecast"].with_user(self.salesperson)
        found = rows.search([("program_id", "=", program.id)])
        self.assertEqual(found.partner_id, people)
        self.assertEqual(found.mapped("certain"), [True] * 3)
        mine = rows.search([("partner_id.user_id", "=", self.salesperson.id)])
        self.assertEqual(mine.partner_id, people[0])
        self.assertEqual(mine.action_open_enrolment()["res_id"], mine.enrolment_id.id)
        groups = rows._read_group([], ["program_id", "channel"], ["__count"])
        self.assertEqual(groups, [(program, "mail", 3)])

    def test_other_companies_see_nothing(self):
        program = self.make_program(self.mail("mail"), END)
        program._enrol_partners(self.make_contacts(1), fields.Datetime.now())
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "forecast_stranger",
            "base.group_user,lifecycle_programs.group_lifecycle_marketer",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        rows = self.env["lifecycle.forecast"].with_user(stranger)
        self.assertFalse(rows.search([]))
        self.assertFalse(rows.get_week()["programs"])
        plain = new_test_user(self.env, "forecast_plain", "base.group_user")
        with self.assertRaises(AccessError):
            rows.with_user(plain).get_week()

    def test_as_many_queries_for_many_people(self):
        program = self.make_program(self.mail("mail"), self.wait("a"), END)
        people = self.make_contacts(50)
        program._enrol_partners(people[:5], self.start)
        self.forecast()
        with self.assertQueryCount(12):
            self.assertEqual(len(self.forecast()), 5)
        program._enrol_partners(people, self.start)
        self.forecast()
        with self.assertQueryCount(12):
            self.assertEqual(len(self.forecast()), 50)
