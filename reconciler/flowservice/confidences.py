"""What we told others in confidence, and how their words are shown without it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from reconciler.core.escaping import escape
from reconciler.core.scrubber import Scrubber
from reconciler.model.kinds import Kind
from reconciler.model.secrets import Secret
from reconciler.model.values import Path, leaves

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
            for shown in _credentials(item, kind):
                if len(shown) >= _SHORTEST_ECHO:
                    self.keep(Secret(shown))
        return document

    def tell(self, text: str) -> str:
        """Return a stranger's text without secrets, escaped and no longer than ``LIMIT``."""
        return escape(self._scrubber.scrub(text), limit=LIMIT)


def _credentials(item: Any, kind: Kind) -> Iterator[str]:
    """Yield each text of a connection that the kind knows to be a secret."""
    shown = [_member(item, path) for path in kind.write_only]
    for top in kind.sealed:
        found = _member(item, top)
        below = leaves(found, top) if isinstance(found, dict) else ()
        for path, value in below:
            if kind.seals(path):
                shown += value if isinstance(value, list) else [value]
    yield from (each for each in shown if isinstance(each, str))


def _member(item: Any, path: Path) -> Any:
    for name in path:
        item = item.get(name) if isinstance(item, dict) else None
    return item
