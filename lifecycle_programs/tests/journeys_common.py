"""What the walks through the shipped programs share: a clock, a shop, its customers.

Everything is a real record: orders are confirmed, links are clicked, surveys answered.
The clock stands still until a test moves it, and everything that falls due on the way
runs at its moment.
"""

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command

from .common import LifecycleCommon

MONDAY = datetime(2027, 3, 1, 8, 0)
MANY = 500
# Steps that do nothing to or about the contact.
QUIET = ["wait", "wait_until", "wait_window", "split", "end"]


class JourneyCommon(LifecycleCommon):
    #: Code of the program that the class walks through.
    code = None

    @classmethod
    def setUpClass(cls):
        cls.clock = cls.startClassPatcher(freeze_time(MONDAY))
        super().setUpClass()
        cls.company.write(
            {
                "email": "shop@northwind.example",
                "website": "https://www.northwind.example",
            }
        )
        cls.program = cls.env.ref(f"lifecycle_programs.program_{cls.code}")
        cls.version = cls.env.ref(f"lifecycle_programs.program_{cls.code}_v1")
        cls.tents, cls.stoves = cls.env["product.category"].create(
            [{"name": "Tents"}, {"name": "Stoves"}]
        )
        cls.tent = cls.make_product("Tent for two", cls.tents, 100)
        cls.stove = cls.make_product("Gas stove", cls.stoves, 40)
        cls.anna = cls.make_contact("Anna Korhonen", user_id=cls.salesperson.id)

    def setUp(self):
        super().setUp()
        self.clock.move_to(MONDAY)
        self.start = MONDAY

    # ------------------------------------------------------------
    # FACTORIES
    # ------------------------------------------------------------

    @classmethod
    def make_product(cls, name, category, price):
        return cls.env["product.product"].create(
            {
                "name": name,
                "categ_id": category.id,
                "list_price": price,
                "taxes_id": [Command.clear()],
            }
        )

    @classmethod
    def make_coupons(cls, percent=10):
        return cls.env["loyalty.program"].create(
            {
                "name": f"{percent} % off",
                "program_type": "coupons",
                "applies_on": "current",
                "trigger": "with_code",
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount": percent,
                            "discount_mode": "percent",
                            "discount_applicability": "order",
                            "required_points": 1,
                        }
                    )
                ],
            }
        )

    def step(self, key):
        return self.version.step_ids.filtered(lambda step: step.key == key)

    def number(self, code, value):
        """Change a number of the program, as a marketer does."""
        self.program.parameter_ids.filtered(
            lambda line: line.code == code
        ).value = value

    def choose_coupons(self, **percents):
        """Choose the discounts of the program's steps, by key."""
        for key, percent in percents.items():
            self.step(key).loyalty_program_id = self.make_coupons(percent)

    def publish(self, **numbers):
        for code, value in numbers.items():
            self.number(code, value)
        self.program.action_publish()

    # ------------------------------------------------------------
    # WHAT HAPPENS
    # ------------------------------------------------------------

    def order(self, partner=None, product=None, quantity=1, days=0):
        """A confirmed order now, or so many days ago as history."""
        order = self.env["sale.order"].create(
            {
                "partner_id": (partner or self.anna).id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (product or self.tent).id,
                            "product_uom_qty": quantity,
                        }
                    )
                ],
            }
        )
        if days:
            now = self.clock()
            self.clock.move_to(now - timedelta(days=days))
            order.with_context(lifecycle_import=True).action_confirm()
            self.clock.move_to(now)
        else:
            order.action_confirm()
        self.work()
        return order

    def happen(self, code, partner=None, **payload):
        """An event of a kind that no record of the standard addons stands for."""
        event = self.make_event(code, partner or self.anna, self.clock(), **payload)
        self.work()
        return event

    def click(self, key, part="northwind"):
        """Click a tracked link in the mail of a step."""
        run = self.run_of(key)
        link = self.env["link.tracker"].search(
            [
                ("mass_mailing_id", "=", run.step_id.mailing_id.id),
                ("url", "ilike", part),
            ],
            limit=1,
        )
        self.assertTrue(link, f"no tracked link in {key}")
        self.env["link.tracker.click"].add_click(
            link.code,
            ip="192.0.2.1",
            country_code=False,
            mailing_trace_id=run.trace_id.id,
        )
        self.work()

    def answer(self, key, answer):
        """Press an answer in the mail of a step, as its page does."""
        run = self.run_of(key)
        run.trace_id.set_opened()
        self.happen(
            "answer_given",
            run.partner_id,
            answer=answer,
            program=self.program.code,
            step=key,
        )

    def answer_survey(self, score):
        """Fill in the sheet that the survey's mail leads to."""
        sheet = self.env["survey.user_input"].search(
            [("partner_id", "=", self.anna.id), ("state", "!=", "done")]
        )
        question = self.env.ref("lifecycle_programs.survey_recommend_score")
        sheet._save_lines(question, str(score))
        sheet._mark_done()
        self.work()

    # ------------------------------------------------------------
    # TIME
    # ------------------------------------------------------------

    def work(self):
        """What a commit and the crons do, at this moment."""
        self.env.flush_all()
        now = self.clock()
        self.env["lifecycle.event"]._flush_pending()
        while self.env["lifecycle.event"]._consume(now)[0]:
            pass
        for _round in range(MANY):
            if not self.env["lifecycle.enrolment"]._run_due(now):
                return
        self.fail("The steps do not come to an end")

    def scan(self):
        """The look through all contacts, then what follows from it."""
        self.program.next_scan_at = self.clock()
        self.env["lifecycle.program"]._scan(self.clock())
        self.work()

    def walk_to(self, days):
        """Move on to a day after the start, with all that falls due on the way."""
        target = self.start + timedelta(days=days)
        for _round in range(MANY):
            due = self.env["lifecycle.enrolment"].search(
                [
                    ("state", "=", "active"),
                    ("program_id.state", "=", "running"),
                    ("due_at", "<=", target),
                ],
                order="due_at",
                limit=1,
            )
            if not due:
                break
            self.clock.move_to(max(due.due_at, self.clock()))
            self.work()
        else:
            self.fail("The journey does not come to an end")
        self.clock.move_to(target)
        self.work()

    # ------------------------------------------------------------
    # WHAT HAS HAPPENED
    # ------------------------------------------------------------

    @property
    def enrolment(self):
        """Anna's latest way through the program."""
        return self.env["lifecycle.enrolment"].search(
            [("program_id", "=", self.program.id), ("partner_id", "=", self.anna.id)],
            order="id desc",
            limit=1,
        )

    def run_of(self, key):
        run = self.env["lifecycle.step.run"].search(
            [
                ("enrolment_id", "=", self.enrolment.id),
                ("step_id.key", "=", key),
                ("outcome", "=", "done"),
            ],
            order="visit desc",
            limit=1,
        )
        self.assertTrue(run, f"step {key} has not been done")
        return run

    def tasks(self):
        return self.env["mail.activity"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", self.anna.id)]
        )

    def assertWalked(self, expected):
        """What Anna got or what was done about her: ``"day key"``, with the reason when
        it was skipped. Waits, splits and holds are left out."""
        runs = self.env["lifecycle.step.run"].search(
            [
                ("enrolment_id", "=", self.enrolment.id),
                ("step_type", "not in", QUIET),
                ("outcome", "!=", "held"),
            ],
            order="visit",
        )
        found = []
        for run in runs:
            day = (run.run_at - self.enrolment.entered_at).days
            reason = f" {run.reason}" if run.outcome != "done" else ""
            found.append(f"{day} {run.step_id.key}{reason}")
        self.assertEqual(found, expected)

    def assertEnded(self, state, key=None):
        """How it came to its end, and at which step."""
        self.assertEqual(self.enrolment.state, state)
        if key:
            last = self.enrolment.step_run_ids.sorted("visit")[-1]
            self.assertEqual(last.step_id.key, key)
