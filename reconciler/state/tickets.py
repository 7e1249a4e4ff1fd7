"""What every lock of a state needs, wherever it is: who we are, and how long we wait for it."""

from __future__ import annotations

import getpass
import os
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import reconciler
from reconciler.core.lock_infos import LockInfo
from reconciler.ports import Clock


def draw(*, display: str, operation: str) -> LockInfo:
    """Return who is about to hold the lock of ``display``, under an id that nobody else has."""
    return LockInfo(
        id=str(uuid.uuid4()),
        operation=operation,
        info=f"process {os.getpid()}",
        who=_who(),
        version=reconciler.__version__,
        created=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        path=display,
    )


def wait(
    attempt: Callable[[], bool], *, timeout: float, clock: Clock, pauses: Iterable[float]
) -> float | None:
    """Return ``None`` once an attempt succeeds, or the seconds that were waited in vain."""
    started = now = clock.monotonic()
    for usual in pauses:
        if attempt():
            return None
        pause = min(usual, started + timeout - now)
        if pause <= 0:
            return now - started
        went_by = clock.sleep(pause)
        now = clock.monotonic()
        if not went_by:
            return now - started
    raise AssertionError("pauses never end")


def _who() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = str(os.getuid())
    return f"{user}@{os.uname().nodename}"
