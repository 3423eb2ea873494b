"""The timeline of a contact: what happened, what comes next, page by page."""

import json
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, MissingError
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL

from ..models.lifecycle_timeline import PAGE
from .common import LifecycleCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestTimeline(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.make_contact()
        cls.timeline = cls.env["lifecycle.timeline"].with_user(cls.salesperson)

    def page(self, record=None, **kwargs):
        record = record or self.contact
        return self.timeline.get_page(record._name, record.id, **kwargs)

    def titles(self, **kwargs):
        return [entry["title"] for entry in self.page(**kwargs)["entries"]]

    def make_events(self, count, partner=None, begin=None, **values):
        """Page views, one a minute, the last one first."""
        begin = begin or self.start
        return self.env["lifecycle.event"].create(
            [
                {
                    "type_id": self.event_type("page_viewed").id,
                    "partner_id": (partner or self.contact).id,
                    "company_id": self.company.id,
                    "occurred_at": begin - timedelta(minutes=number),
                    "payload": {"url": f"/page/{number}"},
                    "processed_at": begin,
                    **values,
                }
                for number in range(count)
            ]
        )

    def start_journey(self):
        message = self.env["lifecycle.message"].create(
            {
                "name": "Hello",
                "subject": "Hello {{ contact.name }}",
                "body": "<p>Good to see you, {{ contact.name }}</p>",
            }
        )
        program = self.make_program(
            {"type": "mail", "key": "hello", "message_id": message.id},
            {"type": "wait", "key": "rest", "wait_value": 3},
            {"type": "mail", "key": "again", "message_id": message.id},
        )
        program._enrol_partners(self.contact, self.start)
        self.run_due()
        return program

    def test_a_message_as_sent(self):
        """The timeline names the subject as it was sent, and opens its text."""
        program = self.start_journey()
        self.contact.name = "Somebody Else"
        page = self.page()
        sent = next(entry for entry in page["entries"] if entry.get("message"))
        self.assertEqual(sent["title"], "Hello Liisa Virtanen")
        self.assertIn(program.name, sent["text"])
        self.assertIn("liisa.virtanen@example.com", sent["text"])
        run = self.env["lifecycle.step.run"].with_user(self.salesperson)
        dialog = run.browse(sent["message"]).action_show_message()
        preview = (
            self.env["lifecycle.message.preview"]
            .with_user(self.salesperson)
            .with_context(**dialog["context"])
            .create({})
        )
        self.assertIn("Good to see you, Liisa Virtanen", preview.body)
        self.assertIn("Entered “test_program”", [e["title"] for e in page["entries"]])

    def test_what_comes_next(self):
        self.start_journey()
        (entry,) = self.page()["upcoming"]
        self.assertEqual(entry["title"], "again")
        self.assertEqual(entry["at"], str(self.at(days=3)).partition(".")[0])
        self.assertIsNone(self.page(cursor=["event", 0, "2000-01-01"]).get("upcoming"))

    def test_why_nothing_was_sent(self):
        self.env["mail.blacklist"].create({"email": self.contact.email})
        self.start_journey()
        entries = self.page(kinds=["message"])["entries"]
        self.assertEqual(len(entries), 1)
        self.assertEqual(entries[0]["badge"]["text"], "Skipped")
        self.assertIn("the address is blacklisted", entries[0]["text"])

    def test_the_values_of_an_event_are_told_as_people_write_them(self):
        event = self.env["lifecycle.event"].new(
            {
                "payload": {
                    "order": "S001",
                    "order_id": 7,
                    "first": True,
                    "ends_at": "2026-11-09 00:00:00",
                    "number": "2026-99-99",
                    "products": ["CD", "Book"],
                    "note": "",
                }
            }
        )
        self.assertEqual(
            event.payload_text,
            "Order: S001, First order: yes, Ends at: 11/09/2026, Number: 2026-99-99, "
            "Products of the order: CD, Book",
        )

    def test_the_codes_of_an_event_are_told_as_people_call_them(self):
        program = self.make_program(publish=False, code="hello", name="Say Hello")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        payload = {"program": "hello", "outcome": "no_need", "topic": [4, {"a": 1}]}
        here, elsewhere = (
            self.env["lifecycle.event"].new(
                {"company_id": company.id, "payload": payload}
            )
            for company in (program.company_id, other)
        )
        said = "Outcome: Has no need any more, Topic: 4, {'a': 1}"
        self.assertEqual(
            here.payload_text, f"Comes from the program: Say Hello, {said}"
        )
        self.assertEqual(
            elsewhere.payload_text, f"Comes from the program: hello, {said}"
        )

    def test_filter_by_kind(self):
        self.start_journey()
        self.make_events(2)
        self.assertEqual(self.titles(kinds=["program"]), ["Entered “test_program”"])
        self.assertEqual(len(self.titles(kinds=["event"])), 2)
        self.assertEqual(self.titles(kinds=["discount"]), [])
        kinds = {kind["code"] for kind in self.page()["kinds"]}
        self.assertEqual({e["kind"] for e in self.page()["entries"]} - kinds, set())

    def test_every_entry_once_over_pages(self):
        """Also where many happened at the same moment, and of different sources."""
        count = 2 * PAGE + 7
        events = self.make_events(PAGE)
        events |= self.make_events(count - PAGE, begin=self.start)
        events.write({"occurred_at": self.start})
        self.start_journey()
        keys, cursor = [], None
        while True:
            page = self.page(cursor=cursor)
            keys += [entry["key"] for entry in page["entries"]]
            cursor = json.loads(json.dumps(page["cursor"]))
            if not cursor:
                break
        self.assertEqual(len(keys), len(set(keys)))
        self.assertEqual(
            {key for key in keys if key.startswith("event-")},
            {f"event-{event.id}" for event in events},
        )
        self.assertEqual(len(keys), count + 2)

    def test_a_company_s_page_names_who(self):
        acme = self.make_contact("Acme", is_company=True)
        colleague = self.make_contact("Carl Colleague", parent_id=acme.id)
        self.make_events(1, colleague)
        self.assertIn("Carl Colleague", self.page(acme)["entries"][0]["who"])
        self.assertEqual(self.page(colleague)["entries"][0]["who"], "")

    def test_the_page_of_an_opportunity(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Tents",
                "partner_id": self.contact.id,
                "user_id": self.salesperson.id,
            }
        )
        self.make_events(1)
        self.assertIn("page_viewed", self.event_type("page_viewed").code)
        self.assertTrue(self.page(lead, kinds=["event"])["entries"])

    def test_only_own_companies(self):
        """A salesperson sees what the record rules let them see, and no more."""
        other = self.env["res.company"].create({"name": "Other company"})
        self.make_events(3, company_id=other.id)
        self.assertEqual(self.page()["entries"], [])
        self.salesperson.company_ids = [Command.link(other.id)]
        seen = self.timeline.with_context(
            allowed_company_ids=[self.company.id, other.id]
        ).get_page("res.partner", self.contact.id)
        self.assertEqual(len(seen["entries"]), 3)

    def test_not_for_everybody(self):
        stranger = self.env["res.users"].create(
            {
                "name": "Stranger",
                "login": "lifecycle_stranger",
                "group_ids": [Command.set([self.env.ref("base.group_user").id])],
            }
        )
        with self.assertRaises(AccessError):
            self.timeline.with_user(stranger).get_page("res.partner", self.contact.id)
        private = self.make_contact(
            "Private", company_id=self.env["res.company"].create({"name": "Away"}).id
        )
        with self.assertRaises(AccessError):
            self.page(private)
        with self.assertRaises(MissingError):
            self.timeline.get_page("res.users", self.env.uid)

    def test_fast_with_ten_thousand_entries(self):
        """One statement by the indexes, however much there is."""
        self.start_journey()
        self._measure()
        few = self._measure()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO lifecycle_event
                       (type_id, partner_id, company_id, occurred_at, processed_at)
                SELECT %s, %s, %s, %s - n * interval '1 hour', %s
                  FROM generate_series(1, 10000) AS n
                """,
                self.event_type("page_viewed").id,
                self.contact.id,
                self.company.id,
                self.start,
                self.start,
            )
        )
        self.env.cr.execute("ANALYZE lifecycle_event")
        self.assertLessEqual(self._measure(), few + 3)
        statement = self.timeline._find_sql(self.contact, None, None, PAGE)
        plan = "\n".join(
            row[0]
            for row in self.env.execute_query(
                SQL("EXPLAIN (ANALYZE, COSTS OFF) %s", statement)
            )
        )
        self.assertIn("lifecycle_event_timeline", plan)
        self.assertNotIn("Seq Scan on lifecycle_event", plan)
        read = [line for line in plan.split("\n") if "lifecycle_event_timeline" in line]
        self.assertIn(f"rows={PAGE}", read[0])

    def _measure(self):
        """How many queries a page costs, with nothing in the caches of records."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.page()
        return self.env.cr.sql_log_count - before


@tagged("lifecycle", "post_install", "-at_install")
class TestTimelineTour(LifecycleCommon, HttpCase):
    def test_read_the_timeline(self):
        contact = self.make_contact(user_id=self.salesperson.id)
        message = self.env["lifecycle.message"].create(
            {
                "name": "Hello",
                "subject": "Hello {{ contact.name }}",
                "body": "<p>Good to see you, {{ contact.name }}</p>",
            }
        )
        program = self.make_program(
            {"type": "mail", "key": "hello", "message_id": message.id},
            {"type": "wait", "key": "rest", "wait_value": 3},
            {"type": "mail", "key": "again", "message_id": message.id},
        )
        program._enrol_partners(contact, self.start)
        self.run_due()
        self.env["lifecycle.event"].create(
            [
                {
                    "type_id": self.event_type("page_viewed").id,
                    "partner_id": contact.id,
                    "company_id": self.company.id,
                    "occurred_at": self.at(minutes=-number),
                    "payload": {"url": f"/tents/{number}"},
                }
                for number in range(1, PAGE + 10)
            ]
        )
        self.start_tour(
            f"/odoo/contacts/{contact.id}",
            "lifecycle_programs_timeline",
            login=self.salesperson.login,
        )
