"""The disk below a state: its system calls in one place, and the few safe steps made of them."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
"""Not blocking, since what pretends to be a state may be a pipe."""
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_PRIVATE: Final = 0o600
_CHUNK: Final = 1 << 24


def _flush(descriptor: int) -> None:
    if sys.platform == "darwin":  # whose fsync leaves data in the drive's own cache
        import fcntl  # noqa: PLC0415 -- needed there alone

        with suppress(OSError):  # a file system without it, as SMB's: fsync is the most there is
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Every system call a state is saved by; a test replaces one to see what its failure does."""

    open: Callable[[Path, int, int], int] = os.open
    fstat: Callable[[int], os.stat_result] = os.fstat
    chmod: Callable[[int, int], None] = os.fchmod
    read: Callable[[int, int], bytes] = os.read
    write: Callable[[int, memoryview], int] = os.write
    fsync: Callable[[int], None] = _flush
    close: Callable[[int], None] = os.close
    link: Callable[[Path, Path], None] = os.link
    rename: Callable[[Path, Path], None] = os.replace
    unlink: Callable[[Path], None] = os.unlink
    names: Callable[[Path], list[str]] = os.listdir


class NotAFileError(OSError):
    """Something that is no regular file stands where one should."""


class TooLargeError(OSError):
    """A file beyond the limit."""


class OpenToAllError(OSError):
    """A file that every user of the machine may write."""


def read_file(disk: Disk, path: Path, *, limit: int) -> bytes:
    """Return the bytes of a regular file that not everybody may write, without following a link."""
    descriptor = disk.open(path, _OLD, 0)
    try:
        status = disk.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotAFileError(errno.EINVAL, "it is not a regular file", str(path))
        if status.st_mode & stat.S_IWOTH:
            raise OpenToAllError(errno.EPERM, "every user of this machine may write it", str(path))
        if status.st_size > limit:
            raise TooLargeError(errno.EFBIG, f"it is larger than {limit >> 20} MiB", str(path))
        return _read_all(disk, descriptor)
    finally:
        disk.close(descriptor)


def write_new(disk: Disk, path: Path, data: bytes) -> None:
    """Create a private file with these bytes, all of them on the disk; leave none on failure.

    The file must not exist. The name itself is durable only after ``sync_folder``.
    """
    descriptor = disk.open(path, _NEW, _PRIVATE)
    try:
        try:
            disk.chmod(descriptor, _PRIVATE)  # open() leaves out what the umask forbids
            _write_all(disk, descriptor, data)
            disk.fsync(descriptor)
        finally:
            disk.close(descriptor)
    except BaseException:
        discard(disk, path)
        raise


def sync_folder(disk: Disk, folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = disk.open(folder, _FOLDER, 0)
    try:
        disk.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a file system that has no such thing, as SMB's
            raise
    finally:
        disk.close(descriptor)


def discard(disk: Disk, path: Path) -> None:
    """Remove a file of ours if it is there and can be; one left behind is swept up later."""
    with suppress(OSError):
        disk.unlink(path)


def _read_all(disk: Disk, descriptor: int) -> bytes:
    chunks = []
    while chunk := disk.read(descriptor, _CHUNK):
        chunks.append(chunk)
    return b"".join(chunks)


def _write_all(disk: Disk, descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[disk.write(descriptor, rest) :]
