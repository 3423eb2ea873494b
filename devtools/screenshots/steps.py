"""A draft with a step of each type, for the pictures of docs/steps.md."""

from contextlib import contextmanager

from .server import call, find

PROGRAM = "every_step"
MESSAGE = ("lifecycle.message", [("category_id.code", "=", "marketing")])


def event(code):
    return ("lifecycle.event.type", [("code", "=", code)])


# By type, what its form shows. A pair of a model and a domain is the first such record,
# a list of pairs stands for several; "branches" become branches.
STEPS = {
    "mail": {
        "name": "What is new",
        "message_id": (MESSAGE[0], [*MESSAGE[1], ("channel", "=", "mail")]),
    },
    "message": {
        "name": "The renewal is near",
        "message_id": (MESSAGE[0], [("channel", "=", "order")]),
    },
    "sms": {
        "name": "It runs out tomorrow",
        "message_id": (MESSAGE[0], [("channel", "=", "sms")]),
    },
    "survey": {
        "name": "Would you recommend us?",
        "message_id": (MESSAGE[0], [("step_ids.type", "=", "survey")]),
        "survey_id": ("survey.survey", [("title", "ilike", "recommend")]),
    },
    "wait": {"name": "Until day 14", "wait_value": 14, "wait_from": "entry"},
    "wait_window": {
        "name": "On a working day",
        **dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), True),
        "hour_from": 9,
        "hour_to": 11,
    },
    "wait_until": {
        "name": "Interested?",
        "wait_value": 5,
        "branches": [
            {"name": "Clicked", "event_type_ids": [event("mail_clicked")]},
            {"name": "Bought", "event_type_ids": [event("order_confirmed")]},
        ],
    },
    "split": {
        "name": "How well do they know us?",
        "branches": [
            {"name": "Regular customer", "rule": "orders.count >= 4"},
            {"name": "Second purchase", "rule": "orders.count >= 2"},
        ],
    },
    "random_split": {
        "name": "A part gets a call",
        "branches": [{"name": "Call", "share": 20}, {"name": "Mail", "share": 80}],
    },
    "ab_test": {
        "name": "Which subject?",
        "winner_min_sample": 200,
        "branches": [{"name": "A", "share": 50}, {"name": "B", "share": 50}],
    },
    "activity": {
        "name": "Call",
        "activity_type_id": ("mail.activity.type", [("category", "=", "phonecall")]),
        "due_days": 1,
        "note": "Ask how the first weeks went.",
    },
    "sales_alert": {
        "name": "Ready for sales",
        "note": "Has read three guides and looked at the prices.",
    },
    "notice": {
        "name": "Tell the team",
        "notice_team_id": ("crm.team", []),
        "note": "A regular customer has not bought for half a year.",
    },
    "tag": {
        "name": "Mark as lapsed",
        "tag_action": "add",
        "tag_ids": [("res.partner.category", [("name", "=", "Lapsed")])],
    },
    "milestone": {"name": "Five years", "badge_id": ("gamification.badge", [])},
    "field": {
        "name": "Note the position",
        "field_name": "function",
        "field_value": "Buyer",
    },
    "grant": {
        "name": "10 % off",
        "grant_kind": "coupon",
        "loyalty_program_id": ("loyalty.program", [("program_type", "=", "coupons")]),
        "grant_days": 30,
    },
    "start_program": {
        "name": "On to Referral",
        "target_program_id": ("lifecycle.program", [("code", "=", "referral")]),
    },
    "stop_program": {
        "name": "No more offers",
        "stopped_program_id": ("lifecycle.program", [("code", "=", "upsell")]),
    },
    "webhook": {
        "name": "Tell the web shop",
        "webhook_id": ("lifecycle.webhook", []),
        "webhook_facts": "orders.count, contact.city",
        "webhook_waits": True,
    },
    "end": {"name": "End"},
}


# What the steps name and a demo has not.
EXTRAS = (
    ("lifecycle.webhook", {"name": "Web shop", "url": "https://shop.example.com/hook"}),
    ("res.partner.category", {"name": "Lapsed"}),
)


@contextmanager
def every_step(chrome):
    """A draft program with these steps, gone again afterwards."""
    program = {"name": "Every step", "code": PROGRAM, "purpose": "For the pictures."}
    made = []
    try:
        for model, values in (*EXTRAS, ("lifecycle.program", program)):
            made.insert(0, (model, call(chrome, model, "create", values)))
        _make_steps(chrome, made[0][1])
        yield
    finally:
        for model, record in made:
            call(chrome, model, "unlink", [record])


def _make_steps(chrome, program):
    draft = call(chrome, "lifecycle.version", "create", {"program_id": program})
    end = None
    # The end first: the others lead to it.
    for kind in sorted(STEPS, key=lambda kind: kind != "end"):
        values = {"version_id": draft, "type": kind, "next_step_id": end}
        for name, value in STEPS[kind].items():
            if name == "branches":
                values["branch_ids"] = [
                    (0, 0, {"next_step_id": end, **_resolve(chrome, branch)})
                    for branch in value
                ]
            else:
                values |= _resolve(chrome, {name: value})
        step = call(chrome, "lifecycle.step", "create", values)
        end = end or step


def _resolve(chrome, fields):
    """Records in place of what describes them."""
    values = {}
    for name, value in fields.items():
        if isinstance(value, tuple):
            value = find(chrome, *value)
        elif isinstance(value, list):
            value = [(6, 0, [find(chrome, *one) for one in value])]
        values[name] = value
    return values
