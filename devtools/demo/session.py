"""Odoo inside the demo's own process: its settings, its registry and its log."""

import gc
import logging
import os
import re
import threading
from collections import Counter

from odoo import netsvc
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules
from odoo.tools import config

from .. import serverlog


class LogWatch(logging.Handler):
    """Counts what the server log says at warning level and above, less what the
    project's allow-list explains.

    :ivar seen: how often, by "LEVEL logger: text"; numbers, such as ids, are left out.
    """

    def __init__(self):
        super().__init__(logging.WARNING)
        self.seen = Counter()
        self._allowed = serverlog.read_allow_list()

    def emit(self, record):
        """Called by the logging module."""
        text = f"{record.name}: {record.getMessage()}"
        if not any(rule.search(text) for rule in self._allowed):
            first_line = re.sub(r"\d+", "N", text.splitlines()[0])
            self.seen[f"{record.levelname} {first_line[:160]}"] += 1


def start(database: str, log_file: str) -> tuple[Registry, LogWatch]:
    """Load the database's registry with the settings that ``dev`` made.

    :raises KeyError: outside of ``dev``, which names the settings in the environment.
    """
    config.parse_config(
        [
            "--config",
            os.environ["LIFECYCLE_ODOO_CONF"],
            "--database",
            database,
            "--logfile",
            log_file,
            "--log-level",
            "warn",
            "--no-http",
        ],
        setup_logging=False,
    )
    netsvc.init_logger()
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's
    threading.current_thread().dbname = database
    watch = LogWatch()
    logging.getLogger().addHandler(watch)
    load_server_wide_modules()
    registry = Registry(database)
    # What is loaded now stays: the collector need not walk through it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    return registry, watch
