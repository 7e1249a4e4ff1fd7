"""Finds and reads a project's files, none of them outside the project's folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from reconciler.core.wording import quoted
from reconciler.manifests.reader import LARGEST
from reconciler.model.findings import Finding, Span

_ENDINGS = (".yaml", ".yml")


class Searcher:
    """Looks for manifests below one folder, each file once, however many ways lead to it."""

    def __init__(self, folder: Path, *, skip: Iterable[Path] = ()) -> None:
        self._folder = folder.resolve()
        self._seen = {path.resolve() for path in skip}
        self.findings: list[Finding] = []

    def search(self, name: str, span: Span) -> dict[str, Path]:
        """Return the files that an entry of ``manifests`` stands for, by relative path."""
        path = self._folder / name
        real = self._inside(path, span)
        if real is None:
            return {}
        if not real.exists():
            detail = f"There is no file or folder {quoted(name)} beside reconciler.yaml."
            self._find("Manifests not found", detail, span)
            return {}
        return dict(self._walk(path, real, span))

    def _walk(self, path: Path, real: Path, span: Span) -> Iterator[tuple[str, Path]]:
        if real in self._seen:
            return
        self._seen.add(real)
        if real.is_dir():
            yield from self._list(path, real, span)
        elif real.is_file():
            yield os.path.relpath(path, self._folder), real
        else:
            detail = f"{quoted(os.path.relpath(path, self._folder))} is no regular file."
            self._find("Not a file", detail, span)

    def _list(self, path: Path, real: Path, span: Span) -> Iterator[tuple[str, Path]]:
        try:
            entries = sorted(os.scandir(real), key=lambda entry: entry.name)
        except OSError as error:
            self._find("Unreadable folder", f"{quoted(path.name)}: {error.strerror}.", span)
            return
        for entry in entries:
            below = path / entry.name
            if entry.name.startswith("."):
                continue
            inside = self._inside(below, span) if entry.is_symlink() else real / entry.name
            if inside is not None and (below.suffix in _ENDINGS or inside.is_dir()):
                yield from self._walk(below, inside, span)

    def _inside(self, path: Path, span: Span) -> Path | None:
        """Return where a path leads, if that is inside the project's folder."""
        try:
            real = path.resolve()
        except (OSError, RuntimeError, ValueError):  # a loop of links, or a NUL
            real = None
        if real is not None and real.is_relative_to(self._folder):
            return real
        shown = quoted(os.path.relpath(path, self._folder) if real else path.name)
        detail = f"{shown} leads out of the project's folder, from where nothing is read."
        self._find("Path outside the project", detail, span)
        return None

    def _find(self, summary: str, detail: str, span: Span) -> None:
        self.findings.append(Finding(summary=summary, detail=detail, span=span))


def contents(path: Path, name: str) -> bytes | Finding:
    """Return at most one byte more than a file may have, or say why it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        detail = f"{quoted(name)} cannot be read: {error.strerror}."
        return Finding(summary="Unreadable file", detail=detail, span=Span(name, 1, 1))
