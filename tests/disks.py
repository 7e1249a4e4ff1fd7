"""A disk in memory that knows what a crash does.

What running processes see and what has reached the platter are kept apart. A process that dies
loses its descriptors, and with them its locks, and nothing else. A power cut leaves

- of a file's bytes those of its last ``fsync``, or any beginning of the present ones, alone or
  followed by zeros up to the length;
- of a folder's names those of its last ``fsync``, and of the operations on them since then any
  subset at all, each whole: a rename takes both of its names along.

No file system is that unkind. ext4, XFS and APFS keep operations on a folder in order, and some
write a file's bytes before its new name; whoever survives every subset survives each of them.
There are no symbolic links, permissions are not enforced, and no two folders share a device.
"""

from __future__ import annotations

import errno
import itertools
import os
import random
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from reconciler.state.disk import Disk

Change = Mapping[str, "Inode | None"]
"""One operation on a folder: the names that it sets, and those that it removes."""
Tap = Callable[[str, Callable[..., Any], tuple[Any, ...]], Any]

CALLS = tuple(part.name for part in fields(Disk))


@dataclass(slots=True, eq=False)
class Inode:
    number: int
    mode: int
    data: bytes = b""
    entries: dict[str, Inode] = field(default_factory=dict)
    synced: bytes = b""
    """The bytes that the last ``fsync`` brought to the platter."""
    named: dict[str, Inode] = field(default_factory=dict)
    """The entries that the last ``fsync`` brought to the platter."""
    changes: list[Change] = field(default_factory=list)
    """The operations on the entries since."""
    spoiled: bool = False
    """Whether an ``fsync`` has failed: what it should have written is lost, whatever later says."""

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)

    def change(self, change: Change) -> None:
        _apply(change, self.entries)
        self.changes.append(change)

    def sync(self) -> None:
        if not self.spoiled:
            self.synced, self.named = self.data, dict(self.entries)
            self.changes.clear()

    def leavings(self, offsets: Callable[[int], Sequence[int]]) -> list[bytes]:
        """Return the contents that a power cut may leave, those cut short at these offsets only."""
        if self.data == self.synced:
            return [self.data]
        cuts = [self.data[:offset] for offset in offsets(len(self.data))]
        return [self.synced, self.data, *cuts, *(cut.ljust(len(self.data), b"\0") for cut in cuts)]

    def names(self, kept: int) -> dict[str, Inode]:
        """Return the names that a power cut leaves if the bits of ``kept`` say what got through."""
        names = dict(self.named)
        for number, change in enumerate(self.changes):
            if kept >> number & 1:
                _apply(change, names)
        return names


@dataclass(slots=True)
class _Opened:
    process: str
    inode: Inode
    writable: bool
    offset: int = 0


class MemoryDisk:
    """Files and folders as one machine's processes see them, each through its own ``calls``.

    Where ``links`` is false there are no hard links. ``pause`` is called where a process waits.
    """

    def __init__(
        self, *folders: Path, links: bool = True, pause: Callable[[float], None] = lambda _: None
    ) -> None:
        """Hold these folders, durably, and nothing in them."""
        self._links = links
        self._pause = pause
        self._numbers = itertools.count(1)
        self._root = self._inode(stat.S_IFDIR | 0o755)
        self._opened: dict[int, _Opened] = {}
        self._descriptors = itertools.count(3)
        self._locks: dict[int, int] = {}
        """The descriptor that holds the lock of an inode, by the inode's number."""
        for folder in folders:
            self._make(folder)

    def calls(self, process: str = "one") -> Disk:
        """Return the system calls of one process."""
        return Disk(
            open=lambda path, flags, mode: self._open(process, path, flags, mode),
            fstat=lambda descriptor: _status(self._at(process, descriptor).inode),
            lstat=lambda path: _status(self._find(path)),
            chmod=lambda descriptor, mode: self._chmod(process, descriptor, mode),
            read=lambda descriptor, limit: self._read(process, descriptor, limit),
            write=lambda descriptor, data: self._write(process, descriptor, data),
            fsync=lambda descriptor: self._at(process, descriptor).inode.sync(),
            flock=lambda descriptor: self._flock(process, descriptor),
            close=lambda descriptor: self._close(process, descriptor),
            link=self._link,
            rename=self._rename,
            unlink=self._unlink,
            mkdir=self._mkdir,
            names=lambda path: list(self._folder(path).entries),
            resolve=lambda path: path,
            readlink=_no_link,
            pause=self._pause,
        )

    # --- what tests do to it --------------------------------------------------------------------

    def kill(self, process: str = "one") -> None:
        """Let a process die: its descriptors are closed and its locks are free."""
        mine = [number for number, each in self._opened.items() if each.process == process]
        for descriptor in mine:
            self._close(process, descriptor)

    def crash(self, chance: random.Random) -> None:
        """Cut the power: every process dies, and what was not flushed ends as ``chance`` has it."""
        self._root = self._cut(chance.randrange, range)
        self._opened.clear()
        self._locks.clear()

    def crashes(self) -> Iterator[MemoryDisk]:
        """Yield a disk for every outcome of a power cut at this moment, each once.

        A file that was not flushed is cut short at both of its ends and in the middle only.
        """
        seen = set()
        for choose in _every_choice():
            after = MemoryDisk(links=self._links, pause=self._pause)
            after._numbers = self._numbers
            after._root = self._cut(choose, _ends)
            outcome = tuple(sorted(after.tree().items()))
            if outcome not in seen:
                seen.add(outcome)
                yield after

    def put(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        """Put a file there, durably, in place of any other."""
        inode = self._inode(stat.S_IFREG | mode)
        inode.data = data
        inode.sync()
        folder = self._folder(path.parent)
        folder.change({path.name: inode})
        folder.sync()

    def remove(self, path: Path) -> None:
        """Remove a file, durably, as somebody else might."""
        self._unlink(path)
        self._folder(path.parent).sync()

    def holds(self, path: Path) -> bytes | None:
        """Return the bytes that processes see in a file, ``None`` where there is none."""
        try:
            return self._find(path).data
        except FileNotFoundError:
            return None

    def names(self, folder: Path) -> set[str]:
        """Return the names that processes see in a folder."""
        return set(self._folder(folder).entries)

    def tree(self) -> dict[str, tuple[int, int, bytes]]:
        """Return every file and folder that processes see, with inode, mode and bytes."""
        return dict(_walk("", self._root))

    def spoil(self, descriptor: int) -> None:
        """Let an ``fsync`` of this file have failed: no later one brings its bytes back."""
        self._opened[descriptor].inode.spoiled = True

    def is_folder(self, descriptor: int) -> bool:
        """Tell whether it is a folder that was opened."""
        return self._opened[descriptor].inode.is_folder

    # --- calls ----------------------------------------------------------------------------------

    def _open(self, process: str, path: Path, flags: int, mode: int) -> int:
        folder = self._folder(path.parent)
        inode = folder.entries.get(path.name) if path.name else self._root
        if inode is None:
            if not flags & os.O_CREAT:
                raise _error(errno.ENOENT, path)
            inode = self._inode(stat.S_IFREG | mode)
            folder.change({path.name: inode})
        elif flags & os.O_CREAT and flags & os.O_EXCL:
            raise _error(errno.EEXIST, path)
        writable = bool(flags & (os.O_WRONLY | os.O_RDWR))
        if flags & os.O_DIRECTORY and not inode.is_folder:
            raise _error(errno.ENOTDIR, path)
        if writable and inode.is_folder:
            raise _error(errno.EISDIR, path)
        descriptor = next(self._descriptors)
        self._opened[descriptor] = _Opened(process, inode, writable)
        return descriptor

    def _at(self, process: str, descriptor: int) -> _Opened:
        opened = self._opened.get(descriptor)
        if opened is None or opened.process != process:
            raise _error(errno.EBADF)
        return opened

    def _chmod(self, process: str, descriptor: int, mode: int) -> None:
        inode = self._at(process, descriptor).inode
        inode.mode = stat.S_IFMT(inode.mode) | mode

    def _read(self, process: str, descriptor: int, limit: int) -> bytes:
        opened = self._at(process, descriptor)
        if opened.inode.is_folder:
            raise _error(errno.EISDIR)
        data = opened.inode.data[opened.offset : opened.offset + limit]
        opened.offset += len(data)
        return data

    def _write(self, process: str, descriptor: int, data: memoryview) -> int:
        opened = self._at(process, descriptor)
        if not opened.writable:
            raise _error(errno.EBADF)
        inode, end = opened.inode, opened.offset + len(data)
        inode.data = inode.data[: opened.offset] + bytes(data) + inode.data[end:]
        opened.offset = end
        return len(data)

    def _flock(self, process: str, descriptor: int) -> None:
        number = self._at(process, descriptor).inode.number
        if self._locks.setdefault(number, descriptor) != descriptor:
            raise _error(errno.EWOULDBLOCK)

    def _close(self, process: str, descriptor: int) -> None:
        number = self._at(process, descriptor).inode.number
        if self._locks.get(number) == descriptor:
            del self._locks[number]
        del self._opened[descriptor]

    def _link(self, source: Path, target: Path) -> None:
        if not self._links:
            raise _error(errno.EPERM, source)
        inode, folder = self._find(source), self._shared(source, target)
        if target.name in folder.entries:
            raise _error(errno.EEXIST, target)
        folder.change({target.name: inode})

    def _rename(self, source: Path, target: Path) -> None:
        inode, folder = self._find(source), self._shared(source, target)
        there = folder.entries.get(target.name)
        if there is inode:
            return  # POSIX: both names stay where they are links to one file
        if there is not None and there.is_folder:
            raise _error(errno.EISDIR, target)
        folder.change({source.name: None, target.name: inode})

    def _unlink(self, path: Path) -> None:
        if self._find(path).is_folder:
            raise _error(errno.EISDIR, path)
        self._folder(path.parent).change({path.name: None})

    def _mkdir(self, path: Path, mode: int) -> None:
        folder = self._folder(path.parent)
        if not path.name or path.name in folder.entries:
            raise _error(errno.EEXIST, path)
        folder.change({path.name: self._inode(stat.S_IFDIR | mode)})

    # --- below the calls ------------------------------------------------------------------------

    def _inode(self, mode: int) -> Inode:
        return Inode(next(self._numbers), mode)

    def _make(self, path: Path) -> None:
        folder = self._root
        for name in path.parts[1:]:
            if name not in folder.entries:
                folder.change({name: self._inode(stat.S_IFDIR | 0o755)})
                folder.sync()
            folder = folder.entries[name]

    def _folder(self, path: Path) -> Inode:
        inode = self._root
        for name in path.parts[1:]:
            if not inode.is_folder:
                raise _error(errno.ENOTDIR, path)
            if name not in inode.entries:
                raise _error(errno.ENOENT, path)
            inode = inode.entries[name]
        if not inode.is_folder:
            raise _error(errno.ENOTDIR, path)
        return inode

    def _find(self, path: Path) -> Inode:
        folder = self._folder(path.parent)
        inode = folder.entries.get(path.name) if path.name else self._root
        if inode is None:
            raise _error(errno.ENOENT, path)
        return inode

    def _shared(self, source: Path, target: Path) -> Inode:
        folder = self._folder(source.parent)
        if self._folder(target.parent) is not folder:
            raise _error(errno.EXDEV, target)
        return folder

    def _cut(self, choose: Callable[[int], int], offsets: Callable[[int], Sequence[int]]) -> Inode:
        """Return the root of what is left where ``choose`` picks one of so many outcomes."""
        left: dict[int, Inode] = {}

        def leave(inode: Inode) -> Inode:
            if inode.number not in left:
                contents = inode.leavings(offsets)
                data = contents[choose(len(contents))]
                after = left[inode.number] = Inode(inode.number, inode.mode, data, synced=data)
                names = inode.names(choose(1 << len(inode.changes)))
                after.named = {name: leave(each) for name, each in names.items()}
                after.entries = dict(after.named)
            return left[inode.number]

        return leave(self._root)


def tapped(disk: Disk, tap: Tap) -> Disk:
    """Return a disk on which ``tap`` is handed each call, and makes it or does not."""

    def through(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *arguments: tap(name, call, arguments)

    return Disk(**{name: through(name, getattr(disk, name)) for name in CALLS})


def _every_choice() -> Iterator[Callable[[int], int]]:
    """Yield a function that chooses, once for every way to choose whatever it is asked."""
    taken: list[int] = []
    bounds: list[int] = []
    while True:
        asked = itertools.count()

        def choose(bound: int, asked: Iterator[int] = asked) -> int:
            number = next(asked)
            if number == len(taken):
                taken.append(0)
                bounds.append(bound)
            return taken[number]

        yield choose
        while taken and taken[-1] + 1 == bounds[-1]:
            taken.pop()
            bounds.pop()
        if not taken:
            return
        taken[-1] += 1


def _ends(length: int) -> Sequence[int]:
    return sorted({0, min(1, length - 1), length // 2, length - 1})


def _apply(change: Change, names: dict[str, Inode]) -> None:
    for name, inode in change.items():
        if inode is None:
            names.pop(name, None)
        else:
            names[name] = inode


def _status(inode: Inode) -> os.stat_result:
    size = len(inode.data)
    return os.stat_result((inode.mode, inode.number, 1, 1, 0, 0, size, 0, 0, 0))


def _walk(path: str, inode: Inode) -> Iterator[tuple[str, tuple[int, int, bytes]]]:
    yield path or "/", (inode.number, inode.mode, inode.data)
    for name, each in inode.entries.items():
        yield from _walk(f"{path}/{name}", each)


def _no_link(path: Path) -> Path:
    raise _error(errno.EINVAL, path)


def _error(number: int, path: Path | None = None) -> OSError:
    return OSError(number, os.strerror(number), None if path is None else str(path))
