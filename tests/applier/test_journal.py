"""The journal on a disk that fails: for a while, for good, or because somebody else has saved."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.applier.journal import PAUSES, Journal
from reconciler.core import state_document
from reconciler.core.invocations import Invocation
from reconciler.errors import SaveError, StaleStateError, StateError
from reconciler.model.findings import Finding
from reconciler.model.records import Recorded
from reconciler.state.disk import Disk
from reconciler.state.files import LocalState
from tests.disks import tapped
from tests.state.samples import Clock, address, record, saved, snapshot, store

INVOCATION = Invocation(folder="crm", environment="dev")


def journal(here: LocalState, recorded: Recorded, clock: Clock | None = None) -> Journal:
    return Journal(recorded, store=here, invocation=INVOCATION, clock=clock or Clock())


def full_until(clock: Clock, moment: float) -> Disk:
    """Return a disk that takes nothing before that moment."""

    def tap(name: str, call: Any, arguments: tuple[Any, ...]) -> Any:
        if name == "write" and clock.now < moment:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return call(*arguments)

    return tapped(Disk(), tap)


def never_written() -> Disk:
    def write(_descriptor: int, _data: memoryview) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    return Disk(write=write)


def unsaved(here: Journal, after: Recorded) -> Finding:
    """Have a save of ``after`` fail and return what the rescue says then."""
    here.recorded = after
    with pytest.raises(StateError) as caught:
        here.save()
    finding = here.rescue(caught.value)
    assert finding is not None
    return finding


def test_a_disk_that_fails_for_a_few_seconds_is_waited_for(tmp_path: Path) -> None:
    clock = Clock()
    before = saved(tmp_path, snapshot(1))
    here = journal(store(tmp_path, disk=full_until(clock, 3.0)), before, clock)
    here.recorded = before.with_records({address(2): record(2)})
    here.save()
    assert clock.naps == list(PAUSES)
    assert store(tmp_path).read() == here.recorded
    assert not here.pending


def test_a_disk_that_goes_on_failing_is_given_up(tmp_path: Path) -> None:
    clock = Clock()
    here = journal(store(tmp_path, disk=full_until(clock, 100.0)), snapshot(), clock)
    here.recorded = snapshot(1)
    with pytest.raises(SaveError, match="No space left"):
        here.save()
    assert clock.now == sum(PAUSES) < 5


def test_a_run_that_is_told_to_stop_waits_for_no_disk(tmp_path: Path) -> None:
    clock = Clock(stopped=True)
    here = journal(store(tmp_path, disk=full_until(clock, 100.0)), snapshot(), clock)
    here.recorded = snapshot(1)
    with pytest.raises(SaveError):
        here.save()
    assert len(clock.naps) == 1


def test_a_state_that_somebody_else_has_saved_is_not_waited_for(tmp_path: Path) -> None:
    clock = Clock()
    before = saved(tmp_path, snapshot(1))
    here = journal(store(tmp_path), before, clock)
    saved(tmp_path, snapshot(1, 3))
    here.recorded = before.with_records({address(2): record(2)})
    with pytest.raises(StaleStateError):
        here.save()
    assert clock.naps == []


def test_what_another_run_kept_from_the_state_is_in_a_dump_that_can_be_merged(
    tmp_path: Path,
) -> None:
    before = saved(tmp_path, snapshot(1))
    theirs = saved(tmp_path, snapshot(1, 3))
    here = journal(store(tmp_path), before)
    finding = unsaved(here, before.with_records({address(2): record(2)}))
    assert finding.summary == "State has moved"
    assert "another run has saved it meanwhile. It was not overwritten. What this" in finding.detail
    (dump,) = tmp_path.glob("dev.errored-*.json")
    assert finding.lines == (f"reconciler -C crm state recover -e dev {dump}",)
    assert state_document.decode(dump.read_bytes()).records == here.recorded.records
    assert store(tmp_path).read() == theirs


def test_where_nothing_can_be_written_every_connection_has_its_line(
    tmp_path: Path,
) -> None:
    before = saved(tmp_path, snapshot(1, 2, 4))
    here = journal(store(tmp_path, disk=never_written()), before)
    moved = {address(5): record(4), address(3): record(3)}
    after = before.without_records([address(2), address(4)]).with_records(moved)
    finding = unsaved(here, after)
    assert finding.lines == (
        f"reconciler -C crm import -e dev {address(3)} {record(3).id}",
        f"# {address(2)} was deleted or forgotten: {record(2).id}",
    )
    assert "No copy of it could be written" in finding.detail


def test_an_update_that_could_not_be_recorded_is_not_called_nothing(tmp_path: Path) -> None:
    before = saved(tmp_path, snapshot(1))
    here = journal(store(tmp_path, disk=never_written()), before)
    changed = before.with_records({address(1): replace(record(1), credentials_version="2")})
    finding = unsaved(here, changed)
    assert "What this run did is not recorded" in finding.detail


def test_a_run_that_had_recorded_everything_leaves_no_dump(tmp_path: Path) -> None:
    before = saved(tmp_path, snapshot(1))
    folder = store(tmp_path, disk=never_written())
    finding = unsaved(journal(folder, before), replace(before, intents={}))
    assert finding.detail.endswith("It lacks nothing that this run did.")
    assert finding.lines == ()
    assert list(tmp_path.glob("*errored*")) == []


def test_a_save_that_succeeds_after_all_needs_no_rescue(tmp_path: Path) -> None:
    clock = Clock(stopped=True)
    here = journal(store(tmp_path, disk=full_until(clock, 1.0)), snapshot(), clock)
    here.recorded = snapshot(1)
    with pytest.raises(SaveError) as caught:
        here.save()
    clock.now = 1.0
    assert here.rescue(caught.value) is None
    assert store(tmp_path).read() == here.recorded
