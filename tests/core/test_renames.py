"""Entries of ``moved:`` and ``removed:`` that cannot be followed, each told at its place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest

from reconciler.core import renames
from reconciler.model.addresses import Address
from reconciler.model.findings import Span
from reconciler.model.projects import Moved, Project, Removed
from reconciler.model.sources import Source
from tests.builders import KIND

KINDS = {"ZohoCrmConnection": replace(KIND, name="ZohoCrmConnection")}


def at(name: str) -> Address:
    return Address("ZohoCrmConnection", name)


def line(number: int) -> Span:
    return Span("reconciler.yaml", number, 1)


def told(
    moves: Sequence[str], *, removed: str = "", declared: Collection[str] = ()
) -> list[tuple[str, int]]:
    """Return each summary with its line: moves stand on lines 1, 2, …, removals from 101 on."""
    pairs = enumerate(moves, start=1)
    leaving = enumerate(removed, start=101)
    project = Project(
        name="p",
        manifests=(),
        environments={},
        source=Source("reconciler.yaml", {}),
        moved=tuple(
            Moved(source=at(one[0]), target=at(one[1]), span=line(number)) for number, one in pairs
        ),
        removed=tuple(
            Removed(source=at(one), destroy=True, span=line(number)) for number, one in leaving
        ),
    )
    found = renames.findings(project, {at(one) for one in declared}, KINDS)
    return sorted((finding.summary, finding.span.line if finding.span else 0) for finding in found)


@pytest.mark.parametrize(
    ("moves", "lines"),
    [
        pytest.param(["aa"], [1], id="to itself"),
        pytest.param(["ab", "ba"], [1, 2], id="two"),
        pytest.param(["ab", "xy", "bc", "ca"], [1, 3, 4], id="three, and one beside"),
        pytest.param(["ab", "ba", "cd", "dc"], [1, 2, 3, 4], id="two circles"),
        pytest.param(["ab", "bc", "cd"], [], id="a chain is none"),
    ],
)
def test_a_circle_is_told_at_every_entry_that_is_part_of_it(
    moves: Sequence[str], lines: Sequence[int]
) -> None:
    assert told(moves) == [("Move in a circle", number) for number in lines]


def test_an_entry_that_only_leads_into_a_circle_shares_its_target_and_is_told_of_that() -> None:
    assert told(["bc", "cb", "ab"]) == [
        ("Move in a circle", 1),
        ("Move in a circle", 2),
        ("Repeated target", 3),
    ]


def test_a_chain_may_be_declared_at_its_end_alone() -> None:
    assert told(["ab", "bc"], declared="c") == []
    assert told(["ab", "bc"], declared="b") == [("Address still declared", 2)]
    assert told(["ab", "bc"], declared="ab") == [
        ("Address still declared", 1),
        ("Address still declared", 2),
    ]


def test_an_address_leaves_once() -> None:
    assert told(["ab", "ac"]) == [("Repeated address", 2)]
    assert told(["ab"], removed="a") == [("Repeated address", 101)]


def test_two_addresses_do_not_become_one() -> None:
    assert told(["ac", "bc"]) == [("Repeated target", 2)]


def test_a_kind_that_no_schema_describes_is_told_on_either_side() -> None:
    other = Address("ZohoCrmConection", "a")
    moved = Moved(source=other, target=other, span=line(1))
    project = Project(
        name="p",
        manifests=(),
        environments={},
        source=Source("reconciler.yaml", {}),
        moved=(moved, replace(moved, source=at("b"), span=line(2))),
    )
    found = [
        (finding.summary, finding.detail)
        for finding in renames.findings(project, set(), KINDS)
        if finding.span == line(2)
    ]
    assert sorted(summary for summary, _ in found) == [
        "Move to another kind",
        "Repeated target",
        "Unknown kind",
    ]
    assert any('Did you mean "ZohoCrmConnection"?' in detail for _, detail in found)
