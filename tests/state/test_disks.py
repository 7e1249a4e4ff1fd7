"""The disk in memory answers as a real one does, and a power cut leaves only what it may."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.state.disk import Disk, read_file, sync_folder, write_new
from tests.disks import MemoryDisk

FOLDER = Path("/folder")
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def put(disk: Disk, path: Path, data: bytes) -> None:
    descriptor = disk.open(path, NEW, 0o600)
    disk.write(descriptor, memoryview(data))
    disk.close(descriptor)


def read(disk: Disk, path: Path) -> bytes:
    return read_file(disk, path, limit=1 << 20)


def _write_a_closed_one(disk: Disk, folder: Path) -> object:
    descriptor = disk.open(folder / "new", NEW, 0o600)
    disk.close(descriptor)
    return disk.write(descriptor, memoryview(b"x"))


def _write_one_open_for_reading(disk: Disk, folder: Path) -> object:
    return disk.write(disk.open(folder / "file", os.O_RDONLY, 0), memoryview(b"x"))


def _read_in_parts(disk: Disk, folder: Path) -> object:
    descriptor = disk.open(folder / "file", os.O_RDONLY, 0)
    return [disk.read(descriptor, 3) for _ in range(3)]


def _rename_over_a_link_to_itself(disk: Disk, folder: Path) -> object:
    disk.link(folder / "file", folder / "link")
    disk.rename(folder / "link", folder / "file")
    return sorted(disk.names(folder))


def _rename_over_another(disk: Disk, folder: Path) -> object:
    put(disk, folder / "new", b"new")
    disk.rename(folder / "new", folder / "file")
    return sorted(disk.names(folder)), read(disk, folder / "file")


def _read_what_is_unlinked_while_open(disk: Disk, folder: Path) -> object:
    descriptor = disk.open(folder / "file", os.O_RDONLY, 0)
    disk.unlink(folder / "file")
    return disk.read(descriptor, 10), disk.names(folder)


def _lock_twice(disk: Disk, folder: Path) -> object:
    one, other = (disk.open(folder, os.O_RDONLY | os.O_DIRECTORY, 0) for _ in range(2))
    disk.flock(one)
    disk.flock(one)
    with pytest.raises(BlockingIOError):
        disk.flock(other)
    disk.close(one)
    disk.flock(other)
    return "locked"


@pytest.mark.parametrize(
    "step",
    [
        lambda disk, at: disk.open(at / "none", os.O_RDONLY, 0),
        lambda disk, at: disk.open(at / "none" / "file", NEW, 0o600),
        lambda disk, at: disk.open(at / "file" / "file", NEW, 0o600),
        lambda disk, at: disk.open(at / "file", NEW, 0o600),
        lambda disk, at: disk.open(at / "file", os.O_RDONLY | os.O_DIRECTORY, 0),
        lambda disk, at: disk.open(at, os.O_WRONLY, 0),
        lambda disk, at: disk.read(disk.open(at, os.O_RDONLY, 0), 1),
        lambda disk, at: disk.lstat(at / "none"),
        lambda disk, at: disk.lstat(at / "file").st_size,
        lambda disk, at: disk.link(at / "none", at / "link"),
        lambda disk, at: disk.link(at / "file", at / "file"),
        lambda disk, at: disk.rename(at / "none", at / "file"),
        lambda disk, at: disk.rename(at / "file", at / "none" / "file"),
        lambda disk, at: disk.unlink(at / "none"),
        lambda disk, at: disk.mkdir(at / "file", 0o700),
        lambda disk, at: disk.mkdir(at / "none" / "below", 0o700),
        lambda disk, at: disk.names(at / "file"),
        lambda disk, at: disk.readlink(at / "file"),
        _write_a_closed_one,
        _write_one_open_for_reading,
        _read_in_parts,
        _rename_over_a_link_to_itself,
        _rename_over_another,
        _read_what_is_unlinked_while_open,
        _lock_twice,
    ],
)
def test_it_answers_as_the_real_disk_does(
    tmp_path: Path, step: Callable[[Disk, Path], object]
) -> None:
    def answer(disk: Disk, folder: Path) -> object:
        put(disk, folder / "file", b"content")
        try:
            return step(disk, folder)
        except OSError as error:
            return errno.errorcode[error.errno or 0]

    assert answer(MemoryDisk(FOLDER).calls(), FOLDER) == answer(Disk(), tmp_path)


def test_what_was_not_flushed_is_lost_kept_torn_or_zeros() -> None:
    memory = MemoryDisk(FOLDER)
    disk = memory.calls()
    put(disk, FOLDER / "file", b"abc")
    sync_folder(disk, FOLDER)
    found = {after.holds(FOLDER / "file") for after in memory.crashes()}
    assert found == {b"", b"a", b"ab", b"abc", b"a\0\0", b"ab\0", b"\0\0\0"}


def test_a_flushed_file_has_a_name_only_once_its_folder_is_flushed() -> None:
    memory = MemoryDisk(FOLDER)
    disk = memory.calls()
    write_new(disk, FOLDER / "file", b"abc")
    assert {after.holds(FOLDER / "file") for after in memory.crashes()} == {None, b"abc"}
    sync_folder(disk, FOLDER)
    assert [after.holds(FOLDER / "file") for after in memory.crashes()] == [b"abc"]


def test_each_operation_on_a_folder_survives_or_not_and_a_rename_survives_whole() -> None:
    memory = MemoryDisk(FOLDER)
    disk = memory.calls()
    memory.put(FOLDER / "one", b"1")
    memory.put(FOLDER / "two", b"2")
    disk.rename(FOLDER / "one", FOLDER / "other")
    disk.unlink(FOLDER / "two")
    left = {frozenset(after.names(FOLDER)) for after in memory.crashes()}
    assert left == {
        frozenset({"one", "two"}),
        frozenset({"one"}),
        frozenset({"other", "two"}),
        frozenset({"other"}),
    }


def test_a_crash_by_chance_is_one_of_those_that_may_be() -> None:
    found = set()
    for seed in range(60):
        memory = MemoryDisk(FOLDER)
        disk = memory.calls()
        put(disk, FOLDER / "file", b"ab")
        sync_folder(disk, FOLDER)
        memory.crash(random.Random(seed))  # noqa: S311 -- chance that can be had again
        found.add(memory.holds(FOLDER / "file"))
    assert found == {b"", b"a", b"ab", b"a\0", b"\0\0"}


def test_bytes_whose_flush_failed_reach_the_platter_by_no_later_one() -> None:
    memory = MemoryDisk(FOLDER)
    disk = memory.calls()
    descriptor = disk.open(FOLDER / "file", NEW, 0o600)
    disk.write(descriptor, memoryview(b"abc"))
    memory.spoil(descriptor)
    disk.fsync(descriptor)
    sync_folder(disk, FOLDER)
    assert b"" in {after.holds(FOLDER / "file") for after in memory.crashes()}


def test_a_process_that_dies_loses_its_descriptors_and_locks_and_nothing_else() -> None:
    memory = MemoryDisk(FOLDER)
    one, other = memory.calls("one"), memory.calls("other")
    put(one, FOLDER / "file", b"abc")
    mine, theirs = (disk.open(FOLDER, os.O_RDONLY, 0) for disk in (one, other))
    one.flock(mine)
    with pytest.raises(BlockingIOError):
        other.flock(theirs)
    memory.kill("one")
    other.flock(theirs)
    assert read(other, FOLDER / "file") == b"abc"
    with pytest.raises(OSError, match="Bad file descriptor"):
        one.fsync(mine)
