"""A save on the real disk: its calls, what it refuses to do, and where it goes if it must.

That no crash and no failing call breaks its promises is shown in ``test_crashes.py``.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pytest

from reconciler.core import state_document
from reconciler.errors import SaveError, StaleStateError
from reconciler.model.records import Recorded
from reconciler.state import saver
from reconciler.state.disk import Disk, read_file, sync_folder, write_new
from tests.state.samples import address, record, saved, snapshot, store

CALLS = [part.name for part in fields(Disk)]
WRITING = {"write", "fsync", "link", "rename", "unlink", "chmod"}


@dataclass
class Fault:
    """A disk on which the calls from ``first`` on fail, as many as ``times``, all if ``None``."""

    first: int
    error: BaseException
    times: int | None = 1
    seen: list[str] = field(default_factory=list)

    def disk(self) -> Disk:
        return Disk(**{name: self._watched(name, getattr(Disk(), name)) for name in CALLS})

    def _watched(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any) -> Any:
            self.seen.append(name)
            past = len(self.seen) - 1 - self.first
            if past >= 0 and (self.times is None or past < self.times):
                if name == "close":  # which lets go of the descriptor even when it fails
                    call(*arguments)
                raise self.error
            return call(*arguments)

        return watched


def no_fault() -> Fault:
    return Fault(first=10**9, error=OSError())


def calls_of_a_save(folder: Path) -> list[str]:
    saved(folder, snapshot(1), snapshot(1, 2))
    watched = no_fault()
    before = store(folder).read()
    assert before is not None
    here = store(folder, disk=watched.disk())
    here.write(before, expected_serial=before.serial)
    return watched.seen


def full_disk() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def on_the_disk(folder: Path) -> Recorded:
    return state_document.decode((folder / "dev.json").read_bytes())


def leftovers(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"dev.json", "dev.json.backup"}


def test_a_save_makes_every_promise_in_order(tmp_path: Path) -> None:
    calls = [call for call in calls_of_a_save(tmp_path) if call in WRITING]
    assert calls == [
        *("chmod", "write", "fsync"),  # the new bytes, beside
        *("link", "rename", "unlink"),  # the old ones, as backup
        *("rename", "fsync"),  # the new name, and the folder
    ]


def test_a_save_that_succeeds_leaves_nothing_beside(tmp_path: Path) -> None:
    calls_of_a_save(tmp_path)
    assert leftovers(tmp_path) == set()


def test_bytes_that_come_back_otherwise_are_no_success(tmp_path: Path) -> None:
    disk = Disk(write=lambda descriptor, rest: os.write(descriptor, b"\0" * len(rest)))
    with pytest.raises(SaveError, match="read back"):
        store(tmp_path, disk=disk).write(snapshot(1), expected_serial=0)


def test_a_rename_across_devices_is_not_replaced_by_a_copy(tmp_path: Path) -> None:
    before = saved(tmp_path, snapshot(1))

    def rename(_one: Path, _other: Path) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    with pytest.raises(SaveError, match="cross-device"):
        store(tmp_path, disk=Disk(rename=rename)).write(snapshot(2), expected_serial=1)
    assert on_the_disk(tmp_path) == before
    assert leftovers(tmp_path) == set()


def test_a_folder_that_cannot_be_flushed_is_an_error_unless_there_is_no_such_thing(
    tmp_path: Path,
) -> None:
    def failing(number: int) -> Callable[[int], None]:
        def fsync(descriptor: int) -> None:
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                raise OSError(number, os.strerror(number))

        return fsync

    sync_folder(Disk(fsync=failing(errno.EINVAL)), tmp_path)
    with pytest.raises(OSError, match="Input/output"):
        sync_folder(Disk(fsync=failing(errno.EIO)), tmp_path)


def test_a_save_that_arrived_without_proof_is_known_as_our_own(tmp_path: Path) -> None:
    before = saved(tmp_path, snapshot(1))
    calls = calls_of_a_save(tmp_path / "counted")
    last_rename = len(calls) - 1 - calls[::-1].index("rename")
    fault = Fault(first=last_rename + 1, error=full_disk(), times=None)
    here = store(tmp_path, disk=fault.disk())
    after = before.with_records({address(2): record(2)})
    with pytest.raises(SaveError):
        here.write(after, expected_serial=1)
    fault.times = 0
    final = here.write(after.with_records({address(3): record(3)}), expected_serial=1)
    assert (final.serial, len(final.records)) == (3, 3)
    assert on_the_disk(tmp_path) == final


def test_what_killed_runs_left_is_swept_up_under_the_lock_and_nothing_else(tmp_path: Path) -> None:
    ours = f".dev.json.{'0' * 32}.tmp"
    others = {f".prod.json.{'0' * 32}.tmp", ".dev.json.swp", "dev.json.tmp"}
    for name in {ours, *others}:
        (tmp_path / name).write_text("half")
    here = store(tmp_path)
    here.read()
    assert (tmp_path / ours).exists()
    with here.lock(operation="apply", timeout=0):
        pass
    assert leftovers(tmp_path) == {*others, ".dev.json.lock.info"}


def test_no_new_file_takes_the_place_of_one_that_is_there(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("kept")
    (tmp_path / "link").symlink_to(target)
    for name in ("target", "link"):
        with pytest.raises(FileExistsError):
            write_new(Disk(), tmp_path / name, b"new")
    assert target.read_text() == "kept"
    with pytest.raises(OSError, match="symbolic link"):
        read_file(Disk(), tmp_path / "link", limit=100)


# --- what could not be saved ------------------------------------------------------------------


def refusing(*folders: Path) -> Disk:
    def open_elsewhere(path: Path, flags: int, mode: int) -> int:
        if flags & os.O_CREAT and path.parent in folders:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return os.open(path, flags, mode)

    return Disk(open=open_elsewhere)


@pytest.fixture
def refuges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that a dump tries, in this order, less the system's own for temporary files."""
    folders = [tmp_path / name for name in ("state", "here", "runner", "temporary", "home")]
    for folder in folders:
        folder.mkdir()
    monkeypatch.chdir(folders[1])
    for variable, folder in zip(("RUNNER_TEMP", "TMPDIR", "HOME"), folders[2:], strict=True):
        monkeypatch.setenv(variable, str(folder))
    return folders


@pytest.mark.parametrize("bad", range(5))
def test_a_dump_goes_to_the_first_folder_that_holds_it(refuges: list[Path], bad: int) -> None:
    disk = refusing(*refuges[:bad], Path("/tmp"))  # noqa: S108 -- to be kept out of
    dumped = store(refuges[0], disk=disk).dump(snapshot(1))
    assert dumped is not None
    place = Path(dumped)
    assert place.parent == refuges[bad]
    assert re.fullmatch(r"dev\.errored-1-[0-9a-f]{8}\.json", place.name)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert state_document.decode(place.read_bytes()).records == snapshot(1).records


def test_a_dump_goes_to_no_folder_where_everybody_could_put_another(refuges: list[Path]) -> None:
    for folder in refuges[:2]:
        folder.chmod(0o777)
    dumped = store(refuges[0]).dump(snapshot(1))
    assert dumped is not None
    assert Path(dumped).parent == refuges[2]
    assert [*refuges[0].iterdir(), *refuges[1].iterdir()] == []


def test_a_dump_counts_as_newer_than_the_state_it_should_have_replaced(tmp_path: Path) -> None:
    before = saved(tmp_path, snapshot(1))
    dumped = store(tmp_path).dump(before)
    assert dumped is not None
    kept = state_document.decode(Path(dumped).read_bytes())
    assert (kept.serial, kept.lineage) == (before.serial + 1, before.lineage)


def test_a_dump_that_cannot_be_read_back_is_not_named_nor_left(refuges: list[Path]) -> None:
    def read(_descriptor: int, _limit: int) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    assert store(refuges[0], disk=Disk(read=read)).dump(snapshot(1)) is None
    assert [path for folder in refuges for path in folder.iterdir()] == []


def test_where_no_folder_can_be_written_there_is_no_dump(
    refuges: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("RUNNER_TEMP", "TMPDIR"):
        monkeypatch.delenv(variable)
    refuges[1].rmdir()  # the current folder is gone
    disk = refusing(refuges[0], refuges[-1], Path("/tmp"))  # noqa: S108 -- to be kept out of
    assert store(refuges[0], disk=disk).dump(snapshot(1)) is None


def test_the_backup_lies_beside_the_state() -> None:
    assert saver.backup_of(Path("state/dev.json")) == Path("state/dev.json.backup")


def test_what_another_run_has_saved_is_not_taken_for_our_own_although_it_is_the_same(
    tmp_path: Path,
) -> None:
    """Two runs may note the same create in the same second, byte for byte."""
    before = saved(tmp_path, snapshot(1))
    after = before.with_records({address(2): record(2)})

    def rename(_one: Path, _other: Path) -> None:
        raise full_disk()

    broken = Disk(rename=rename)
    here = store(tmp_path, disk=broken)
    with pytest.raises(SaveError):
        here.write(after, expected_serial=1)
    store(tmp_path).write(after, expected_serial=1)
    with pytest.raises(StaleStateError):
        here.write(after, expected_serial=1)
