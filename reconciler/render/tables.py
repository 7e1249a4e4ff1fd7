"""Rows of text in columns, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconciler.core.escaping import escape


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return the rows below their heads, each column as wide as it must be; all is escaped."""
    lines = [tuple(head), *(tuple(map(escape, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
