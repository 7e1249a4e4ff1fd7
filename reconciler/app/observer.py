"""Reading Flow Service beside whatever else there is to do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

from reconciler.core import settling
from reconciler.core.situations import Live
from reconciler.flowservice.asides import Aside, beside
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.changes import Change
from reconciler.model.declarations import Desired
from reconciler.model.kinds import Kind
from reconciler.model.observations import Observation
from reconciler.model.records import Recorded
from reconciler.ports import Remote, Threads

Listing: TypeAlias = tuple[str, str]
"""A kind and the id of a connection spec: what one listing is about."""

_AT_ONCE = 8
_NOTHING: Desired = MappingProxyType({})


class Observer:
    """Lists connection specs in the background and gathers what came of it.

    Its requests grow with the pages of the listings, not with the connections; only an id that a
    complete listing should have shown is asked for by itself.
    """

    def __init__(self, remote: Remote, kinds: Mapping[str, Kind], threads: Threads) -> None:
        self._remote = remote
        self._kinds = kinds
        self._threads = threads
        self._listings: dict[Listing, Aside[Iterable[Observation]]] = {}

    def begin(self, listings: Iterable[Listing]) -> None:
        """Start whatever of this has not been started."""
        for kind, connection_spec in sorted(set(listings) - self._listings.keys()):
            self._listings[kind, connection_spec] = beside(
                self._threads,
                partial(self._remote.connections, self._kinds[kind], connection_spec),
            )

    def observe(
        self, recorded: Recorded, *, desired: Desired = _NOTHING, planned: Iterable[Change] = ()
    ) -> Live:
        """Return everything live that bears on these; raise ``RemoteError`` rather than a part."""
        return self._look(recorded, desired, tuple(planned))

    def observe_twice(
        self,
        recorded: Recorded,
        *,
        desired: Desired = _NOTHING,
        planned: Iterable[Change] = (),
        pause: Callable[[Sequence[Address]], object],
    ) -> Live:
        """Return the same, and where a recorded connection does not show, what shows after a pause.

        An apply acts on absence, and reads may lag behind what was made a moment before.
        """
        planned = tuple(planned)
        live = self._look(recorded, desired, planned)
        absent = [at for at, each in recorded.records.items() if each.id not in live.by_id]
        if not absent:
            return live
        pause(sorted(absent))
        self._listings.clear()
        return self._look(recorded, desired, planned)

    def _look(self, recorded: Recorded, desired: Desired, planned: Sequence[Change]) -> Live:
        wanted = {**_named_by_plan(planned), **_named_by(recorded, desired)}
        self.begin({*of_records(recorded), *of_declarations(desired), *_of_changes(planned)})
        seen: dict[RemoteId, Observation] = {}
        for (kind, _), listing in self._listings.items():
            for each in listing.result():
                # Kinds may share a connection spec, and each hides what is a secret to it.
                if each.id not in seen or wanted.get(each.id) == kind:
                    seen[each.id] = each
        missing = [
            (remote_id, kind) for remote_id, kind in sorted(wanted.items()) if remote_id not in seen
        ]
        return Live([*seen.values(), *self._asked(missing)])

    def _asked(self, missing: Sequence[tuple[RemoteId, str]]) -> Iterator[Observation]:
        """Ask for each by its id, a few at a time."""
        for start in range(0, len(missing), _AT_ONCE):
            answers = [
                beside(
                    self._threads, partial(self._remote.connection, self._kinds[kind], remote_id)
                )
                for remote_id, kind in missing[start : start + _AT_ONCE]
            ]
            for answer in answers:
                found = answer.result()
                if found is not None:
                    yield found


def of_records(recorded: Recorded) -> Collection[Listing]:
    """Return the listings that bear on what is recorded, open intents included."""
    deposed = {at: one for at, some in recorded.deposed.items() for one in some}
    return {
        (at.kind, settling.connection_spec(note.spec))
        for notes in (recorded.records, recorded.intents, deposed)
        for at, note in notes.items()
    }


def of_declarations(desired: Desired) -> Collection[Listing]:
    """Return the listings that bear on what is declared."""
    return {(at.kind, settling.connection_spec(each.spec)) for at, each in desired.items()}


def _of_changes(planned: Iterable[Change]) -> Collection[Listing]:
    sides = ((each.address.kind, each.after or each.before) for each in planned)
    return {(kind, settling.connection_spec(spec)) for kind, spec in sides if spec is not None}


def _named_by(recorded: Recorded, desired: Desired) -> Mapping[RemoteId, str]:
    """Return every id that a record or an ``import:`` names, and the kind it should be of."""
    adopted = {each.adopt: at.kind for at, each in desired.items() if each.adopt is not None}
    return adopted | {remote_id: at.kind for remote_id, at in recorded.owners.items()}


def _named_by_plan(planned: Iterable[Change]) -> Mapping[RemoteId, str]:
    return {each.id: each.address.kind for each in planned if each.id is not None}
