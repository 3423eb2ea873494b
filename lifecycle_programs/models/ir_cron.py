"""Waking the cron workers up without anybody waiting for it."""

import logging
import threading

import psycopg2

from odoo import SUPERUSER_ID, api, models
from odoo.sql_db import PoolError

_logger = logging.getLogger(__name__)

#: How long more wake-ups are waited for, in seconds: many small transactions, as an
#: import makes them, need one.
PAUSE = 0.3

_announced = set()
_lock = threading.Lock()


class IrCron(models.Model):
    _inherit = "ir.cron"

    @api.model
    def _lifecycle_notify_soon(self):
        """What `_notifydb` does, in a moment and in a thread of its own.

        Odoo opens a connection for it, which takes longer than all that a hook does and
        would make a person wait who confirms an order. If the process ends before, the
        workers find the trigger at their next look, within a minute.
        """
        registry = self.env.registry
        with _lock:
            if registry.db_name in _announced:
                return
            _announced.add(registry.db_name)
        threading.Timer(PAUSE, _notify, [registry]).start()


def _notify(registry):
    # First: a transaction that commits while this one is told needs the next one.
    with _lock:
        _announced.discard(registry.db_name)
    try:
        with registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["ir.cron"]._notifydb()
    except (psycopg2.Error, PoolError) as error:
        # The server stops, or has no connection to spare: the next look finds it.
        _logger.info("The cron workers were not woken up: %s", error)
