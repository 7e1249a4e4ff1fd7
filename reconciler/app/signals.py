"""Told once, a run ends in good order; told twice, it ends at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_STANDARD_ERROR = 2
_TOLD_BY = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StoppedError(KeyboardInterrupt):
    """A signal that came while there was nothing to finish or to save."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class Signals:
    """Which signal, if any, has told the run to stop.

    The handler only sets a flag: an exception raised between the service's yes and the save that
    records it is how ids get lost.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.received: int | None = None

    @contextmanager
    def raised(self) -> Iterator[None]:
        """Raise ``StoppedError`` where one arrives, as Python does for SIGINT alone.

        Left to itself SIGTERM would end us without a word, and not at all where we are process 1
        of a container.
        """

        def handle(number: int, _: FrameType | None) -> None:
            raise StoppedError(number)

        with _handlers(handle):
            yield

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

        with _handlers(handle):
            yield


@contextmanager
def _handlers(handle: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Have each signal handled so meanwhile, but for those that whoever started us has ignored.

    ``nohup`` does that. Only a program's first thread may handle signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = [each for each in _TOLD_BY if signal.getsignal(each) is not signal.SIG_IGN]
    previous = {each: signal.signal(each, handle) for each in heard}
    try:
        yield
    finally:
        for each, handler in previous.items():
            signal.signal(each, handler)
