"""The report: what happened, counted from the database when the run has ended.

Nothing in it depends on database numbers, on the machine or on its speed; those stand
under ``machine``.
"""

import json
import resource
from collections import Counter
from pathlib import Path

from odoo import SUPERUSER_ID, api

PROGRAMS = """
    SELECT program.code, COUNT(enrolment.id),
           COUNT(*) FILTER (WHERE enrolment.state = 'active'),
           COUNT(enrolment.goal_at),
           COUNT(*) FILTER (WHERE enrolment.state = 'exited'),
           COUNT(*) FILTER (WHERE enrolment.state = 'ended'),
           COUNT(*) FILTER (WHERE enrolment.state = 'error'),
           COALESCE(MAX(sent.messages), 0), COALESCE(MAX(sent.alerts), 0)
      FROM lifecycle_program program
 LEFT JOIN lifecycle_enrolment enrolment ON enrolment.program_id = program.id
 LEFT JOIN (
        SELECT program_id,
               COUNT(*) FILTER (WHERE address IS NOT NULL) AS messages,
               COUNT(*) FILTER (WHERE step_type IN ('sales_alert', 'activity'))
                   AS alerts
          FROM lifecycle_step_run
         WHERE outcome = 'done'
      GROUP BY program_id
           ) sent ON sent.program_id = program.id
     WHERE program.active
  GROUP BY program.id
  ORDER BY program.sequence, program.id
"""
PROGRAM_COLUMNS = (
    "entered",
    "active",
    "goal",
    "exited",
    "ended",
    "error",
    "messages",
    "alerts",
)
# What became of the messages: Odoo's own traces of our technical mailings.
MESSAGES = """
    SELECT trace.trace_type, COUNT(*),
           COUNT(trace.sent_datetime),
           COUNT(trace.open_datetime),
           COUNT(trace.links_click_datetime),
           COUNT(trace.reply_datetime),
           COUNT(*) FILTER (WHERE trace.trace_status = 'bounce'),
           COUNT(*) FILTER (WHERE trace.trace_status IN ('error', 'cancel')),
           COUNT(*) FILTER (WHERE trace.trace_status = 'outgoing')
      FROM mailing_trace trace
     WHERE trace.mass_mailing_id IN (
           SELECT mailing_id FROM lifecycle_step WHERE mailing_id IS NOT NULL)
  GROUP BY trace.trace_type
  ORDER BY trace.trace_type
"""
MESSAGE_COLUMNS = (
    "created",
    "sent",
    "opened",
    "clicked",
    "replied",
    "bounced",
    "failed",
    "waiting",
)
COUNTS = {
    "steps": "SELECT step_type || ' ' || outcome, COUNT(*) FROM lifecycle_step_run"
    " GROUP BY 1 ORDER BY 1",
    "skips": "SELECT COALESCE(reason, 'no reason'), COUNT(*) FROM lifecycle_step_run"
    " WHERE outcome = 'skipped' GROUP BY 1 ORDER BY 1",
    "holds": "SELECT COALESCE(reason, 'no reason'), COUNT(*) FROM lifecycle_step_run"
    " WHERE outcome = 'held' GROUP BY 1 ORDER BY 1",
    "fallbacks": "SELECT channel || ': ' || COALESCE(reason, 'no reason'), COUNT(*)"
    " FROM lifecycle_step_run WHERE outcome = 'fallback' GROUP BY 1 ORDER BY 1",
    "left": "SELECT program.code || ': ' ||"
    " COALESCE(enrolment.end_reason, 'no reason'), COUNT(*)"
    " FROM lifecycle_enrolment enrolment"
    " JOIN lifecycle_program program ON program.id = enrolment.program_id"
    " WHERE enrolment.state != 'active' GROUP BY 1 ORDER BY 1",
    "grants": "SELECT state, COUNT(*) FROM lifecycle_grant GROUP BY 1 ORDER BY 1",
    "alerts": "SELECT state, COUNT(*) FROM lifecycle_alert GROUP BY 1 ORDER BY 1",
    "events": "SELECT type.code, COUNT(*) FROM lifecycle_event event"
    " JOIN lifecycle_event_type type ON type.id = event.type_id GROUP BY 1 ORDER BY 1",
    "opt_outs": "SELECT COALESCE(category.code, 'program ' || program.code), COUNT(*)"
    " FROM lifecycle_opt_out opt_out"
    " LEFT JOIN lifecycle_category category ON category.id = opt_out.category_id"
    " LEFT JOIN lifecycle_program program ON program.id = opt_out.program_id"
    " GROUP BY 1 ORDER BY 1",
}


def measure(cr) -> dict:
    """What the database says after the run."""
    cr.execute(PROGRAMS)
    programs = {
        code: dict(zip(PROGRAM_COLUMNS, numbers, strict=True))
        for code, *numbers in cr.fetchall()
    }
    cr.execute(MESSAGES)
    messages = {
        channel: dict(zip(MESSAGE_COLUMNS, numbers, strict=True))
        for channel, *numbers in cr.fetchall()
    }
    report = {"programs": programs, "messages": messages}
    for name, query in COUNTS.items():
        cr.execute(query)
        report[name] = dict(cr.fetchall())
    env = api.Environment(cr, SUPERUSER_ID, {})
    report["tests"] = count_tests(env)
    report["explanations"] = explain(env)
    return report


def count_tests(env) -> dict:
    """What each A/B test counted by the last event, and who has won it."""
    counted = {}
    latest = _latest_event(env)
    tests = env["lifecycle.step"].search(
        [("type", "=", "ab_test"), ("version_id.state", "=", "published")],
        order="version_id, sequence, id",
    )
    for test in tests:
        counts = test._count_test(latest.occurred_at)
        for branch, (successes, people) in counts.items():
            name = f"{test.program_id.code}: {branch.name}"
            verdict = ", winner" if branch.is_winner else ""
            counted[name] = f"{successes} of {people}{verdict}"
    return counted


def _latest_event(env):
    return env["lifecycle.event"].search([], order="occurred_at desc, id", limit=1)


def explain(env) -> dict:
    """By program, why one contact is in it: the first by name of those who are in it
    now, else of those who were, else of all contacts, and then why not."""
    told = {}
    draw = env["lifecycle.explanation"]
    latest = _latest_event(env)
    for program in env["lifecycle.program"].search([]):
        entries = program.enrolment_ids.sorted(
            lambda one: (one.state != "active", _by_name(one.partner_id))
        )
        if entries:
            entry = entries[0]
            explanation = entry._explain_entry()[entry]
            told[program.code] = {
                "contact": entry.partner_id.display_name,
                "headline": draw._say_enrolment(entry),
                "start": draw._say_way_in(entry),
                "grounds": explanation.grounds() if explanation else [],
                "clauses": explanation.lines() if explanation else [],
            }
            continue
        contacts = env["res.partner"].search([("email", "!=", False)])
        first = contacts.sorted(_by_name)[:1]
        for check in program._check_entries(first, latest.occurred_at).values():
            told[program.code] = {
                "contact": check.partner.display_name,
                "headline": draw._say_headline(check),
                "start": "",
                "grounds": [line.text for line in check.hindrances],
                "clauses": check.explanation.lines(),
            }
    return told


def _by_name(partner) -> tuple:
    return (partner.name or "", partner.email or "")


def sorted_counts(counter: Counter) -> dict:
    return dict(sorted(counter.items()))


def whole_numbers(counter: Counter) -> dict:
    return {name: round(value) for name, value in sorted(counter.items())}


def peak_megabytes() -> int:
    """Of this process and the largest of those it had started."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(each).ru_maxrss for each in who) // 1024


def write(report: dict, path: Path) -> None:
    """Keep the report as JSON; a reader never sees half of it."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")
    part.replace(path)


def show(report: dict) -> str:
    """The report as tables for the terminal."""
    parts = [
        _table("program", PROGRAM_COLUMNS, report["programs"]),
        _table("messages", MESSAGE_COLUMNS, report["messages"]),
        _list("input", _flat(report["input"])),
        _list("steps", report["steps"]),
        _list("skipped", report["skips"]),
        _list("held, until later", report["holds"]),
        _list("next channel", report["fallbacks"]),
        _list("A/B tests", report["tests"]),
        _list("discounts", report["grants"]),
        _list("sales alerts", report["alerts"]),
        _list("opt-outs", report["opt_outs"]),
        _explanations(report["explanations"]),
        _list("synthetic", report["synthetic"]),
        _list("errors", report["errors"]),
        _list("machine", _flat(report["machine"])),
    ]
    return "\n\n".join(parts)


def _explanations(told: dict) -> str:
    """Why one contact of each program is in it."""
    lines = ["explanations"]
    for code, one in told.items():
        lines += [f"  {code}: {one['headline']}", f"    {one['start']}"]
        lines += [f"    {ground}" for ground in one["grounds"]]
    return "\n".join(line for line in lines if line.strip())


def _flat(values: dict, prefix: str = "") -> dict:
    flat = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}: ")
        else:
            flat[prefix + name] = value
    return flat


def _table(title: str, columns: tuple, rows: dict) -> str:
    width = max([len(title), *map(len, rows)])
    head = title.ljust(width) + "".join(f"{column:>10}" for column in columns)
    lines = [
        name.ljust(width) + "".join(f"{row[column]:>10}" for column in columns)
        for name, row in rows.items()
    ]
    return "\n".join([head, "-" * len(head), *lines])


def _list(title: str, values: dict) -> str:
    if not values:
        return f"{title}: none"
    width = min(max(map(len, values)), 60)
    lines = [f"  {name.ljust(width)}  {value}" for name, value in values.items()]
    return "\n".join([title, *lines])
