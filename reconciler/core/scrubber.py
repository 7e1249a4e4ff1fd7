"""The last layer against leaks: known secrets are masked in whatever is about to be shown."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

from reconciler.core.spellings import spellings
from reconciler.model.secrets import MASK, Secret

SHORTEST = 6
"""Characters; masking anything shorter would blot out words that mean nothing."""

_MANY = 500
"""Spellings from which on it is quicker to look at each place of a text."""

_WRAP = re.compile(
    r"(?<![\w+/-])[\w+/-]{60,}(?=((?:\r?\n|(?:\\r)?\\n|(?:\\u\{d\})?\\u\{a\})[ \t]*)[\w+/-])",
    re.ASCII,
)
"""A long line of base64 or hex and, in a group, the break behind it: itself, in JSON or escaped."""


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
        for spelling in spellings(value) - self._known:
            if len(spelling) >= SHORTEST:
                self._known.add(spelling)
                self._by_start.setdefault(spelling[:SHORTEST], []).append(spelling)

    def scrub(self, text: str) -> str:
        """Return ``text`` with every known secret masked, those too that a line break divides."""
        found = [*self._places(text), *self._wrapped(text)]
        kept, end = [], 0
        for start, stop in _joined(found):
            kept += [text[end:start], MASK]
            end = stop
        return "".join([*kept, text[end:]]) if kept else text

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        # An apply of a thousand connections knows tens of thousands of spellings: to look for each
        # in every line would take longer than the requests do.
        few = len(self._known) < min(_MANY, len(text))
        return self._each_spelling(text) if few else self._each_place(text)

    def _wrapped(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the places in what MIME and PEM would have on one line, counted in ``text``."""
        breaks = [found.span(1) for found in _WRAP.finditer(text)]
        if not breaks:
            return
        ends = [0, *(stop for _, stop in breaks)]
        lines = [text[end:start] for end, (start, _) in zip(ends, breaks, strict=False)]
        starts = list(accumulate(map(len, lines), initial=0))  # of each line, in what is joined

        def place(joined: int) -> int:
            line = bisect_right(starts, joined) - 1
            return ends[line] + joined - starts[line]

        for start, stop in self._places("".join([*lines, text[ends[-1] :]])):
            yield place(start), place(stop - 1) + 1

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
