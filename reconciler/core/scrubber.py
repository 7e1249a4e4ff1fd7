"""The last layer against leaks: known secrets are masked in whatever is about to be shown."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from reconciler.core.escaping import escape
from reconciler.model.secrets import MASK, Secret

SHORTEST = 6
"""Characters; masking anything shorter would blot out words that mean nothing."""

_MANY = 500
"""Spellings from which on it is quicker to look at each place of a text."""

_PERCENT = re.compile("%[0-9A-F]{2}")


class Scrubber:
    """Knows every secret that was revealed in this run, in the spellings it may come back in."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._by_start: dict[str, list[str]] = {}

    def remember(self, secret: Secret) -> None:
        """Mask this secret from now on."""
        value = secret.reveal()
        if len(value) < SHORTEST or value in self._known:
            return
        for spelling in _spellings(value) - self._known:
            self._known.add(spelling)
            self._by_start.setdefault(spelling[:SHORTEST], []).append(spelling)

    def scrub(self, text: str) -> str:
        """Return ``text`` with every known secret masked."""
        # An apply of a thousand connections knows tens of thousands of spellings: to look for each
        # in every line would take longer than the requests do.
        few = len(self._known) < min(_MANY, len(text))
        places = self._each_spelling if few else self._each_place
        kept, end = [], 0
        for start, stop in _joined(places(text)):
            kept += [text[end:start], MASK]
            end = stop
        return "".join([*kept, text[end:]]) if kept else text

    def _each_spelling(self, text: str) -> Iterator[tuple[int, int]]:
        for spelling in tuple(self._known):  # a thread may be told a new token meanwhile
            start = text.find(spelling)
            while start >= 0:
                yield start, start + len(spelling)
                start = text.find(spelling, start + 1)

    def _each_place(self, text: str) -> Iterator[tuple[int, int]]:
        for start in range(len(text) - SHORTEST + 1):
            for spelling in self._by_start.get(text[start : start + SHORTEST], ()):
                if text.startswith(spelling, start):
                    yield start, start + len(spelling)


def _joined(places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Return the places in order, those that overlap or touch as one: no rest shows a part."""
    whole: tuple[int, int] | None = None
    for start, stop in sorted(places):
        if whole is None or start > whole[1]:
            if whole is not None:
                yield whole
            whole = (start, stop)
        else:
            whole = (whole[0], max(whole[1], stop))
    if whole is not None:
        yield whole


def _spellings(value: str) -> set[str]:
    """Return how programs spell a value: in JSON, HTML, URLs, base64, hex, on one line."""
    data = value.encode(errors="surrogatepass")
    encoded = {quote(data, safe=""), quote_plus(data), quote(data)}
    entities = html.escape(value)
    found = {
        value,
        escape(value),
        " ".join(value.split()),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        json.dumps(value)[1:-1].replace("/", "\\/"),
        entities,
        html.escape(value, quote=False),
        entities.replace("&#x27;", "&#39;"),
        *encoded,
        *(_PERCENT.sub(lambda escaped: escaped.group().lower(), text) for text in encoded),
        *_base64(data),
        data.hex(),
        data.hex().upper(),
    }
    return {spelling for spelling in found if len(spelling) >= SHORTEST}


def _base64(data: bytes) -> Iterator[str]:
    """Yield what no neighbour changes of the data in base64, at each place in a group of three."""
    for before in range(3):
        padded = base64.b64encode(bytes(before) + data).decode()[before and before + 1 :]
        ending = padded.rstrip("=")
        for text in (padded, ending, ending[:-1] if ending != padded else ending):
            yield text
            yield text.replace("+", "-").replace("/", "_")
