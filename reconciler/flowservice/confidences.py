"""What we told others in confidence, and how their words are shown without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from reconciler.core.escaping import escape
from reconciler.model.secrets import MASK, Secret

LIMIT: Final = 500
"""Characters of a stranger's text that anyone is shown at a time."""

_SHORTEST: Final = 6
"""Characters; anything shorter would blot out words that mean nothing."""


class Confidences:
    """Remembers our own credentials, since a service may repeat them in what it says."""

    def __init__(self, scrub: Callable[[str], str], *secrets: Secret) -> None:
        self._scrub = scrub
        self._known: tuple[str, ...] = ()
        for secret in secrets:
            self.keep(secret)

    def keep(self, secret: Secret) -> None:
        """Never tell this one."""
        value = secret.reveal()
        if len(value) >= _SHORTEST:
            # The longest first: a secret may stand within another one, as a password in a URL.
            self._known = tuple(sorted((*self._known, value), key=len, reverse=True))

    def tell(self, text: str) -> str:
        """Return a stranger's text without secrets, escaped and no longer than ``LIMIT``."""
        for value in self._known:
            text = text.replace(value, MASK)
        return escape(self._scrub(text), limit=LIMIT)
