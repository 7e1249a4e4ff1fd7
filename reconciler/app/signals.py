"""Told once, a run ends in good order; told twice, it ends at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_STANDARD_ERROR = 2
_TOLD_BY = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """Which signal, if any, has told the run to stop.

    The handler only sets a flag: an exception raised between the service's yes and the save that
    records it is how ids get lost.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.received: int | None = None

    @contextmanager
    def handled(self, *, notice: str) -> Iterator[None]:
        """Handle SIGINT, SIGTERM and SIGHUP; the first prints ``notice`` to standard error."""

        def handle(number: int, _: FrameType | None) -> None:
            if self.received is not None:
                # Nothing is lost: what is under way has its intent on the disk.
                os._exit(128 + number)
            self.received = number
            self.stop.set()
            # Not by way of sys.stderr, which may be in the middle of writing something else; and
            # the signal that ends us may have ended who reads us first.
            with suppress(OSError):
                os.write(_STANDARD_ERROR, notice.encode())

        previous = {each: signal.signal(each, handle) for each in _TOLD_BY}
        try:
            yield
        finally:
            for each, handler in previous.items():
                signal.signal(each, handler)
