"""What we told others in confidence, and how their words are shown without it."""

from __future__ import annotations

from typing import Any, Final

from reconciler.core.escaping import escape
from reconciler.core.scrubber import Scrubber
from reconciler.model.kinds import Kind
from reconciler.model.secrets import Secret
from reconciler.model.values import Path

LIMIT: Final = 500
"""Characters of a stranger's text that anyone is shown at a time."""

_SHORTEST_ECHO: Final = 12
"""Characters; a service that hides credentials shows words and asterisks, which mean nothing."""


class Confidences:
    """Remembers our own credentials, since a service may repeat them in what it says."""

    def __init__(self, scrubber: Scrubber, *secrets: Secret) -> None:
        self._scrubber = scrubber
        for secret in secrets:
            self.keep(secret)

    def keep(self, secret: Secret) -> None:
        """Never tell this one, whoever asks."""
        self._scrubber.remember(secret)

    def hear(self, document: Any, kind: Kind) -> Any:
        """Return an answer about connections as it is, its credentials remembered.

        A service may show in clear what it was given, by us or by others.
        """
        items = document.get("items") if isinstance(document, dict) else None
        for item in items if isinstance(items, list) else ():
            for path in kind.write_only:
                shown = _member(item, path)
                if isinstance(shown, str) and len(shown) >= _SHORTEST_ECHO:
                    self.keep(Secret(shown))
        return document

    def tell(self, text: str) -> str:
        """Return a stranger's text without secrets, escaped and no longer than ``LIMIT``."""
        return escape(self._scrubber.scrub(text), limit=LIMIT)


def _member(item: Any, path: Path) -> Any:
    for name in path:
        item = item.get(name) if isinstance(item, dict) else None
    return item
