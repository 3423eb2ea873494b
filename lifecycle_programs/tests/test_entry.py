"""Who enters a program, and who stays out."""

from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .common import LifecycleCommon

WEEK = {"type": "wait", "wait_value": 7, "key": "week"}


@tagged("lifecycle")
class TestEntry(LifecycleCommon):
    def make_order_program(self, **values):
        return self.make_program(
            WEEK,
            start="event",
            event_type_ids=[Command.link(self.event_type("order_confirmed").id)],
            **values,
        )

    def test_entry_rule_and_numbers(self):
        """A program starts on an event, and the rule reads the program's numbers
        (R43, R53)."""
        program = self.make_order_program(
            rule="event.amount >= param.amount",
            parameter_ids=[
                Command.create({"name": "Amount", "code": "amount", "value": 100})
            ],
        )
        small, big = self.make_contacts(2)
        self.make_event("order_confirmed", small, amount=99.99)
        self.make_event("order_confirmed", big, amount=100)
        self.consume()
        self.assertFalse(self.enrolment_of(small, program))
        enrolment = self.enrolment_of(big, program)
        self.assertEqual(enrolment.state, "active")
        (clause,) = enrolment._explain_entry()[enrolment].clauses
        self.assertTrue(clause.ok)

    def test_why_somebody_entered_is_told_a_year_later(self):
        """The values of the moment are kept, and the rule as it was (R53)."""
        program = self.make_order_program(
            rule='event.amount >= param.amount and contact.city == "Åbo"'
            " and contact.tags.length == 0 and $now > d'2020-01-01'"
            " and orders.last == null and 1.50 < event.amount",
            parameter_ids=[
                Command.create({"name": "Amount", "code": "amount", "value": 99.5})
            ],
        )
        contact = self.make_contact(city="Åbo")
        self.make_event("order_confirmed", contact, amount=120.25)
        self.consume()
        enrolment = self.enrolment_of(contact, program)
        explanation = enrolment._explain_entry()[enrolment]
        said = explanation.lines()
        self.assertIn("Amount: 120.25 (at least 99.5 wanted): yes", said)
        self.assertIn("City: Åbo (Åbo wanted): yes", said)
        self.assertTrue(all(clause.ok for clause in explanation.clauses))
        self.assertEqual(len(said), 6)
        # Neither the rule, its numbers, the contact nor the facts of today matter.
        program.write({"rule": "", "parameter_ids": [Command.clear()]})
        contact.city = "Turku"
        facts = type(self.env["lifecycle.fact"])
        self.env.invalidate_all()
        with patch.object(facts, "_sources", lambda self: []):
            self.env.registry.clear_cache()
            self.assertEqual(enrolment._explain_entry()[enrolment].lines(), said)
        self.env.registry.clear_cache()

    def test_entry_rules_are_kept_once(self):
        program = self.make_program(WEEK, rule="orders.count == 0")
        first, second, third = self.make_contacts(3)
        entries = [program._enrol_partners(one, self.start) for one in (first, second)]
        self.assertEqual(*(entry.entry_rule_id for entry in entries))
        program.rule = "orders.count < 1"
        changed = program._enrol_partners(third, self.start)
        self.assertEqual(changed.entry_rule_id.text, "orders.count < 1")
        self.assertEqual(entries[0].entry_rule_id.text, "orders.count == 0")
        self.assertEqual(changed.entry_values, {"orders.count": 0})

    def test_old_and_imported_events_enrol_nobody(self):
        program = self.make_order_program()
        old, imported = self.make_contacts(2)
        self.make_event("order_confirmed", old, self.at(days=-3))
        self.make_event("order_confirmed", imported).is_history = True
        self.consume()
        self.assertFalse(program.enrolment_ids)

    def test_internal_people_and_contacts_without_address_stay_out(self):
        program = self.make_order_program()
        nobody = self.env["res.partner"].create({"name": "No Address"})
        archived = self.make_contact("Gone Away", active=False)
        for partner in (
            nobody,
            archived,
            self.marketer.partner_id,
            self.company.partner_id,
        ):
            self.make_event("order_confirmed", partner)
        self.consume()
        self.assertFalse(program.enrolment_ids)

    def test_one_at_a_time_and_pause_before_reentry(self):
        program = self.make_order_program(reentry="cooldown", cooldown_days=30)
        contact = self.make_contact()
        for day in (0, 1, 29):
            self.make_event("order_confirmed", contact, self.at(days=day))
            self.consume(days=day)
            self.run_due(days=day)
        self.assertEqual(len(program.enrolment_ids), 1)
        self.make_event("order_confirmed", contact, self.at(days=31))
        self.consume(days=31)
        self.assertEqual(len(program.enrolment_ids), 2)

    def test_one_per_order(self):
        program = self.make_order_program(
            entry_key="order", reentry="never", cooldown_scope="key"
        )
        contact = self.make_contact()
        for order in ("S1", "S2", "S1"):
            self.make_event("order_confirmed", contact, order=order)
        self.consume()
        keys = program.enrolment_ids.mapped("entry_key")
        self.assertEqual(sorted(keys), ["S1", "S2"])

    def test_main_contact_or_a_role_instead_of_who_ordered(self):
        firm = self.make_contact("Acme Oy", is_company=True)
        buyer = self.make_contact("Buyer B", parent_id=firm.id)
        tag = self.env["res.partner.category"].create({"name": "Marketing contact"})
        chosen = self.make_contact(
            "Chosen C", parent_id=firm.id, category_id=[Command.link(tag.id)]
        )
        main = self.make_order_program(code="main", recipient="main")
        role = self.make_order_program(
            code="role", recipient="role", recipient_tag_id=tag.id
        )
        self.make_event("order_confirmed", buyer)
        self.consume()
        self.assertEqual(main.enrolment_ids.partner_id, firm)
        self.assertEqual(role.enrolment_ids.partner_id, chosen)

    def test_scheduled_programs_share_one_snapshot(self):
        """A program starts from the state of the account, on a schedule (R43)."""
        programs = self.env["lifecycle.program"]
        for city in ("Turku", "Oulu"):
            programs |= self.make_program(
                WEEK,
                code=city,
                start="schedule",
                schedule="weekly",
                rule=f'contact.city == "{city}"',
            )
        turku = self.make_contact("Aino A", city="Turku")
        oulu = self.make_contact("Eino E", city="Oulu")
        facts = type(self.env["lifecycle.fact"])
        with patch.object(
            facts, "_snapshot", autospec=True, side_effect=facts._snapshot
        ) as snapshot:
            self.assertEqual(self.env["lifecycle.program"]._scan(self.at(hours=1)), 2)
        scans = [call for call in snapshot.mock_calls if "partners" not in call.kwargs]
        self.assertEqual(len(scans), 1)
        self.assertEqual(programs[0].enrolment_ids.partner_id, turku)
        self.assertEqual(programs[1].enrolment_ids.partner_id, oulu)
        self.assertEqual(self.env["lifecycle.program"]._scan(self.at(hours=2)), 0)

    def test_companies_stay_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        program = self.make_order_program(company_id=other.id)
        self.make_event("order_confirmed", self.make_contact())
        self.consume()
        self.assertFalse(program.enrolment_ids)

    def test_entry_costs_the_same_for_ten_and_a_hundred(self):
        program = self.make_order_program(rule="orders.count < 5")
        counts = []
        for size in (10, 100):
            contacts = self.env["res.partner"].create(
                [
                    {"name": f"P {size} {n}", "email": f"p{size}.{n}@example.com"}
                    for n in range(size)
                ]
            )
            for contact in contacts:
                self.make_event("order_confirmed", contact)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.consume()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(program.enrolment_ids), 110)
        self.assertLessEqual(counts[1], counts[0])
