"""Where in a file each thing was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.model.findings import Span
from reconciler.model.values import Path


@dataclass(frozen=True, slots=True)
class Source:
    """One YAML document of a file, as far as messages need it."""

    file: str
    """Relative to the project's folder, with forward slashes."""
    positions: Mapping[Path, tuple[int, int]]
    """(line, column) of each key, by path from the top of the document; ``()`` is the document."""

    def span(self, *path: str) -> Span:
        """Return the place of ``path``, or of the nearest member above it that was written."""
        while path and path not in self.positions:
            path = path[:-1]
        line, column = self.positions.get(path, (1, 1))
        return Span(self.file, line, column)
