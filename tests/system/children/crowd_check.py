# ruff: noqa: F821 (env is the shell's)
"""Everybody got each mail once, unless their order came first."""

import os
from datetime import timedelta

from odoo import fields

PEOPLE = int(os.environ["CROWD_PEOPLE"])
programs = env["lifecycle.program"].search([("code", "=like", "crowd_%")])
programs.write({"state": "running"})
env["lifecycle.event"]._cron_process()
# Whose order was in another worker's hands waits for a minute.
left = 0
while done := env["lifecycle.enrolment"]._run_due(
    fields.Datetime.now() + timedelta(minutes=5)
):
    left += done
    env.cr.commit()
print(f"{left} people were left")
assert left <= PEOPLE // 20, f"the workers left {left} people"
env.cr.execute(
    """
    SELECT p.code, e.state, count(DISTINCT e.id), count(r.id), count(DISTINCT t.id),
           count(m.id), count(*) FILTER (WHERE e.error IS NOT NULL OR e.retry_count > 0)
      FROM lifecycle_program p
      JOIN lifecycle_enrolment e ON e.program_id = p.id
      LEFT JOIN lifecycle_step_run r
        ON r.enrolment_id = e.id AND r.step_type = 'mail' AND r.outcome = 'done'
      LEFT JOIN mailing_trace t ON t.id = r.trace_id
      LEFT JOIN mail_mail m ON m.id = t.mail_mail_id
     WHERE p.code LIKE 'crowd%%'
     GROUP BY 1, 2 ORDER BY 1, 2
    """
)
found = env.cr.fetchall()
print(found)
for code, state, people, runs, traces, mails, failed in found:
    assert failed == 0, f"{code}: steps failed"
    assert runs == traces == mails, f"{code}, {state}: {runs}, {traces}, {mails}"
    assert state in ("ended", "goal"), f"{code}: somebody is still {state}"
    if state == "ended":
        assert runs == people, f"{code}: {runs} mails to {people} people"
    else:
        assert runs <= people, f"{code}: {runs} mails to {people} who reached the goal"
for code in programs.mapped("code"):
    assert sum(row[2] for row in found if row[0] == code) == PEOPLE
# No address got the same program's mail twice, and no mail came out of nowhere.
env.cr.execute("SELECT count(*) FROM mailing_trace")
assert env.cr.fetchone()[0] == sum(row[3] for row in found), "traces without a step"
draft = env["sale.order"].search_count([("state", "!=", "sale")])
assert not draft, f"{draft} orders were not confirmed"
assert not env["lifecycle.event"].search_count([("processed_at", "=", False)])
print("ALL IS WELL")
