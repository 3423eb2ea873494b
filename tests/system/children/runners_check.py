# ruff: noqa: F821 (env is the shell's)
"""What must be true afterwards, whatever the timing was."""

env["lifecycle.event"]._cron_process()
env["lifecycle.enrolment"]._cron_run_due()
env.cr.commit()
program = env["lifecycle.program"].search([("code", "=", "two_runners")])
enrolments = program.enrolment_ids
assert len(enrolments) == 400
confirmed = env["sale.order"].search([("state", "=", "sale")])
assert len(confirmed) == 60, f"{len(confirmed)} orders confirmed"
assert set(enrolments.mapped("state")) <= {"ended", "goal"}, enrolments.mapped("state")
activities = env["mail.activity"].search(
    [("res_model", "=", "res.partner"), ("res_id", "in", enrolments.partner_id.ids)]
)
for enrolment in enrolments:
    mine = [one for one in activities if one.res_id == enrolment.partner_id.id]
    runs = enrolment.step_run_ids
    tasks = runs.filtered(lambda run: run.step_type == "activity")
    if enrolment.state == "ended":
        assert len(runs) == 2, runs
    assert len(mine) == len(tasks) <= 1, (enrolment.id, len(mine), len(tasks))
    assert not enrolment.error and not enrolment.retry_count, enrolment.error
assert not env["lifecycle.event"].search([("processed_at", "=", False)])
print("ALL IS WELL", enrolments.mapped("state").count("goal"))
