"""Odoo's outside calls, off: in every database that `dev` makes, and in its processes.

A template built with this is found again by the hash of this file.
"""

NOWHERE = "http://127.0.0.1:9"  # The discard port: refused at once.
PARAMETERS = {
    "crm.iap.lead.enrich.setting": "manual",
    "enrich.endpoint": NOWHERE,
    "html_editor.media_library_endpoint": NOWHERE,
    "html_editor.olg_api_endpoint": NOWHERE,
    "iap.endpoint": NOWHERE,
    "iap.partner_autocomplete.endpoint": NOWHERE,
    "reveal.endpoint": NOWHERE,
    "sms.endpoint": NOWHERE,
    "snailmail.endpoint": NOWHERE,
}
# Scheduled actions that call a service of Odoo's, or mail the users of a test database.
CRONS = (
    "crm_iap_enrich.ir_cron_lead_enrichment",
    "digest.ir_cron_digest_scheduler_action",
    "mail.ir_cron_mail_gateway_action",
    "mail.ir_cron_module_update_notification",
    "mail.ir_cron_web_push_notification",
    "snailmail.snailmail_print",
)


def hush(cursor):
    """Turn the outside calls off in the database of a cursor."""
    for key, value in PARAMETERS.items():
        cursor.execute(
            "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)"
            " ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
            [key, value],
        )
    cursor.execute(
        "DELETE FROM ir_config_parameter WHERE key = 'digest.default_digest_emails'"
    )
    cursor.execute(
        "UPDATE ir_cron SET active = false FROM ir_model_data xmlid"
        " WHERE xmlid.model = 'ir.cron' AND xmlid.res_id = ir_cron.id"
        " AND xmlid.module || '.' || xmlid.name = ANY(%s)",
        [list(CRONS)],
    )
    for table, change in (
        ("digest_digest", "state = 'deactivated'"),
        ("ir_mail_server", "active = false"),
        ("fetchmail_server", "active = false"),
    ):
        cursor.execute("SELECT to_regclass(%s)", [table])
        if cursor.fetchone()[0]:
            cursor.execute(f"UPDATE {table} SET {change}")


def skip_link_titles():
    """Let Odoo not fetch the page behind each new tracked link for its title.

    Tests run without this: there, the product asking for a title is a failure.
    """
    from odoo.modules import loading

    original = loading.load_openerp_module

    def load(name):
        original(name)
        if name == "mail":
            from odoo.addons.mail.tools import link_preview

            link_preview.get_link_preview_from_url = lambda url, session=None: False

    loading.load_openerp_module = load
