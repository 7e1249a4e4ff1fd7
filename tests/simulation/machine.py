"""One machine with one disk, and what it lends each process that runs on it."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from reconciler.app.machines import Machine
from reconciler.app.signals import Signals, StoppedError
from reconciler.errors import LockedError
from reconciler.state.disk import Disk
from tests.disks import MemoryDisk, tapped
from tests.simulation.network import Network, ProcessTransport
from tests.simulation.scheduler import FibreThreads, Process, Scheduler, current

FAILING = frozenset({"write", "fsync", "open", "rename", "link", "chmod", "unlink", "mkdir"})
_CALL = 0.05
"""Seconds that a call to the disk takes at the most."""
REASONS = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS, errno.EACCES)


@dataclass
class Bench:
    """The machine: a disk that may fail, locks that may be lost, a network."""

    scheduler: Scheduler
    network: Network
    disk: MemoryDisk
    environ: Mapping[str, str]
    failing: float = 0.0
    """How likely one call to the disk fails by itself."""
    broken_until: float = 0.0
    """The time until which every write to the disk fails."""
    met: Counter[str] = field(default_factory=Counter)
    """How often what went wrong with the disk and with locks."""
    troubled: set[str] = field(default_factory=set)
    """Names of the processes whose disk or lock has failed."""
    _locks: dict[Path, Process] = field(default_factory=dict)
    _shared: int = 0

    def lend(self, process: Process, signals: SimulatedSignals) -> Machine:
        """Return what the process runs on; it dies with its descriptors and its locks."""
        process.at_death.append(lambda: self._bury(process))
        self._shared += 1
        return Machine(
            environ=self.environ,
            signals=signals,
            clock=ProcessClock(process, signals),
            today=lambda: datetime.fromtimestamp(self.scheduler.wall(), UTC),
            threads=FibreThreads(process),
            chance=self.scheduler.chance,
            disk=self._watched(process),
            transport=ProcessTransport(self.network, process),
            hold=lambda place, **terms: self._hold(process, place, **terms),
        )

    def lose_locks(self) -> None:
        """Let somebody delete the lock files: whoever holds one does not notice."""
        for holder in self._locks.values():
            self.troubled.add(holder.name)
        if self._locks:
            self.met["lock lost"] += 1
        self._locks.clear()

    def cut_power(self) -> None:
        """Let the disk be what a power cut leaves of it; every process is dead by then."""
        self.disk.crash(self.scheduler.chance)
        self._locks.clear()
        self.met["power cut"] += 1

    # --- the disk -------------------------------------------------------------------------------

    def _watched(self, process: Process) -> Disk:
        def tap(name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
            process.touch()
            if name == "pause":
                self.scheduler.wait(timeout=arguments[0])
                return None
            if self._shared > 1:
                # Another process may come between; saves would never meet if they took no time.
                self.scheduler.wait(timeout=_CALL * self.scheduler.chance.random())
            self._fail(process, name, call, arguments)
            if name == "write" and self.scheduler.chance.random() < self.failing:
                return call(arguments[0], arguments[1][: 1 + len(arguments[1]) // 2])
            return call(*arguments)

        return tapped(self.disk.calls(process.name), tap)

    def _fail(
        self, process: Process, name: str, call: Callable[..., Any], arguments: tuple[Any, ...]
    ) -> None:
        """Raise what the disk says where it fails now."""
        if name not in FAILING or self.network.calm:
            return
        if name == "open" and not arguments[1] & os.O_CREAT:
            return
        chance = self.scheduler.chance
        broken = self.scheduler.now < self.broken_until
        if not broken and chance.random() >= self.failing:
            return
        self.met[f"disk: {name} fails"] += 1
        self.troubled.add(process.name)
        if name == "fsync" and not self.disk.is_folder(arguments[0]):
            self.disk.spoil(arguments[0])
        elif name == "rename" and chance.random() < 0.2:
            call(*arguments)  # done, and reported as failed
        raise OSError(chance.choice(REASONS), "the disk says no")

    def _bury(self, process: Process) -> None:
        self.disk.kill(process.name)
        self._shared -= 1

    # --- locks ----------------------------------------------------------------------------------

    @contextmanager
    def _hold(
        self, process: Process, place: Path, *, timeout: float, clock: ProcessClock, **_: object
    ) -> Iterator[None]:
        """Hold a lock of the kernel, which ends with the process, as ``locker.hold`` does."""
        end = clock.monotonic() + timeout
        process.touch()
        while self._holder(place) is not None:
            if clock.monotonic() >= end or not clock.sleep(0.25):
                raise LockedError("Another run holds the lock.")
        self._locks[place] = process
        try:
            yield
        finally:
            if self._locks.get(place) is process:
                del self._locks[place]

    def _holder(self, place: Path) -> Process | None:
        holder = self._locks.get(place)
        return holder if holder is not None and holder.alive else None


class SimulatedSignals(Signals):
    """Signals that the simulation sends."""

    def __init__(self, process: Process) -> None:
        super().__init__()
        self._process = process
        self._notice: str | None = None
        self.sleeping: set[Callable[[], None]] = set()

    @contextmanager
    def raised(self) -> Iterator[None]:
        yield

    @contextmanager
    def handled(self, *, notice: str) -> Iterator[None]:
        self._notice = notice
        try:
            yield
        finally:
            self._notice = None

    def deliver(self, number: int) -> None:
        """Send it: the first is heeded in good order, the next one ends the process at once."""
        process = self._process
        if not process.alive:
            return
        if self._notice is None:
            process.pending = StoppedError(number)
        elif self.received is not None:
            process.code = 128 + number
            process.kill()
        else:
            self.received = number
            self.stop.set()
            process.err.write(self._notice)
        for wake in tuple(self.sleeping):
            wake()


@dataclass(frozen=True, eq=False)
class ProcessClock:
    """``ports.Clock`` of one process, by virtual time."""

    process: Process
    signals: SimulatedSignals

    def monotonic(self) -> float:
        return self.process.scheduler.now

    def sleep(self, seconds: float) -> bool:
        self.process.touch()
        if self.signals.stop.is_set():
            return False
        scheduler = self.process.scheduler
        fibre = current()
        wake = lambda: scheduler.wake(fibre)  # noqa: E731 -- it is told apart by identity
        self.signals.sleeping.add(wake)
        try:
            scheduler.wait(timeout=max(0.0, seconds))
        finally:
            self.signals.sleeping.discard(wake)
        return not self.signals.stop.is_set()


def disk_for(folder: Path) -> MemoryDisk:
    """Return a disk that holds the project's folder and the refuges of a dump."""
    return MemoryDisk(folder, Path("/tmp"))  # noqa: S108 -- a folder of the simulated disk


def drawn(chance: Random, choices: Mapping[Any, float]) -> Any:
    """Return one of these, as likely as its weight says."""
    return chance.choices(list(choices), weights=list(choices.values()))[0]
