"""The rehearsal of a program: real, and without a trace."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .messages_common import MessageCommon

END = {"type": "end", "key": "end"}


@tagged("lifecycle")
class TestRehearsal(MessageCommon):
    def setUp(self):
        super().setUp()
        self.message = self.make_message()

    def mail(self, key, **values):
        return {"type": "mail", "message_id": self.message.id, "key": key, **values}

    def wait(self, key, days=1):
        return {"type": "wait", "key": key, "wait_value": days}

    def rehearse(self, program, partners, days=30, **options):
        """What the marketer is told: lines per contact, as texts."""
        candidates = dict.fromkeys(partners.ids)
        with self.enter_registry_test_mode():
            return program.with_user(self.marketer)._rehearse(
                candidates, self.start, days, **options
            )

    def tell(self, lines, partner):
        steps = self.env["lifecycle.step"]
        return [
            " ".join(
                filter(
                    None,
                    (
                        str((line["at"] - self.start).days),
                        line["kind"],
                        steps.browse(line.get("step_id")).key,
                    ),
                )
            )
            for line in lines
            if line["partner_id"] == partner.id
        ]

    def get_contents(self):
        """How many rows every table has, and a sum over all that stands in them."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT format('SELECT %L, count(*), sum(hashtextextended(t::text, 0))'
                          ' FROM %I t', c.relname, c.relname)
              FROM pg_class c
             WHERE c.relkind = 'r' AND c.relnamespace = current_schema::regnamespace
            """
        )
        parts = [row[0] for row in self.env.cr.fetchall()]
        self.env.cr.execute(" UNION ALL ".join(parts))
        return {row[0]: row[1:] for row in self.env.cr.fetchall()}

    # ------------------------------------------------------------
    # WITHOUT A TRACE
    # ------------------------------------------------------------

    def test_nothing_stays_of_any_program(self):
        """A dry run of every program that is shipped leaves no table as much as
        touched, and nothing to be done after the transaction."""
        contact = self.make_contact(
            phone="+358401234567", country_id=self.env.ref("base.fi").id
        )
        # What a quotation is about cannot be left out of its messages.
        self.make_event("quotation_sent", contact, order="S00001", amount=500)
        programs = self.env["lifecycle.program"].search([])
        self.assertGreaterEqual(len(programs), 10)
        before = self.get_contents()
        hooks = self.env.cr.postcommit._funcs.copy()
        told = {}
        for program in programs:
            lines = self.rehearse(program, contact, 400, open_door=True)
            told[program.code] = {line["kind"] for line in lines}
        self.assertEqual(self.env.cr.postcommit._funcs, hooks)
        after = self.get_contents()
        changed = [table for table in after if after[table] != before.get(table)]
        self.assertEqual(changed, [])
        # They did run: people came in, messages were written, none failed.
        self.assertIn("message", set.union(*told.values()))
        self.assertFalse([code for code, kinds in told.items() if "failed" in kinds])
        self.assertTrue(told["welcome"] >= {"enter", "message"})

    def test_it_cannot_be_committed(self):
        program = self.make_program(self.mail("mail"), END)
        with self.enter_registry_test_mode(), program._on_stage() as stage:
            self.assertEqual(stage.env.uid, self.env.ref("base.user_root").id)
            with self.assertRaisesRegex(RuntimeError, "never committed"):
                stage.env["ir.cron"]._commit_progress(1)

    def test_addresses_stay_free_for_who_sends(self):
        program = self.make_program(self.mail("mail"), END)
        with self.enter_registry_test_mode(), program._on_stage() as stage:
            checks = stage.env["lifecycle.step"]._gate_checks()
        self.assertEqual(
            set(self.env["lifecycle.step"]._gate_checks()) - set(checks),
            {"_gate_reserve"},
        )

    # ------------------------------------------------------------
    # WHAT WOULD HAPPEN
    # ------------------------------------------------------------

    def test_what_is_rehearsed_is_what_happens(self):
        """Each gets the day, the channel and the finished text that the real run
        brings afterwards."""
        program = self.make_program(
            self.mail("first"), self.wait("days", 3), self.mail("second"), END
        )
        contact = self.make_contact(name="Aino Laine")
        lines = self.rehearse(program, contact)
        self.assertEqual(
            self.tell(lines, contact),
            ["0 enter first", "0 message first", "3 message second", "3 end end"],
        )
        self.assertFalse(program.enrolment_ids)
        program._enrol_partners(contact, self.start)
        self.run_due()
        self.run_due(days=3)
        runs = program.enrolment_ids.step_run_ids.filtered("message_id").sorted("visit")
        told = [line for line in lines if line["kind"] == "message"]
        for run, line in zip(runs, told, strict=True):
            mail = run.trace_id.mail_mail_id
            self.assertEqual(line["at"], run.run_at)
            self.assertEqual(line["address"], run.address)
            self.assertEqual(line["subject"], mail.subject)
            self.assertIn("Hello Aino Laine", line["body"])
            # A personal link must not work for whoever looks at it.
            self.assertIn("/lifecycle/", mail.body_html)
            self.assertNotIn("/lifecycle/", line["body"])

    def test_who_is_in_the_program_twice_walks_one_way_after_the_other(self):
        program = self.make_program(
            *(self.mail("mail"), self.wait("wait", 2), END),
            entry_key="order",
            cooldown_scope="key",
        )
        contact = self.make_contact()
        program._enrol_partners(contact, self.start, {contact.id: {"order": "S1"}})
        self.env["lifecycle.enrolment"]._run_due(self.start)
        with self.enter_registry_test_mode():
            lines = program.with_user(self.marketer)._rehearse(
                {contact.id: {"order": "S2"}}, self.start, 30
            )
        self.assertEqual(
            self.tell(lines, contact),
            [
                "0 inside wait",
                "2 end end",
                "0 enter mail",
                "0 message mail",
                "2 end end",
            ],
        )
        self.assertEqual([line["entry_key"] for line in lines], ["S1"] * 2 + ["S2"] * 3)

    def test_a_draft_is_rehearsed_before_it_is_published(self):
        program = self.make_program(self.mail("old"), END)
        program.action_edit_steps()
        step = program.draft_version_id.step_ids.filtered(lambda s: s.key == "old")
        step.key = "new"
        contact = self.make_contact()
        lines = self.rehearse(program, contact)
        self.assertEqual(
            self.tell(lines, contact), ["0 enter new", "0 message new", "0 end end"]
        )
        fresh = self.make_program(self.mail("mail"), END, publish=False, code="fresh")
        self.assertEqual(len(self.rehearse(fresh, contact)), 3)
        self.assertEqual(fresh.state, "draft")

    def test_what_would_stop_it(self):
        program = self.make_program(
            self.mail("mail"), END, rule="contact.country != 'SE'"
        )
        refused, swede, already = people = self.make_contacts(3)
        swede.country_id = self.env.ref("base.se")
        already.country_id = refused.country_id = self.env.ref("base.fi")
        program._enrol_partners(already, self.start)
        self.env["lifecycle.opt.out"]._opt_out(
            refused.email_normalized, self.message.category_id
        )
        lines = self.rehearse(program, people)
        self.assertEqual(
            self.tell(lines, refused), ["0 enter mail", "0 skipped mail", "0 end end"]
        )
        self.assertEqual(
            [line["why"] for line in lines if line["kind"] == "skipped"],
            ["opted out of this kind of message"],
        )
        self.assertEqual(self.tell(lines, swede), ["0 out"])
        self.assertEqual(
            self.tell(lines, already), ["0 inside mail", "0 message mail", "0 end end"]
        )
        self.assertEqual(already.id, program.enrolment_ids.partner_id.id)
        door = self.rehearse(program, swede, open_door=True)
        self.assertIn("0 message mail", self.tell(door, swede))

    def test_limits_and_other_programs_hold_it_up(self):
        """The other programs of the customer play along: their message uses up the
        limit first."""
        self.set_cap(1)
        contact = self.make_contact()
        other = self.make_program(
            self.mail("other"), END, code="other", sequence=1, is_exclusive=False
        )
        other._enrol_partners(contact, self.start)
        program = self.make_program(self.mail("mail"), END, sequence=2)
        lines = self.rehearse(program, contact)
        told = self.tell(lines, contact)
        self.assertEqual(told[:2], ["0 enter mail", "0 held mail"])
        # By then it is too late.
        self.assertEqual(told[-2:], ["7 skipped mail", "7 end end"])
        why = [line["why"] for line in lines]
        self.assertRegex(why[1], "enough messages in these days, until .+")
        self.assertEqual(why[2], "too late to be true")
        self.assertFalse(other.enrolment_ids.step_run_ids)

    def test_nobody_reacts_or_everybody_does(self):
        program = self.make_program(
            self.mail("mail"),
            {
                "type": "wait_until",
                "key": "until",
                "wait_value": 5,
                "branches": [
                    {"name": "Clicks", "events": ["mail_clicked"], "next": "thanks"}
                ],
                "next": "again",
            },
            self.mail("again", next="end"),
            self.mail("thanks", next="end"),
            END,
        )
        self.set_cap(0)
        contact = self.make_contact()
        silent = self.tell(self.rehearse(program, contact), contact)
        self.assertEqual(silent[2:], ["5 branch until", "5 message again", "5 end end"])
        lines = self.rehearse(program, contact, reacts=True)
        self.assertEqual(
            self.tell(lines, contact)[2:],
            ["0 branch until", "0 message thanks", "0 end end"],
        )
        self.assertIn("Clicks: it happened", [line["why"] for line in lines])

    def test_reviews_are_passed(self):
        program = self.make_program(self.mail("mail", release="review"), END)
        contact = self.make_contact()
        lines = self.rehearse(program, contact)
        self.assertEqual(
            self.tell(lines, contact),
            ["0 enter mail", "0 held mail", "0 message mail", "0 end end"],
        )
        self.assertIn("after somebody has reviewed it", [x["why"] for x in lines])
        self.assertFalse(self.env["lifecycle.review"].search([]))

    def test_it_ends_with_the_days(self):
        program = self.make_program(self.wait("long", 60), self.mail("mail"), END)
        contact = self.make_contact()
        lines = self.rehearse(program, contact, 30)
        self.assertEqual(self.tell(lines, contact), ["0 enter long", "30 stays long"])

    def test_the_latest_event_is_the_example(self):
        program = self.make_program(
            self.mail("mail"),
            END,
            start="event",
            event_type_ids=[(6, 0, self.event_type("survey_answered").ids)],
            rule="event.score >= 9",
        )
        happy, sad, silent = people = self.make_contacts(3)
        when = self.start - timedelta(days=5)
        self.make_event("survey_answered", happy, when, score=10)
        self.make_event("survey_answered", sad, when, score=2)
        with self.enter_registry_test_mode():
            found = program._find_newcomers(self.start)
        self.assertEqual(found, {happy.id: {"score": 10}})
        lines = self.rehearse(program, people)
        self.assertIn("0 message mail", self.tell(lines, happy))
        self.assertEqual(self.tell(lines, sad), ["0 out"])
        self.assertEqual(self.tell(lines, silent), ["0 out"])

    # ------------------------------------------------------------
    # THE PAGE
    # ------------------------------------------------------------

    def make_rehearsal(self, program, user=None, **values):
        return (
            self.env["lifecycle.rehearsal"]
            .with_user(user or self.marketer)
            .create({"program_id": program.id, **values})
        )

    def test_a_scan_is_rehearsed_group_by_group(self):
        program = self.make_program(
            self.mail("mail"),
            END,
            start="schedule",
            rule="contact.country == 'SE'",
            publish=False,
        )
        self.make_contacts(23, country_id=self.env.ref("base.se").id)
        rehearsal = self.make_rehearsal(program, who="all", days=5)
        self.assertFalse(rehearsal.problems)
        with self.enter_registry_test_mode():
            action = rehearsal.action_start()
            self.assertEqual(action["params"], {"rehearsal_id": rehearsal.id})
            self.assertEqual(rehearsal.get_result()["total"], 23)
            self.assertEqual(
                [rehearsal.run_next() for _turn in range(4)], [13, 3, 0, 0]
            )
        result = rehearsal.get_result()
        self.assertEqual((result["done"], result["found"]), (23, 23))
        self.assertEqual((result["messages"], len(result["people"])), (23, 23))
        lines = result["people"][0]["lines"]
        self.assertEqual([one["kind"] for one in lines], ["enter", "message", "end"])
        line = rehearsal.line_ids.browse(lines[1]["id"])
        self.assertIn("Hello Person", line.get_text()["body"])
        domain = rehearsal.action_open_lines()["domain"]
        self.assertEqual(self.env[line._name].search_count(domain), 69)

    def test_ten_are_drawn_for_a_sample(self):
        program = self.make_program(
            self.mail("mail"), END, start="schedule", rule="contact.country == 'SE'"
        )
        self.make_contacts(15, country_id=self.env.ref("base.se").id)
        rehearsal = self.make_rehearsal(program)
        with self.enter_registry_test_mode():
            rehearsal.action_start()
        self.assertEqual((rehearsal.found_count, rehearsal.people_count), (15, 10))

    def test_only_marketers_of_the_company_rehearse(self):
        program = self.make_program(self.mail("mail"), END)
        contact = self.make_contact()
        with self.assertRaises(AccessError):
            self.make_rehearsal(program, self.salesperson)
        values = {"who": "chosen", "partner_ids": contact.ids}
        rehearsal = self.make_rehearsal(program, **values)
        other = new_test_user(
            self.env,
            "rehearsal_other",
            "base.group_user,lifecycle_programs.group_lifecycle_marketer",
        )
        with self.assertRaises(AccessError):
            rehearsal.with_user(other).run_next()
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "rehearsal_stranger",
            "base.group_user,lifecycle_programs.group_lifecycle_marketer",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        foreign = self.make_rehearsal(program, stranger, **values)
        with self.assertRaises(AccessError):
            foreign.action_start()
