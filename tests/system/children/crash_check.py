"""What must be true in the end, however often everything was killed."""

from collections import Counter

import crash_world


def check(env):
    """Every sentence of what is wrong, and what the test needs to go on.

    :return: dict of ``problems``, ``mails``, ``failures``, ``sms``, ``counts``
    """
    problems = []
    runs = env["lifecycle.step.run"].search([], order="enrolment_id, visit")
    problems += _check_events(env) + _check_enrolments(env, runs)
    problems += _check_messages(env, runs) + _check_others(env, runs)
    problems += _check_grants(env)
    traces = env["mailing.trace"].search([])
    return {
        "problems": problems,
        "mails": _list_traces(traces, "mail", "message_id"),
        "failures": {
            mail.message_id: mail.failure_reason
            for mail in env["mail.mail"].search([("state", "=", "exception")])
        },
        "sms": {
            trace.sms_tracker_ids.sms_uuid: trace.trace_status
            for trace in traces
            if trace.trace_type == "sms"
        },
        "counts": {
            "enrolments": env["lifecycle.enrolment"].search_count([]),
            "step runs": len(runs),
            "discounts": env["lifecycle.grant"].search_count([]),
        },
    }


def _list_traces(traces, kind, field):
    return {
        trace[field]: trace.trace_status for trace in traces if trace.trace_type == kind
    }


def _expect(what, found, wanted):
    return [] if found == wanted else [f"{what}: {found} instead of {wanted}"]


def _check_events(env):
    """Each confirmed order is one event, and all are worked off."""
    events = env["lifecycle.event"].search([])
    open_events = events.filtered(lambda event: not event.processed_at)
    confirmed = events.filtered(lambda event: event.type_id.code == "order_confirmed")
    orders = env["sale.order"].search([("state", "=", "sale")])
    count = crash_world.ORDERS + crash_world.BUYERS
    return (
        _expect("orders confirmed", len(orders), count)
        + _expect(
            "order events", sorted(confirmed.mapped("res_id")), sorted(orders.ids)
        )
        + _expect("events left", len(open_events), 0)
        + _expect("failed events", len(events.filtered("error")), 0)
    )


def _check_enrolments(env, runs):
    """Everybody is in once, at the end, by the way that leads there."""
    problems = []
    expected = {
        "crash_orders": env["sale.order"].search([("state", "=", "sale")]).partner_id,
        "crash_leads": env["res.partner"].search([("ref", "=", "crash_lead")]),
    }
    by_enrolment = runs.grouped("enrolment_id")
    for code, partners in expected.items():
        enrolments = env["lifecycle.enrolment"].search([("program_id.code", "=", code)])
        inside = sorted(enrolments.mapped("partner_id.id"))
        problems += _expect(f"{code}: who is inside", inside, sorted(partners.ids))
        chain = [key for key, _step in crash_world.CHAINS[code]]
        for enrolment in enrolments:
            keys = [run.step_id.key for run in by_enrolment.get(enrolment, [])]
            wanted = chain if enrolment.state == "ended" else chain[: len(keys)]
            problems += _expect(f"steps of {enrolment}", keys, wanted)
            if enrolment.state not in ("ended", "goal") or enrolment.error:
                problems.append(
                    f"{enrolment} is {enrolment.state}: {enrolment.error}"
                    f" at {enrolment.step_id.key}"
                )
    return problems


def _check_messages(env, runs):
    """Each message step done is one trace, and no trace came out of nowhere."""
    problems = []
    for kind in ("mail", "sms"):
        # A step that was held up first has a row for that, too.
        done = [run for run in runs if run.step_type == kind and run.outcome != "held"]
        skipped = Counter(run.reason for run in done if run.outcome != "done")
        problems += _expect(f"{kind} steps not done", dict(skipped), {})
        traced = sorted(run.trace_id.id for run in done)
        traces = env["mailing.trace"].search([("trace_type", "=", kind)])
        problems += _expect(f"traces of {kind}", sorted(traces.ids), traced)
        states = set(traces.mapped("trace_status")) - {"sent", "pending", "error"}
        problems += _expect(f"unfinished {kind}", states, set())
    return problems


def _check_others(env, runs):
    """Each task step done is one activity."""
    tasks = runs.filtered(lambda run: run.step_type == "activity")
    wanted = Counter(run.partner_id.id for run in tasks if run.outcome == "done")
    activities = env["mail.activity"].search([("res_model", "=", "res.partner")])
    return _expect("activities", Counter(activities.mapped("res_id")), wanted)


def _check_grants(env):
    """Each discount step done is one discount, which has ended once and whole."""
    grants = env["lifecycle.grant"].search([])
    done = env["lifecycle.step.run"].search(
        [("step_type", "=", "grant"), ("outcome", "=", "done")]
    )
    coupons = grants.filtered(lambda grant: grant.kind == "coupon")
    cards = env["loyalty.card"].search([])
    history = env["loyalty.history"].search([])
    pricelists = (grants - coupons).pricelist_id
    holders = env["res.partner"].search(
        [("specific_property_product_pricelist", "in", pricelists.ids)]
    )
    ended = env["lifecycle.event"].search([("type_id.code", "=", "grant_ended")])
    today = max(grants.mapped("ended_at")).date()
    live_cards = cards.filtered(
        lambda card: not card.expiration_date or card.expiration_date >= today
    )
    return (
        _expect("discounts", sorted(done.grant_id.ids), sorted(grants.ids))
        + _expect("discount steps", len(done), len(grants))
        + _expect("states of discounts", set(grants.mapped("state")), {"ended"})
        + _expect("coupons", sorted(cards.ids), sorted(coupons.card_id.ids))
        + _expect("coupon history", sorted(history.card_id.ids), sorted(cards.ids))
        + _expect("entries of coupon history", len(history), len(cards))
        + _expect("coupons still good", live_cards.ids, [])
        + _expect("who kept the pricelist", holders.ids, [])
        + _expect("ends announced", sorted(ended.mapped("res_id")), sorted(grants.ids))
    )
