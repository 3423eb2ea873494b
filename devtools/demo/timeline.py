"""Day by day through the years: what happens at each moment of the run."""

import sys
from collections import Counter, deque
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from .checks import Checks
from .clock import real_seconds
from .life import Life
from .orders import Shop
from .prospects import Prospects
from .readers import Readers
from .salespeople import Salespeople
from .scheduler import Scheduler
from .world import World

# When the shop books what has happened since the last time, people read their mail,
# and the scheduler looks: by day where the shop is, in UTC. Programs count in days, and
# every further moment makes the batches smaller: two of them take half as long again.
MIDDAY = {"US": time(18)}
OTHER_MIDDAY = time(10, 30)
LAST_MOMENT = time(23)
# From what has just happened to the scheduler's next look.
MINUTES_TO_SCHEDULER = 1
# Where it is night at the shop's midday, messages wait for the morning there. The
# scheduler looks again when the first of them may leave, and those of an hour with it;
# unless it is day there still at the shop's next midday.
SENDING_DAY = timedelta(hours=8)
MOST_LOOKS = 3
LOOK_AFTER = timedelta(hours=1)
HELD_UNTIL = """
    SELECT min(e.due_at) FROM lifecycle_enrolment e
     WHERE e.state = 'active' AND e.due_at > %s AND e.due_at < %s
       AND EXISTS (
           SELECT FROM lifecycle_step_run r
            WHERE r.enrolment_id = e.id AND r.visit = e.visit
              AND r.outcome = 'held' AND r.reason IN ('quiet_hours', 'holiday'))
"""


class Timeline:
    """The run from the eve of the first purchase to its last day.

    :ivar days: how many days have passed.
    :ivar seconds: how long each part of the run has taken.
    """

    def __init__(self, world: World, shop: Shop):
        self.world = world
        self.shop = shop
        self.midday = MIDDAY.get(shop.home, OTHER_MIDDAY)
        self.scheduler = Scheduler(world)
        self.readers = Readers(world)
        self.salespeople = Salespeople(world)
        self.prospects = Prospects(world, shop)
        self.life = Life(world, shop)
        self.checks = Checks(world)
        self.days = 0
        self.seconds = Counter()
        self._purchases = deque(shop.history.purchases)
        self._returns = deque(shop.history.returns)

    def run(self, first: date, last: date) -> None:
        """Let the days from ``first`` to ``last`` pass."""
        with self.scheduler.running():
            self._pass_days(first, last)
            with self._timed("crons"):
                self.scheduler.count_dashboard()

    def _pass_days(self, first: date, last: date) -> None:
        self.prospects.plan(first, last)
        self.life.plan(first, last)
        total = (last - first).days + 1
        began = real_seconds()
        for number in range(total):
            day = first + timedelta(days=number)
            midday = datetime.combine(day, self.midday)
            self._look_before(midday)
            self.world.clock.move_to(midday)
            self._moment()
            if day == last:
                self.world.clock.move_to(datetime.combine(day, LAST_MOMENT))
                self._moment()
            with self._timed("checks"):
                self.checks.end_of_day()
            self.days += 1
            _progress(number + 1, total, day, real_seconds() - began)

    def _moment(self) -> None:
        """The shop books, people act, the scheduler runs, the post is delivered."""
        now = self.world.now
        with self._timed("orders"):
            self.shop.book(_until(self._purchases, now), self.readers.codes)
            self.shop.take_back(_until(self._returns, now))
        with self._timed("people"):
            self.world.agenda.do_due(now)
        self.world.clock.pass_minutes(MINUTES_TO_SCHEDULER)
        self.world.outbox.set_moment(self.world.now)
        with self._timed("crons"):
            self.scheduler.run_due()
        with self._timed("people"):
            self.readers.receive()
            self.salespeople.look()

    def _look_before(self, midday: datetime) -> None:
        """Let leave what waited for a morning elsewhere."""
        for _look in range(MOST_LOOKS):
            with self.world.registry.cursor() as cr:
                cr.execute(HELD_UNTIL, (self.world.now, midday - SENDING_DAY))
                held_until = cr.fetchone()[0]
            if not held_until:
                return
            self.world.clock.move_to(held_until + LOOK_AFTER)
            self.world.outbox.set_moment(self.world.now)
            with self._timed("crons"):
                self.scheduler.run_due()
            with self._timed("people"):
                self.readers.receive()

    @contextmanager
    def _timed(self, part: str):
        began = real_seconds()
        yield
        self.seconds[part] += real_seconds() - began


def _until(documents: deque, now: datetime) -> list:
    """Take the documents that have happened by now."""
    taken = []
    while documents and documents[0].at <= now:
        taken.append(documents.popleft())
    return taken


def _progress(done: int, total: int, day: date, seconds: float) -> None:
    """One line that is written over on a terminal, and a line a month elsewhere."""
    if sys.stderr.isatty():
        text = f"\r{day}  day {done} of {total}, {seconds:.0f} s"
        sys.stderr.write(text + ("\n" if done == total else ""))
    elif done == total or day.day == 1:
        sys.stderr.write(f"{day}  day {done} of {total}, {seconds:.0f} s\n")
    sys.stderr.flush()
