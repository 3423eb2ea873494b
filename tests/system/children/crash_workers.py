"""The processes that are killed: each does one kind of work, again and again.

They are forked from a process that has loaded Odoo, as Odoo's own server forks its
workers: connections, caches and locks are each one's own.
"""

import os
import random
import signal
import sys
import time
import traceback

import crash_world

from odoo import SUPERUSER_ID, api, fields, sql_db


def confirm_orders(env):
    """The office: one order, one transaction."""
    order = env["sale.order"].search([("state", "=", "draft")], order="id", limit=1)
    if order:
        order.action_confirm()
    return bool(order)


def enrol_leads(env):
    """The office: some leads at a time."""
    program = env["lifecycle.program"].search([("code", "=", crash_world.CODES[1])])
    inside = program.enrolment_ids.partner_id
    leads = env["res.partner"].search(
        [("ref", "=", "crash_lead"), ("id", "not in", inside.ids)], limit=8
    )
    program._enrol_partners(leads, fields.Datetime.now())
    return bool(leads)


def work_off_events(env):
    env["lifecycle.event"]._cron_process()


def run_due(env):
    env["lifecycle.enrolment"]._cron_run_due()


def end_grants(env):
    env["lifecycle.grant"]._cron_end_grants()


def send_mail(env):
    env["mail.mail"].process_email_queue()


def send_sms(env):
    env["sms.sms"]._process_queue()


WORK = (
    confirm_orders,
    enrol_leads,
    work_off_events,
    run_due,
    run_due,
    end_grants,
    send_mail,
    send_sms,
)


def fork(registry, work, seed):
    """Start a process that does the work until it is killed; its process id."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        random.seed(seed)
        while True:
            once(registry, work)
            time.sleep(0.02)
    except BaseException:
        traceback.print_exc(file=sys.stderr)
    finally:
        sys.stderr.flush()
        os._exit(status)


def once(registry, work):
    """Do the work in a transaction of its own. What a request would try again after a
    conflict is tried again here, too."""
    while True:
        try:
            with registry.cursor() as cr:
                return work(api.Environment(cr, SUPERUSER_ID, {}))
        except sql_db.psycopg2.errors.SerializationFailure:
            if work not in (confirm_orders, enrol_leads):
                raise


def kill(pids):
    """End processes the hard way, and wait for each.

    :return: those that had ended by themselves, which they never should
    """
    gone = [pid for pid in pids if os.waitpid(pid, os.WNOHANG)[0]]
    for pid in set(pids) - set(gone):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return gone
