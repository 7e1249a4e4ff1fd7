"""Where a state may lie: a checkout is somebody else's, and its links are not to be trusted."""

from __future__ import annotations

import stat
from pathlib import Path

from reconciler.errors import StateError
from reconciler.state.disk import Disk, exists


def locate(disk: Disk, path: Path, *, root: Path, display: str) -> Path:
    """Return the file that ``path`` names, links followed; its folder may not exist yet.

    Raises ``StateError`` for a link that leads out of ``root`` or to nothing.
    """
    try:
        return _locate(disk, path, disk.resolve(root), display)
    except (OSError, RuntimeError) as error:  # Python 3.12 and older: RuntimeError for a loop
        raise StateError(f"{display} cannot be reached: {error}.") from error


def _locate(disk: Disk, path: Path, root: Path, display: str) -> Path:
    folder = disk.resolve(path.parent)
    place = folder / path.name
    if _is_link(disk, place):
        place = folder / disk.readlink(place)
        if _is_link(disk, place) or not exists(disk, place):
            raise StateError(
                f"{display} is a symbolic link to another link or to nothing. Name the file that "
                "holds the state itself."
            )
        place = disk.resolve(place)
    if not place.is_relative_to(root):
        raise StateError(
            f"{display} leads out of {root}. It is not followed, since a link in a checkout may "
            "point anywhere. Name a place inside."
        )
    return place


def _is_link(disk: Disk, path: Path) -> bool:
    try:
        return stat.S_ISLNK(disk.lstat(path).st_mode)
    except FileNotFoundError:
        return False
