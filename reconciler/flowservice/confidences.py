"""What we told others in confidence, and how their words are shown without it."""

from __future__ import annotations

from typing import Final

from reconciler.core.escaping import escape
from reconciler.core.scrubber import Scrubber
from reconciler.model.secrets import Secret

LIMIT: Final = 500
"""Characters of a stranger's text that anyone is shown at a time."""


class Confidences:
    """Remembers our own credentials, since a service may repeat them in what it says."""

    def __init__(self, scrubber: Scrubber, *secrets: Secret) -> None:
        self._scrubber = scrubber
        for secret in secrets:
            self.keep(secret)

    def keep(self, secret: Secret) -> None:
        """Never tell this one, whoever asks."""
        self._scrubber.remember(secret)

    def tell(self, text: str) -> str:
        """Return a stranger's text without secrets, escaped and no longer than ``LIMIT``."""
        return escape(self._scrubber.scrub(text), limit=LIMIT)
