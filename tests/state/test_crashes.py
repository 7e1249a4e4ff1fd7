"""A save through every crash and every failing call, each of them counted.

The file holds the old state or the new one, whole; one that was there stays there, and so does its
backup; what was reported as done is there after a power cut; the next run reads, saves and sweeps
up. Saves with a step left out show that each step is needed, and that its lack would be seen.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from reconciler.state.disk import Disk
from tests.state import crash_points
from tests.state.crash_points import SCENES, Bent, Tally

crashes = cache(crash_points.crashes)
failures = cache(crash_points.failures)
offsets = cache(crash_points.offsets)
"""What a test has looked at, another counts."""

ALL = pytest.mark.parametrize("name", SCENES)


@ALL
def test_no_crash_breaks_a_promise(name: str) -> None:
    assert crashes(SCENES[name]).violations == []


@ALL
def test_no_failing_call_breaks_a_promise(name: str) -> None:
    assert failures(SCENES[name]).violations == []


@ALL
def test_a_disk_full_after_any_byte_breaks_no_promise(name: str) -> None:
    assert offsets(SCENES[name]).violations == []


@pytest.mark.parametrize("name", ["first save", "later save", "save without links"])
def test_a_crash_of_the_run_after_a_crash_breaks_no_promise(name: str) -> None:
    assert crash_points.second_deaths(SCENES[name]).violations == []


def test_writes_of_a_single_byte_are_continued() -> None:
    memory = SCENES["save without links"].disk()
    calls = memory.calls()
    SCENES["save without links"].play(
        replace(calls, write=lambda descriptor, rest: calls.write(descriptor, rest[:1]))
    )
    assert memory.holds(crash_points.STATE) == SCENES["save without links"].spelled(3)


def test_every_point_is_counted() -> None:
    """Print how many there are: ``pytest -n 0 -rP -k every_point tests/state``."""
    total = Tally()
    for name, scene in SCENES.items():
        crashed, failed = crashes(scene), failures(scene)
        full = offsets(scene)
        assert crashed.calls > 10
        assert crashed.deaths == crashed.calls + 1 < crashed.cuts
        assert failed.failures == failed.calls * len(crash_points.ERRORS) * 2 < full.failures
        for part in (crashed, failed, full):
            total.deaths += part.deaths
            total.cuts += part.cuts
            total.failures += part.failures
        sys.stdout.write(
            f"{name}: {crashed.calls} calls, {crashed.deaths} deaths of the process, "
            f"{crashed.cuts + failed.cuts + full.cuts} power cuts, "
            f"{failed.failures + full.failures} failing calls\n"
        )
    twice = crash_points.second_deaths(SCENES["later save"]).deaths
    sys.stdout.write(
        f"in all: {total.deaths} deaths of the process, {total.cuts} power cuts, "
        f"{total.failures} failing calls; of a later save, {twice} pairs of deaths\n"
    )


# --- saves that forget a step -----------------------------------------------------------------


def _flushes_no_folder(disk: Disk) -> Disk:
    return _flushing(disk, lambda mode: not stat.S_ISDIR(mode))


def _flushes_no_file(disk: Disk) -> Disk:
    return _flushing(disk, lambda mode: not stat.S_ISREG(mode))


def _flushing(disk: Disk, wanted: Callable[[int], bool]) -> Disk:
    def fsync(descriptor: int) -> None:
        if wanted(disk.fstat(descriptor).st_mode):
            disk.fsync(descriptor)

    return replace(disk, fsync=fsync)


def _removes_before_it_renames(disk: Disk) -> Disk:
    def rename(source: Path, target: Path) -> None:
        if target == crash_points.STATE and target.name in disk.names(target.parent):
            disk.unlink(target)
        disk.rename(source, target)

    return replace(disk, rename=rename)


def _moves_the_old_one_away(disk: Disk) -> Disk:
    return replace(disk, link=disk.rename)


def _writes_in_place(disk: Disk) -> Disk:
    def opened(path: Path, flags: int, mode: int) -> int:
        if flags & os.O_CREAT and path.name.endswith(".tmp"):
            return disk.open(crash_points.STATE, flags & ~os.O_EXCL, mode)
        return disk.open(path, flags, mode)

    def rename(source: Path, target: Path) -> None:
        if target != crash_points.STATE:
            disk.rename(source, target)

    return replace(disk, open=opened, rename=rename)


def _leaves_the_name_of_a_new_folder_to_chance(disk: Disk) -> Disk:
    def fsync(descriptor: int) -> None:
        project = disk.lstat(crash_points.PROJECT)
        if not os.path.samestat(disk.fstat(descriptor), project):
            disk.fsync(descriptor)

    return replace(disk, fsync=fsync)


@pytest.mark.parametrize(
    ("bend", "name"),
    [
        pytest.param(_flushes_no_folder, "later save", id="no-directory-fsync"),
        pytest.param(_flushes_no_folder, "dump", id="no-directory-fsync-of-a-dump"),
        pytest.param(_flushes_no_file, "later save", id="no-fsync"),
        pytest.param(_removes_before_it_renames, "later save", id="no-atomic-rename"),
        pytest.param(_moves_the_old_one_away, "later save", id="no-link-for-the-backup"),
        pytest.param(_writes_in_place, "later save", id="no-file-beside"),
        pytest.param(
            _leaves_the_name_of_a_new_folder_to_chance, "first save", id="no-fsync-of-the-parent"
        ),
    ],
)
def test_a_save_that_leaves_out_a_step_is_caught_by_a_crash(bend: Bent, name: str) -> None:
    assert crash_points.crashes(SCENES[name], bend).violations != []


def _asks_a_failed_flush_again(disk: Disk) -> Disk:
    def fsync(descriptor: int) -> None:
        try:
            disk.fsync(descriptor)
        except OSError:
            disk.fsync(descriptor)

    return replace(disk, fsync=fsync)


def _takes_a_failed_flush_for_done(disk: Disk) -> Disk:
    def fsync(descriptor: int) -> None:
        try:
            disk.fsync(descriptor)
        except OSError:
            return

    return replace(disk, fsync=fsync)


@pytest.mark.parametrize("bend", [_asks_a_failed_flush_again, _takes_a_failed_flush_for_done])
def test_a_save_that_trusts_a_failed_flush_is_caught_by_a_power_cut(bend: Bent) -> None:
    assert crash_points.failures(SCENES["later save"], bend).violations != []
