"""Snapshots of a state: what is replaced is kept until it is known to be gone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.records import Recorded
from tests.builders import address, intent, record, recorded

NAMES = ("a", "b", "c")
begun = st.sets(st.sampled_from(NAMES))


def three() -> Recorded:
    return recorded({name: record(number) for number, name in enumerate(NAMES, start=1)})


@given(begun, begun)
def test_replacements_that_begin_and_come_to_nothing_lose_no_connection(
    first: set[str], second: set[str]
) -> None:
    before, state = three(), three()
    for names in (first, second):
        at = [address(name) for name in names]
        state = state.deposing(at).with_intents({each: intent() for each in at})
        assert state.owners == before.owners
        assert not state.records.keys() & state.intents.keys()
        state = state.without_intents(at)
    assert state == before


@given(begun)
def test_what_is_replaced_is_kept_beside_its_successor(names: set[str]) -> None:
    at = {address(name): record(9 + number) for number, name in enumerate(sorted(names))}
    state = three().deposing(at).with_intents({each: intent() for each in at}).with_records(at)
    assert not state.intents
    assert state.records == {**three().records, **at}
    assert state.owners.keys() == three().owners.keys() | {one.id for one in at.values()}
    gone = [one.id for some in state.deposed.values() for one in some]
    assert not state.without_deposed(gone).deposed


def test_of_several_that_were_replaced_the_last_one_comes_back() -> None:
    state = recorded({"a": record(1)})
    for number in (2, 3):
        state = state.deposing([address("a")]).with_records({address("a"): record(number)})
    state = state.deposing([address("a")]).with_intents({address("a"): intent()})
    state = state.without_intents([address("a")])
    assert state.records == {address("a"): record(3)}
    assert state.deposed == {address("a"): (record(1), record(2))}


def test_an_intent_that_closes_brings_back_nothing_where_there_was_nothing() -> None:
    state = recorded(intents={"a": intent()}).without_intents([address("a"), address("b")])
    assert state == recorded()
