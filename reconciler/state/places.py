"""Where a state may lie: a checkout is somebody else's, and its links are not to be trusted."""

from __future__ import annotations

import shlex
import stat
from itertools import takewhile
from pathlib import Path

from reconciler.errors import StateError
from reconciler.state.disk import Disk, exists, is_open_to_all, make_folder, sync_folder


def locate(disk: Disk, path: Path, *, root: Path, display: str) -> Path:
    """Return the file that ``path`` names, links followed; its folder may not exist yet.

    Raises ``StateError`` for a link that leads out of ``root`` or to nothing, and for a folder that
    every user of the machine may write.
    """
    try:
        return _locate(disk, path, disk.resolve(root), display)
    except (OSError, RuntimeError) as error:  # Python 3.12 and older: RuntimeError for a loop
        raise StateError(f"{display} cannot be reached: {error}.") from error


def make_home(disk: Disk, place: Path, *, root: Path) -> None:
    """Make the folder of the file at ``place``, and its name durable up to ``root``.

    What a save promises hangs on that name. It is seen to before the first file lies there.
    """
    make_folder(disk, place.parent)
    if exists(disk, place):
        return
    top = disk.resolve(root)
    for folder in takewhile(lambda folder: folder != top, place.parents):
        sync_folder(disk, folder.parent)


def pasteable(*words: str | Path) -> str:
    """Return a line for a shell in the working directory, whichever the project's folder is.

    Paths are spelled from there where they lie below it, and absolute otherwise.
    """
    return shlex.join(_from_here(word) if isinstance(word, Path) else word for word in words)


def _from_here(path: Path) -> str:
    try:
        spelled = str(path.relative_to(Path.cwd()))
    except (OSError, ValueError):
        return str(path)
    return f"./{spelled}" if spelled.startswith("-") else spelled


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
    if exists(disk, place.parent) and is_open_to_all(disk, place.parent):
        raise StateError(
            f"{display} lies in a folder that every user of this machine may write, so that any of "
            "them could put another state in its place. Close the folder to others:",
            lines=(pasteable("chmod", "o-w", place.parent),),
        )
    return place


def _is_link(disk: Disk, path: Path) -> bool:
    try:
        return stat.S_ISLNK(disk.lstat(path).st_mode)
    except FileNotFoundError:
        return False
