"""Contacts, enrolments and what was sent before, made by SQL."""

from datetime import timedelta

from odoo.tools import SQL

from ._rules_data import Data

# Days back over which what was sent earlier is spread: nothing that a limit counts.
EARLIER = (40, 700)


class People(Data):
    """Contacts with a mail address and a number, each a customer of its own, and their
    enrolments; contact number n has the id ``first + n``."""

    tables = ("res_partner", "lifecycle_enrolment")

    def __init__(self, env):
        self.env = env
        found = env["res.partner"].search([("ref", "=", "journeys")], limit=1)
        self.template = found or env["res.partner"].create(
            {"name": "Benchmark", "ref": "journeys", "email": "journeys@example.com"}
        )
        self.env.flush_all()
        self.first = self.template.id + 1
        self.size = env["res.partner"].search_count([("ref", "=like", "J0%")])

    def _add(self, start, end):
        given = {
            "first": self.first,
            "start": start,
            "end": end,
            "country": self.env.ref("base.fi").id,
        }
        self._copy("res_partner", self.template.id, _PEOPLE, given)
        self.env.cr.execute(
            "SELECT setval('res_partner_id_seq', (SELECT max(id) FROM res_partner))"
        )

    def get_partners(self, count):
        return self.env["res.partner"].browse(range(self.first, self.first + count))

    def enrol(self, program, count, now):
        """So many people in a program, and nobody else anywhere: they wait at its first
        step for two weeks to come."""
        self.env.flush_all()
        with self._without_indexes():
            self.env.cr.execute("DELETE FROM lifecycle_step_run")
            self.env.cr.execute("DELETE FROM lifecycle_enrolment")
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO lifecycle_enrolment (program_id, version_id, company_id,
                        partner_id, commercial_partner_id, entry_key, entered_at, state,
                        step_id, visit, waiting, started, retry_count, scheduled_at,
                        due_at)
                    SELECT %(program)s, %(version)s, %(company)s, id,
                           commercial_partner_id, '', %(now)s, 'active', %(step)s, 0,
                           true, false, 0, later, later
                      FROM (SELECT *, %(now)s + interval '1 day'
                                      + (id %% 14) * interval '1 day' AS later
                              FROM res_partner
                             WHERE id BETWEEN %(first)s AND %(last)s) AS p
                    """,
                    program=program.id,
                    version=program.version_id.id,
                    company=program.company_id.id,
                    step=program.version_id.step_ids[0].id,
                    now=now,
                    first=self.first,
                    last=self.first + count - 1,
                )
            )
        self.env.cr.commit()
        self.env.invalidate_all()
        self._tidy()

    def make_due(self, count, now):
        """Let the first so many people be due, just arrived at their step."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE lifecycle_enrolment
                   SET due_at = %(now)s, scheduled_at = %(now)s, waiting = false
                 WHERE partner_id BETWEEN %(first)s AND %(last)s
                """,
                now=now,
                first=self.first,
                last=self.first + count - 1,
            )
        )
        self.env.invalidate_all()

    def send_earlier(self, step, count, now):
        """What a mail step leaves behind when it has sent so many mails: step runs,
        traces and messages, without the rows of the queue."""
        self.env.flush_all()
        given = {
            "program": step.program_id.id,
            "step": step.id,
            "company": step.company_id.id,
            "message": step.message_id.id,
            "mailing": step.mailing_id.id,
            "now": now - timedelta(days=EARLIER[0]),
            "days": EARLIER[1] - EARLIER[0],
            "count": count,
            "first": self.first,
        }
        for statement in (_MESSAGES, _TRACES, _RUNS):
            self.env.cr.execute(statement, given)
        self.env.cr.execute("ANALYZE mail_message, mailing_trace, lifecycle_step_run")
        self.env.invalidate_all()


_PEOPLE = """
    SELECT %(first)s + n AS id,
           'J' || to_char(n, 'FM00000000') AS ref,
           'Person ' || n AS name, 'Person ' || n AS complete_name,
           'person' || n || '@example.com' AS email,
           'person' || n || '@example.com' AS email_normalized,
           '+35840' || to_char(n, 'FM0000000') AS phone,
           '+35840' || to_char(n, 'FM0000000') AS phone_sanitized,
           %(country)s AS country_id,
           %(first)s + n AS commercial_partner_id
      FROM generate_series(%(start)s, %(end)s - 1) AS n
"""

_MESSAGES = """
    INSERT INTO mail_message (subject, body, model, res_id, message_type, message_id,
        email_from, reply_to, date, create_date, write_date)
    SELECT 'Hello', '<p>Sent by the program</p>', 'res.partner', id, 'email_outgoing',
           'earlier-' || id || '@example.com', 'shop@example.com', 'shop@example.com',
           sent, sent, sent
      FROM (SELECT partner_id AS id,
                   %(now)s - (partner_id %% %(days)s) * interval '1 day' AS sent
              FROM lifecycle_enrolment
             WHERE partner_id < %(first)s + %(count)s) AS earlier
"""

_TRACES = """
    INSERT INTO mailing_trace (trace_type, model, res_id, mass_mailing_id, email,
        message_id, trace_status, sent_datetime, create_date, write_date)
    SELECT 'mail', 'res.partner', e.partner_id, %(mailing)s, p.email_normalized,
           'earlier-' || p.id || '@example.com', 'sent', sent, sent, sent
      FROM (SELECT partner_id,
                   %(now)s - (partner_id %% %(days)s) * interval '1 day' AS sent
              FROM lifecycle_enrolment
             WHERE partner_id < %(first)s + %(count)s) AS e
      JOIN res_partner p ON p.id = e.partner_id
"""

_RUNS = """
    INSERT INTO lifecycle_step_run (enrolment_id, step_id, visit, program_id,
        company_id, partner_id, step_type, outcome, scheduled_at, run_at, address,
        message_id, trace_id)
    SELECT e.id, %(step)s, -1, %(program)s, %(company)s, e.partner_id, 'mail', 'done',
           t.sent_datetime, t.sent_datetime, t.email, %(message)s, t.id
      FROM lifecycle_enrolment e
      JOIN mailing_trace t
        ON t.res_id = e.partner_id AND t.model = 'res.partner'
       AND t.mass_mailing_id = %(mailing)s
     WHERE e.partner_id < %(first)s + %(count)s
"""
