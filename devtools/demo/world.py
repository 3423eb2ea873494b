"""What all parts of the demo share: the database, the clock, chance, and counters."""

from collections import Counter
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from .agenda import Agenda
from .browser import Browser
from .chance import Chance
from .clock import Clock
from .outbox import Outbox

# A shop's back office writes its documents without telling everybody by mail.
SILENT = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_notify_force_send": False,
    "mail_activity_quick_update": True,
    "no_reset_password": True,
}


class World:
    """One run's surroundings.

    ``synthetic`` counts what the generator made up, ``problems`` what went wrong in a
    way that makes the run unsound, ``key_by_email`` knows who reads which mailbox.
    """

    def __init__(
        self,
        registry: Registry,
        clock: Clock,
        chance: Chance,
        outbox: Outbox,
        browser: Browser,
    ):
        self.registry = registry
        self.clock = clock
        self.chance = chance
        self.outbox = outbox
        self.browser = browser
        self.agenda = Agenda()
        self.synthetic = Counter()
        self.problems = Counter()
        self.partner_by_key = {}
        self.key_by_email = {}
        self.product_by_code = {}
        self.salespeople = []
        self.leader = SUPERUSER_ID
        self.marketer = SUPERUSER_ID

    @property
    def now(self):
        return self.clock.now

    @contextmanager
    def transaction(self, user_id: int = SUPERUSER_ID, **context):
        """A silent environment of one committed transaction."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, user_id, {**SILENT, **context})
