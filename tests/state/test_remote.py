"""What a state elsewhere makes of a store whose answers are lost, late or no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reconciler.core.invocations import Invocation
from reconciler.core.lock_infos import LockInfo
from reconciler.errors import LockedError, SaveError, StateError, StoreError, StoreSilentError
from reconciler.model.findings import Finding
from reconciler.model.records import Recorded
from reconciler.state.backends import Stored
from reconciler.state.remote import RemoteState
from tests.state.samples import ORGANIZATION, Clock, address, record, snapshot


@dataclass
class Store:
    """A ``backends.Backend`` in memory; each list of troubles is used up from its front."""

    data: bytes | None = None
    late: bytes | None = None
    """A write that was not answered, and has not arrived yet."""
    writing: list[str] = field(default_factory=list)
    """What befalls each: ``lost``, ``late``, ``dropped`` with a yes, or ``overtaken``."""
    locking: list[StoreError] = field(default_factory=list)
    releasing: list[StoreError] = field(default_factory=list)
    holder: LockInfo | None = None

    def read(self) -> Stored | None:
        return None if self.data is None else Stored(data=self.data)

    def write(self, data: bytes, *, over: Stored | None, lock: LockInfo | None) -> None:
        del over, lock
        what = self.writing.pop(0) if self.writing else ""
        if what == "overtaken":
            self.arrive()
            return
        if what == "late":
            self.late = data
        elif what not in ("lost", "dropped"):
            self.data = data
        if what and what != "dropped":
            raise StoreSilentError("No answer.")

    def arrive(self) -> None:
        self.data, self.late = self.late, None

    def acquire(self, info: LockInfo) -> LockInfo | None:
        if self.locking:
            raise self.locking.pop(0)
        if self.holder is None:
            self.holder = info
            return None
        return self.holder

    def release(self, info: LockInfo) -> LockInfo | None:
        if self.releasing:
            raise self.releasing.pop(0)
        if self.holder is not None and self.holder.id != info.id:
            return self.holder
        self.holder = None
        return None


@dataclass
class Kept:
    """A state in such a store, and what was warned of."""

    folder: Path
    store: Store = field(default_factory=Store)
    clock: Clock = field(default_factory=Clock)
    warned: list[Finding] = field(default_factory=list)

    def state(self) -> RemoteState:
        return RemoteState(
            self.store,
            display="https://host.example/dev",
            organization=ORGANIZATION,
            sandbox="dev",
            clock=self.clock,
            folder=self.folder,
            invocation=Invocation(folder=".", environment=""),
            warn=self.warned.append,
        )


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def more(recorded: Recorded, number: int) -> Recorded:
    return recorded.with_records({address(number): record(number)})


def test_a_save_that_arrives_after_it_was_given_up_is_known_as_our_own(kept: Kept) -> None:
    state = kept.state()
    first = state.write(snapshot(1), expected_serial=0)
    kept.store.writing = ["late", "lost"]
    with pytest.raises(SaveError):
        state.write(more(first, 2), expected_serial=1)
    kept.store.arrive()
    final = state.write(more(more(first, 2), 3), expected_serial=1)
    assert (final.serial, len(final.records)) == (3, 3)


def test_a_save_that_arrives_while_the_next_one_is_under_way_is_no_other_runs(kept: Kept) -> None:
    state = kept.state()
    first = state.write(snapshot(1), expected_serial=0)
    kept.store.writing = ["late", "lost"]
    with pytest.raises(SaveError):
        state.write(more(first, 2), expected_serial=1)
    kept.store.writing = ["overtaken"]
    with pytest.raises(SaveError, match="an earlier save arrived late"):
        state.write(more(first, 3), expected_serial=1)


def test_a_store_that_says_yes_and_keeps_nothing_is_not_believed(kept: Kept) -> None:
    state = kept.state()
    first = state.write(snapshot(1), expected_serial=0)
    kept.store.writing = ["dropped"]
    with pytest.raises(SaveError, match="it holds what it held before"):
        state.write(more(first, 2), expected_serial=1)


def test_what_was_taken_away_meanwhile_is_not_saved_over(kept: Kept) -> None:
    state = kept.state()
    state.write(snapshot(1), expected_serial=0)
    kept.store.data = None
    assert state.read() is None


def test_a_snapshot_that_cannot_be_spelled_is_not_dumped(kept: Kept) -> None:
    assert kept.state().dump(snapshot(1).with_records({address(2): record(1)})) is None


@pytest.mark.parametrize(
    ("troubles", "error"),
    [
        pytest.param([StoreError("no")], StoreError, id="a-definite-no"),
        pytest.param([StoreSilentError("?"), StoreError("no")], StoreError, id="a-no-in-doubt"),
        pytest.param([StoreSilentError("?")] * 9, StoreSilentError, id="no-answer-at-all"),
    ],
)
def test_a_lock_that_cannot_be_had_is_an_error_and_ours_is_let_go_of(
    kept: Kept, troubles: list[StoreError], error: type[StateError]
) -> None:
    kept.store.locking = list(troubles)
    with pytest.raises(error), kept.state().lock(operation="apply", timeout=5):
        pass
    assert kept.store.holder is None


def test_a_lock_that_somebody_holds_is_told_with_the_way_to_break_it(kept: Kept) -> None:
    kept.store.holder = LockInfo(id="theirs")
    with pytest.raises(LockedError) as caught, kept.state().lock(operation="apply", timeout=3):
        pass
    assert "theirs" in caught.value.lines[-1]
    assert kept.store.holder == LockInfo(id="theirs")


@pytest.mark.parametrize(
    ("prepare", "warned"),
    [
        pytest.param(lambda kept: None, 0, id="a-few-times"),
        pytest.param(lambda kept: kept.store.releasing.extend([StoreError("no")] * 9), 1, id="all"),
        pytest.param(lambda kept: setattr(kept.clock, "stopped", True), 1, id="told-to-stop"),
    ],
)
def test_a_lock_that_cannot_be_let_go_of_is_warned_of(
    kept: Kept, prepare: Callable[[Kept], object], warned: int
) -> None:
    with kept.state().lock(operation="apply", timeout=0):
        kept.store.releasing = [StoreError("no")] * 2
        prepare(kept)
    assert len(kept.warned) == warned
