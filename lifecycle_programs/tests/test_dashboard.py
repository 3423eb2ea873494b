"""The numbers of the dashboard, and the records behind them."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models.lifecycle_stage_count import FACT
from .facts_common import FactCommon


@tagged("lifecycle", "post_install", "-at_install")
class TestDashboard(FactCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.lifecycle_credit_days = 30
        # What the test database brings along is another company's affair.
        cls.env["lifecycle.program"].search([]).active = False
        cls.message = cls.env["lifecycle.message"].create(
            {"name": "News", "subject": "News", "body": "<p>News</p>"}
        )
        cls.program = cls.make_walk("first")
        cls.other = cls.make_walk("second")
        cls.ben = cls.make_contact("Ben Salo")
        cls.page = cls.env["lifecycle.dashboard"].with_user(cls.marketer)

    @classmethod
    def make_walk(cls, code):
        return cls.make_program(
            {"type": "mail", "key": "mail", "message_id": cls.message.id}, code=code
        )

    def enter(self, partner, program=None, **values):
        """A person who entered a program 20 days ago, unless the values say else."""
        program = program or self.program
        return self.env["lifecycle.enrolment"].create(
            {
                "program_id": program.id,
                "version_id": program.version_id.id,
                "company_id": program.company_id.id,
                "partner_id": partner.id,
                "commercial_partner_id": partner.commercial_partner_id.id,
                "entered_at": self.ago(days=20),
                "state": "ended",
                **values,
            }
        )

    def send(self, enrolment, when, status="sent", **trace):
        """A mail that left at that moment, and what became of it."""
        visit = len(enrolment.step_run_ids)
        step = enrolment.version_id.step_ids[0]
        partner = enrolment.partner_id
        return self.env["lifecycle.step.run"].create(
            {
                "enrolment_id": enrolment.id,
                "step_id": step.id,
                "visit": visit,
                "program_id": enrolment.program_id.id,
                "company_id": enrolment.company_id.id,
                "partner_id": partner.id,
                "step_type": "mail",
                "outcome": "done",
                "scheduled_at": when,
                "run_at": when,
                "address": partner.email_normalized,
                "message_id": self.message.id,
                "trace_id": self.env["mailing.trace"]
                .create(
                    {
                        "model": "res.partner",
                        "res_id": partner.id,
                        "email": partner.email,
                        "trace_status": status,
                        **trace,
                    }
                )
                .id,
            }
        )

    def show(self, kind="30", user=None, first=None, last=None):
        page = self.page.with_user(user or self.marketer)
        shown = page._period(self.company, kind, first, last, self.now)
        return page._show(self.company, shown, self.now)

    def numbers(self, program=None, **asked):
        program = program or self.program
        (row,) = [
            row for row in self.show(**asked)["programs"] if row["id"] == program.id
        ]
        return row

    def credit(self):
        self.env["lifecycle.credit"]._credit(self.company, self.now)
        return self.env["lifecycle.credit"].search([])

    # ------------------------------------------------------------
    # NUMBERS
    # ------------------------------------------------------------

    def test_entries_goals_and_who_is_inside(self):
        """What happened in the period counts, and who is in the program now."""
        self.enter(self.anna, state="goal", goal_at=self.ago(days=2))
        self.enter(self.ben, state="active", entered_at=self.ago(days=40))
        row = self.numbers()
        self.assertEqual(
            (row["entered"], row["goals"], row["active"], row["errors"]), (1, 1, 1, 0)
        )
        self.assertEqual(self.numbers(kind="90")["entered"], 2)
        early = {"first": "2026-04-01", "last": "2026-05-01"}
        self.assertEqual(self.numbers(kind="custom", **early)["entered"], 1)
        totals = self.show()["totals"]
        self.assertEqual((totals["entered"], totals["active"]), (1, 1))
        bars = self.show()["chart"]
        self.assertEqual(bars["step"], "day")
        self.assertEqual(
            [(bar["day"], bar["entered"], bar["goals"]) for bar in bars["bars"]],
            [("2026-05-12", 1, 0), ("2026-05-30", 0, 1)],
        )

    def test_rates_of_mails(self):
        """Opened, clicked, unsubscribed beside their benchmarks (R123), per program
        (R128). What a machine opened has not been opened."""
        people = self.make_contacts(5)
        runs = self.env["lifecycle.step.run"]
        statuses = ("sent", "open", "reply", "bounce", "sent")
        for partner, status in zip(people, statuses, strict=True):
            runs |= self.send(self.enter(partner), self.ago(days=10), status)
        runs[1].trace_id.links_click_datetime = self.ago(days=9)
        runs[4].trace_id.lifecycle_opened_by_machine = True
        old = self.send(self.enter(self.anna), self.ago(days=50), "open")
        opt_outs = self.env["lifecycle.opt.out"]
        for partner, days in ((people[0], 8), (people[1], 1), (self.anna, 49)):
            opt_outs.create(
                {
                    "address": partner.email_normalized,
                    "program_id": self.program.id,
                    "opted_out_at": self.ago(days=days),
                    "source": "page",
                }
            )
        row = self.numbers()
        self.assertEqual(
            {
                name: row[name]
                for name in (
                    "messages",
                    "delivered",
                    "opened",
                    "clicked",
                    "replied",
                    "bounced",
                    "unsubscribed",
                )
            },
            {
                "messages": 5,
                "delivered": 4,
                "opened": 2,
                "clicked": 1,
                "replied": 1,
                "bounced": 1,
                # A no nine days after the message is not about the message.
                "unsubscribed": 1,
            },
        )
        self.assertEqual(self.numbers(kind="90")["unsubscribed"], 2)
        self.assertEqual(
            self.show()["benchmarks"],
            {"opened": 25.0, "clicked": 3.0, "unsubscribed": 0.5},
        )
        report = self.env["lifecycle.report"].with_user(self.marketer)
        found = report.search([("unsubscribed", "=", 1)])
        self.assertEqual(found.partner_id, people[0] | self.anna)
        self.assertEqual(found.message_id, old.message_id)

    def test_pivot_and_dashboard_agree(self):
        """Odoo's pivot on the same period adds up to what the dashboard shows."""
        self.send(self.enter(self.anna), self.ago(days=10), "open")
        self.send(self.enter(self.ben, self.other), self.ago(days=5))
        self.make_order(self.anna, self.ago(days=8), self.tent)
        self.credit()
        report = self.env["lifecycle.report"].with_user(self.marketer)
        names = ("entered", "goals", "messages", "opened", "purchases", "revenue")
        period = self.page._period(self.company, "30", None, None, self.now)
        groups = report.formatted_read_group(
            period.domain("date"),
            ["program_id"],
            [f"{name}:sum" for name in names],
        )
        pivot = {
            group["program_id"][0]: {name: group[f"{name}:sum"] for name in names}
            for group in groups
        }
        shown = {
            row["id"]: {name: row[name] for name in names}
            for row in self.show()["programs"]
        }
        self.assertEqual(pivot, shown)
        self.assertEqual(shown[self.program.id]["revenue"], 100)

    # ------------------------------------------------------------
    # PURCHASES
    # ------------------------------------------------------------

    def test_a_purchase_counts_once_for_who_wrote_last(self):
        first = self.send(self.enter(self.anna), self.ago(days=40))
        last = self.send(self.enter(self.anna, self.other), self.ago(days=20))
        self.send(self.enter(self.anna), self.ago(days=5))
        early = self.make_order(self.anna, self.ago(days=25), self.tent)
        late = self.make_order(self.anna, self.ago(days=10), self.stove)
        self.make_order(self.anna, self.ago(days=90), self.tent)
        self.make_order(self.ben, self.ago(days=10), self.tent)
        credits = self.credit()
        self.assertEqual(
            {
                credit.sale_order_id: (credit.program_id, credit.touched_at)
                for credit in credits
            },
            {
                early: (self.program, first.run_at),
                late: (self.other, last.run_at),
            },
        )
        self.assertEqual(self.credit(), credits, "Counting again changes nothing")
        row = self.numbers(self.other)
        self.assertEqual((row["purchases"], row["revenue"]), (1, 40))
        self.company.lifecycle_credit_days = 12
        self.assertEqual(self.credit().sale_order_id, late)
        self.company.lifecycle_credit_days = 0
        self.assertFalse(self.credit())

    def test_a_colleague_buys_and_something_is_returned(self):
        """The whole company counts; what comes back is taken off, also when the history
        is gone by then; a purchase that is returned altogether is none."""
        acme = self.make_contact("Acme", is_company=True)
        reader = self.make_contact("Reader", parent_id=acme.id)
        buyer = self.make_contact("Buyer", parent_id=acme.id)
        run = self.send(self.enter(reader), self.ago(days=20))
        order = self.make_order(
            buyer,
            self.ago(days=15),
            lines=[{"product_id": self.tent.id, "product_uom_qty": 3}],
        )
        credit = self.credit()
        self.assertEqual((credit.partner_id, credit.amount), (acme, 300))
        invoice = self.make_invoice(order)
        self.make_refund(invoice, self.ago(days=3), quantity=1)
        run.unlink()
        self.assertEqual(self.credit(), credit)
        self.assertEqual(credit.amount, 200)
        self.make_refund(invoice, self.ago(days=2), quantity=2)
        self.assertFalse(self.credit())

    def test_invoices_as_purchases(self):
        """In a company that counts invoices, the invoice is the purchase."""
        self.send(self.enter(self.anna), self.ago(days=20))
        order = self.make_order(self.anna, self.ago(days=15), self.tent)
        self.assertEqual(self.credit().sale_order_id, order)
        invoice = self.make_invoice(order, self.ago(days=10))
        self.company.lifecycle_purchase_source = "invoices"
        credit = self.credit()
        self.assertEqual((credit.move_id, credit.sale_order_id.ids), (invoice, []))
        self.assertEqual(credit.amount, 100)

    # ------------------------------------------------------------
    # STAGES
    # ------------------------------------------------------------

    def test_stages_moves_and_who_they_are(self):
        """People by stage, moves in the period, and the contacts behind each number
        (R5)."""
        self.make_order(self.anna, self.ago(days=10), self.tent)
        shown = self.page._period(self.company, "30", None, None, self.now)
        self.page._count_stages(self.company, shown, self.now)
        circle = self.show()["stages"]
        self.assertIn({"from": "prospect", "to": "new", "people": 1}, circle["moves"])
        # Those who are in the database besides stand somewhere, too.
        asked = [circle["company_id"], circle["from"], circle["to"]]
        partners = self.env["res.partner"].with_user(self.marketer)
        partners = partners.with_context(lifecycle_stage_moments=asked)
        for stage in circle["stages"]:
            self.assertEqual(
                partners.search_count([("lifecycle_stage", "=", stage["code"])]),
                stage["people"],
            )
        moved = partners.search(
            [
                ("lifecycle_stage_before", "=", "prospect"),
                ("lifecycle_stage", "=", "new"),
            ]
        )
        self.assertEqual(moved, self.anna)
        self.assertEqual(moved.lifecycle_stage, "new")
        self.assertEqual(moved.lifecycle_stage_before, "prospect")
        self.assertEqual(self.read_facts(self.anna, FACT), "new")

    def test_stages_are_counted_anew_when_old(self):
        shown = self.page._period(self.company, "30", None, None, self.now)
        self.assertFalse(self.show()["stages"]["counted_at"])
        self.assertTrue(self.show()["is_old"])
        self.page._refresh(self.company, shown, self.now)
        self.assertTrue(self.show()["stages"]["counted_at"])
        self.assertFalse(self.show()["is_old"])
        later = self.page._show(self.company, shown, self.now + timedelta(hours=1))
        self.assertTrue(later["is_old"])
        self.assertTrue(later["stages"]["counted_at"], "Old numbers are shown")
        self.company.lifecycle_loyal_orders += 1
        self.assertFalse(
            self.show()["stages"]["counted_at"], "By other rules they are wrong"
        )
        counts = self.env["lifecycle.stage.count"]
        counts.search([])._gc_stage_counts()
        self.assertFalse(counts.search([("counted_at", "=", self.now)]))

    # ------------------------------------------------------------
    # ATTENTION
    # ------------------------------------------------------------

    def test_what_needs_attention(self):
        """Errors, pauses, people held up, drafts and reviews that are due (R131,
        R132)."""
        self.assertEqual(self.codes(), [])
        self.enter(self.anna, state="error")
        self.enter(
            self.ben,
            state="active",
            step_id=self.program.version_id.step_ids[0].id,
            scheduled_at=self.ago(days=8),
            due_at=self.now,
        )
        self.program.review_on = self.now.date()
        self.program.action_edit_steps()
        self.other.action_pause()
        self.other.error = "Paused by itself"
        self.assertEqual(
            self.codes(), ["paused", "errors", "held", "drafts", "review_due"]
        )
        items = {item["code"]: item for item in self.show()["attention"]}
        self.assertEqual(items["paused"]["action"]["res_id"], self.other.id)
        for code, partner in (("errors", self.anna), ("held", self.ben)):
            action = items[code]["action"]
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(found.partner_id, partner)

    def codes(self):
        return [item["code"] for item in self.show()["attention"]]

    def test_health_is_for_managers(self):
        self.company.action_lifecycle_stop()
        self.assertEqual(self.codes(), ["stopped"])
        self.env.ref("lifecycle_programs.ir_cron_count_dashboard").active = False
        self.assertEqual(self.codes(), ["stopped"])
        manager = new_test_user(
            self.env,
            "lifecycle_boss",
            "base.group_user,lifecycle_programs.group_lifecycle_manager",
        )
        items = self.show(user=manager)["attention"]
        self.assertIn("health_crons", [item["code"] for item in items])

    # ------------------------------------------------------------
    # PAGE
    # ------------------------------------------------------------

    def test_empty(self):
        """A database without programs in use is led on to choose one."""
        (self.program | self.other).active = False
        shown = self.page.get_data()
        self.assertTrue(shown["is_empty"])
        self.assertTrue(self.env.ref(shown["next_action"]))
        self.assertEqual(shown["totals"]["revenue"], [])

    def test_periods(self):
        self.company.resource_calendar_id.tz = "Europe/Helsinki"

        def days(kind, first=None, last=None):
            period = self.page._period(self.company, kind, first, last, self.now)
            return str(period.start), str(period.end), period.step

        self.assertEqual(
            days("month"), ("2026-05-31 21:00:00", "2026-06-01 21:00:00", "day")
        )
        self.assertEqual(days("90")[2], "week")
        self.assertEqual(days("365")[2], "month")
        self.assertEqual(
            days("custom", "2026-01-01", "2026-01-02")[0], "2025-12-31 22:00:00"
        )
        for first, last in (
            ("2026-01-02", "2026-01-01"),
            (None, None),
            ("1900-01-01", "2026-01-01"),
            ("2026-02-31", "2026-03-01"),
            ("soon", "later"),
        ):
            with self.assertRaises(UserError):
                days("custom", first, last)

    def test_one_answer_in_few_statements(self):
        for partner in self.make_contacts(10):
            self.send(self.enter(partner), self.ago(days=3))
        self.page.get_data()
        self.env.invalidate_all()
        with self.assertQueryCount(30):
            self.page.get_data()

    def test_scheduled_action(self):
        """At night the numbers are counted for all periods to choose from."""
        self.send(self.enter(self.anna), self.start - timedelta(days=2))
        self.make_order(self.anna, self.start - timedelta(days=1), self.tent)
        with self.enter_registry_test_mode():
            self.env.ref(
                "lifecycle_programs.ir_cron_count_dashboard"
            ).method_direct_trigger()
        counts = self.env["lifecycle.stage.count"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertLessEqual({"month", "30", "90", "365"}, set(counts.mapped("period")))
        self.assertEqual(self.env["lifecycle.credit"].search([]).partner_id, self.anna)
        self.assertFalse(self.page.get_data()["is_old"])

    # ------------------------------------------------------------
    # SECURITY
    # ------------------------------------------------------------

    def test_who_may_look(self):
        """Salespeople may not; marketers see their own companies, whatever they ask
        for."""
        page = self.env["lifecycle.dashboard"].with_user(self.salesperson)
        for method in ("get_data", "refresh"):
            with self.assertRaises(AccessError):
                getattr(page, method)()
        for model in ("lifecycle.report", "lifecycle.credit", "lifecycle.stage.count"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.salesperson).search([])
        for model in ("lifecycle.credit", "lifecycle.stage.count"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.marketer).create({})
        foreign = self.env["res.company"].create(
            {"name": "Foreign", "lifecycle_suppression_done": True}
        )
        program = self.make_program(
            {"type": "mail", "key": "mail", "message_id": self.message.id},
            code="foreign",
            company_id=foreign.id,
        )
        self.send(self.enter(self.anna, program), self.start)
        self.env["lifecycle.stage.count"]._count(
            foreign, "30", self.ago(days=30), self.now, self.now
        )
        shown = self.page.get_data()
        self.assertNotIn(program.id, [row["id"] for row in shown["programs"]])
        with self.assertRaises(AccessError):
            self.page.get_data(company_id=foreign.id)
        with self.assertRaises(AccessError):
            self.page.refresh(company_id=foreign.id)
        report = self.env["lifecycle.report"].with_user(self.marketer)
        self.assertFalse(report.search([("program_id", "=", program.id)]))
        partners = self.env["res.partner"].with_user(self.marketer)
        asked = partners.with_context(
            lifecycle_stage_moments=[foreign.id, False, False]
        )
        self.assertEqual(asked._lifecycle_moments()[0], self.company)

    def test_two_companies(self):
        """All chosen companies together, or one; amounts in their own currencies."""
        second = self.env["res.company"].create(
            {"name": "Second", "currency_id": self.env.ref("base.GBP").id}
        )
        self.marketer.company_ids = [Command.link(second.id)]
        program = self.make_program(
            {"type": "mail", "key": "mail", "message_id": self.message.id},
            code="second_company",
            company_id=second.id,
        )
        self.enter(self.anna, program, entered_at=self.start)
        self.enter(self.ben, entered_at=self.start)
        page = self.page.with_context(allowed_company_ids=(self.company | second).ids)
        self.assertEqual(page.get_data()["totals"]["entered"], 2)
        one = page.get_data(company_id=second.id)
        self.assertEqual([row["id"] for row in one["programs"]], [program.id])
        self.assertEqual(one["stages"]["company"], "Second")
        self.assertEqual(
            one["totals"]["revenue"],
            [{"currency_id": second.currency_id.id, "amount": 0}],
        )
