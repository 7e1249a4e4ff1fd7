"""Merging a dump: what it adds is added, nothing recorded is lost, and nothing is guessed.

A state at the serial before the dump's is what the run last saved; one at or past it was saved by
somebody else since.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from reconciler.core import recovery
from reconciler.errors import StateError
from reconciler.model.addresses import Address
from reconciler.model.findings import Finding
from reconciler.model.records import Intent, Record, Recorded
from reconciler.model.values import freeze
from tests.state.samples import address, record, snapshot

INTENT = Intent(spec=freeze({"name": "Zoho"}), client="our-client", opened=1_790_000_000)


def state(
    records: dict[Address, Record] | None = None,
    *,
    serial: int = 7,
    intents: tuple[int, ...] = (),
    lineage: str = "lineage",
) -> Recorded:
    return replace(
        snapshot(),
        records=records or {},
        intents={address(number): INTENT for number in intents},
        serial=serial,
        lineage=lineage,
    )


def at(*numbers: int) -> dict[Address, Record]:
    return {address(number): record(number) for number in numbers}


def named(findings: tuple[Finding, ...]) -> list[Address | None]:
    return [finding.address for finding in findings]


def test_what_the_dump_alone_records_is_recorded_and_closes_its_intent() -> None:
    merged = recovery.merge(state(at(1), intents=(2,)), state(at(1, 2), serial=8))
    assert merged.recorded == state(at(1, 2))
    assert merged.taken == {address(2): record(2).id}
    assert (merged.kept, merged.refused) == ((), ())


def test_without_a_state_the_dump_becomes_it() -> None:
    dump = state(at(1, 2), serial=8, intents=(3,))
    merged = recovery.merge(None, dump)
    assert merged.recorded == dump
    assert list(merged.taken) == [address(1), address(2)]
    assert merged.reopened == (address(3),)


@pytest.mark.parametrize("serial", [6, 7, 8, 12])
def test_a_merge_that_is_made_again_adds_nothing(serial: int) -> None:
    dump = state({**at(1, 2), address(4): record(40)}, serial=8, intents=(5,))
    once = recovery.merge(state({**at(1, 3), address(4): record(4)}, serial=serial), dump)
    saved = replace(once.recorded, serial=max(serial, 7) + 1)
    again = recovery.merge(saved, dump)
    assert again.recorded is saved
    assert (again.taken, again.reopened) == ({}, ())


def test_a_newer_record_of_the_same_connection_replaces_the_one_before() -> None:
    changed = {address(1): replace(record(1), credentials_version="2")}
    merged = recovery.merge(state(at(1)), state(changed, serial=8))
    assert merged.recorded.records == changed
    assert merged.taken == {address(1): record(1).id}


def test_a_record_that_was_saved_since_is_kept_and_told() -> None:
    changed = {address(1): replace(record(1), credentials_version="2")}
    current = state(changed, serial=8)
    merged = recovery.merge(current, state(at(1), serial=8))
    assert merged.recorded is current
    assert named(merged.kept) == [address(1)]


def test_a_record_that_the_run_may_have_deleted_is_kept_and_told() -> None:
    current = state(at(1, 2))
    merged = recovery.merge(current, state(at(1), serial=8))
    assert merged.recorded is current
    assert named(merged.kept) == [address(2)]
    assert record(2).id in merged.kept[0].detail


def test_what_another_run_recorded_since_is_kept_without_a_word() -> None:
    current = state(at(1, 2, 3), serial=9)
    merged = recovery.merge(current, state(at(1), serial=8))
    assert (merged.recorded, merged.kept, merged.refused) == (current, (), ())


@pytest.mark.parametrize("serial", [7, 9])
def test_two_ids_of_one_address_are_left_to_a_person_and_the_rest_is_merged(serial: int) -> None:
    merged = recovery.merge(
        state(at(1), serial=serial), state({address(1): record(10), **at(2)}, serial=8)
    )
    assert merged.recorded.records == at(1, 2)
    assert named(merged.refused) == [address(1)]
    assert record(1).id in merged.refused[0].detail
    assert record(10).id in merged.refused[0].detail


def test_one_id_under_two_addresses_is_left_to_a_person() -> None:
    current = state(at(1), serial=9)
    merged = recovery.merge(current, state({address(2): record(1)}, serial=8))
    assert merged.recorded is current
    assert named(merged.refused) == [address(2)]
    assert str(address(1)) in merged.refused[0].detail
    assert record(1).id in merged.refused[0].detail


def test_a_connection_that_the_run_moved_is_recorded_at_its_new_address() -> None:
    merged = recovery.merge(state(at(1)), state({address(2): record(1)}, serial=8))
    assert merged.recorded.records == {address(2): record(1)}
    assert (merged.kept, merged.refused) == ((), ())


def test_a_create_in_doubt_that_the_state_forgot_is_in_doubt_again() -> None:
    merged = recovery.merge(state(at(1), serial=5), state(at(1), serial=8, intents=(2,)))
    assert merged.recorded.intents == {address(2): INTENT}
    assert merged.reopened == (address(2),)


def test_a_create_in_doubt_where_the_state_records_a_connection_is_left_to_a_person() -> None:
    current = state(at(1), serial=9)
    merged = recovery.merge(current, state(serial=8, intents=(1,)))
    assert merged.recorded is current
    assert named(merged.refused) == [address(1)]
    assert record(1).id in merged.refused[0].detail


def test_a_create_in_doubt_that_another_run_has_adopted_since_is_in_doubt_no_more() -> None:
    adopted = {address(1): replace(record(1), spec=INTENT.spec)}
    current = state(adopted, serial=9)
    merged = recovery.merge(current, state(serial=8, intents=(1,)))
    assert (merged.recorded, merged.kept, merged.refused) == (current, (), ())


def test_a_create_in_doubt_after_what_the_state_records_is_left_to_a_person() -> None:
    current = state({address(1): replace(record(1), spec=INTENT.spec)}, serial=7)
    merged = recovery.merge(current, state(serial=8, intents=(1,)))
    assert named(merged.refused) == [address(1)]


def test_what_no_plan_could_be_made_with_is_told_unless_the_state_has_it_already() -> None:
    spec_id = "929e4450-0237-4ed2-9404-b7e1e0a00309"
    whole = freeze({"name": "Zoho", "connectionSpec": {"id": spec_id}})
    specs = [
        whole,
        freeze({"connectionSpec": {"id": spec_id}}),
        freeze({"name": "Zoho", "connectionSpec": {"id": "../x"}}),
        freeze({"name": 7, "connectionSpec": 7}),
    ]
    records = {address(n): replace(record(n), spec=spec) for n, spec in enumerate(specs)}
    dump = replace(state(records, serial=8), intents={address(9): INTENT})
    merged = recovery.merge(state(), dump)
    told = recovery.unusable(merged, {address(1).kind})
    assert named(told) == [address(number) for number in (1, 2, 3, 9)]
    assert [
        finding.detail.split(", ")[0].removeprefix("The file does not say its ") for finding in told
    ] == [
        "name",
        "connectionSpec.id",
        "name and connectionSpec.id",
        "connectionSpec.id",
    ]
    unknown = recovery.unusable(merged, {"Other"})
    assert named(unknown)[:4] == [address(number) for number in (0, 1, 2, 3)]
    assert recovery.unusable(recovery.merge(merged.recorded, dump), set()) == ()


@pytest.mark.parametrize(
    ("dump", "words"),
    [
        pytest.param(state(lineage="another", serial=8), "of lineage another", id="lineage"),
        pytest.param(replace(state(serial=8), sandbox="prod"), "sandbox prod", id="sandbox"),
        pytest.param(
            replace(state(serial=8), organization="F@AdobeOrg"), "F@AdobeOrg", id="organization"
        ),
    ],
)
def test_the_dump_of_another_state_is_refused_as_a_whole(dump: Recorded, words: str) -> None:
    with pytest.raises(StateError, match=words):
        recovery.merge(state(at(1)), dump)


def test_no_merge_ever_loses_a_connection_or_records_one_twice() -> None:
    """Every pair of states and dumps of two addresses and three ids, at every order of serials."""
    ids = [None, 1, 2, 3]
    pairs = [
        {address(n): record(each) for n, each in enumerate(two) if each is not None}
        for two in itertools.product(ids, repeat=2)
        if two[0] != two[1] or two[0] is None
    ]
    doubts = [(), (0,), (1,)]
    for here, there, serial in itertools.product(pairs, pairs, (7, 8)):
        for mine, theirs in itertools.product(doubts, doubts):
            current = state(here, serial=serial, intents=mine)
            dump = state(there, serial=8, intents=theirs)
            merged = recovery.merge(current, dump)
            held = [each.id for each in merged.recorded.records.values()]
            assert len(held) == len(set(held))
            assert {each.id for each in here.values()} <= set(held)
            told = " ".join(finding.detail for finding in merged.refused)
            assert all(each.id in held or each.id in told for each in there.values())
            unsettled = {address(n) for n in mine} - merged.recorded.intents.keys()
            assert unsettled <= merged.taken.keys()


# --- what was replaced --------------------------------------------------------------------------


def deposing(current: Recorded, **deposed: int) -> Recorded:
    """Return the state that also keeps these as replaced: ``a1=9`` is the ninth, at address 1."""
    kept = {address(int(label[1:])): (record(number),) for label, number in deposed.items()}
    return replace(current, deposed=kept)


def test_what_the_dump_has_replaced_is_kept_beside_what_replaces_it() -> None:
    dump = deposing(state({address(1): record(9)}, serial=8), a1=1)
    merged = recovery.merge(state(at(1)), dump)
    assert merged.recorded == replace(dump, serial=7)
    assert (merged.taken, merged.refused) == ({address(1): record(9).id}, ())
    assert recovery.merge(merged.recorded, dump).recorded is merged.recorded


def test_a_replacement_in_doubt_is_reopened_and_what_it_replaces_is_kept() -> None:
    dump = deposing(state(intents=(1,), serial=8), a1=1)
    merged = recovery.merge(state(at(1)), dump)
    assert merged.recorded == replace(dump, serial=7)
    assert merged.reopened == (address(1),)


def test_what_was_to_be_replaced_and_was_not_is_recorded_again() -> None:
    current = deposing(state(intents=(1,)), a1=1)
    merged = recovery.merge(current, state(at(1), serial=8))
    assert merged.recorded == state(at(1))
    assert merged.taken == {address(1): record(1).id}


def test_what_was_replaced_since_stays_replaced() -> None:
    current = deposing(state({address(1): record(9)}, serial=9), a1=1)
    merged = recovery.merge(current, state(at(1), serial=8))
    assert merged.recorded is current
    assert (named(merged.kept), merged.refused) == ([address(1)], ())


def test_a_replaced_connection_that_nobody_knows_is_kept_and_told() -> None:
    merged = recovery.merge(state(at(2)), deposing(state(at(2), serial=8), a1=1))
    assert merged.recorded == deposing(state(at(2)), a1=1)
    assert merged.taken == {address(1): record(1).id}
    assert recovery.unusable(merged, {address(1).kind}) == ()


def test_a_state_that_was_saved_since_says_what_it_records() -> None:
    merged = recovery.merge(state(at(1), serial=9), deposing(state({address(1): record(9)}), a1=1))
    assert merged.recorded.records == at(1)
    assert named(merged.refused) == [address(1)]
