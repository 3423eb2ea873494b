"""The cases of the benchmark of journeys: each times both sides and gives rows."""

import statistics
import threading
import time
from contextlib import contextmanager

from odoo import Command, fields
from odoo.tools import SQL

from ._journeys_data import People
from ._journeys_messages import BATCH, MessageCases
from ._rules_row import Row, peak_memory, reset_peak

DUE = 1000


class Bench(MessageCases):
    """The cases, over the contacts of :class:`_journeys_data.People`."""

    def __init__(self, env, options):
        self.env = env
        self.options = options
        self.people = People(env)
        self.now = fields.Datetime.now()
        self._let_all_through()
        self.waiting = self._program(
            "wait", {"type": "wait", "wait_value": 9}, {"type": "end"}
        )
        self.drawing = self._program(
            "draw",
            {
                "type": "random_split",
                "branch_ids": [Command.create({"name": "Half", "share": 50})],
            },
        )
        self.mailing = self._program(
            "mail",
            {
                "type": "mail",
                "message_id": self._message(
                    subject="Hello {{ contact.first_name or 'there' }}",
                    body="<p>Hello {{ contact.first_name or 'there' }}</p>"
                    '<p><a href="https://example.com/a">Read</a></p>',
                ),
            },
        )
        self._allow_sms()
        self.texting = self._program(
            "sms",
            {
                "type": "sms",
                "message_id": self._message(
                    channel="sms",
                    body_text="Hello {{ contact.first_name or 'there' }},"
                    " see https://example.com/a",
                ),
            },
        )
        env.cr.commit()

    def _let_all_through(self):
        """The checks of hours and limits are made, and let everything through."""
        self.env["lifecycle.hours"].search([]).write(
            {"weekdays": "all", "hour_from": 0, "hour_to": 24}
        )
        company = self.env.company
        company.lifecycle_launch_limit = 0
        company.lifecycle_suppression_done = True

    def _allow_sms(self):
        """What is measured is SMS of the kind that mails are."""
        category = self.env.ref("lifecycle_programs.lifecycle_category_marketing")
        if "sms" not in category._get_channels():
            self.env["lifecycle.category.channel"].create(
                {"category_id": category.id, "channel": "sms", "sequence": 100}
            )

    def _message(self, **values):
        message = self.env["lifecycle.message"].search([("name", "=", "Benchmark")])
        wanted = values.get("channel", "mail")
        found = message.filtered(lambda one: one.channel == wanted)
        return (found or message.create({"name": "Benchmark", **values})).id

    def _program(self, code, *steps):
        program = self.env["lifecycle.program"].search([("code", "=", f"bench_{code}")])
        if program:
            return program
        program = program.create(
            {
                "name": code,
                "code": f"bench_{code}",
                "start": "manual",
                "rule": "orders.count < 1 and contact.has_email",
            }
        )
        version = self.env["lifecycle.version"].create({"program_id": program.id})
        made = self.env["lifecycle.step"].create(
            [
                {
                    "version_id": version.id,
                    "name": code,
                    "key": f"{code}_{number}",
                    "sequence": number,
                    **step,
                }
                for number, step in enumerate(steps)
            ]
        )
        for step, following in zip(made, made[1:], strict=False):
            step.next_step_id = following
        program.action_publish()
        return program

    # ------------------------------------------------------------
    # TOOLS
    # ------------------------------------------------------------

    def timed(self, *works, rounds=None):
        """The median of some rounds of each, in milliseconds; the sides take turns, and
        what they write is undone."""
        times = [[] for _work in works]
        for _round in range(rounds or self.options.rounds):
            for work, found in zip(works, times, strict=True):
                with self.env.cr.savepoint() as savepoint:
                    self.env.invalidate_all()
                    started = time.perf_counter()
                    work()
                    self.env.flush_all()
                    found.append((time.perf_counter() - started) * 1000)
                    savepoint.rollback()
                self.env.invalidate_all()
        return [statistics.median(found) for found in times]

    @contextmanager
    def statements(self):
        """The texts of the SQL statements that are executed meanwhile."""
        texts = []
        thread = threading.current_thread()
        hooks = thread.query_hooks = getattr(thread, "query_hooks", [])

        def note(_cursor, query, *_rest):
            texts.append(str(query))

        hooks.append(note)
        try:
            yield texts
        finally:
            hooks.remove(note)

    def prepare(self, case):
        """Who waits when a case begins: everybody, for those that do not enrol."""
        enrolled = self.env["lifecycle.enrolment"].search_count([])
        if (
            case in ("due", "mail", "sms", "earlier")
            and enrolled != self.options.contacts
        ):
            self.people.enrol(self.waiting, self.options.contacts, self.now)

    def put_at(self, program, count):
        """The first so many people stand at the step of this program, and are due.

        That is committed, as in life: PostgreSQL checks all foreign keys of a row again
        when the transaction that wrote it writes it once more.
        """
        step = program.version_id.step_ids[0]
        self.people.make_due(count, self.now)
        self.env.cr.execute(
            SQL(
                "UPDATE lifecycle_enrolment SET program_id = %s, version_id = %s,"
                " step_id = %s WHERE partner_id BETWEEN %s AND %s",
                program.id,
                program.version_id.id,
                step.id,
                self.people.first,
                self.people.first + count - 1,
            )
        )
        self.env.cr.commit()
        self.env.invalidate_all()
        return step

    def run_due(self, count):
        """Run so many due steps, batch by batch, without the commits."""
        done = 0
        while done < count:
            batch = self.env["lifecycle.enrolment"]._run_due(self.now, limit=BATCH)
            if not batch:
                raise RuntimeError(f"Only {done} of {count} were due")
            done += batch
        # Of these alone: asking all who wait would take as long as the steps.
        failed = self.env["lifecycle.enrolment"].search_count(
            [
                ("partner_id", "in", self.people.get_partners(count).ids),
                ("error", "!=", False),
            ]
        )
        if failed:
            raise RuntimeError(f"{failed} steps failed")

    # ------------------------------------------------------------
    # MEMORY, ENTRY
    # ------------------------------------------------------------

    def memory_case(self):
        """A run of many steps by the scheduled action itself, with its commits: each
        person arrives at a split, takes a branch and is through."""
        count = self.options.steps
        self.people.enrol(self.waiting, count, self.now)
        self.put_at(self.drawing, count)
        self.env.cr.commit()
        reset_peak()
        started = time.perf_counter()
        self.env["lifecycle.enrolment"]._cron_run_due()
        seconds = time.perf_counter() - started
        if self.env["lifecycle.step.run"].search_count([]) != count:
            raise RuntimeError("Not every step was run")
        print(f"  {count:,} steps in {seconds:.0f} s", flush=True)
        yield Row(
            f"memory of a run of {count:,} steps",
            peak_memory(),
            "what it may be",
            300,
            unit="MB",
            at_most=1,
        )

    def entry_case(self):
        """Entry by a rule with purchases, with the reasons kept."""
        partners = self.people.get_partners(BATCH)
        self.people.enrol(self.waiting, 0, self.now)

        def ours():
            entered = self.waiting._enrol_partners(partners, self.now)
            if len(entered) != BATCH:
                raise RuntimeError("Not all have entered")

        def bare():
            program = self.waiting
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO lifecycle_enrolment (program_id, version_id, company_id,
                        partner_id, commercial_partner_id, entry_key, entered_at, state,
                        step_id, visit, scheduled_at, due_at)
                    SELECT %(program)s, %(version)s, %(company)s, id,
                           commercial_partner_id, '', %(now)s, 'active', %(step)s, 0,
                           %(now)s, %(now)s FROM res_partner WHERE id = ANY(%(ids)s)
                    """,
                    program=program.id,
                    version=program.version_id.id,
                    company=program.company_id.id,
                    step=program.version_id.step_ids[0].id,
                    now=self.now,
                    ids=partners.ids,
                )
            )

        value, limit = self.timed(ours, bare)
        yield Row(
            f"entry of {BATCH} people by a rule", value, "a bare insert of them", limit
        )

    # ------------------------------------------------------------
    # IDLE, DUE
    # ------------------------------------------------------------

    def idle_case(self):
        """The scheduled action when nobody is due, with many and with few waiting."""
        found = []
        for count in (self.options.few, self.options.contacts):
            self.people.enrol(self.waiting, count, self.now)
            self.tick()
            with self.statements() as texts:
                self.tick()
            times = []
            for _round in range(5 * self.options.rounds):
                started = time.perf_counter()
                self.tick()
                times.append((time.perf_counter() - started) * 1000)
            found.append((statistics.median(times), texts))
        (few, before), (many, after) = found
        if before != after:
            raise RuntimeError("An idle tick makes other statements with more people")
        yield Row(
            f"an idle tick with {self.options.contacts:,} waiting"
            f" ({len(after)} statements)",
            many,
            f"with {self.options.few:,}, the same statements",
            few,
            at_most=1.5,
        )

    def tick(self):
        self.env["lifecycle.enrolment"]._cron_run_due()

    def due_case(self):
        """A thousand due among all who wait, at steps that send nothing."""
        ids = [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    "SELECT id FROM lifecycle_enrolment WHERE partner_id BETWEEN %s"
                    " AND %s",
                    self.people.first,
                    self.people.first + DUE - 1,
                )
            )
        ]

        def bare():
            self.env.cr.execute(
                SQL(
                    "UPDATE lifecycle_enrolment SET due_at = %s, visit = visit + 1"
                    " WHERE id = ANY(%s)",
                    self.now,
                    ids,
                )
            )

        for program, what in (
            (self.waiting, "arrive at a wait"),
            (self.drawing, "take a branch by chance and are through"),
        ):
            self.put_at(program, DUE)
            value, limit = self.timed(lambda: self.run_due(DUE), bare)
            yield Row(
                f"{DUE:,} of {self.options.contacts:,} {what}",
                value,
                "one UPDATE of the same rows",
                limit,
                at_most=5,
            )
