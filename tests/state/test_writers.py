"""Two runs that both believe to hold the lock: one saves, the other is told, nothing is lost.

The lock's own file can be deleted under a run. What then decides is a kernel's lock on the folder,
held from the reading of the state to the proof of its save.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import LockedError, SaveError, StaleStateError
from reconciler.model.records import Recorded
from reconciler.state import locker
from reconciler.state.disk import Disk, exclusive
from reconciler.state.files import LocalState
from tests.disks import MemoryDisk, tapped
from tests.state.samples import Clock, address, record, saved, snapshot, store

FOLDER = Path("/project/state")
BEFORE = replace(snapshot(0), lineage="lineage")


def opened(disk: Disk) -> LocalState:
    return store(FOLDER, disk=disk, hold=lambda *_, **__: nullcontext())


def locks_nothing(disk: Disk) -> Disk:
    return replace(disk, flock=lambda _descriptor: None)


def unbent(disk: Disk) -> Disk:
    return disk


def interleaved(moment: int, bend: Callable[[Disk], Disk]) -> tuple[list[str], Recorded | None]:
    """Let one run save while another is that many calls into its own; return how both ended.

    The second gives up where the first does not let it, and tries once more at the end.
    """
    memory = MemoryDisk(FOLDER)
    opened(memory.calls("before")).write(BEFORE, expected_serial=0)
    ends: list[str] = []
    other = opened(bend(memory.calls("other")))
    other.read()
    left = moment

    def save(which: str, here: LocalState, number: int) -> None:
        try:
            here.write(BEFORE.with_records({address(number): record(number)}), expected_serial=1)
        except StaleStateError:
            ends.append(f"{which} stale")
        except SaveError:
            ends.append(f"{which} kept out")
        else:
            ends.append(f"{which} saved")

    def meanwhile(_name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        nonlocal left
        left -= 1
        if left == -1:
            save("other", other, 2)
        return call(*arguments)

    save("one", opened(tapped(bend(memory.calls("one")), meanwhile)), 1)
    if "other saved" not in ends:
        save("other", other, 2)
    return ends, opened(memory.calls("last")).read()


def moments() -> int:
    """Return how many calls a save makes."""
    for moment in range(1000):
        if interleaved(moment, unbent)[0] == ["one saved", "other stale"]:
            return moment  # the other's turn came after the end alone
    raise AssertionError


def test_of_two_saves_at_the_same_time_one_is_done_whenever_the_other_begins() -> None:
    count = moments()
    assert count > 30
    for moment in range(count):
        ends, last = interleaved(moment, unbent)
        assert last is not None
        winners = [end for end in ends if end.endswith(" saved")]
        assert len(winners) == 1, f"{ends} at {moment}"
        number = 1 if winners == ["one saved"] else 2
        assert (last.serial, list(last.records)) == (2, [address(0), address(number)])


def test_without_the_lock_of_the_folder_one_save_would_be_lost() -> None:
    lost = [
        moment
        for moment in range(moments())
        if interleaved(moment, locks_nothing)[0].count("one saved")
        + interleaved(moment, locks_nothing)[0].count("other saved")
        > 1
    ]
    assert lost != []


def test_of_two_runs_whose_lock_was_deleted_one_is_told_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    saved(tmp_path, snapshot(0))
    one, other = store(tmp_path), store(tmp_path)
    with one.lock(operation="apply", timeout=0):
        mine = one.read()
        locker.side_file(tmp_path / "dev.json").unlink()
        with other.lock(operation="apply", timeout=0):
            theirs = other.read()
            assert mine == theirs
            assert mine is not None
            kept = one.write(mine.with_records({address(1): record(1)}), expected_serial=1)
            with pytest.raises(StaleStateError, match="another run has saved it meanwhile"):
                other.write(mine.with_records({address(2): record(2)}), expected_serial=1)
    assert store(tmp_path).read() == kept


def test_a_run_that_waits_for_a_deleted_lock_does_not_share_it(tmp_path: Path) -> None:
    """The file is deleted while two wait: they meet again on the new one."""
    side = locker.side_file(tmp_path / "dev.json")

    class Deleting(Clock):
        def sleep(self, seconds: float) -> bool:
            if not self.naps:
                side.unlink()
            return super().sleep(seconds)

    with (
        store(tmp_path).lock(operation="apply", timeout=0),
        store(tmp_path, clock=Deleting()).lock(operation="apply", timeout=1),
        pytest.raises(LockedError),
        store(tmp_path).lock(operation="apply", timeout=0),
    ):
        pass


def test_a_writer_waits_until_the_other_one_lets_go(tmp_path: Path) -> None:
    with ExitStack() as other:
        other.enter_context(exclusive(Disk(), tmp_path))
        with exclusive(Disk(pause=lambda _seconds: other.close()), tmp_path):
            pass


def test_a_writer_that_never_lets_go_is_not_waited_for_without_end(tmp_path: Path) -> None:
    pauses: list[float] = []
    with (
        exclusive(Disk(), tmp_path),
        pytest.raises(OSError, match="does not stop saving"),
        exclusive(Disk(pause=pauses.append), tmp_path),
    ):
        pass
    assert sum(pauses) == pytest.approx(5)


@pytest.mark.parametrize(
    "number", [errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP]
)
def test_a_file_system_that_cannot_lock_a_folder_saves_all_the_same(
    tmp_path: Path, number: int
) -> None:
    def flock(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    after = store(tmp_path, disk=Disk(flock=flock)).write(snapshot(1), expected_serial=0)
    assert store(tmp_path).read() == after


def test_a_lock_that_fails_otherwise_makes_the_save_fail(tmp_path: Path) -> None:
    def flock(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with pytest.raises(SaveError, match=r"could not be saved: Input/output error"):
        store(tmp_path, disk=Disk(flock=flock)).write(snapshot(1), expected_serial=0)


def test_a_folder_that_is_replaced_while_it_is_waited_for_is_not_written(tmp_path: Path) -> None:
    folder = tmp_path / "state"

    def flock(_descriptor: int) -> None:
        folder.rename(tmp_path / "old")
        folder.mkdir()

    with pytest.raises(SaveError, match="replaced meanwhile"):
        store(folder, disk=Disk(flock=flock)).write(snapshot(1), expected_serial=0)
    assert list(folder.iterdir()) == []
