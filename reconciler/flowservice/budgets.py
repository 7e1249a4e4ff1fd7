"""How much all pages of one list may take together, each of which has bounds of its own."""

from __future__ import annotations

from typing import Final

from reconciler.errors import ProtocolError
from reconciler.ports import Clock

BYTES: Final = 128 << 20
"""Twice what a state has room for."""
VALUES: Final = 5_000_000
"""Twice as many as a state may hold."""
SECONDS: Final = 1800.0
"""From the first page asked for to the last one; a thousand pages at more than a second each."""

_PARTING: Final = (b",", b"[", b"{")
"""Before each value but the first of a document stands one of them."""


class Budget:
    """What is left for one list; it is spent by one thread at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until = clock.monotonic() + SECONDS
        self._bytes = BYTES
        self._values = VALUES

    def check_time(self) -> None:
        """Raise ``ProtocolError`` where the time is over; no page is asked for any more then."""
        if self._clock.monotonic() > self._until:
            raise ProtocolError(
                f"The list was not complete within {SECONDS / 60:.0f} minutes. Nothing was made of "
                "what had arrived. Is the service, or something before it, unwell?"
            )

    def spend(self, body: bytes) -> None:
        """Take a page off the budget; ``ProtocolError`` where it does not hold it."""
        self._bytes -= len(body)
        self._values -= sum(body.count(sign) for sign in _PARTING)
        if self._bytes < 0 or self._values < 0:
            raise ProtocolError(
                f"The list holds more than {BYTES >> 20} MiB or {VALUES:,} values, which is more "
                "than a state has room for. Nothing was made of what had arrived."
            )
