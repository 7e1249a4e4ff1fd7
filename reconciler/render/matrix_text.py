"""Several environments side by side, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.escaping import escape
from reconciler.model.reviews import Matrix, Row, Standing
from reconciler.model.values import dotted
from reconciler.render import blocks


def render(matrix: Matrix) -> str:
    """Return a line for each address and, below, the members that are not declared alike."""
    head = ("", *(escape(title) for title in matrix.titles))
    lines = [head, *((str(row.address), *map(cell, row.standings)) for row in matrix.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    table = [
        "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([*table, *_differing(matrix)]) + "\n"


def cell(standing: Standing) -> str:
    """Return how an address stands, in a word, or in a sign where there is nothing."""
    return "-" if standing is Standing.ABSENT else standing.value


def members(row: Row, titles: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Yield ``(member, environment, value)`` of what is not declared alike."""
    for path, values in row.differing.items():
        for title, standing, held in zip(titles, row.standings, values, strict=True):
            if standing is not Standing.ABSENT:
                yield escape(dotted(path)), escape(title), blocks.value(held)


def _differing(matrix: Matrix) -> Iterator[str]:
    for row in matrix.rows:
        if row.differing:
            yield f"\n  # {row.address} is not declared alike"
        for member, title, held in members(row, matrix.titles):
            yield f"      {member} = {held} # {title}"
