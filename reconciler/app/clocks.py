"""The machine's clock, with a sleep that a signal ends."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SystemClock:
    """``ports.Clock`` by the machine's monotonic clock."""

    stop: threading.Event

    def monotonic(self) -> float:
        """Return seconds since the machine started."""
        return time.monotonic()

    def sleep(self, seconds: float) -> bool:
        """Sleep that long, or until the run is told to stop, which makes it false."""
        return not self.stop.wait(max(0.0, seconds))
