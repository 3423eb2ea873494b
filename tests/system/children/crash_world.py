"""What is at stake in the crash test: two programs, their contacts, their orders.

Both programs use every kind of effect between them; their messages are billing
messages, which no cap, consent or quiet hour holds up, so that what has to have
happened in the end does not depend on chance.
"""

from odoo import Command

ORDERS = 150
LEADS = 90
# So many of the leads order as well: the goal of the second program.
BUYERS = 30
CODES = ("crash_orders", "crash_leads")
MAIL = {"type": "mail", "channel": "mail"}
SMS = {"type": "sms", "channel": "sms"}
CHAINS = {
    "crash_orders": (
        ("coupon", {"type": "grant", "grant_kind": "coupon", "grant_days": 1}),
        ("mail", MAIL),
        ("sms", SMS),
        ("task", {"type": "activity"}),
        ("day", {"type": "wait", "wait_value": 1}),
        ("last_mail", MAIL),
        ("end", {"type": "end"}),
    ),
    "crash_leads": (
        ("pricelist", {"type": "grant", "grant_kind": "pricelist", "grant_days": 1}),
        ("mail", MAIL),
        ("hours", {"type": "wait", "wait_value": 6, "wait_unit": "hours"}),
        ("sms", SMS),
        ("task", {"type": "activity"}),
        ("end", {"type": "end"}),
    ),
}


def prepare(env):
    """Make the programs, the contacts and their quotations."""
    env = env(context=dict(env.context, tracking_disable=True))
    env["ir.cron"].search([]).write({"active": False})
    env["lifecycle.program"].search([]).write({"state": "draft"})
    env.company.write(
        {"email": "shop@example.com", "country_id": env.ref("base.fi").id}
    )
    env["res.config.settings"].create({"group_product_pricelist": True}).execute()
    ordered = env.ref("lifecycle_programs.lifecycle_event_type_order_confirmed")
    values = {
        "crash_orders": {
            "start": "event",
            "event_type_ids": [Command.link(ordered.id)],
        },
        "crash_leads": {
            "start": "manual",
            "goal_event_type_ids": [Command.link(ordered.id)],
        },
    }
    for code in CODES:
        _make_program(env, code, values[code])
    _make_people(env)
    env.cr.commit()


def _make_program(env, code, values):
    program = env["lifecycle.program"].create(
        {
            "name": code,
            "code": code,
            "reentry": "never",
            "user_id": env.ref("base.user_admin").id,
            **values,
        }
    )
    version = env["lifecycle.version"].create({"program_id": program.id})
    following = env["lifecycle.step"]
    for number, (key, step) in reversed(list(enumerate(CHAINS[code]))):
        following = env["lifecycle.step"].create(
            {
                "version_id": version.id,
                "name": key,
                "key": key,
                "sequence": number * 10,
                "next_step_id": following.id,
                **_prepare_step(env, step),
            }
        )
    program.action_publish()


def _prepare_step(env, step):
    values = {name: value for name, value in step.items() if name != "channel"}
    match step["type"]:
        case "mail" | "sms":
            values["message_id"] = _make_message(env, step["channel"]).id
        case "activity":
            values["activity_type_id"] = env.ref("mail.mail_activity_data_call").id
        case "grant" if step["grant_kind"] == "coupon":
            values["loyalty_program_id"] = (
                env["loyalty.program"]
                .create(
                    {
                        "name": "Ten percent",
                        "program_type": "coupons",
                        "applies_on": "current",
                        "trigger": "with_code",
                        "reward_ids": [Command.create({"discount": 10})],
                    }
                )
                .id
            )
        case "grant":
            values["pricelist_id"] = (
                env["product.pricelist"].create({"name": "For leads"}).id
            )
    return values


def _make_message(env, channel):
    billing = env.ref("lifecycle_programs.lifecycle_category_billing")
    text = "Your code is {{ grant.code or 'in the shop' }}."
    return env["lifecycle.message"].create(
        {
            "name": f"Crash {channel}",
            "channel": channel,
            "category_id": billing.id,
            **(
                {"subject": "Your code", "body": f"<p>{text}</p>"}
                if channel == "mail"
                else {"body_text": text}
            ),
        }
    )


def _make_people(env):
    finland = env.ref("base.fi").id
    people = env["res.partner"].create(
        [
            {
                "name": f"{kind} {number}",
                "ref": f"crash_{kind}",
                "email": f"{kind}{number}@example.com",
                "phone": f"+35840{start + number}",
                "country_id": finland,
            }
            for kind, count, start in (
                ("order", ORDERS, 1200000),
                ("lead", LEADS, 1300000),
            )
            for number in range(count)
        ]
    )
    product = env["product.product"].create({"name": "Mug", "list_price": 10})
    env["sale.order"].create(
        [
            {
                "partner_id": partner.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
            for partner in people[: ORDERS + BUYERS]
        ]
    )
