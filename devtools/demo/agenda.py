"""What people will do, and when: decided at one moment, done at a later one."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count


class Agenda:
    """Actions in the order of their moments; those of one moment in the order of
    planning, so that a run is the same every time."""

    def __init__(self):
        self._heap = []
        self._count = count()

    def plan(self, at: datetime, action: Callable, *args) -> None:
        """Do ``action(*args)`` at the first moment of the run not before ``at``."""
        heapq.heappush(self._heap, (at, next(self._count), action, args))

    def do_due(self, now: datetime) -> int:
        """Do what is due, also what that plans for now; say how much it was."""
        done = 0
        while self._heap and self._heap[0][0] <= now:
            _at, _number, action, args = heapq.heappop(self._heap)
            action(*args)
            done += 1
        return done
