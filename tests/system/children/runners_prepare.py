# ruff: noqa: F821 (env is the shell's)
"""400 people at a step that is due, in a program that an order ends."""

from odoo import Command, fields

order_confirmed = env.ref("lifecycle_programs.lifecycle_event_type_order_confirmed")
program = env["lifecycle.program"].create(
    {
        "name": "Two runners",
        "code": "two_runners",
        "user_id": env.ref("base.user_admin").id,
        "start": "manual",
        "goal_event_type_ids": [Command.link(order_confirmed.id)],
    }
)
version = env["lifecycle.version"].create({"program_id": program.id})
end, tag = (
    env["lifecycle.step"].create(
        {"version_id": version.id, "name": key, "key": key, "type": kind, **values}
    )
    for key, kind, values in (
        ("end", "end", {"sequence": 20}),
        (
            "task",
            "activity",
            {
                "sequence": 10,
                "activity_type_id": env.ref("mail.mail_activity_data_call").id,
            },
        ),
    )
)
tag.next_step_id = end
program.action_publish()
partners = env["res.partner"].create(
    [{"name": f"P {n}", "email": f"p{n}@example.com"} for n in range(400)]
)
program._enrol_partners(partners, fields.Datetime.now())
product = env["product.product"].create({"name": "Mug", "list_price": 10})
env["sale.order"].create(
    [
        {
            "partner_id": partner.id,
            "order_line": [Command.create({"product_id": product.id})],
        }
        for partner in partners[:60]
    ]
)
env["ir.cron"].search([]).write({"active": False})
env.cr.commit()
