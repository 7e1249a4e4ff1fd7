"""Ask again, where that is safe: full jitter, few attempts, and no impatience.

Any call ends: an exchange within 75 s (``wire``), a token within four exchanges and three waits of
a minute, an attempt within two exchanges and two tokens, a call within four attempts and three
waits. That is 77 minutes where everything is as slow as it may be, and the time that names take to
be resolved, which the system bounds.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Final, TypeVar

from reconciler.errors import RemoteError
from reconciler.ports import Clock

ATTEMPTS: Final = 4
LONGEST_WISH: Final = 60.0
"""Seconds that ``Retry-After`` may ask for; who asks for more is not waited for at all."""

_FIRST: Final = 0.5
_LONGEST: Final = 20.0

Answer = TypeVar("Answer")


class TransientError(Exception):
    """A failure after which the very same request may be sent again."""

    def __init__(self, cause: RemoteError, *, wish: float | None = None) -> None:
        super().__init__(cause.detail)
        self.cause = cause
        self.wish = wish
        """Seconds the service asked us to wait."""


class Retrier:
    """Repeats an attempt until it succeeds, fails for good, or patience runs out."""

    def __init__(self, *, clock: Clock, jitter: random.Random) -> None:
        self._clock = clock
        self._jitter = jitter

    def persist(self, attempt: Callable[[], Answer], *, until: float = math.inf) -> Answer:
        """Return what ``attempt`` returns; no repeat starts after ``until`` by the clock.

        Raises what ``attempt`` raises, for a last ``TransientError`` its cause.
        """
        for number in range(ATTEMPTS):
            try:
                return attempt()
            except TransientError as failure:
                if number == ATTEMPTS - 1 or not self._wait(number, failure.wish, until=until):
                    raise failure.cause from failure.__cause__
        raise AssertionError("the last attempt returns or raises")

    def _wait(self, number: int, wish: float | None, *, until: float) -> bool:
        """Wait as long as is right, and tell whether to go on."""
        seconds = self._jitter.uniform(0, min(_LONGEST, _FIRST * 2**number))
        if wish is not None:
            if wish > LONGEST_WISH:
                return False
            seconds = max(seconds, wish)
        if self._clock.monotonic() + seconds > until:
            return False
        return self._clock.sleep(seconds)
