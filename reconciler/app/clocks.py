"""The machine's clock, with a sleep that a signal ends, and the date for those who read along."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_CLOCK: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""The clock that goes on while the machine is suspended, so that no create leaves too late after.

On Linux ``time.monotonic()`` stands still then. On macOS it does as well, and ``CLOCK_MONOTONIC``
does not.
"""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """``ports.Clock`` by a clock of the machine that nobody sets and nothing stops."""

    stop: threading.Event

    def monotonic(self) -> float:
        """Return seconds since the machine started."""
        return time.clock_gettime(_CLOCK)

    def sleep(self, seconds: float) -> bool:
        """Sleep that long, or until the run is told to stop, which makes it false."""
        return not self.stop.wait(max(0.0, seconds))


def now() -> datetime:
    """Return the date and the time of day, which people set: nothing is decided by it."""
    return datetime.now(UTC)
