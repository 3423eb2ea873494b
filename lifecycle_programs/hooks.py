"""What is left behind, and how, when the addon is uninstalled."""

from odoo import fields
from odoo.tools import SQL


def uninstall_hook(env):
    _uninstall_grants(env)
    _cancel_messages(env)
    _forget_devices(env)
    _archive_mailings(env)
    _archive_coupon_programs(env)
    env["ir.config_parameter"].search(
        [("key", "=like", "lifecycle_programs.%")]
    ).unlink()
    env["lifecycle.fact"]._sync_indexes({})
    _empty_tables(env)


def _uninstall_grants(env):
    """End live discounts: coupons expire, pricelists go back. Used coupons stay on
    the orders that they were used on.
    """
    live = env["lifecycle.grant"].search([("state", "=", "live")])
    live._end(fields.Datetime.now(), "ended", "uninstalled")


def _get_mailings(env):
    """The technical mailings of the message steps, archived ones included."""
    steps = env["lifecycle.step"].search([("mailing_id", "!=", False)])
    return steps.mailing_id


def _cancel_messages(env):
    """What still waits in the outboxes of mail and SMS does not leave any more."""
    mailings = _get_mailings(env).ids
    env["mail.mail"].search(
        [("mailing_id", "in", mailings), ("state", "=", "outgoing")]
    ).write({"state": "cancel"})
    env["sms.sms"].search(
        [("mailing_id", "in", mailings), ("state", "=", "outgoing")]
    ).write({"state": "canceled"})


def _forget_devices(env):
    """The worker that shows pushes in the portal goes with us."""
    env["mail.push.device"].search([("lifecycle_portal", "=", True)]).unlink()


def _archive_mailings(env):
    """The mailings keep the statistics of what was sent."""
    _get_mailings(env).write({"active": False})


def _archive_coupon_programs(env):
    """Coupon programs that we shipped cannot be deleted once a coupon was given: they
    are archived, and no longer ours, so that Odoo does not try.
    """
    records = env["ir.model.data"].search(
        [("module", "=", "lifecycle_programs"), ("model", "=", "loyalty.program")]
    )
    env["loyalty.program"].browse(records.mapped("res_id")).exists().action_archive()
    records.unlink()


def _empty_tables(env):
    """Odoo deletes the records that we shipped before it drops the tables, and would
    log an error for each one that people's own still refer to.
    """
    # The end of the discounts is an event, too.
    env["lifecycle.event"]._flush_pending()
    env.flush_all()
    for model in (
        "lifecycle.consent",
        "lifecycle.event",
        "lifecycle.enrolment",
        "lifecycle.version",
        "lifecycle.message",
        "lifecycle.content",
    ):
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(env[model]._table)))
    env.invalidate_all()
