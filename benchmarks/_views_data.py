"""Programs with many people and a long history, made by SQL: the same ones every time.

On top of the contacts and orders of `_rules_data`: ten programs, two people for each
contact, five steps taken by each person. Two steps of five are messages, of which a
quarter was opened, one in twenty-five clicked and one in fifty bounced. Three people in
ten are still inside.
"""

from odoo import Command

from ._rules_data import NOW, Data

PROGRAMS = 10
STEPS = 5
#: How many people are in the programs for each contact.
PEOPLE = 2


class History:
    """The records of the benchmark in one database; made once.

    :ivar size: how many contacts there are
    """

    def __init__(self, env, contacts):
        self.env = env
        data = Data(env)
        if data.size < contacts:
            data.grow(contacts)
        self.first, self.size = data.first, contacts
        found = env["lifecycle.program"].search([("code", "=like", "bench_%")])
        self.programs = found or self._make_programs()
        if not found:
            self._make_history()
            env["lifecycle.credit"]._credit(env.company, NOW)
            env.cr.commit()
            data._tidy()
        env.invalidate_all()

    @property
    def runs(self):
        return self.env["lifecycle.step.run"].search_count([])

    def _make_programs(self):
        message = self.env["lifecycle.message"].create(
            {"name": "Benchmark", "subject": "News", "body": "<p>News</p>"}
        )
        stages = self.env["lifecycle.stage"].search([("code", "!=", False)])
        programs = self.env["lifecycle.program"]
        self.env.company.lifecycle_suppression_done = True
        for number in range(PROGRAMS):
            program = programs.create(
                {
                    "name": f"Program {number}",
                    "code": f"bench_{number}",
                    "start": "manual",
                    "stage_id": stages[number % len(stages)].id,
                }
            )
            steps = [
                {
                    "name": f"Step {n}",
                    "key": f"step_{n}",
                    "sequence": n,
                    **(
                        {"type": "mail", "message_id": message.id}
                        if n % 2
                        else {"type": "wait", "wait_value": 1}
                    ),
                }
                for n in range(STEPS)
            ]
            version = self.env["lifecycle.version"].create(
                {
                    "program_id": program.id,
                    "step_ids": [Command.create(step) for step in steps],
                }
            )
            for step, following in zip(
                version.step_ids, version.step_ids[1:], strict=False
            ):
                step.next_step_id = following
            program.action_publish()
            programs |= program
        return programs

    def _make_history(self):
        self.env.flush_all()
        given = {
            "now": NOW,
            "first": self.first,
            "contacts": self.size,
            "people": self.size * PEOPLE,
            "programs": self.programs.ids,
            "company": self.env.company.id,
            "steps": STEPS,
            "uid": self.env.uid,
        }
        cr = self.env.cr
        cr.execute("SET LOCAL session_replication_role = replica")
        cr.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for query in (_PEOPLE, _TRACES, _RUNS, _OPT_OUTS):
            cr.execute(query, given)
        cr.execute("DROP TABLE bench_trace")
        cr.execute("SET LOCAL session_replication_role = origin")


_PEOPLE = """
    INSERT INTO lifecycle_enrolment (
        program_id, version_id, company_id, partner_id, commercial_partner_id,
        entry_key, entered_at, state, step_id, visit, waiting, scheduled_at, due_at,
        goal_at, ended_at, retry_count, create_uid, create_date, write_uid, write_date)
    SELECT program.id, program.version_id, %(company)s, partner.id,
           partner.commercial_partner_id, n::text, came.at, fate.state,
           CASE WHEN fate.state IN ('active', 'error') THEN step.id END, %(steps)s,
           fate.state = 'active',
           CASE WHEN fate.state = 'active' THEN %(now)s + interval '20 days' END,
           CASE WHEN fate.state = 'active' THEN %(now)s + interval '20 days' END,
           CASE WHEN fate.state = 'goal' THEN came.at + interval '8 days' END,
           CASE WHEN fate.state NOT IN ('active', 'error')
                THEN came.at + interval '12 days' END,
           0, %(uid)s, came.at, %(uid)s, came.at
      FROM generate_series(0, %(people)s - 1) AS n
      JOIN res_partner partner ON partner.id = %(first)s + n %% %(contacts)s
     CROSS JOIN LATERAL (
           SELECT (%(programs)s::int[])[1 + n %% cardinality(%(programs)s::int[])] AS id
           ) AS chosen
      JOIN lifecycle_program program ON program.id = chosen.id
     CROSS JOIN LATERAL (
           SELECT min(s.id) AS id FROM lifecycle_step s
            WHERE s.version_id = program.version_id) AS step
     CROSS JOIN LATERAL (
           SELECT CASE WHEN n %% 1000 = 7 THEN 'error' WHEN n %% 10 < 3 THEN 'active'
                       WHEN n %% 10 < 5 THEN 'goal' WHEN n %% 10 < 6 THEN 'exited'
                       ELSE 'ended' END AS state) AS fate
     CROSS JOIN LATERAL (
           SELECT %(now)s::timestamp - make_interval(
               secs => 86400.0 * 540 * ((n::bigint * 7919) %% %(people)s)
                       / %(people)s) AS at) AS came
"""

#: Every message that leaves, before there is a row of the history for it.
_TRACES = """
    CREATE TEMPORARY TABLE bench_trace AS
    SELECT e.id AS enrolment_id, step.id AS step_id, step.type, step.message_id,
           step.rank, e.entered_at + make_interval(days => 2 * step.rank::int) AS at,
           CASE WHEN step.type = 'mail'
                THEN nextval('mailing_trace_id_seq') END AS trace_id
      FROM lifecycle_enrolment e
      JOIN LATERAL (
           SELECT s.id, s.type, s.message_id,
                  row_number() OVER (ORDER BY s.sequence, s.id) - 1 AS rank
             FROM lifecycle_step s WHERE s.version_id = e.version_id) step ON TRUE
     WHERE e.program_id = ANY(%(programs)s)
    ;
    INSERT INTO mailing_trace (
        id, trace_type, model, res_id, email, trace_status, sent_datetime,
        open_datetime, links_click_datetime, create_uid, create_date, write_uid,
        write_date)
    SELECT t.trace_id, 'mail', 'res.partner', e.partner_id, p.email_normalized,
           CASE WHEN t.trace_id %% 50 = 0 THEN 'bounce' WHEN t.trace_id %% 4 = 1
                THEN 'open' ELSE 'sent' END,
           t.at, CASE WHEN t.trace_id %% 4 = 1 THEN t.at END,
           CASE WHEN t.trace_id %% 25 = 1 THEN t.at END,
           %(uid)s, t.at, %(uid)s, t.at
      FROM bench_trace t
      JOIN lifecycle_enrolment e ON e.id = t.enrolment_id
      JOIN res_partner p ON p.id = e.partner_id
     WHERE t.trace_id IS NOT NULL
"""

_RUNS = """
    INSERT INTO lifecycle_step_run (
        enrolment_id, step_id, visit, program_id, company_id, partner_id, step_type,
        outcome, reason, scheduled_at, run_at, address, message_id, trace_id,
        create_uid, create_date, write_uid, write_date)
    SELECT e.id, t.step_id, t.rank, e.program_id, e.company_id, e.partner_id, t.type,
           CASE WHEN kept THEN 'skipped' ELSE 'done' END,
           CASE WHEN kept THEN 'cap' END, t.at, t.at,
           CASE WHEN t.trace_id IS NOT NULL AND NOT kept THEN p.email_normalized END,
           t.message_id, CASE WHEN NOT kept THEN t.trace_id END,
           %(uid)s, t.at, %(uid)s, t.at
      FROM bench_trace t
      JOIN lifecycle_enrolment e ON e.id = t.enrolment_id
      JOIN res_partner p ON p.id = e.partner_id
     CROSS JOIN LATERAL (SELECT t.trace_id IS NOT NULL AND e.id %% 11 = 0) AS gate(kept)
     ORDER BY t.at
"""

_OPT_OUTS = """
    INSERT INTO lifecycle_opt_out (
        address, channel, program_id, opted_out_at, source,
        create_uid, create_date, write_uid, write_date)
    SELECT DISTINCT ON (r.address, r.program_id)
           r.address, 'mail', r.program_id, r.run_at + interval '1 day', 'page',
           %(uid)s, r.run_at, %(uid)s, r.run_at
      FROM lifecycle_step_run r
     WHERE r.address IS NOT NULL AND r.id %% 200 = 0
"""
