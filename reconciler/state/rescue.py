"""What helps when a state cannot be read or saved: the way back, and a place for it meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reconciler.core import state_document, state_reader
from reconciler.errors import StateError
from reconciler.model.records import Recorded
from reconciler.state.disk import Disk, OpenToAllError, exists, is_open_to_all, read_file
from reconciler.state.places import pasteable
from reconciler.state.saver import backup_of, save_new


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """A sentence for a person and the lines that do it."""

    words: str
    lines: tuple[str, ...] = ()


def way_out(disk: Disk, place: Path, *, display: str) -> WayOut:
    """Return how to get a usable state again where the one at ``place`` is lost or damaged."""
    backup = f"{display}.backup"
    if not exists(disk, backup_of(place)):
        return WayOut(
            words=f"Restore {display} from version control. Where there is no copy, move it away "
            "and record what exists on the service with: reconciler import -matching"
        )
    try:
        data = read_file(disk, backup_of(place), limit=state_reader.LIMIT)
        serial = state_document.decode(data).serial
    except (OSError, StateError):
        return WayOut(
            words=f"{backup} cannot be used either. Restore {display} from version control. Where "
            "there is no copy, move both away and record what exists on the service with: "
            "reconciler import -matching"
        )
    return WayOut(
        words=f"{backup} is whole: the state as it was at serial {serial}, one save ago. Restore "
        f"{display} from version control if it has a later one, or from there:",
        lines=(pasteable("cp", backup_of(place), place),),
    )


def unusable(error: OSError, place: Path, *, display: str) -> StateError:
    """Return the error for a state, or a dump of one, that cannot be read at all."""
    lines = (pasteable("chmod", "o-w", place),) if isinstance(error, OpenToAllError) else ()
    return StateError(f"{display} cannot be used: {error.strerror}.", lines=lines)


def read(disk: Disk, path: Path, *, display: str) -> bytes:
    """Return the bytes of a dump; raise ``StateError`` where they cannot be had.

    It is read as a state is: no link is followed, and none taken that everybody may write.
    """
    try:
        return read_file(disk, path, limit=state_reader.LIMIT)
    except OSError as error:
        raise unusable(error, path, display=display) from error


def decode(data: bytes, *, display: str) -> Recorded:
    """Return what a dump says; raise ``StateError`` where it is no whole state."""
    try:
        return state_document.decode(data)
    except StateError as error:
        raise type(error)(f"{display} cannot be read. {error.detail}") from error


def dump(disk: Disk, data: bytes, *, name: str, beside: Path) -> str | None:
    """Put ``data`` under ``name`` in the first folder that proves to hold it; return its path."""
    for folder in _refuges(beside):
        try:
            place = disk.resolve(folder) / name
            if is_open_to_all(disk, place.parent):
                continue
            save_new(disk, place, data)
        except (OSError, RuntimeError):
            continue
        return str(place)
    return None


def _refuges(beside: Path) -> Iterator[Path]:
    yield beside
    with suppress(OSError):
        yield Path.cwd()
    for variable in ("RUNNER_TEMP", "TMPDIR"):
        if folder := os.environ.get(variable):
            yield Path(folder)
    yield Path("/tmp")  # noqa: S108 -- a private file of a fresh name, never one that is there
    with suppress(RuntimeError):
        yield Path.home()
