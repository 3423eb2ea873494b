# ruff: noqa: F821 (env is the shell's)
"""The same people in three programs, one for each number of workers: all of them are
at a mail step that is due, and an order ends the program. None of the programs runs."""

import os

from odoo import Command, fields

PEOPLE = int(os.environ["CROWD_PEOPLE"])
ORDERS = PEOPLE // 50

env = env(context=dict(env.context, tracking_disable=True))
env["ir.cron"].search([]).write({"active": False})
env["lifecycle.program"].search([]).write({"state": "draft"})
env["lifecycle.hours"].search([]).unlink()
env.company.write({"lifecycle_launch_limit": 0, "email": "shop@example.com"})
message = env["lifecycle.message"].create(
    {
        "name": "Crowd",
        "subject": "Hello {{ contact.name }}",
        "body": "<p>Hello {{ contact.name }}</p>",
        # No limit and no other program keeps it back: all of them have to leave.
        "category_id": env.ref("lifecycle_programs.lifecycle_category_service").id,
    }
)
partners = env["res.partner"].create(
    [{"name": f"P {n}", "email": f"p{n}@example.com"} for n in range(PEOPLE)]
)
ordered = env.ref("lifecycle_programs.lifecycle_event_type_order_confirmed")
for workers in os.environ["CROWD_COUNTS"].split():
    program = env["lifecycle.program"].create(
        {
            "name": f"Crowd {workers}",
            "code": f"crowd_{workers}",
            "user_id": env.ref("base.user_admin").id,
            "start": "manual",
            "is_exclusive": False,
            "goal_event_type_ids": [Command.link(ordered.id)],
        }
    )
    version = env["lifecycle.version"].create({"program_id": program.id})
    end, mail = (
        env["lifecycle.step"].create(
            {
                "version_id": version.id,
                "name": kind,
                "key": kind,
                "type": kind,
                **values,
            }
        )
        for kind, values in (
            ("end", {"sequence": 20}),
            ("mail", {"sequence": 10, "message_id": message.id}),
        )
    )
    mail.next_step_id = end
    program.action_publish()
    program._enrol_partners(partners, fields.Datetime.now())
    program.action_pause()
product = env["product.product"].create({"name": "Mug", "list_price": 10})
env["sale.order"].create(
    [
        {
            "partner_id": partner.id,
            "order_line": [Command.create({"product_id": product.id})],
        }
        for partner in partners[: PEOPLE // 2 : PEOPLE // 2 // ORDERS or 1]
    ]
)
env.cr.commit()
connection = env.cr._cnx
connection.autocommit = True
with connection.cursor() as cursor:
    cursor.execute("VACUUM ANALYZE")
