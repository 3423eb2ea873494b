# ruff: noqa: F821 (env is the shell's)
"""Who stands where after the update, and where they get to."""

from datetime import datetime, timedelta

NOW = datetime(2026, 11, 20, 9)
#: As the first release left them: step, state, when they are due, steps taken.
PLACES = {
    "clicker": ("click", "active", NOW + timedelta(days=8), 4),
    "waiter": ("wait", "active", NOW + timedelta(days=2), 1),
    "buyer": ("wait", "active", NOW + timedelta(days=2), 1),
    "gone": ("wait", "goal", False, 1),
    "newcomer": ("first", "active", NOW + timedelta(hours=1), 0),
    "lucky": ("offer_wait", "active", NOW + timedelta(days=20), 1),
}


def same(what, found, wanted):
    assert found == wanted, f"{what}: {found} instead of {wanted}"


def enrolments(ref):
    return env["lifecycle.enrolment"].search([("partner_id.ref", "=", ref)])


def run(moment):
    env["lifecycle.event"]._flush_pending()
    while env["lifecycle.enrolment"]._run_due(moment):
        pass


def steps(enrolment):
    runs = enrolment.step_run_ids.sorted(lambda run: (run.visit, run.id))
    return [f"{run.step_id.key} {run.outcome}" for run in runs]


env["ir.cron"].search([]).write({"active": False})
env["lifecycle.hours"].search([]).unlink()

# Where they were.
for ref, place in PLACES.items():
    for one in enrolments(ref):
        found = (one.step_id.key, one.state, one.due_at, one.visit)
        same(ref, found, place)
same("how many", len(env["lifecycle.enrolment"].search([])), 10)
caps = env["lifecycle.cap"].search([("company_id", "=", env.company.id)])
same("limit of the company", caps.mapped("count"), [5])
service = env.ref("lifecycle_programs.lifecycle_category_service")
channels = service.channel_ids.mapped("channel")
same("channels", channels, ["mail", "push", "in_app", "sms"])
opt_out = env["lifecycle.opt.out"].search([("address", "=", "waiter1@example.com")])
same("opt-out", opt_out.category_id.code, "marketing")
grant = env["lifecycle.grant"].search([])
same("discount", (grant.state, grant.partner_id.ref), ("live", "lucky"))

# One clicks; the time of the others comes.
clicked = env.ref("lifecycle_programs.lifecycle_event_type_mail_clicked")
clicker, *others = enrolments("clicker").sorted("id")
env["lifecycle.event"].create(
    {
        "type_id": clicked.id,
        "partner_id": clicker.partner_id.id,
        "company_id": env.company.id,
        "occurred_at": NOW + timedelta(hours=1),
        "payload": {"program": "first_release", "step": "second"},
    }
)
env["lifecycle.event"]._consume(NOW + timedelta(hours=1))
for when in (
    timedelta(hours=1),
    timedelta(days=2),
    timedelta(days=4),
    timedelta(days=8),
    timedelta(days=40),
):
    run(NOW + when)
mails = ["first done", "wait done"]
same(
    "who clicked",
    steps(clicker),
    [*mails, "split done", "second done", "click done", "thanks done", "end done"],
)
silent = [*mails, "split done", "second done", "click done", "end done"]
for one in [*others, *enrolments("waiter"), *enrolments("newcomer")]:
    same(one.partner_id.name, steps(one), silent)
    same("mails", len(one.step_run_ids.trace_id), 2)
same(
    "the buyer",
    steps(enrolments("buyer")),
    [*mails, "split done", "call done", "end done"],
)
same("who had left", steps(enrolments("gone")), ["first done"])
lucky = ["offer done", "offer_wait done", "offer_end done"]
same("who has a discount", steps(enrolments("lucky")), lucky)
grant._end(NOW + timedelta(days=40))
same("the discount", grant.state, "ended")
failed = env["lifecycle.enrolment"].search([("error", "!=", False)])
assert not failed, failed.mapped("error")
# What every step pays for is worth it: no index is the beginning of another.
env.cr.execute(
    """
    SELECT shorter.indexrelid::regclass::text
      FROM pg_index shorter
      JOIN pg_index longer ON longer.indrelid = shorter.indrelid
       AND starts_with(longer.indkey::text, shorter.indkey::text || ' ')
     WHERE shorter.indrelid = ANY(ARRAY['lifecycle_enrolment', 'lifecycle_step_run',
                                        'lifecycle_event']::regclass[])
       AND shorter.indpred IS NULL AND shorter.indexprs IS NULL
       AND longer.indpred IS NULL AND NOT shorter.indisunique
    """
)
same("indexes that others begin with", env.cr.fetchall(), [])
print("EVERYBODY WALKED ON")
