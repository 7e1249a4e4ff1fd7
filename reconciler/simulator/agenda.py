"""Things the service does by itself later on, in the order in which they fall due."""

from __future__ import annotations

import heapq
from collections.abc import Callable


class Agenda:
    """The clock of the world, and the chores that wait for it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._chores: list[tuple[float, int, Callable[[], object]]] = []
        self._count = 0
        self._pinned: float | None = None
        self.offset = 0.0
        """Seconds by which this clock is ahead of the one it was given."""

    def now(self) -> float:
        """Return seconds since the epoch; during a chore, the moment at which it was due."""
        return self._now() + self.offset if self._pinned is None else self._pinned

    def add(self, chore: Callable[[], object], *, after: float) -> None:
        """Have the chore done so many seconds from now."""
        self._count += 1
        heapq.heappush(self._chores, (self.now() + after, self._count, chore))

    def settle(self) -> None:
        """Do everything that is due, each chore at its own time."""
        moment = self.now()
        while self._chores and self._chores[0][0] <= moment:
            due, _, chore = heapq.heappop(self._chores)
            self._pinned = due
            try:
                chore()
            finally:
                self._pinned = None
