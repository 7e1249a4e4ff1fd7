"""What every place for states promises; a room's test file gives the class a ``rig`` to run it on.

Each claim has ``promise`` words, which stand in docs/state.md in a table of backends and promises.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest

from reconciler.app.stores import Store
from reconciler.errors import (
    LockedError,
    SaveError,
    StaleStateError,
    StateError,
    UnlockError,
)
from reconciler.model.records import Recorded
from tests.state.samples import address, record, snapshot

Claim = TypeVar("Claim", bound=Callable[..., Any])


class Rig(Protocol):
    """One place for a state, and what can befall it."""

    breakable: bool
    """Whether a lock outlives its process, and force-unlock breaks it."""
    answers: bool
    """Whether an answer can be lost on the way."""

    def open(self) -> Store:
        """Return the state as another run opens it."""
        ...

    def plant(self, data: bytes) -> None:
        """Have somebody else put these bytes there."""
        ...

    def lose(self) -> None:
        """Let the next save be done, and its answer be lost."""
        ...

    def cut(self) -> None:
        """Let the next save be lost before it is done."""
        ...

    def lose_lock(self) -> None:
        """Let the answer to the next lock be lost."""
        ...

    def down(self) -> None:
        """Let nothing be reached any more."""
        ...

    def up(self) -> None:
        """Let everything be reached again."""
        ...


def promise(words: str, *, needs: str | None = None) -> Callable[[Claim], Claim]:
    """Say what the table calls a claim, and what a rig lacks where it cannot be made."""

    def marked(claim: Claim) -> Claim:
        made: Any = claim
        made.promise, made.needs = words, needs
        return claim

    return marked


class Conformance:
    """The claims."""

    @pytest.fixture(autouse=True)
    def _asked_for(self, request: pytest.FixtureRequest, rig: Rig) -> None:
        needs = getattr(request.function, "needs", None)
        if needs is not None and not getattr(rig, needs):
            pytest.skip(f"it has no {needs}")

    @promise("nothing there is a new state")
    def test_nothing_there_is_a_new_state(self, rig: Rig) -> None:
        assert rig.open().read() is None

    @promise("what is saved is read")
    def test_what_is_saved_is_read_by_the_next_run(self, rig: Rig) -> None:
        last = rig.open().write(snapshot(1, 2), expected_serial=0)
        again = rig.open().write(last, expected_serial=1)
        assert (last.serial, again.serial) == (1, 2)
        assert rig.open().read() == again
        assert again.lineage == last.lineage != ""

    @promise("a stale save is refused")
    def test_a_stale_save_is_refused(self, rig: Rig) -> None:
        first = rig.open().write(snapshot(1), expected_serial=0)
        one, other = rig.open(), rig.open()
        one.read()
        other.read()
        saved = one.write(first.with_records({address(2): record(2)}), expected_serial=1)
        with pytest.raises(StaleStateError):
            other.write(first.with_records({address(3): record(3)}), expected_serial=1)
        assert rig.open().read() == saved

    @promise("of two writers at once one wins")
    def test_of_two_writers_at_once_one_saves_and_the_other_is_told(self, rig: Rig) -> None:
        first = rig.open().write(snapshot(1), expected_serial=0)
        both = rig.open(), rig.open()
        for one in both:
            one.read()
        start = threading.Barrier(2)
        ends: list[Recorded | StateError] = []

        def save(here: Store, number: int) -> None:
            following = first.with_records({address(number): record(number)})
            start.wait()
            try:
                ends.append(here.write(following, expected_serial=1))
            except StateError as error:
                ends.append(error)

        threads = [
            threading.Thread(target=save, args=(one, number))
            for number, one in enumerate(both, start=2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (winner,) = (end for end in ends if isinstance(end, Recorded))
        assert [type(end) for end in ends if end is not winner] == [StaleStateError]
        assert rig.open().read() == winner

    @promise("another lineage is refused")
    def test_a_state_of_another_lineage_is_not_overwritten(self, rig: Rig) -> None:
        rig.open().write(snapshot(1), expected_serial=0)
        stranger = replace(snapshot(2), lineage="another", serial=1)
        with pytest.raises(StaleStateError, match="lineage"):
            rig.open().write(stranger, expected_serial=1)

    @promise("an answer that is lost is read back", needs="answers")
    def test_a_save_whose_answer_is_lost_is_found_to_be_there(self, rig: Rig) -> None:
        here = rig.open()
        first = here.write(snapshot(1), expected_serial=0)
        rig.lose()
        second = here.write(first.with_records({address(2): record(2)}), expected_serial=1)
        assert rig.open().read() == second
        assert second.serial == 2

    @promise("a save that never arrived is sent again", needs="answers")
    def test_a_save_that_never_arrived_is_sent_once_more(self, rig: Rig) -> None:
        here = rig.open()
        first = here.write(snapshot(1), expected_serial=0)
        rig.cut()
        second = here.write(first.with_records({address(2): record(2)}), expected_serial=1)
        assert rig.open().read() == second

    @promise("a held lock says who, what and since when")
    def test_a_lock_that_is_held_says_who_holds_it(self, rig: Rig) -> None:
        with (
            rig.open().lock(operation="apply", timeout=0),
            pytest.raises(LockedError) as refused,
            rig.open().lock(operation="import", timeout=3),
        ):
            raise AssertionError
        assert int(refused.value.exit_code) == 5
        told = "\n".join(refused.value.lines)
        assert all(f"{name}:" in told for name in ("ID", "Who", "Operation", "Created"))
        assert "@" in told

    @promise("a lock is released")
    def test_a_lock_is_free_after_its_run(self, rig: Rig) -> None:
        for _ in range(2):
            with rig.open().lock(operation="apply", timeout=0):
                rig.open().read()

    @promise("a lock whose answer is lost is ours", needs="answers")
    def test_a_lock_whose_answer_is_lost_is_found_to_be_ours(self, rig: Rig) -> None:
        rig.lose_lock()
        with rig.open().lock(operation="apply", timeout=5):
            pass
        with rig.open().lock(operation="apply", timeout=0):
            pass

    @promise("only force-unlock ID breaks a lock")
    def test_a_lock_is_broken_by_its_id_alone(self, rig: Rig) -> None:
        if not rig.breakable:
            with pytest.raises(UnlockError):
                rig.open().force_unlock("1234")
            return
        held = rig.open().lock(operation="apply", timeout=0)
        held.__enter__()  # and its process is killed
        with (
            pytest.raises(LockedError) as refused,
            rig.open().lock(operation="apply", timeout=0),
        ):
            raise AssertionError
        line = next(line for line in refused.value.lines if line.strip().startswith("ID:"))
        with pytest.raises(UnlockError):
            rig.open().force_unlock("1234")
        rig.open().force_unlock(line.split()[-1])
        with rig.open().lock(operation="apply", timeout=0):
            pass
        held.__exit__(None, None, None)

    @promise("a newer format is refused")
    def test_a_newer_format_is_refused(self, rig: Rig) -> None:
        rig.plant(json.dumps({"format_version": "99.0", "serial": 1, "lineage": "a"}).encode())
        with pytest.raises(StateError, match=r"format_version is 99\.0"):
            rig.open().read()

    @promise("a damaged state is never a new one")
    def test_a_damaged_state_is_refused(self, rig: Rig) -> None:
        rig.plant(b'{"format_version": "1.0", "serial": 1')
        with pytest.raises(StateError):
            rig.open().read()

    @promise("ten thousand connections")
    def test_ten_thousand_connections_come_back(self, rig: Rig) -> None:
        last = rig.open().write(snapshot(*range(10_000)), expected_serial=0)
        assert rig.open().read() == last

    @promise("unreachable at the first read: nothing begins")
    def test_a_state_that_cannot_be_reached_is_no_new_one(self, rig: Rig) -> None:
        rig.open().write(snapshot(1), expected_serial=0)
        rig.down()
        with pytest.raises(StateError) as refused:
            rig.open().read()
        assert int(refused.value.exit_code) == 1

    @promise("unreachable at a save: exit code 6, and a dump has it all")
    def test_what_cannot_be_saved_is_dumped_and_can_be_salvaged(self, rig: Rig) -> None:
        here = rig.open()
        first = here.write(snapshot(1), expected_serial=0)
        second = first.with_records({address(2): record(2)})
        rig.down()
        with pytest.raises(SaveError) as refused:
            here.write(second, expected_serial=1)
        assert int(refused.value.exit_code) == 6
        place = here.dump(second)
        rig.up()
        assert place is not None
        there = rig.open()
        assert there.read() == first
        assert there.salvage(Path(place)).records == second.records


def table(backends: Mapping[str, type[Rig]]) -> str:
    """Return which backend is held to which promise, as Markdown."""
    claims: list[Any] = [one for one in vars(Conformance).values() if hasattr(one, "promise")]
    rows = [("", *backends), ("---", *("---" for _ in backends))]
    for claim in claims:
        held = (claim.needs is None or getattr(rig, claim.needs) for rig in backends.values())
        rows.append((claim.promise, *("yes" if one else "does not apply" for one in held)))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
