"""A second process that sends half of the programs' messages.

Sending is a good quarter of a run, and no message needs anything of another: a server
would have workers enough for it. What else happens needs its order and stays in one
process; so do other mails, of which several may be about the same.
"""

import logging
import multiprocessing
import os
import signal
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, sql_db

from .. import cores
from .session import LogWatch
from .world import World

_logger = logging.getLogger(__name__)


class Postman:
    """Takes every second message of a run of the queue.

    :param log: counts what is logged, in the other process too.
    """

    def __init__(self, world: World, log: LogWatch):
        self.world = world
        self.log = log
        self._line = None

    @contextmanager
    def working(self):
        """Send mails in two processes while the block runs. The clock runs already."""
        # Forked: the other one has the registry, the clock and everything patched. Open
        # connections cannot be shared.
        sql_db.close_db(self.world.registry.db_name)
        processes = multiprocessing.get_context("fork")
        self._line, theirs = processes.Pipe()
        process = processes.Process(target=self._work, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        model = self.world.registry["mail.mail"]
        alone = model.send

        def send(mails, auto_commit=False, **options):
            half = mails.filtered("mailing_id")[1::2] if auto_commit else None
            if not half:
                return alone(mails, auto_commit=auto_commit, **options)
            self.world.registry.signal_changes()
            self._line.send((self.world.now, half.ids))
            try:
                alone(mails - half, auto_commit=auto_commit, **options)
            finally:
                self.log.seen.update(self._line.recv())
                # What the other one has written can be read from now on.
                mails.env.cr.commit()
                mails.env.invalidate_all()
            return True

        try:
            with patch.object(model, "send", send):
                yield self
        finally:
            self._line.send(None)
            process.join()

    def _work(self, line) -> None:
        """The life of the other process: a moment and its mails at a time, until None.
        It answers with what was logged meanwhile."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # The first one ends both.
        self._line.close()
        cores.stay_on(os.getppid() + 1)
        while order := line.recv():
            now, mail_ids = order
            self.log.seen.clear()
            self.world.clock.move_to(now)
            try:
                self._send(mail_ids)
            except Exception:
                _logger.exception("The second process could not send its mails")
            line.send(self.log.seen)

    def _send(self, mail_ids: list[int]) -> None:
        registry = self.world.registry
        with registry.cursor() as cr:
            registry.check_signaling(cr)
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["mail.mail"].browse(mail_ids).send(auto_commit=True)
