"""The disk below a state: its system calls in one place, and the few safe steps made of them."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
"""Not blocking, since what pretends to be a state may be a pipe."""
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_PRIVATE: Final = 0o600
_SHARED: Final = 0o755
_CHUNK: Final = 1 << 24
_PAUSE: Final = 0.01
_ATTEMPTS: Final = 500
"""Five seconds, a thousand times what a save takes: who holds a folder longer is stopped."""

_NO_LOCKS: Final = frozenset(
    {errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
)
"""What file systems say that cannot lock a folder, as NFS, which wants it open for writing."""


def _flush(descriptor: int) -> None:
    if sys.platform == "darwin":  # whose fsync leaves data in the drive's own cache
        with suppress(OSError):  # a file system without it, as SMB's: fsync is the most there is
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def _lock(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Every system call a state is saved by; a test replaces one to see what its failure does."""

    open: Callable[[Path, int, int], int] = os.open
    fstat: Callable[[int], os.stat_result] = os.fstat
    lstat: Callable[[Path], os.stat_result] = os.lstat
    chmod: Callable[[int, int], None] = os.fchmod
    read: Callable[[int, int], bytes] = os.read
    write: Callable[[int, memoryview], int] = os.write
    fsync: Callable[[int], None] = _flush
    flock: Callable[[int], None] = _lock
    """Lock exclusively, or raise ``BlockingIOError`` at once where somebody else has the lock."""
    close: Callable[[int], None] = os.close
    link: Callable[[Path, Path], None] = os.link
    rename: Callable[[Path, Path], None] = os.replace
    unlink: Callable[[Path], None] = os.unlink
    mkdir: Callable[[Path, int], None] = os.mkdir
    names: Callable[[Path], list[str]] = os.listdir
    resolve: Callable[[Path], Path] = Path.resolve
    readlink: Callable[[Path], Path] = Path.readlink
    pause: Callable[[float], None] = time.sleep


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


def make_folder(disk: Disk, folder: Path) -> None:
    """Make a folder and those above it where they are missing; their names are not yet durable."""
    try:
        disk.mkdir(folder, _SHARED)
    except FileNotFoundError:
        make_folder(disk, folder.parent)
        disk.mkdir(folder, _SHARED)
    except FileExistsError:
        if not stat.S_ISDIR(disk.lstat(folder).st_mode):
            raise


@contextmanager
def exclusive(disk: Disk, folder: Path) -> Iterator[None]:
    """Keep out everybody else who wants this folder exclusively, for a few steps on its files.

    The kernel's lock is on the folder itself. It ends with the process, and unlike a file beside
    the others the folder cannot be removed while they are there. A file system that knows no such
    lock grants everybody entry. Raises ``OSError`` where another process does not let go.
    """
    descriptor = disk.open(folder, _FOLDER, 0)
    try:
        _lock_folder(disk, descriptor, folder)
        yield
    finally:
        with suppress(OSError):  # the lock is gone with it all the same
            disk.close(descriptor)


def _lock_folder(disk: Disk, descriptor: int, folder: Path) -> None:
    for _ in range(_ATTEMPTS):
        try:
            disk.flock(descriptor)
        except BlockingIOError:
            disk.pause(_PAUSE)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            return
        else:
            if not os.path.samestat(disk.fstat(descriptor), disk.lstat(folder)):
                raise OSError(errno.ESTALE, "its folder was replaced meanwhile", str(folder))
            return
    raise OSError(errno.ETIMEDOUT, "another process does not stop saving beside it", str(folder))


def is_open_to_all(disk: Disk, folder: Path) -> bool:
    """Tell whether any user of the machine may replace what others put in a folder.

    With the sticky bit, as ``/tmp`` has it, everybody may write and each only removes their own.
    """
    mode = disk.lstat(folder).st_mode
    return bool(mode & stat.S_IWOTH) and not mode & stat.S_ISVTX


def exists(disk: Disk, path: Path) -> bool:
    """Tell whether anything at all, even a link to nothing, stands there."""
    try:
        disk.lstat(path)
    except FileNotFoundError:
        return False
    return True


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
