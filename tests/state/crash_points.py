"""Every moment of a save at which a crash or a failing call can come, and what it may leave.

Each scene is played on a disk in memory. Its calls are counted first; then it is played once for
each moment before, between and after them. What breaks a promise is returned as text, so that a
disk that forgets a step, which stands for a save that forgets it, can be shown to be found out.
"""

from __future__ import annotations

import errno
import itertools
import os
import random
import stat
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from reconciler.core import state_document
from reconciler.errors import SaveError, StateError
from reconciler.model.records import Recorded
from reconciler.state.disk import Disk
from reconciler.state.files import LocalState
from tests.disks import MemoryDisk, Tap, tapped
from tests.state.samples import address, record, snapshot, store

PROJECT = Path("/project")
FOLDER = PROJECT / "state"
STATE = FOLDER / "dev.json"
BACKUP = FOLDER / "dev.json.backup"
ERRORS = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EACCES, errno.EROFS)
_RARE = 20
"""Of so many bytes at which a disk can be full, one is followed by another run and one by nothing
but failures, to save time."""

Bent = Callable[[Disk], Disk]
"""Bends a disk, as a disk or a save with a fault of its own would be."""


class Crash(BaseException):
    """The process gets no further: not one more of its calls reaches the disk."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Something that is done to the disk by one process, on what earlier runs left."""

    saves: int
    """How many saves there were before."""
    links: bool = True
    dumps: bool = False
    """Whether what is done is a dump and not a save."""

    def disk(self) -> MemoryDisk:
        memory = MemoryDisk(PROJECT, *((FOLDER,) if self.saves else ()), links=self.links)
        for place, number in ((STATE, self.saves), (BACKUP, self.saves - 1)):
            if data := self.spelled(number):
                memory.put(place, data)
        return memory

    @property
    def states(self) -> list[Recorded]:
        """What each save writes, the last of them the one that the scene is about."""
        return [
            replace(small(serial), lineage="lineage", serial=serial)
            for serial in range(self.saves + 1)
        ]

    @cache  # noqa: B019 -- there are five scenes
    def spelled(self, number: int) -> bytes | None:
        """Return the bytes of the file after so many saves."""
        if number < 1:
            return None
        recorded = replace(self.states[number - 1], serial=number)
        return state_document.encode(recorded).encode()

    def play(self, disk: Disk) -> str | None:
        """Do it; return the place of the dump where that is what was done."""
        here, after = opened(disk), self.states[-1]
        if self.dumps:
            return here.dump(after)
        here.write(after, expected_serial=self.saves)
        return None


SCENES = {
    "first save": Scene(saves=0),
    "second save": Scene(saves=1),
    "later save": Scene(saves=2),
    "save without links": Scene(saves=2, links=False),
    "dump": Scene(saves=2, dumps=True),
}


@dataclass(slots=True)
class Tally:
    """What was looked at, and what was found."""

    calls: int = 0
    deaths: int = 0
    cuts: int = 0
    failures: int = 0
    violations: list[str] = field(default_factory=list)


@cache
def small(number: int) -> Recorded:
    """Return a snapshot of few bytes, since each of them is a place where a disk can be full."""
    return snapshot().with_records({address(number): replace(record(number), spec={})})


def opened(disk: Disk) -> LocalState:
    return store(FOLDER, root=PROJECT, disk=disk, hold=lambda *_, **__: nullcontext())


def unbent(disk: Disk) -> Disk:
    return disk


# --- crashes ------------------------------------------------------------------------------------


def crashes(scene: Scene, bend: Bent = unbent) -> Tally:
    """Let the process die and the power fail at every moment of a scene."""
    tally = Tally(calls=len(_calls(scene, bend)))
    for moment in range(tally.calls + 1):
        memory, dumped = _stopped(scene, bend, moment)
        done = moment == tally.calls
        for after in memory.crashes():
            tally.cuts += 1
            tally.violations += _told(moment, "power cut", _broken(scene, after, done, dumped))
        memory.kill()
        tally.deaths += 1
        tally.violations += _told(moment, "death", _broken(scene, memory, done, dumped))
        for after in memory.crashes():  # the next run has saved by now
            if after.holds(STATE) != memory.holds(STATE):
                tally.violations += _told(moment, "death", ["the next save did not last"])
    return tally


def second_deaths(scene: Scene) -> Tally:
    """Let one process die at every moment of a scene, and the next one at every moment of its."""
    tally = Tally(calls=len(_calls(scene, unbent)))
    for first in range(tally.calls + 1):
        again = 0
        while True:
            memory, _ = _stopped(scene, unbent, first)
            memory.kill()
            done = _next_stopped(scene, memory, again)
            tally.deaths += 1
            memory.kill("next")
            where = f"death at {first}, then"
            tally.violations += _told(again, where, _broken(scene, memory, done, None, again=done))
            if done:
                break
            again += 1
    return tally


def _next_stopped(scene: Scene, memory: MemoryDisk, moment: int) -> bool:
    """Save what the scene saves, unless it is there; tell whether that took no more calls."""
    here = opened(tapped(memory.calls("next"), _counting(moment)))
    try:
        found = here.read()
        if found is None or found.serial == scene.saves:
            here.write(scene.states[-1], expected_serial=scene.saves)
    except Crash:
        return False
    return True


def _calls(scene: Scene, bend: Bent) -> list[str]:
    seen = []

    def note(name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        seen.append(name)
        return call(*arguments)

    scene.play(bend(tapped(scene.disk().calls(), note)))
    return seen


def _stopped(scene: Scene, bend: Bent, moment: int) -> tuple[MemoryDisk, str | None]:
    """Return the disk after so many calls, and the dump that was named by then, if any."""
    memory = scene.disk()
    try:
        return memory, scene.play(bend(tapped(memory.calls(), _counting(moment))))
    except Crash:
        return memory, None


def _counting(calls: int) -> Tap:
    """Return a tap that lets so many calls through and no other."""
    left = calls

    def count(_name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        nonlocal left
        if not left:
            raise Crash
        left -= 1
        return call(*arguments)

    return count


# --- failing calls ------------------------------------------------------------------------------


def failures(scene: Scene, bend: Bent = unbent) -> Tally:
    """Let each call of a scene fail, once and from then on, in every way; cut the power after some.

    How a call fails changes little of what follows, so that one way stands for all in power cuts.
    """
    tally = Tally(calls=len(_calls(scene, bend)))
    for number, error, lasting in itertools.product(range(tally.calls), ERRORS, (False, True)):
        tally.failures += 1
        memory = scene.disk()
        disk = bend(tapped(memory.calls(), _failing(memory, number, error, lasting)))
        done, dumped = _tried(scene, disk)
        where = f"{errno.errorcode[error]}{' for good' if lasting else ''}"
        for after in memory.crashes() if error == errno.EIO else ():
            tally.cuts += 1
            tally.violations += _told(number, where, _broken(scene, after, done, dumped))
        tally.violations += _told(number, where, _broken(scene, memory, done, dumped))
    return tally


def offsets(scene: Scene) -> Tally:
    """Let the disk be full after each single byte, once and at some from then on; cut the power."""
    tally = Tally()
    for offset, lasting in itertools.product(range(_length(scene)), (False, True)):
        rare = offset % _RARE == 0
        if lasting and not rare:
            continue
        tally.failures += 1
        memory = scene.disk()
        done, dumped = _tried(scene, tapped(memory.calls(), _full(offset, lasting)))
        tally.cuts += 1
        memory.crash(random.Random(offset))  # noqa: S311 -- chance that can be had again
        tally.violations += _told(offset, "full", _broken(scene, memory, done, dumped, again=rare))
    return tally


def _length(scene: Scene) -> int:
    """Return how many bytes a scene writes."""
    length = 0

    def count(name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        nonlocal length
        length += len(arguments[1]) if name == "write" else 0
        return call(*arguments)

    scene.play(tapped(scene.disk().calls(), count))
    return length


def _tried(scene: Scene, disk: Disk) -> tuple[bool, str | None]:
    """Play a scene on a failing disk; return whether it says that it succeeded, and the dump."""
    try:
        dumped = scene.play(disk)
    except SaveError:
        return False, None
    return not scene.dumps or dumped is not None, dumped


def _failing(memory: MemoryDisk, number: int, error: int, lasting: bool) -> Tap:
    seen = 0

    def fail(name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        nonlocal seen
        seen += 1
        if seen - 1 < number or (seen - 1 > number and not lasting):
            return call(*arguments)
        if name == "close":  # which lets go of the descriptor even when it fails
            call(*arguments)
        elif name == "fsync" and stat.S_ISREG(memory.calls().fstat(*arguments).st_mode):
            memory.spoil(*arguments)  # and the next one would succeed, and write nothing
        raise OSError(error, os.strerror(error))

    return fail


def _full(offset: int, lasting: bool) -> Tap:
    room, full = offset, False

    def fill(name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        nonlocal room, full
        if name != "write" or (full and not lasting):
            return call(*arguments)
        if room == 0:
            full = True
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        descriptor, data = arguments
        written = call(descriptor, data[:room])
        room -= written
        return written

    return fill


# --- what must hold -----------------------------------------------------------------------------


def _told(moment: int, how: str, broken: Iterator[str] | list[str]) -> list[str]:
    return [f"{how} at {moment}: {what}" for what in broken]


def _broken(
    scene: Scene, memory: MemoryDisk, done: bool, dumped: str | None, *, again: bool = True
) -> Iterator[str]:
    """Yield each promise that does not hold on this disk; the next run saves on it if ``again``."""
    whole = [scene.spelled(scene.saves)] if scene.dumps or not done else []
    whole += [] if scene.dumps else [scene.spelled(scene.saves + 1)]
    if memory.holds(STATE) not in whole:
        yield f"the file holds {_shown(memory.holds(STATE))}"
    if memory.holds(BACKUP) not in {
        scene.spelled(number) for number in (scene.saves - 1, scene.saves)
    }:
        yield f"the backup holds {_shown(memory.holds(BACKUP))}"
    if dumped is not None and memory.holds(Path(dumped)) != scene.spelled(scene.saves + 1):
        yield f"the dump holds {_shown(memory.holds(Path(dumped)))}"
    for name, (_, mode, _) in memory.tree().items():
        if stat.S_ISREG(mode) and stat.S_IMODE(mode) != 0o600:
            yield f"{name} has mode {mode:o}"
    if again:
        yield from _next_run(memory)


def _next_run(memory: MemoryDisk) -> Iterator[str]:
    here = opened(memory.calls("next"))
    try:
        with here.lock(operation="apply", timeout=0):
            found = here.read() or snapshot()
            after = here.write(
                found.with_records({address(9): record(9)}), expected_serial=found.serial
            )
    except StateError as error:
        yield f"the next run fails: {error.detail}"
        return
    if opened(memory.calls("last")).read() != after:
        yield "the next run's save is not there"
    left = {name for name in memory.names(FOLDER) if "errored" not in name}
    if left - {STATE.name, BACKUP.name}:
        yield f"what lies about is not swept up: {sorted(left)}"


def _shown(data: bytes | None) -> str:
    return "nothing" if data is None else f"{len(data)} bytes, {data[:40]!r}"
