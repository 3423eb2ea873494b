# ruff: noqa: F821 (env is the shell's)
"""Uninstall the addon from a database where it is in use, and look what is left."""

from odoo import Command, fields

now = fields.Datetime.now()
coupons = env["loyalty.program"].create(
    {
        "name": "Ten percent",
        "program_type": "coupons",
        "applies_on": "current",
        "trigger": "with_code",
        "reward_ids": [Command.create({"discount": 10})],
    }
)
program = env["lifecycle.program"].create(
    {"name": "Used", "code": "used", "start": "manual"}
)
version = env["lifecycle.version"].create({"program_id": program.id})
message = env["lifecycle.message"].create(
    {
        "name": "Hello",
        "subject": "Hello",
        "body": "<p>Hello {{ grant.code }}</p>",
        # Leaves at any hour.
        "category_id": env.ref("lifecycle_programs.lifecycle_category_service").id,
    }
)
mail = env["lifecycle.step"].create(
    {
        "version_id": version.id,
        "name": "Mail",
        "key": "mail",
        "type": "mail",
        "sequence": 20,
        "message_id": message.id,
    }
)
env["lifecycle.step"].create(
    {
        "version_id": version.id,
        "name": "Grant",
        "key": "grant",
        "type": "grant",
        "sequence": 10,
        "grant_kind": "coupon",
        "loyalty_program_id": coupons.id,
        "next_step_id": mail.id,
    }
)
program.action_publish()
partner = env["res.partner"].create({"name": "Liisa", "email": "liisa@example.com"})
program._enrol_partners(partner, now)
env["lifecycle.enrolment"]._run_due(now)
card = env["loyalty.card"].search([("partner_id", "=", partner.id)])
assert card, "a coupon was given"
waiting = env["mail.mail"].search([("state", "=", "outgoing")])
assert waiting, "a mail waits"
env.cr.commit()

env["ir.module.module"].search(
    [("name", "=", "lifecycle_programs")]
).button_immediate_uninstall()
env.transaction.reset()
env.cr.rollback()

env.cr.execute(
    "SELECT relname FROM pg_class WHERE relname LIKE 'lifecycle%' AND relkind = 'r'"
)
assert not env.cr.fetchall(), "no table is left"
env.cr.execute("SELECT relname FROM pg_class WHERE relname LIKE 'lifecycle\\_facts%'")
assert not env.cr.fetchall(), "no index on a table of others is left"
env.cr.execute("SELECT cron_name FROM ir_cron WHERE cron_name LIKE 'Lifecycle%'")
assert not env.cr.fetchall(), "no scheduled action is left"
env.cr.execute("SELECT id FROM ir_ui_menu WHERE name->>'en_US' = 'Lifecycle'")
assert not env.cr.fetchall(), "no menu is left"
env.cr.execute(
    "SELECT column_name FROM information_schema.columns"
    " WHERE column_name LIKE 'lifecycle\\_%'"
)
assert not env.cr.fetchall(), "no column is left"
env.cr.execute("SELECT expiration_date FROM loyalty_card WHERE id = %s", (card.id,))
assert env.cr.fetchone()[0] < now.date(), "the coupon is over"
env.cr.execute("SELECT state FROM mail_mail WHERE id = %s", (waiting.ids[0],))
assert env.cr.fetchone()[0] == "cancel", "the mail does not leave"
print("NOTHING IS LEFT")
