"""Saves a file so that a crash at any moment leaves the old bytes or the new ones, whole.

Written beside, flushed, the previous one linked as backup, renamed over, the folder flushed, read
back. Nothing is called saved before the last step.
"""

from __future__ import annotations

import errno
import re
import uuid
from pathlib import Path
from typing import Final

from reconciler.core import locations
from reconciler.state.disk import Disk, discard, read_file, sync_folder, write_new

_BLOCK: Final = 4096


def backup_of(path: Path) -> Path:
    """Return where the previous version of a file is kept."""
    return path.with_name(locations.backup_name(path.name))


def save(disk: Disk, path: Path, data: bytes, *, previous: bytes | None) -> None:
    """Replace the file at ``path``, and keep ``previous``, its present bytes, as backup.

    A first failure is forgiven: the second attempt starts from a new file, since a disk may report
    a lost write once only. Raises ``OSError`` if the second fails as well; then the file holds
    the old bytes or, where only the proof failed, the new ones.
    """
    try:
        _attempt(disk, path, data, previous=previous)
    except OSError:
        landed = _holds(disk, path, data)
        _attempt(disk, path, data, previous=None if landed else previous)


def may_hold(disk: Disk, path: Path, data: bytes) -> bool:
    """Tell whether the file may have these bytes: it does, or nobody can read it now."""
    try:
        return read_file(disk, path, limit=len(data)) == data
    except FileNotFoundError:
        return False
    except OSError:
        return True


def save_new(disk: Disk, path: Path, data: bytes) -> None:
    """Create a new file with these bytes and read it back; ``OSError`` and no file otherwise."""
    write_new(disk, path, data)
    try:
        sync_folder(disk, path.parent)
        _prove(disk, path, data)
    except OSError:
        discard(disk, path)
        raise


def probe(disk: Disk, path: Path) -> None:
    """Show that a file can be written beside ``path``; ``OSError`` where it cannot."""
    beside = _beside(path)
    write_new(disk, beside, bytes(_BLOCK))
    disk.unlink(beside)


def sweep(disk: Disk, path: Path) -> None:
    """Remove what killed runs left half-written beside ``path``; the caller holds its lock."""
    ours = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{32}}\.tmp")
    for name in disk.names(path.parent):
        if ours.fullmatch(name):
            discard(disk, path.with_name(name))


def _attempt(disk: Disk, path: Path, data: bytes, *, previous: bytes | None) -> None:
    beside = _beside(path)
    write_new(disk, beside, data)
    try:
        if previous is not None:
            _keep(disk, path, previous)
        disk.rename(beside, path)
    except BaseException:
        discard(disk, beside)
        raise
    sync_folder(disk, path.parent)
    _prove(disk, path, data)


def _keep(disk: Disk, path: Path, previous: bytes) -> None:
    beside = _beside(path)
    try:
        disk.link(path, beside)
    except OSError:  # a file system without hard links, or one that grants them to few
        write_new(disk, beside, previous)
    try:
        disk.rename(beside, backup_of(path))
    finally:
        # Renaming over another link to the same file, which a run killed at this point leaves,
        # does nothing at all: both names stay.
        discard(disk, beside)


def _prove(disk: Disk, path: Path, data: bytes) -> None:
    if not _holds(disk, path, data):
        raise OSError(errno.EIO, "it could not be read back as it was written", str(path))


def _holds(disk: Disk, path: Path, data: bytes) -> bool:
    try:
        return read_file(disk, path, limit=len(data)) == data
    except OSError:
        return False


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
