"""A second process that sends half of the mail queue.

A server has several workers, this machine has a second core, and Odoo's queue sends one
mail after the other. The queue's own job goes on as it is: the helper only takes every
second mail of it, at the same time.
"""

import multiprocessing
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, sql_db

from odoo.addons.mail.models.mail_mail import MailMail

from .. import guard
from .clock import Clock
from .session import LogWatch

# Below this, handing over costs more than it saves.
ENOUGH_MAILS = 4


class Helper:
    """The other process, forked from this one with all that it has loaded."""

    def __init__(self, registry, clock: Clock, log: LogWatch):
        self.registry = registry
        self.clock = clock
        self.log = log
        self._pipe = None

    @contextmanager
    def running(self):
        """Share the mail queue while the block runs; the clock must run already."""
        # An open connection must not be in two processes.
        sql_db.close_db(self.registry.db_name)
        processes = multiprocessing.get_context("fork")
        self._pipe, theirs = processes.Pipe()
        process = processes.Process(target=self._work, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        helper, whole_queue = self, MailMail.process_email_queue

        def half_queue(mails, email_ids=(), batch_size=1000):
            taken = () if email_ids else helper.take(mails)
            if taken:
                mails = mails.with_context(filters=[("id", "not in", taken)])
            try:
                return whole_queue(mails, email_ids, batch_size)
            finally:
                if taken:
                    helper.wait()

        try:
            with patch.object(MailMail, "process_email_queue", half_queue):
                yield self
        finally:
            self._pipe.send(None)
            process.join()

    # ------------------------------------------------------------- in the run

    def take(self, mails) -> list[int]:
        """Hand every second mail that is waiting over; which they are."""
        waiting = mails.search(
            [("state", "=", "outgoing"), ("scheduled_date", "=", False)], order="id"
        )
        if len(waiting) < ENOUGH_MAILS:
            return []
        taken = waiting.ids[1::2]
        self._pipe.send((self.clock.now, taken))
        return taken

    def wait(self) -> None:
        """Until the helper has sent its half; what its log said is ours."""
        seen, violations = self._pipe.recv()
        self.log.seen.update(seen)
        guard.violations.extend(violations)

    # ---------------------------------------------------------- in the helper

    def _work(self, pipe) -> None:
        self._forget()
        while (task := pipe.recv()) is not None:
            self._send(*task)
            pipe.send((self.log.seen.copy(), list(guard.violations)))
            self._forget()

    def _forget(self) -> None:
        self.log.seen.clear()
        guard.violations.clear()

    def _send(self, now: datetime, mail_ids: list[int]) -> None:
        self.clock.move_to(now)
        self.registry.check_signaling()
        with self.registry.cursor() as cr:
            mails = api.Environment(cr, SUPERUSER_ID, {})["mail.mail"]
            mails.process_email_queue(mail_ids)
