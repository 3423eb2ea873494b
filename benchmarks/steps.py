"""What entering, waiting and mailing cost, each beside its limit or a peer.

    ./dev bench steps [--size N]

Everything happens in one transaction that is rolled back. Ratios are what counts; the
milliseconds belong to the machine.
"""

import argparse
import os
import statistics
import sys
import time

from odoo import Command, api, fields
from odoo.modules.registry import Registry
from odoo.tools import SQL, config

from devtools import guard


def timed(cr, work, rounds):
    """The median of some rounds, in seconds; each round is undone."""
    seconds = []
    for _round in range(rounds):
        with cr.savepoint() as savepoint:
            started = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - started)
            savepoint.rollback()
    return statistics.median(seconds)


def show(what, seconds, peer, peer_seconds):
    print(
        f"{what}: {seconds * 1000:.2f} ms, {seconds / peer_seconds:.2f} times"
        f" {peer} ({peer_seconds * 1000:.2f} ms)"
    )


class Bench:
    def __init__(self, env, size):
        self.env = env(context=dict(env.context, tracking_disable=True))
        self.size = size
        self.now = fields.Datetime.now()
        self.partners = self.env["res.partner"].create(
            [
                {"name": f"Person {n}", "email": f"person{n}@example.com"}
                for n in range(size)
            ]
        )
        # The check of the hour is made, and lets everything through.
        self.env.ref("lifecycle_programs.lifecycle_hours_marketing_mail").write(
            {"weekdays": "all", "hour_from": 0, "hour_to": 24}
        )
        self.message = self.env["lifecycle.message"].create(
            {
                "name": "Benchmark",
                "subject": "Hello {{ contact.first_name or 'there' }}",
                "body": "<p>Hello {{ contact.first_name or 'there' }}</p>"
                '<p><a href="https://example.com/a">Read</a></p>',
            }
        )
        self.waiting = self._make_program(
            "bench_wait", {"type": "wait", "wait_value": 9}
        )
        self.mailing = self._make_program(
            "bench_mail", {"type": "mail", "message_id": self.message.id}
        )
        self.scanned = self._make_program(
            "bench_scan",
            {"type": "end"},
            start="schedule",
            rule='orders.count < 1 and contact.has_email and contact.city == "Nowhere"',
        )
        self.env.flush_all()

    def _make_program(self, code, step, **values):
        program = self.env["lifecycle.program"].create(
            {
                "name": code,
                "code": code,
                "start": "manual",
                "rule": "orders.count < 1 and contact.has_email",
                **values,
            }
        )
        version = self.env["lifecycle.version"].create({"program_id": program.id})
        self.env["lifecycle.step"].create(
            {"version_id": version.id, "name": code, "key": code, **step}
        )
        program.action_publish()
        return program

    # ------------------------------------------------------------
    # ENTRY
    # ------------------------------------------------------------

    def enrol(self):
        """Entry by a rule with purchases, with the reasons kept."""
        assert len(self.waiting._enrol_partners(self.partners, self.now)) == self.size

    def insert(self):
        """The limit: the same rows by a bare INSERT ... SELECT."""
        program = self.waiting
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO lifecycle_enrolment (program_id, version_id, company_id,
                    partner_id, commercial_partner_id, entry_key, entered_at, state,
                    step_id, visit, scheduled_at, due_at)
                SELECT %s, %s, %s, id, commercial_partner_id, '', %s, 'active', %s, 0,
                       %s, %s FROM res_partner WHERE id = ANY(%s)
                """,
                program.id,
                program.version_id.id,
                program.company_id.id,
                self.now,
                program.version_id.step_ids.id,
                self.now,
                self.now,
                self.partners.ids,
            )
        )

    def scan(self):
        """A look at everybody on a schedule, in which nobody enters."""
        self.scanned.next_scan_at = self.now
        assert self.env["lifecycle.program"]._scan(self.now) == 1

    def snapshot(self):
        """The limit: the snapshot that the scan looks at, made and dropped."""
        program = self.scanned
        rules = {program: program._rule(program.rule, entry=True)}
        table = program._materialise(rules, program.company_id, self.now)
        self.env.cr.execute(SQL("DROP TABLE %s", SQL.identifier(table)))

    # ------------------------------------------------------------
    # MAIL
    # ------------------------------------------------------------

    def mail_step(self):
        """A mail step with checks, rendering, trace and links."""
        done = self.env["lifecycle.enrolment"]._run_due(self.now, limit=self.size)
        assert done == self.size

    def bare_mails(self):
        """The peer: a bare `mail.mail` with a trace to the same people, in one batch,
        with neither checks nor texts of their own."""
        step = self.mailing.version_id.step_ids
        self.env["mail.mail"].create(
            [
                {
                    "subject": "Hello",
                    "body_html": self.message.body,
                    "email_to": partner.email,
                    "model": "res.partner",
                    "res_id": partner.id,
                    "mailing_id": step.mailing_id.id,
                    "mailing_trace_ids": [
                        Command.create(
                            {
                                "mass_mailing_id": step.mailing_id.id,
                                "model": "res.partner",
                                "res_id": partner.id,
                                "email": partner.email,
                            }
                        )
                    ],
                }
                for partner in self.partners
            ]
        )
        self.env.flush_all()

    def idle(self):
        """A tick with nobody due."""
        assert self.env["lifecycle.enrolment"]._run_due(self.now) == 0

    def run(self, rounds):
        cr, size = self.env.cr, self.size
        entry, limit = timed(cr, self.enrol, rounds), timed(cr, self.insert, rounds)
        show(f"entry of {size} people", entry, "a bare insert of the same rows", limit)
        look, bare = timed(cr, self.scan, rounds), timed(cr, self.snapshot, rounds)
        show(f"scan of {size} people", look, "the snapshot alone", bare)
        few = timed(cr, self.idle, rounds)
        with cr.savepoint() as savepoint:
            self.enrol()
            self.env["lifecycle.enrolment"]._run_due(self.now, limit=size)
            many = timed(cr, self.idle, rounds)
            savepoint.rollback()
        self.env.invalidate_all()
        show(f"idle tick with {size} waiting", many, "one with nobody waiting", few)
        peer = timed(cr, self.bare_mails, rounds)
        self.mailing._enrol_partners(self.partners, self.now)
        mail = timed(cr, self.mail_step, rounds)
        show(
            "mail step, per mail", mail / size, "a bare mail with a trace", peer / size
        )


def main(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench steps")
    parser.add_argument("--db", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, default=500, help="how many people")
    parser.add_argument("--rounds", type=int, default=3, help="the median is shown")
    options = parser.parse_args(arguments)
    config.parse_config(["--config", os.environ["LIFECYCLE_ODOO_CONF"]])
    guard.install()
    with Registry(options.db).cursor() as cr:
        Bench(api.Environment(cr, api.SUPERUSER_ID, {}), options.size).run(
            options.rounds
        )
        cr.rollback()


if __name__ == "__main__":
    main(sys.argv[1:])
