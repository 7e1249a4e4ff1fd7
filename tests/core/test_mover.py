"""What ``moved:`` does to a state: chains, what is in the way, and what is silent."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest

from reconciler.core import mover
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.projects import Moved
from reconciler.model.records import Intent, Record, Recorded
from reconciler.model.values import freeze


def at(name: str) -> Address:
    return Address("ZohoCrmConnection", name)


def entries(*pairs: str) -> list[Moved]:
    """Return an entry for each pair of letters: ``ab`` moves a to b."""
    return [Moved(source=at(pair[0]), target=at(pair[1])) for pair in pairs]


def recorded(names: str, *, in_doubt: str = "") -> Recorded:
    """Record each letter, with that letter for an id."""
    return Recorded(
        organization="O",
        sandbox="dev",
        records={at(one): Record(id=RemoteId(one), etag=None, spec=freeze({})) for one in names},
        intents={at(one): Intent(spec=freeze({}), client=one, opened=1) for one in in_doubt},
    )


def ids(moved: Recorded) -> str:
    """Spell which letter is recorded where: ``a@b`` is a, now under b."""
    return " ".join(f"{one.id}@{where.name}" for where, one in sorted(moved.records.items()))


@pytest.mark.parametrize(
    ("names", "moves", "after"),
    [
        pytest.param("a", ["ab"], "a@b", id="one"),
        pytest.param("a", ["ab", "bc"], "a@c", id="chain"),
        pytest.param("b", ["ab", "bc"], "b@c", id="half-way"),
        pytest.param("c", ["ab", "bc"], "c@c", id="done"),
        pytest.param("", ["ab", "bc"], "", id="nothing recorded"),
        pytest.param("ac", ["ab", "bc"], "a@a c@c", id="end is taken"),
        pytest.param("ab", ["ab"], "a@a b@b", id="target is taken"),
        pytest.param("ab", ["ab", "bc"], "a@a b@c", id="the nearest goes"),
        pytest.param("abx", ["ab", "bc", "xy"], "a@a b@c x@y", id="beside another"),
        pytest.param("a", ["ab", "bc", "cd", "de"], "a@e", id="long"),
    ],
)
def test_where_a_connection_is_recorded_after_the_moves(
    names: str, moves: Sequence[str], after: str
) -> None:
    for order in permutations(entries(*moves)):
        moved, _ = mover.move(recorded(names), order)
        assert ids(moved) == after


def test_where_each_was_before_is_told_even_of_a_chain() -> None:
    moved, previous = mover.move(recorded("ax"), entries("ab", "bc", "pq"))
    assert (ids(moved), previous) == ("a@c x@x", {at("c"): at("a")})


def test_a_create_in_doubt_moves_along_and_its_address_is_taken() -> None:
    moved, _ = mover.move(recorded("x", in_doubt="ay"), entries("ab", "xy"))
    assert (set(moved.intents), ids(moved)) == ({at("b"), at("y")}, "x@x")


def test_what_nothing_moves_is_the_same_snapshot() -> None:
    before = recorded("a")
    assert mover.move(before, entries("bc")) == (before, {})
    assert mover.move(before, [])[0] is before


@pytest.mark.parametrize("moves", [["aa"], ["ab", "ba"], ["ab", "bc", "cb"]])
def test_a_circle_which_no_project_may_hold_still_ends(moves: Sequence[str]) -> None:
    moved, _ = mover.move(recorded("a"), entries(*moves))
    assert [one.id for one in moved.records.values()] == ["a"]
