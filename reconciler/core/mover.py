"""Renamed addresses: what ``moved:`` does to a state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from reconciler.model.addresses import Address
from reconciler.model.projects import Moved
from reconciler.model.records import Intent, Record, Recorded

Note = TypeVar("Note")
Single = TypeVar("Single", Record, Intent)


def move(recorded: Recorded, moves: Iterable[Moved]) -> tuple[Recorded, Mapping[Address, Address]]:
    """Return the state under its new addresses, and where each moved one was recorded before.

    A chain is followed to its end. An entry whose target is recorded already, or whose source is
    not, has nothing left to do. Of several addresses that one chain leads to the same end, the one
    nearest to it goes there: the others were left behind by a rename that was followed already.

    Fingerprints are bound to their address, so what was moved has none.
    """
    targets = {entry.source: entry.target for entry in moves}
    taken = recorded.records.keys() | recorded.intents.keys() | recorded.deposed.keys()
    renamed: dict[Address, Address] = {}
    ways = {source: _way(source, targets) for source in sorted(taken & targets.keys())}
    for source, way in sorted(ways.items(), key=lambda pair: len(pair[1])):
        target = way[-1]
        if target != source and target not in taken and target not in renamed.values():
            renamed[source] = target
    if not renamed:
        return recorded, {}
    moved = replace(
        recorded,
        records=_rekey(recorded.records, renamed, _unmarked),
        intents=_rekey(recorded.intents, renamed, _unmarked),
        deposed=_rekey(recorded.deposed, renamed, lambda some: tuple(map(_unmarked, some))),
    )
    return moved, {target: source for source, target in renamed.items()}


def end(address: Address, moves: Iterable[Moved]) -> Address:
    """Return where the entries lead from an address."""
    return _way(address, {entry.source: entry.target for entry in moves})[-1]


def _way(address: Address, targets: Mapping[Address, Address]) -> Sequence[Address]:
    """Return where the entries lead from an address, step by step, itself first."""
    way: dict[Address, None] = {address: None}
    while address in targets and targets[address] not in way:
        address = targets[address]
        way[address] = None
    return tuple(way)


def _rekey(
    notes: Mapping[Address, Note],
    renamed: Mapping[Address, Address],
    changed: Callable[[Note], Note],
) -> Mapping[Address, Note]:
    return {
        renamed.get(at, at): changed(note) if at in renamed else note for at, note in notes.items()
    }


def _unmarked(note: Single) -> Single:
    return replace(note, fingerprints={})
