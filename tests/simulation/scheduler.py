"""Virtual time, and one thing at a time in it: what happens next is drawn, and so can be repeated.

Processes of the simulation are fibres that give way wherever they touch the world. Of all that is
due, what was drawn first goes on; time jumps from one event to the next.
"""

from __future__ import annotations

import heapq
import io
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from greenlet import getcurrent, greenlet

EPOCH = 1_700_000_000.0
"""The wall clock at the beginning of time."""

Due = Callable[[], bool]

_ENDLESS = 3_000_000
"""Events of one history after which it counts as never ending."""


class Killed(BaseException):
    """The process of a fibre is dead: nothing that it does reaches the world any more."""


class Scheduler:
    """Runs fibres and events in the order of their time."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.now = 0.0
        self._hub = getcurrent()
        self._events: list[tuple[float, float, int, Callable[[], object], Due]] = []
        self._count = 0

    def wall(self) -> float:
        """Return seconds since the epoch."""
        return EPOCH + self.now

    def at(self, moment: float, event: Callable[[], object], *, due: Due = lambda: True) -> None:
        """Have something happen at that moment, among others of the same moment by chance.

        What is no longer ``due`` by then does not happen, and takes no time.
        """
        self._count += 1
        heapq.heappush(self._events, (moment, self.chance.random(), self._count, event, due))

    def after(self, seconds: float, event: Callable[[], object]) -> None:
        """Have something happen so many seconds from now."""
        self.at(self.now + seconds, event)

    def run(self) -> None:
        """Go on until nothing is left to happen."""
        while self._events:
            moment, _, number, event, due = heapq.heappop(self._events)
            assert number < _ENDLESS, "this history never ends"
            if due():
                self.now = max(self.now, moment)
                event()

    def skip(self, seconds: float) -> None:
        """Let that much time go by while nothing is under way."""
        self.after(seconds, lambda: None)
        self.run()

    def wait(self, *, timeout: float | None = None) -> bool:
        """Have the current fibre wait until it is woken; return whether that was before a timeout.

        Raises what its process is to be interrupted by.
        """
        fibre = current()
        fibre.process.check()
        turn = fibre.begin_turn()
        if timeout is not None:
            self.at(
                self.now + timeout,
                lambda: fibre.resume(turn, woken=False),
                due=lambda: fibre.is_at(turn),
            )
        woken: bool = self._hub.switch()
        fibre.process.check()
        fibre.process.interrupt(fibre)
        return woken

    def wake(self, fibre: Fibre) -> None:
        """Have a waiting fibre go on."""
        turn = fibre.turn
        self.at(self.now, lambda: fibre.resume(turn, woken=True))


@dataclass(eq=False)
class Fibre:
    """One thread of a process."""

    process: Process
    work: Callable[[], None]
    turn: int = 0

    def __post_init__(self) -> None:
        self._greenlet = _Greenlet(self._work)
        self._greenlet.fibre = self

    def begin_turn(self) -> int:
        """Return the number of the wait that begins now; what was to end an older one is void."""
        self.turn += 1
        return self.turn

    def resume(self, turn: int, *, woken: bool) -> None:
        """Go on, unless something else has ended that wait already, or once nobody is frozen."""
        scheduler, thaw = self.process.scheduler, self.process.frozen_until
        if scheduler.now < thaw:
            scheduler.at(thaw, lambda: self.resume(turn, woken=woken), due=lambda: self.is_at(turn))
        elif self.is_at(turn):
            self.turn += 1
            before = sys.stdout, sys.stderr
            sys.stdout, sys.stderr = self.process.out, self.process.err
            self._greenlet.switch(woken)
            sys.stdout, sys.stderr = before

    def is_at(self, turn: int) -> bool:
        """Tell whether the fibre still waits as it did in that turn."""
        return turn == self.turn and self.process.alive

    def unwind(self) -> None:
        """Let go of everything that the fibre holds, of which nothing reaches the world."""
        if self._greenlet.gr_frame is not None:  # begun, and not at its end
            before = sys.stdout, sys.stderr
            sys.stdout = sys.stderr = io.StringIO()
            self._greenlet.throw(Killed)
            sys.stdout, sys.stderr = before

    def _work(self, _: bool) -> None:
        with suppress(Killed):
            self.work()


class _Greenlet(greenlet):
    fibre: Fibre


def current() -> Fibre:
    found = getcurrent()
    assert isinstance(found, _Greenlet)
    return found.fibre


@dataclass(eq=False)
class Process:
    """A process: its fibres live until it ends or is killed, and all it says is kept."""

    scheduler: Scheduler
    name: str
    words: Sequence[str] = ()
    out: io.StringIO = field(default_factory=io.StringIO)
    err: io.StringIO = field(default_factory=io.StringIO)
    code: int | None = None
    """The exit code, once it has ended by itself."""
    alive: bool = True
    points: int = 0
    """How often it has touched the world."""
    doom: int | None = None
    """The touch before which it is killed."""
    frost: tuple[int, float] | None = None
    """The touch before which all of it stands still, and for how many seconds."""
    frozen_until: float = 0.0
    pending: BaseException | None = None
    """What the main fibre is to be interrupted by."""
    main: Fibre | None = None
    at_death: list[Callable[[], None]] = field(default_factory=list)
    """What the kernel does once the process is gone."""
    signals: Any = None
    _fibres: list[Fibre] = field(default_factory=list)

    def run(self, work: Callable[[], int]) -> None:
        """Begin: ``work`` returns the exit code."""

        def ending() -> None:
            self.code = work()
            self.alive = False  # daemon threads end with the main one
            self._let_go()

        self.main = self.start(ending)

    def start(self, work: Callable[[], None]) -> Fibre:
        """Begin another fibre."""
        self.check()
        fibre = Fibre(self, work)
        self._fibres.append(fibre)
        self.scheduler.wake(fibre)
        return fibre

    def touch(self, *, sending: bool = False) -> None:
        """Note that the process is about to touch the world; it may be its end.

        It does not stand still when ``sending``: between its last look at the clock and a request
        nothing could keep the promise of when that leaves.
        """
        self.check()
        self.points += 1
        if self.points == self.doom:
            self.kill()
            raise Killed
        if self.frost is not None and self.points >= self.frost[0] and not sending:
            self.frozen_until = self.scheduler.now + self.frost[1]
            self.frost = None
            self.scheduler.wait(timeout=0)

    def kill(self) -> None:
        """End it at once, from outside or by its own doom; nothing that it still does counts."""
        if self.alive:
            self.alive = False
            self._let_go()

    def check(self) -> None:
        """Raise ``Killed`` for a process that is dead."""
        if not self.alive:
            raise Killed

    def interrupt(self, fibre: Fibre) -> None:
        """Raise what is pending, in the main fibre alone."""
        if self.pending is not None and fibre is self.main:
            error, self.pending = self.pending, None
            raise error

    def _let_go(self) -> None:
        for each in self.at_death:
            each()
        self.scheduler.at(self.scheduler.now, self._unwind)

    def _unwind(self) -> None:
        for fibre in self._fibres:
            fibre.unwind()
        self._fibres.clear()


class FibreThreads:
    """``ports.Threads`` of one process."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def start(self, work: Callable[[], None], *, name: str) -> None:
        del name
        self._process.start(work)

    def mailbox(self) -> FibreMailbox:
        return FibreMailbox(self._process.scheduler)

    def lock(self) -> FibreLock:
        return FibreLock(self._process.scheduler)


class FibreMailbox:
    """``ports.Mailbox`` between fibres."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._items: deque[Any] = deque()
        self._waiting: deque[Fibre] = deque()

    def put(self, item: Any) -> None:
        self._items.append(item)
        if self._waiting:
            self._scheduler.wake(self._waiting[0])

    def get(self, *, timeout: float | None = None) -> Any:
        end = None if timeout is None else self._scheduler.now + timeout
        while not self._items:
            left = None if end is None else end - self._scheduler.now
            if left is not None and left <= 0:
                raise TimeoutError
            self._wait(left)
        return self._items.popleft()

    def _wait(self, left: float | None) -> None:
        fibre = current()
        self._waiting.append(fibre)
        try:
            self._scheduler.wait(timeout=left)
        finally:
            self._waiting.remove(fibre)


class FibreLock:
    """A lock between fibres of one process."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._held = False
        self._waiting: deque[Fibre] = deque()

    def __enter__(self) -> None:
        while self._held:
            self._waiting.append(current())
            self._scheduler.wait()
        self._held = True

    def __exit__(self, *_: object) -> None:
        self._held = False
        if self._waiting:
            self._scheduler.wake(self._waiting.popleft())
