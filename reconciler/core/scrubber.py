"""The last layer against leaks: known secrets are masked in whatever is about to be shown."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

from reconciler.model.secrets import MASK, Secret

SHORTEST = 6
"""Characters; masking anything shorter would blot out words that mean nothing."""


class Scrubber:
    """Knows every secret that was revealed in this run, in the spellings it may come back in."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._ordered: tuple[str, ...] = ()

    def remember(self, secret: Secret) -> None:
        """Mask this secret from now on."""
        value = secret.reveal()
        if len(value) >= SHORTEST and value not in self._known:
            self._known |= _spellings(value)
            self._ordered = ()

    def scrub(self, text: str) -> str:
        """Return ``text`` with every known secret masked."""
        if len(self._ordered) != len(self._known):
            # the longest first, so that no part of one is masked and its rest is left
            self._ordered = tuple(sorted(self._known, key=lambda known: (-len(known), known)))
        for known in self._ordered:
            if known in text:
                text = text.replace(known, MASK)
        return text


def _spellings(value: str) -> set[str]:
    data = value.encode()
    return {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        quote(value, safe=""),
        quote_plus(value),
        base64.b64encode(data).decode().rstrip("="),
        base64.urlsafe_b64encode(data).decode().rstrip("="),
        data.hex(),
    }
