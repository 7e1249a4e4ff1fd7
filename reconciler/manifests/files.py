"""Finds and reads a project's files, none of them outside the project's folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from reconciler.core.wording import quoted
from reconciler.manifests.reader import LARGEST
from reconciler.model.findings import Finding, Span

FILES = 20_000
"""Manifests in a project."""
BYTES = 64 * 1024 * 1024
"""Bytes in all of them; some ninety thousand plain ones."""
NAMES = 1_000
"""Entries of ``manifests`` that are followed, as many as the project's schema allows."""
ENTRIES = 200_000
"""Files and folders that are looked at to find them."""
DEEPEST = 32
"""Folders within each other."""

MISSING = "Manifests not found"
_ENDINGS = (".yaml", ".yml")


class Searcher:
    """Looks for manifests below one folder, each file once, however many ways lead to it."""

    def __init__(self, folder: Path, *, skip: Iterable[Path] = ()) -> None:
        self._folder = folder.resolve()
        self._seen = {path.resolve() for path in skip}
        self._left = ENTRIES
        self.findings: list[Finding] = []

    def search(self, name: str, span: Span) -> dict[str, Path]:
        """Return the files that an entry of ``manifests`` stands for, by relative path."""
        path = self._folder / name
        real = self._inside(path, span)
        if real is None:
            return {}
        if not _mode(real):
            detail = f"There is no file or folder {quoted(name)} beside reconciler.yaml."
            self._find(MISSING, detail, span)
            return {}
        return dict(self._walk(path, real, span))

    def _walk(self, path: Path, real: Path, span: Span) -> Iterator[tuple[str, Path]]:
        if real in self._seen:
            return
        self._seen.add(real)
        mode = _mode(real)
        if stat.S_ISDIR(mode):
            yield from self._list(path, real, span)
        elif stat.S_ISREG(mode):
            yield os.path.relpath(path, self._folder), real
        else:
            detail = f"{quoted(os.path.relpath(path, self._folder))} is no regular file."
            self._find("Not a file", detail, span)

    def _list(self, path: Path, real: Path, span: Span) -> Iterator[tuple[str, Path]]:
        for entry in self._entries(path, real, span):
            below = path / entry.name
            if entry.name.startswith("."):
                continue
            inside = self._inside(below, span) if entry.is_symlink() else real / entry.name
            if inside is not None and (below.suffix in _ENDINGS or _is_folder(entry, inside)):
                yield from self._walk(below, inside, span)

    def _entries(self, path: Path, real: Path, span: Span) -> list[os.DirEntry[str]]:
        """Return what is in a folder, as far as there is still something to be looked at."""
        if self._left < 0:
            return []
        if len(real.relative_to(self._folder).parts) > DEEPEST:
            detail = f"{quoted(path.name)} is more than {DEEPEST} folders deep in the project."
            self._find("Nested too deeply", detail, span)
            return []
        try:
            with os.scandir(real) as found:
                entries = list(islice(found, self._left + 1))
        except OSError as error:
            self._find("Unreadable folder", f"{quoted(path.name)}: {error.strerror}.", span)
            return []
        self._left -= len(entries)
        if self._left < 0:
            detail = (
                f"More than {ENTRIES:,} files and folders were looked at for manifests, up to "
                f"{quoted(path.name)}. Name the folders that hold manifests, and nothing else."
            )
            self._find("Too many files", detail, span)
            return []
        return sorted(entries, key=lambda entry: entry.name)

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


def _is_folder(entry: os.DirEntry[str], inside: Path) -> bool:
    """Tell also of an entry that leads to ``inside`` whose path is too long to be followed."""
    if entry.is_symlink():
        return stat.S_ISDIR(_mode(inside))
    return entry.is_dir(follow_symlinks=False)


def _mode(path: Path) -> int:
    """Return what kind of file a path leads to, 0 where it leads to none."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):  # a name that no file can have is one of them
        return 0


def contents(path: Path, name: str) -> bytes | Finding:
    """Return at most one byte more than a file may have, or say why it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        detail = f"{quoted(name)} cannot be read: {error.strerror}."
        return Finding(summary="Unreadable file", detail=detail, span=Span(name, 1, 1))
