"""Why a contact is in a program or not: the answers of the entry itself, in words."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import LifecycleCommon

WEEK = {"type": "wait", "wait_value": 7, "key": "week"}


class ExplainCommon(LifecycleCommon):
    def make_order_program(self, **values):
        return self.make_program(
            WEEK,
            start="event",
            event_type_ids=[Command.link(self.event_type("order_confirmed").id)],
            **values,
        )

    def check(self, program, partner, by_hand=False, **delta):
        checks = program._check_entries(partner, self.at(**delta), by_hand)
        return checks[program, partner]

    def codes(self, check):
        return [line.code for line in check.hindrances]

    def say(self, check):
        return self.env["lifecycle.explanation"]._say_headline(check)

    def why(self, partner, program=None, user=None, **values):
        """The dialog's text, as that user sees it."""
        wizard = self.env["lifecycle.why"].with_user(user or self.salesperson)
        return str(
            wizard.create(
                {
                    "partner_id": partner.id,
                    "program_id": program.id if program else False,
                    **values,
                }
            ).explanation
        )


@tagged("lifecycle")
class TestAgreement(ExplainCommon):
    """What the explanation says is what the entry does."""

    def make_people(self):
        """Contacts in all the situations that an entry looks at."""
        self.other = self.env["res.company"].create({"name": "Other"})
        firm = self.make_contact("Acme Oy", is_company=True, city="Oulu")
        people = {
            "plain": self.make_contact("Aino Plain", city="Oulu"),
            "elsewhere": self.make_contact("Eino Elsewhere", city="Turku"),
            "archived": self.make_contact("Arvo Archived", city="Oulu", active=False),
            "nobody": self.env["res.partner"].create({"name": "No", "city": "Oulu"}),
            "phone": self.env["res.partner"].create(
                {"name": "Only Phone", "city": "Oulu", "phone": "+358401234567"}
            ),
            "colleague": self.marketer.partner_id,
            "ours": self.company.partner_id,
            "foreign": self.make_contact(
                "Foreign F", city="Oulu", company_id=self.other.id
            ),
            "firm": firm,
            "buyer": self.make_contact("Buyer B", city="Oulu", parent_id=firm.id),
            "waiting": self.make_contact("Waiting W", city="Oulu"),
            "late": self.make_contact("Late L", city="Oulu"),
            "history": self.make_contact("History H", city="Oulu"),
            "postponed": self.make_contact("Postponed P", city="Oulu"),
            "twice": self.make_contact("Twice T", city="Oulu"),
            "inside": self.make_contact("Inside I", city="Oulu"),
            "back": self.make_contact("Back B", city="Oulu"),
            "cooling": self.make_contact("Cooling C", city="Oulu"),
            "refused": self.make_contact("Refused R", city="Oulu"),
        }
        people["colleague"].city = people["ours"].city = "Oulu"
        return people

    def make_programs(self):
        tag = self.env["res.partner.category"].create({"name": "Boss"})
        tents = self.env["product.category"].create({"name": "Tents"})
        oulu = 'contact.city == "Oulu"'
        pause = {"reentry": "cooldown", "cooldown_days": 30}
        schedule = {"start": "schedule", "rule": oulu, **pause}
        return {
            "scan": self.make_program(WEEK, code="scan", **schedule),
            "scan_main": self.make_program(
                WEEK, code="scan_main", recipient="main", **schedule
            ),
            "event": self.make_order_program(code="event", rule=oulu, **pause),
            "amount": self.make_order_program(
                code="amount", rule=f"{oulu} and event.amount > 10", reentry="never"
            ),
            "per_order": self.make_order_program(
                code="per_order", entry_key="order", cooldown_scope="key", **pause
            ),
            "main": self.make_order_program(code="main", recipient="main", **pause),
            "role": self.make_order_program(
                code="role", recipient="role", recipient_tag_id=tag.id, **pause
            ),
            "next_category": self.make_order_program(
                code="next_category",
                pick="category",
                offer_ids=[Command.create({"offered_categ_id": tents.id})],
                **pause,
            ),
            "manual": self.make_program(WEEK, code="manual", rule=oulu, **pause),
        }

    def live(self, people, programs):
        """What has happened to them until the fortieth day."""
        people["buyer"].category_id = programs["role"].recipient_tag_id
        every = self.env["lifecycle.program"].union(*programs.values())
        for program in every:
            for name, day in (("inside", 30), ("cooling", 20), ("back", 1)):
                enrolment = program._enrol_partners(people[name], self.at(days=day))
                if name != "inside":
                    enrolment._leave("exited", "by_hand", self.at(days=day + 5))
            self.env["lifecycle.opt.out"].create(
                {
                    "address": people["refused"].email,
                    "program_id": program.id,
                    "opted_out_at": self.at(days=3),
                }
            )
        for name, partner in people.items():
            if name not in ("late", "plain", "twice"):
                self.make_event(
                    "order_confirmed",
                    partner,
                    self.at(days=40),
                    amount=5 if name == "buyer" else 50,
                    order="S1",
                )
        self.make_event("order_confirmed", people["late"], self.at(days=30), amount=50)
        self.make_event(
            "order_confirmed", people["plain"], self.at(days=39), amount=50
        ).processed_at = self.at(days=39)
        for amount in (1, 20):
            self.make_event(
                "order_confirmed", people["twice"], self.at(days=40), amount=amount
            )
        events = self.env["lifecycle.event"]
        events.search([("partner_id", "=", people["history"].id)]).is_history = True
        events.search([("partner_id", "=", people["postponed"].id)]).write(
            {"retry_at": self.at(days=41), "retry_count": 1}
        )
        programs["role"].state = "paused"
        return every

    def test_what_it_says_is_what_happens(self):
        """Nothing stands in the way and the rule says yes: exactly then the next look,
        or the event that waits, lets somebody in."""
        people, programs = self.make_people(), self.make_programs()
        every = self.live(people, programs)
        partners = self.env["res.partner"].union(*people.values())
        now = self.at(days=40, hours=1)
        checks = every._check_entries(partners, now)
        self.assertEqual(len(checks), len(people) * len(programs))
        said = {key for key, check in checks.items() if check.enters}
        for check in checks.values():
            self.assertEqual(
                check.answers["rule"], check.explanation.result, check.explanation
            )
        before = every.enrolment_ids
        every.filtered(lambda one: one.start == "schedule").next_scan_at = now
        self.env["lifecycle.program"]._scan(now)
        self.consume(days=40, hours=1)
        every.invalidate_recordset()
        entered = every.enrolment_ids - before
        done = {(line.program_id, line.partner_id) for line in entered}
        self.assertEqual(
            sorted((p.code, c.name) for p, c in said),
            sorted((p.code, c.name) for p, c in done),
        )
        self.assertGreater(len(done), 15)

    def test_by_hand_it_says_what_happens_too(self):
        people, programs = self.make_people(), self.make_programs()
        every = self.live(people, programs)
        partners = self.env["res.partner"].union(*people.values())
        now = self.at(days=40, hours=1)
        checks = every._check_entries(partners, now, by_hand=True)
        said = {(p.code, c.name) for (p, c), check in checks.items() if check.enters}
        done = {
            (program.code, line.partner_id.name)
            for program in every
            if program.state == "running"
            for line in program._enrol_partners(partners, now)
        }
        self.assertEqual(said, done)
        self.assertGreater(len(done), 15)

    def test_the_number_of_queries_does_not_grow(self):
        people, programs = self.make_people(), self.make_programs()
        every = self.live(people, programs)
        partners = self.env["res.partner"].union(*people.values())
        counts = []
        for some, contacts in ((every, partners[:4]), (every, partners)):
            some._check_entries(contacts, self.at(days=40))
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            checks = some._check_entries(contacts, self.at(days=40))
            for check in checks.values():
                self.say(check)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 4, counts)


@tagged("lifecycle")
class TestWords(ExplainCommon):
    def test_a_manual_program_takes_whomever_somebody_adds(self):
        firm = self.make_contact("Acme Oy", is_company=True)
        buyer = self.make_contact("Buyer B", parent_id=firm.id)
        program = self.make_program(WEEK, recipient="main")
        self.assertEqual(program.start, "manual")
        self.assertEqual(self.codes(self.check(program, buyer)), ["start"])

    def test_the_first_reason_makes_the_headline(self):
        survey = self.make_program(
            WEEK,
            name="Referral",
            start="event",
            event_type_ids=[Command.link(self.event_type("survey_answered").id)],
            rule="event.score != null",
            reentry="cooldown",
            cooldown_days=180,
        )
        anna = self.make_contact("Anna Berg")
        check = self.check(survey, anna)
        self.assertEqual(
            self.say(check),
            "Anna Berg is not in Referral: no answer to the survey yet.",
        )
        self.assertEqual(self.codes(check), ["start"])

        self.make_event("survey_answered", anna, score=9)
        check = self.check(survey, anna, minutes=1)
        self.assertTrue(check.enters)
        self.assertEqual(self.say(check), "Anna Berg is about to enter Referral.")

        self.consume(minutes=2)
        check = self.check(survey, anna, minutes=3)
        self.assertEqual(check.status, "in")
        self.assertIn("Anna Berg has been in Referral since", self.say(check))

        self.enrolment_of(anna, survey)._leave("exited", "by_hand", self.at(days=1))
        check = self.check(survey, anna, days=2)
        self.assertEqual(check.status, "out")
        self.assertEqual(self.codes(check), ["start", "earlier"])
        self.assertEqual(check.hindrances[1].until, self.at(days=180))
        self.assertIn("again from", self.say(check))

        survey.action_pause()
        self.assertEqual(
            self.say(self.check(survey, anna, days=2)),
            "Anna Berg is not in Referral: the program is paused.",
        )

    def test_a_rule_that_says_no_names_the_test_that_fails(self):
        program = self.make_program(
            WEEK, name="Rescue", start="schedule", rule="orders.count >= 2"
        )
        check = self.check(program, self.make_contact("Anna Berg"))
        self.assertFalse(check.hindrances)
        self.assertEqual(
            self.say(check),
            "Anna Berg is not in Rescue: purchases: 0 (at least 2 wanted).",
        )

    def test_the_one_change_that_would_turn_it(self):
        program = self.make_program(
            WEEK,
            name="Rescue",
            start="schedule",
            rule="(orders.count >= 2 and orders.total > 100 or contact.city == 'Oulu')"
            " and contact.language != 'sv_SE'",
        )
        anna = self.make_contact("Anna Berg", city="Turku", lang="en_US")
        check = self.check(program, anna)
        self.assertEqual(
            [change.text for change in check.changes], ["City: Oulu (now Turku)"]
        )
        self.assertIn("City: Oulu (now Turku)", self.why(anna, program))
        self.assertEqual(
            self.say(check), "Anna Berg is not in Rescue: city: Turku (Oulu wanted)."
        )
        anna.city = "Oulu"
        self.assertFalse(self.check(program, anna).changes)

    def test_codes_are_said_by_the_names_of_their_records(self):
        """A code that nothing has any more is said as it is."""
        welcome = self.make_program(WEEK, code="hello", name="Say Hello")
        program = self.make_program(
            WEEK,
            start="schedule",
            rule='"gone" in programs.active and contact.country in ["SE", "FI"]'
            ' and $any([one == "hello" for one in programs.active])'
            ' and contact.stage != "new"',
        )
        anna = self.make_contact("Anna Berg", country_id=self.env.ref("base.fi").id)
        welcome._enrol_partners(anna, self.start)
        welcome.active = False
        check = self.check(program, anna)
        self.assertEqual(
            [clause.statement for clause in check.explanation.clauses],
            [
                "In programs: Say Hello (with gone wanted)",
                "Country: Finland (one of Sweden, Finland wanted)",
                "In programs: Say Hello (at least one with It: Say Hello wanted)",
                "Stage: Prospect (not New customer wanted)",
            ],
        )
        (change,) = check.changes
        self.assertEqual(change.text, "In programs: with gone (now Say Hello)")

    def test_names_are_looked_up_once(self):
        names = {}
        for number in range(3):
            code = f"p{number}"
            rule = f'"{code}" in programs.active'
            names[code] = self.make_program(
                WEEK, code=code, name=f"Name {number}", start="schedule", rule=rule
            )
        programs = self.env["lifecycle.program"].union(*names.values())
        partners = self.make_contact() | self.make_contact()
        facts = self.env.registry["lifecycle.fact"]
        with patch.object(
            facts, "_names_of_codes", autospec=True, side_effect=facts._names_of_codes
        ) as look_up:
            checks = programs._check_entries(partners, self.start)
        self.assertEqual(look_up.call_count, 1)
        self.assertEqual(len(checks), 6)
        for (program, _partner), check in checks.items():
            (change,) = check.changes
            self.assertEqual(change.wanted, f"with {program.name}")

    def test_where_somebody_comes_from_is_said_by_name(self):
        """In the dialog, in what was kept at the entry, and on the alert: everywhere
        the program is called as it is called today, in the user's language."""
        self.env["res.lang"]._activate_lang("fi_FI")
        self.make_program(WEEK, code="hello", name="Say Hello").with_context(
            lang="fi_FI"
        ).name = "Tervetuloa"
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.make_program(WEEK, code="theirs", name="Theirs", publish=False)
        theirs.write({"code": "hello", "company_id": other.id})
        program = self.make_program(
            WEEK, name="Next", rule='entry.program in ["hello", "gone"]'
        )
        anna = self.make_contact("Anna Berg")
        enrolment = program._enrol_partners(
            anna, self.start, {anna.id: {"program": "hello"}}
        )
        (clause,) = enrolment._explain_entry()[enrolment].clauses
        self.assertEqual(
            clause.statement,
            "Comes from the program: Say Hello (one of Say Hello, gone wanted)",
        )
        html = self.why(anna, program, enrolment_id=enrolment.id)
        self.assertIn("<strong>Say Hello</strong>", html)
        self.assertNotIn("hello", html)
        finnish = enrolment.with_context(lang="fi_FI")
        self.assertIn("<strong>Tervetuloa</strong>", finnish.reasons_html)

    def test_every_fact_behind_a_no_is_told(self):
        company = self.env["res.company"].create({"name": "Other"})
        program = self.make_program(WEEK, start="schedule", rule="orders.count == 0")
        people = {
            "archived": self.make_contact("A A", active=False),
            "no_address": self.env["res.partner"].create({"name": "N N"}),
            "internal_user": self.marketer.partner_id,
            "own_company": self.company.partner_id,
            "other_company": self.make_contact("O O", company_id=company.id),
        }
        for code, partner in people.items():
            check = self.check(program, partner)
            self.assertIn(code, self.codes(check))
            self.assertTrue(all(line.text and line.reason for line in check.hindrances))

    def test_a_fact_of_another_addon_finds_its_place(self):
        """A condition put into the entry is asked, and stands in the way."""
        program = self.make_program(WEEK, start="schedule")
        contact = self.make_contact()
        self.assertTrue(self.check(program, contact).enters)
        self.env["lifecycle.opt.out"].create(
            {"address": contact.email, "program_id": program.id}
        )
        check = self.check(program, contact, days=1)
        self.assertEqual(self.codes(check), ["no_thanks"])
        self.assertIn("said “no thanks”", self.say(check))

    def test_messages_that_would_be_kept_back(self):
        message = self.env["lifecycle.message"].create(
            {"name": "Hello", "subject": "Hello", "body": "<p>Hello</p>"}
        )
        program = self.make_program(
            {"type": "mail", "key": "mail", "message_id": message.id},
            start="schedule",
            sequence=50,
        )
        contact = self.make_contact()
        html = self.why(contact, program)
        self.assertIn("may be sent", html)
        self.env["mail.blacklist"]._add(contact.email)
        html = self.why(contact, program)
        self.assertIn("the address is blacklisted", html)
        self.assertNotIn("may be sent", html)

        first = self.make_program(
            {"type": "wait", "wait_value": 1},
            {"type": "wait", "wait_value": 1},
            code="first",
            name="Goes First",
            sequence=1,
        )
        first._enrol_partners(contact, self.start).write(
            {"started": True, "due_at": self.start}
        )
        self.assertIn("Goes First goes first", self.why(contact, program))

    def test_who_stays_out_by_hand_learns_why(self):
        program = self.make_program(WEEK, name="Rescue", rule='contact.city == "Oulu"')
        inside = self.make_contact("Inside I", city="Oulu")
        program._enrol_partners(inside, self.start)
        wizard = self.env["lifecycle.enrol"].with_user(self.marketer)
        people = inside | self.make_contact("Other O", city="Turku")
        values = {"program_id": program.id, "partner_ids": [Command.set(people.ids)]}
        with self.assertRaises(UserError) as refusal:
            wizard.create(values).action_enrol()
        self.assertIn("Inside I: it is in the program already", str(refusal.exception))
        self.assertIn("Other O: city: Turku (Oulu wanted)", str(refusal.exception))
        fresh = self.make_contact("Fresh F", city="Oulu")
        values["partner_ids"] = [Command.set((people | fresh).ids)]
        told = wizard.create(values).action_enrol()["params"]["message"]
        self.assertIn("1 added", told)
        self.assertIn("Other O: city: Turku", told)


@tagged("lifecycle")
class TestPast(ExplainCommon):
    def test_as_of_a_past_day(self):
        program = self.make_program(
            WEEK, name="Welcome", start="schedule", rule='contact.city == "Oulu"'
        )
        contact = self.make_contact("Anna Berg", city="Oulu")
        enrolment = program._enrol_partners(contact, self.at(days=-20))
        enrolment._leave("exited", "by_hand", self.at(days=-10))
        statuses = [
            self.check(program, contact, days=day).status for day in (-30, -15, -5)
        ]
        self.assertEqual(statuses, ["enters", "in", "out"])
        html = self.why(contact, program, as_of=self.at(days=-5).date())
        self.assertIn("Shown as they are today: City.", html)
        self.assertNotIn("Messages of the program", html)

    def test_a_year_later_the_values_of_the_entry_are_there(self):
        """What the rule saw is kept whole, whatever changes since."""
        program = self.make_order_program(
            name="Welcome",
            rule='event.amount >= param.amount and contact.city == "Oulu"'
            " and contact.tags.is_empty",
            parameter_ids=[
                Command.create({"name": "Amount", "code": "amount", "value": 100})
            ],
        )
        anna = self.make_contact("Anna Berg", city="Oulu")
        event = self.make_event("order_confirmed", anna, amount=120)
        self.consume()
        enrolment = self.enrolment_of(anna, program)
        anna.city = "Turku"
        program.rule = "orders.count > 1000"
        program.parameter_ids.value = 500
        explanation = enrolment._explain_entry()[enrolment]
        texts = explanation.lines()
        self.assertEqual(len(texts), 3)
        self.assertIn("120", texts[0])
        self.assertTrue(all(clause.ok for clause in explanation.clauses))
        self.assertIn("Oulu", enrolment.reasons_html)
        self.assertNotIn("Turku", enrolment.reasons_html)
        html = self.why(anna, program, enrolment_id=enrolment.id)
        self.assertIn("now: Turku", html)
        self.assertIn("Order confirmed", html)
        self.assertEqual(enrolment.event_id, event)


@tagged("lifecycle")
class TestDialog(ExplainCommon):
    def test_all_programs_at_once(self):
        inside = self.make_program(WEEK, code="inside", name="Inside")
        self.make_program(
            WEEK, code="enters", name="Enters soon", start="schedule"
        ).next_scan_at = self.at(days=1)
        self.make_program(WEEK, code="out", name="Outside", rule="orders.count > 3")
        contact = self.make_contact()
        inside._enrol_partners(contact, self.start)
        html = self.why(contact)
        for word in ("In it", "Enters", "Not in it", "The program is a draft"):
            self.assertIn(word, html)
        self.assertIn("Purchases: 0 (more than 3 wanted)", html)

    def test_names_are_text(self):
        attack = "<script>alert(1)</script>"
        tag = self.env["res.partner.category"].create({"name": attack})
        program = self.make_program(
            WEEK, name=attack, start="schedule", rule=f"'{attack}' in contact.tags"
        )
        contact = self.make_contact(
            "Evil", category_id=[Command.link(tag.id)], company_name=attack
        )
        contact.name = attack
        program._enrol_partners(contact, self.start)
        enrolment = self.enrolment_of(contact, program)
        self.assertTrue(enrolment)
        for html in (
            self.why(contact, program),
            self.why(contact),
            self.why(self.make_contact("Other One"), program),
            self.why(contact, program, enrolment_id=enrolment.id),
            enrolment.reasons_html,
        ):
            self.assertNotIn("<script", html)
            self.assertIn("&lt;script", html)

    def test_buttons_lead_to_the_dialog(self):
        program = self.make_program(WEEK, start="schedule")
        contact = self.make_contact()
        enrolment = program._enrol_partners(contact, self.start)
        lead = self.env["crm.lead"].create(
            {"name": "Tents", "partner_id": contact.id, "user_id": self.salesperson.id}
        )
        for record, method, expected in (
            (contact, "action_lifecycle_why", "is in"),
            (lead, "action_lifecycle_why", "is in"),
            (enrolment, "action_why", "has been in"),
            (program, "action_why", None),
        ):
            record = record.with_user(self.salesperson)
            arch = record.get_view(view_type="form")["arch"]
            self.assertIn(method, arch, record._name)
            action = getattr(record, method)()
            self.assertEqual(action["res_model"], "lifecycle.why")
            wizard = (
                self.env["lifecycle.why"]
                .with_user(self.salesperson)
                .with_context(**action["context"])
                .create({})
            )
            if expected:
                self.assertIn(
                    "In it" if not wizard.program_id else expected, wizard.explanation
                )
            else:
                self.assertFalse(wizard.explanation)


@tagged("lifecycle")
class TestAccess(ExplainCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other"})
        cls.stranger = new_test_user(
            cls.env,
            "lifecycle_stranger",
            "base.group_user,sales_team.group_sale_salesman",
            company_id=cls.other.id,
            company_ids=[Command.set(cls.other.ids)],
        )

    def test_a_salesperson_asks_and_changes_nothing(self):
        program = self.make_program(WEEK, start="schedule", rule="orders.count > 1")
        contact = self.make_contact()
        self.assertIn("is not in", self.why(contact, program))
        with self.assertRaises(AccessError):
            program.with_user(self.salesperson).rule = ""

    def test_contacts_and_programs_of_another_company(self):
        """Nobody learns about people or programs that he cannot read."""
        program = self.make_program(WEEK, start="schedule", name="Secret")
        contact = self.make_contact("Hidden H", company_id=self.company.id)
        enrolment = program._enrol_partners(contact, self.start)
        mine = self.make_contact("Mine M", company_id=self.other.id)
        for partner, asked, values in (
            (contact, None, {}),
            (contact, program, {}),
            (mine, program, {}),
            (contact, program, {"enrolment_id": enrolment.id}),
            (mine, program, {"enrolment_id": enrolment.id}),
        ):
            with self.assertRaises(AccessError):
                self.why(partner, asked, user=self.stranger, **values)
        self.assertNotIn("Secret", self.why(mine, user=self.stranger))
        with self.assertRaises(AccessError):
            program.with_user(self.stranger)._check_entries(mine)
        with self.assertRaises(AccessError):
            enrolment.with_user(self.stranger).reasons_html  # noqa: B018

    def test_nobody_else_opens_my_dialog(self):
        program = self.make_program(WEEK, start="schedule")
        wizard = self.env["lifecycle.why"].with_user(self.salesperson)
        mine = wizard.create(
            {"partner_id": self.make_contact().id, "program_id": program.id}
        )
        with self.assertRaises(AccessError):
            mine.with_user(self.stranger).read(["explanation"])
