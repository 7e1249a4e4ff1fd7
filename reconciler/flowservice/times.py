"""The service's own time, and how to read the dates it sends."""

from __future__ import annotations

import math
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from reconciler.http.transport import Response
from reconciler.ports import Clock

TOLERANCE: Final = 5.0
"""Seconds by which the clocks of the service's machines may differ."""
CLOSE: Final = 10.0
"""Seconds within which a time has to be known for a create to be noted with it."""
ENOUGH: Final = 2
"""Answers; one alone may be a machine's whose clock is wrong."""

_LONGEST_DATE: Final = 64
_LONGEST_SECONDS: Final = 7
"""Digits; a wait of more is nonsense rather than a wish."""


class ServiceTime:
    """Tells the service's time from the ``Date`` of its answers and the seconds since.

    Each answer was dated between the moments at which its request left and it was here, so that
    together they tell ever more exactly by how much that clock differs from ours, however long one
    of them took to arrive. Our own clock has no say in it. Dates that cannot all be true tell
    nothing any more: one of several machines may be wrong, or a cache.
    """

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._least, self._most = -math.inf, math.inf
        """Between which the service's clock is ahead of our monotonic one, in seconds."""
        self._heard = 0

    def hear(self, response: Response) -> None:
        """Take note of the date of an answer that certainly is the service's, if it has one."""
        date = http_date(response.headers.get("date"))
        if date is None:
            return
        self._heard += 1
        self._least = max(self._least, date - self._clock.monotonic())
        self._most = min(self._most, date + 1 - response.asked)

    def now(self) -> int | None:
        """Return the least that the service's clock can show, ``None`` where nothing is known."""
        if self._heard and not self._denied:
            return math.floor(self._least + self._clock.monotonic())
        return None

    def surely(self) -> int | None:
        """Return the most that it can show, ``None`` unless two answers tell it nearly exactly."""
        if self._heard < ENOUGH or self._denied or self._most - self._least > CLOSE:
            return None
        return math.ceil(self._most + self._clock.monotonic())

    @property
    def _denied(self) -> bool:
        return self._least > self._most + TOLERANCE


def http_date(text: str | None) -> int | None:
    """Return an HTTP date in seconds since the epoch, ``None`` where there is none."""
    if text is None or len(text) > _LONGEST_DATE:
        return None
    try:
        date = parsedate_to_datetime(text)
        return int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def retry_after(response: Response) -> int | None:
    """Return the seconds that ``Retry-After`` asks for, ``None`` where it asks for nothing sane.

    A date counts from the service's own ``Date``, so that our clock has no say in it.
    """
    text = response.headers.get("retry-after", "")
    if text.isascii() and text.isdigit():
        return int(text) if len(text) <= _LONGEST_SECONDS else None
    then, now = http_date(text), http_date(response.headers.get("date"))
    if then is None or now is None or then < now:
        return None
    return then - now
