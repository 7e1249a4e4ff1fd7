"""The service's own time, and how to read the dates it sends."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from reconciler.flowservice.transport import Response
from reconciler.ports import Clock

_LONGEST_DATE: Final = 64
_LONGEST_SECONDS: Final = 7
"""Digits; a wait of more is nonsense rather than a wish."""


class ServiceTime:
    """Tells the service's time from its last ``Date`` header and the seconds since.

    That is never ahead of the true time by the service's clock. Our own clock has no say in it.
    """

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._heard: tuple[int, float] | None = None

    def hear(self, response: Response) -> None:
        """Take note of the response's date, if it has one."""
        date = http_date(response.headers.get("date"))
        if date is not None:
            self._heard = date, self._clock.monotonic()

    def now(self) -> int | None:
        """Return seconds since the epoch, ``None`` until a date was heard."""
        if self._heard is None:
            return None
        date, moment = self._heard
        return date + int(self._clock.monotonic() - moment)


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
