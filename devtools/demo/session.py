"""Odoo inside the demo's own process: its settings, its registry and its log."""

import logging
import os
from collections import Counter

from odoo import netsvc
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules
from odoo.tools import config

# What Odoo says of its own accord about a healthy run: (logger, beginning of the text).
QUIET = ()


class LogWatch(logging.Handler):
    """Counts what the server log says at warning level and above.

    :ivar seen: how often, by "LEVEL logger: text".
    """

    def __init__(self):
        super().__init__(logging.WARNING)
        self.seen = Counter()

    def emit(self, record):
        text = record.getMessage().splitlines()[0] if record.getMessage() else ""
        if not any(record.name == name and text.startswith(start)
                   for name, start in QUIET):
            self.seen[f"{record.levelname} {record.name}: {text[:200]}"] += 1


def start(database: str, log_file: str) -> tuple[Registry, LogWatch]:
    """Load the database's registry with the settings that ``dev`` made.

    :raises KeyError: outside of ``dev``, which names the settings in the environment.
    """
    config.parse_config(
        ["--config", os.environ["LIFECYCLE_ODOO_CONF"], "--database", database,
         "--logfile", log_file, "--no-http"],
        setup_logging=False,
    )
    netsvc.init_logger()
    watch = LogWatch()
    logging.getLogger().addHandler(watch)
    load_server_wide_modules()
    return Registry(database), watch
