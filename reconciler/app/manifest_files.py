"""Puts new files into a folder: all of them whole, or none."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from reconciler.core.wording import quoted
from reconciler.errors import RejectedError
from reconciler.model.findings import Finding
from reconciler.state.disk import Disk, discard, exists, make_folder

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o644
_NO_LINKS = frozenset({errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV})
"""What file systems without hard links say."""
_SHOWN = 10
"""More files than these are counted and not named."""


def write(disk: Disk, folder: Path, texts: Mapping[str, str], *, display: str) -> None:
    """Write each text to a file of that name; raise ``RejectedError`` where any cannot be written.

    Nothing is overwritten, and what was written before a failure is taken back. A run that is
    killed leaves whole files only, beside hidden ones that nobody reads. ``display`` is how
    messages name the folder.
    """
    _refuse_taken(disk, folder, texts, display)
    aside = {name: folder / f".{name}.new" for name in texts}
    placed: list[Path] = []
    try:
        make_folder(disk, folder)
        for name, text in texts.items():
            _write_aside(disk, aside[name], text)
        for name, path in aside.items():
            _place(disk, path, folder / name)
            placed.append(folder / name)
    except BaseException as error:
        for path in placed:
            discard(disk, path)
        if isinstance(error, OSError):
            raise RejectedError([_unwritable(display, error)]) from error
        raise
    finally:
        for path in aside.values():
            discard(disk, path)


def _refuse_taken(disk: Disk, folder: Path, texts: Mapping[str, str], display: str) -> None:
    try:
        taken = [name for name in texts if exists(disk, folder / name)]
    except OSError as error:
        raise RejectedError([_unwritable(display, error)]) from error
    if taken:
        raise RejectedError([_taken(display, taken)])


def _write_aside(disk: Disk, path: Path, text: str) -> None:
    discard(disk, path)  # that of a run that was killed
    descriptor = disk.open(path, _NEW, _MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def _place(disk: Disk, path: Path, target: Path) -> None:
    """Give the file its name, unless something has it already."""
    try:
        disk.link(path, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
    else:
        return
    if exists(disk, target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    disk.rename(path, target)


def _taken(display: str, names: Sequence[str]) -> Finding:
    shown = ", ".join(map(quoted, names[:_SHOWN]))
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return Finding(
        summary="File exists already",
        detail=(
            f"{quoted(display)} holds {shown}{more} already. Nothing is ever overwritten, and "
            "nothing was written now. Move these files away, or export to another folder."
        ),
    )


def _unwritable(display: str, error: OSError) -> Finding:
    reason = error.strerror or "the file system refuses"
    detail = f"Nothing was written to {quoted(display)}: {reason}."
    return Finding(summary="Manifests not written", detail=detail)
