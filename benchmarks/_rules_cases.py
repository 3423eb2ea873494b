"""The cases of the benchmark of rules: each times both sides and gives rows."""

import statistics
import time

from odoo import Command
from odoo.tools import SQL

from ._rules_data import NOW
from ._rules_limit import AGGREGATE, RULES
from ._rules_row import Row, peak_memory, reset_peak

#: The rule of events and of the editor: it reads orders with their lines, leads and
#: clicks.
ONE_RULE = (
    'orders.count >= 2 and orders.total_365d > 100 and "Category 3" in'
    " orders.categories and not crm.open_opportunity and engagement.points_30d >= 10"
)
ONE_FILTER = (
    "orders >= 2 AND year > 100 AND in_3 AND open_opportunity IS NOT TRUE"
    " AND points >= 10"
)


class Bench:
    """The cases, over the contacts of :class:`_rules_data.Data`.

    Whatever a case writes is rolled back, except for the orders of `hooks`.
    """

    def __init__(self, env, data, rounds):
        self.env = env
        self.data = data
        self.rounds = rounds
        self.company = env.company
        self.scanned = env["lifecycle.program"].concat(
            *(
                self._program(code, start="schedule", rule=rule)
                for code, (rule, _filter) in RULES.items()
            )
        )
        self.by_event = self._program(
            "by_event",
            start="event",
            rule=ONE_RULE,
            event_type_ids=[Command.link(data.event_type("order_confirmed"))],
        )
        self.many = self._program("many", start="schedule")
        env.cr.commit()

    def _program(self, code, **values):
        program = self.env["lifecycle.program"].search([("code", "=", f"bench_{code}")])
        if not program:
            program = program.create(
                {
                    "name": code,
                    "code": f"bench_{code}",
                    "reentry": "never",
                    "version_ids": [
                        Command.create(
                            {
                                "step_ids": [
                                    Command.create(
                                        {
                                            "name": "Wait",
                                            "key": "wait",
                                            "type": "wait",
                                            "wait_value": 9,
                                        }
                                    )
                                ]
                            }
                        )
                    ],
                    **values,
                }
            )
            program.action_publish()
        program.write(values)
        return program

    def timed(self, *works, rounds=None):
        """The median of some rounds of each, in milliseconds; the sides take turns,
        and what they write is undone."""
        times = [[] for _work in works]
        for _round in range(rounds or self.rounds):
            for work, found in zip(works, times, strict=True):
                with self.env.cr.savepoint() as savepoint:
                    started = time.perf_counter()
                    work()
                    found.append((time.perf_counter() - started) * 1000)
                    savepoint.rollback()
                self.env.invalidate_all()
        return [statistics.median(found) for found in times]

    def aggregate(self, customers=None):
        """The SELECT by hand, for all contacts or for those of some customers."""
        buyers = people = SQL()
        if customers is not None:
            customers = list(customers)
            buyers = SQL("AND buyer.commercial_partner_id = ANY(%s)", customers)
            people = SQL("AND person.commercial_partner_id = ANY(%s)", customers)
        return SQL(
            AGGREGATE,
            now=NOW,
            company=self.company.id,
            few_buyers=buyers,
            few=people,
        )

    # ------------------------------------------------------------
    # SCAN
    # ------------------------------------------------------------

    def scan(self):
        """Ten programs that are due look at all contacts, and let in who matches."""
        self.scanned.next_scan_at = NOW
        # All of them enter: nobody is there to agree to so many at once.
        self.scanned.company_id.lifecycle_launch_limit = 0
        if self.env["lifecycle.program"]._scan(NOW) != len(RULES):
            raise RuntimeError("Not every program was due")
        self._check_errors()

    def _check_errors(self):
        errors = self.env["lifecycle.program"].search([("error", "!=", False)])
        if errors:
            raise RuntimeError(errors[0].error)

    def scan_by_hand(self):
        """The aggregate by hand, once, and ten filters over it."""
        self.env.cr.execute(
            SQL("CREATE TEMPORARY TABLE bench_limit AS %s", self.aggregate())
        )
        for _rule, condition in RULES.values():
            self.env.cr.execute(
                SQL("SELECT count(*) FROM bench_limit WHERE %s", SQL(condition))
            )
        self.env.cr.execute("DROP TABLE bench_limit")

    def scan_case(self):
        self.check_same()
        reset_peak()
        ours, limit = self.timed(self.scan, self.scan_by_hand)
        yield Row(
            "ten programs decided over all contacts",
            ours,
            "an aggregate by hand and ten filters",
            limit,
            at_most=2,
        )
        yield Row(
            "memory of the Odoo process meanwhile",
            peak_memory(),
            "the most it may be",
            400,
            unit="MB",
            at_most=1,
        )

    def plan(self):
        """How PostgreSQL makes the snapshot of the scan, as it says itself."""
        rules = {
            program: program._rule(program.rule, entry=True) for program in self.scanned
        }
        query = self.scanned._scan_query(rules, self.company, NOW)
        lines = self.env.execute_query(
            SQL("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) %s", query)
        )
        return "\n".join(line for (line,) in lines)

    def check_same(self):
        """Both sides have to find the same contacts, or comparing them says nothing."""
        with self.env.cr.savepoint() as savepoint:
            self.env.cr.execute(
                SQL("CREATE TEMPORARY TABLE bench_limit AS %s", self.aggregate())
            )
            rules = {
                program: program._rule(program.rule, entry=True)
                for program in self.scanned
            }
            table = self.scanned._materialise(rules, self.company, NOW)
            for program, rule in rules.items():
                condition = RULES[program.code.removeprefix("bench_")][1]
                found, different = self._compare(
                    table, program._entry_condition(rule, NOW), condition
                )
                if different or not found:
                    raise RuntimeError(
                        f"{program.code}: {different} contacts differ of {found}"
                    )
            savepoint.rollback()

    def _compare(self, table, ours, limit):
        """How many contacts the rule finds, and how many only one side finds."""
        query = SQL(
            """
            WITH ours AS (SELECT s.contact_id FROM %s s WHERE %s),
                 by_hand AS (SELECT contact_id FROM bench_limit WHERE %s)
            SELECT (SELECT count(*) FROM ours), count(*)
              FROM ours FULL JOIN by_hand USING (contact_id)
             WHERE ours IS NULL OR by_hand IS NULL
            """,
            SQL.identifier(table),
            ours,
            SQL(limit),
        )
        return self.env.execute_query(query)[0]

    # ------------------------------------------------------------
    # ENTRY
    # ------------------------------------------------------------

    def entry_case(self, people=100_000):
        """A rule that a tenth of the contacts match; of two colleagues the one enters
        who ordered last."""
        below = f"{min(people * 5 // 4, self.data.size // 2):08}"
        self.many.rule = f'contact.zip < "{below}"'
        with self.env.cr.savepoint() as savepoint:
            rule = self.many._rule(self.many.rule, entry=True)
            table = self.many._materialise({self.many: rule}, self.company, NOW)
            with self.env.cr.savepoint() as trial:
                self.many._enrol_scan(table, NOW)
                entered = self.many.enrolment_ids.partner_id.ids
                trial.rollback()
            self.env.invalidate_all()
            self.env.cr.execute(
                "CREATE TEMPORARY TABLE bench_entered AS SELECT unnest(%s) AS id",
                [entered],
            )
            ours, limit = self.timed(
                lambda: self.many._enrol_scan(table, NOW), self._insert
            )
            savepoint.rollback()
        yield Row(
            f"{len(entered):,} people enter",
            ours,
            "a bare INSERT ... SELECT of the same rows",
            limit,
            at_most=1.5,
        )

    def _insert(self):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO lifecycle_enrolment (
                    program_id, version_id, company_id, partner_id,
                    commercial_partner_id, entry_key, payload, entered_at, state,
                    step_id, visit, retry_count, waiting, started, scheduled_at, due_at,
                    create_date, write_date)
                SELECT %(program)s, %(version)s, %(company)s, person.id,
                       person.commercial_partner_id, '', '{}', %(now)s, 'active',
                       %(step)s, 0, 0, FALSE, FALSE, %(now)s, %(now)s, %(now)s, %(now)s
                  FROM bench_entered
                  JOIN res_partner person USING (id)
                """,
                program=self.many.id,
                version=self.many.version_id.id,
                company=self.company.id,
                step=self.many.version_id.step_ids.id,
                now=NOW,
            )
        )

    # ------------------------------------------------------------
    # EVENTS
    # ------------------------------------------------------------

    def events_case(self, number=500):
        ours, limit = self.time_events(number)
        yield Row(
            f"a rule on the contacts of {number} new events",
            ours,
            "the aggregate by hand for these contacts",
            limit,
            at_most=2,
        )

    def time_events(self, number=500):
        """Milliseconds of ours and of the limit for so many events."""
        step = max(self.data.size // number, 1)
        partners = self.env["res.partner"].browse(
            self.data.first + n * step + n % step for n in range(number)
        )
        with self.env.cr.savepoint() as savepoint:
            events = self.env["lifecycle.event"].create(
                [
                    {
                        "type_id": self.by_event.event_type_ids.id,
                        "partner_id": partner.id,
                        "company_id": self.company.id,
                        "occurred_at": NOW,
                    }
                    for partner in partners
                ]
            )
            self.env.flush_all()
            customers = partners.commercial_partner_id.ids

            def by_hand():
                self.env.cr.execute(
                    SQL(
                        "SELECT contact_id FROM (%s) AS everything WHERE %s",
                        self.aggregate(customers),
                        SQL(ONE_FILTER),
                    )
                )
                self.env.cr.fetchall()

            times = self.timed(
                lambda: self.by_event._enrol_events(events, NOW),
                by_hand,
                rounds=max(self.rounds, 9),
            )
            savepoint.rollback()
        self.env.invalidate_all()
        return times
