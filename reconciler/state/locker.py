"""Keeps other runs out: a kernel's lock on a side file, which ends with the process that has it.

The file also says who holds it. That text is for people alone: whether the lock is held, only the
kernel is asked, so what a killed run leaves behind stops nobody. The file itself stays, since a
run that waits on a removed one and a run that makes it anew would both believe to be alone.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import repeat
from pathlib import Path
from typing import Final

from reconciler.core import locations, lock_infos
from reconciler.core.lock_infos import LockInfo
from reconciler.errors import LockedError, StateError
from reconciler.ports import Clock
from reconciler.state import tickets

_PAUSE: Final = 0.25
"""Seconds between two attempts."""

_PRIVATE: Final = 0o600
_FLAGS: Final = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


def side_file(path: Path) -> Path:
    """Return the file that is locked while the state at ``path`` is."""
    return path.with_name(locations.lock_name(path.name))


@contextmanager
def hold(
    path: Path, *, display: str, operation: str, timeout: float, clock: Clock
) -> Iterator[None]:
    """Hold the lock of the state at ``path``, whose folder exists.

    Raises ``LockedError`` if another run still has it after ``timeout`` seconds, or when the clock
    is told to stop waiting, and ``StateError`` if there can be no lock here.
    """
    side = side_file(path)
    with _acquired(side, display=display, timeout=timeout, clock=clock):
        descriptor = _open(side, display)
        try:
            _announce(descriptor, tickets.draw(display=display, operation=operation).encode())
            yield
        finally:
            _announce(descriptor, b"")
            os.close(descriptor)


@contextmanager
def _acquired(side: Path, *, display: str, timeout: float, clock: Clock) -> Iterator[None]:
    import filelock  # noqa: PLC0415 -- slow to import, and most commands lock nothing

    lock = filelock.FileLock(side, mode=_PRIVATE, thread_local=False)

    def attempt() -> bool:
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            return False
        return True

    _refuse_link(side)
    try:
        waited = tickets.wait(attempt, timeout=timeout, clock=clock, pauses=repeat(_PAUSE))
    except OSError as error:
        raise _unusable(display, error) from error
    if waited is not None:
        raise _locked(side, display=display, waited=waited)
    try:
        if type(lock) is not filelock.FileLock:  # its stand-in would outlive a killed process
            raise _unusable(display, OSError(errno.ENOLCK, "this file system knows no locks"))
        yield
    finally:
        lock.release()


def _open(side: Path, display: str) -> int:
    try:
        return os.open(side, _FLAGS)
    except OSError as error:
        raise _unusable(display, error) from error


def _announce(descriptor: int, info: bytes) -> None:
    """Let the side file say this; a full disk may prevent it, and the lock holds all the same."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, info, 0)


def _locked(side: Path, *, display: str, waited: float) -> LockedError:
    return LockedError(
        f"Another run holds the lock of {display}, and still did after {waited:.0f} s. Wait for it "
        "to end, or wait longer with -lock-timeout. The lock ends with the process that holds it.",
        lines=_holder(side).lines,
    )


def _holder(side: Path) -> LockInfo:
    """Return what the side file says; nothing in it decides anything."""
    said = b""
    with suppress(OSError):
        said = _read(side)
    return LockInfo.decode(said)


def _read(side: Path) -> bytes:
    descriptor = os.open(side, _FLAGS)
    try:
        return os.pread(descriptor, lock_infos.LIMIT, 0)
    finally:
        os.close(descriptor)


def _refuse_link(side: Path) -> None:
    try:
        status = os.lstat(side)
    except FileNotFoundError:
        return
    if not stat.S_ISREG(status.st_mode):
        raise StateError(f"{side.name} is the lock file, and it is no regular file. Remove it.")
    if status.st_nlink > 1:  # what is written to it would go to another file as well
        raise StateError(f"{side.name} is the lock file, and it has another name. Remove it.")


def _unusable(display: str, error: OSError) -> StateError:
    return StateError(
        f"The lock of {display} cannot be had: {error.strerror}. Without it two runs could change "
        "the same connections; nothing was changed."
    )
