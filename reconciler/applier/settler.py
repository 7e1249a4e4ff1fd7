"""Finding out what became of creates that were never answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from reconciler.applier.journal import Journal
from reconciler.core import settling
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.kinds import Kind
from reconciler.model.observations import Observation
from reconciler.model.plans import Doubt
from reconciler.model.records import Intent, Record
from reconciler.ports import Clock, Progress, Remote

LOOKS = (0, 2, 4, 8, 15, 30)
"""Seconds after the start at which to look, as far as the settle timeout allows."""


class Settler:
    """Closes open intents: by adopting the one connection that fits, or because none ever will.

    Finding one counts at once. Not finding one counts only after the quarantine, by the service's
    clock, and only if two complete listings agree.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        kinds: Mapping[str, Kind],
        remote: Remote,
        clock: Clock,
        progress: Progress,
        quarantine: float,
    ) -> None:
        self._journal = journal
        self._kinds = kinds
        self._remote = remote
        self._clock = clock
        self._progress = progress
        self._quarantine = quarantine
        self._live: Mapping[RemoteId, Observation] = {}
        self._found: Mapping[Address, tuple[RemoteId, ...]] = {}
        """The candidates of each intent when last looked for."""

    def settle(self, *, timeout: float) -> None:
        """Look until every intent is closed or ``timeout`` seconds are over.

        Raises ``RemoteError`` where the service cannot be listed and ``StateError`` where what was
        found cannot be saved.
        """
        start = self._clock.monotonic()
        for look in LOOKS:
            if not self._journal.recorded.intents:
                break
            if look > timeout or not self._clock.sleep(start + look - self._clock.monotonic()):
                break
            self._look()

    def _look(self) -> None:
        self._found = found = self._scan()
        adopted = _certain(found)
        overdue = [at for at, ids in found.items() if not ids and self._overdue(at)]
        absent = self._still_absent(overdue)
        self._close(adopted, absent)

    def _still_absent(self, overdue: Collection[Address]) -> Collection[Address]:
        """Return those of which a second listing shows no candidate either."""
        if not overdue:
            return ()
        first, again = self._live, self._scan()
        self._live = {**self._live, **first}
        return [at for at in overdue if not again[at]]

    def _scan(self) -> Mapping[Address, tuple[RemoteId, ...]]:
        """List the service once and return the candidates of each intent."""
        intents = self._journal.recorded.intents
        self._live = {seen.id: seen for seen in self._listing(intents)}
        held = {record.id for record in self._journal.recorded.records.values()}
        return {
            at: settling.candidates(intent, self._live.values(), held=held)
            for at, intent in intents.items()
        }

    def _listing(self, intents: Mapping[Address, Intent]) -> Iterable[Observation]:
        wanted = {(at.kind, settling.connection_spec(each.spec)) for at, each in intents.items()}
        for kind, connection_spec in sorted(wanted):
            yield from self._remote.connections(self._kinds[kind], connection_spec)

    def _overdue(self, at: Address) -> bool:
        opened = self._journal.recorded.intents[at].opened
        return self._remote.now() >= opened + self._quarantine

    def _close(self, adopted: Mapping[Address, RemoteId], absent: Collection[Address]) -> None:
        recorded = self._journal.recorded
        records = {
            at: _record(recorded.intents[at], self._live[remote_id])
            for at, remote_id in adopted.items()
        }
        if records or absent:
            self._journal.recorded = recorded.with_records(records).without_intents(absent)
            self._journal.save()
        for at in sorted({*adopted, *absent}):
            self._progress.settled(at, adopted.get(at))

    def undecided(self) -> tuple[Doubt, ...]:
        """Return the creates in doubt, with the candidates that the last look found for them."""
        intents = self._journal.recorded.intents
        return tuple(
            Doubt(
                address=at,
                name=settling.connection_name(intents[at].spec),
                candidates=self._found.get(at, ()),
                opened=intents[at].opened,
                settles=int(intents[at].opened + self._quarantine),
            )
            for at in sorted(intents)
        )


def _certain(
    found: Mapping[Address, tuple[RemoteId, ...]],
) -> Mapping[Address, RemoteId]:
    """Return the only candidate of each intent that has one which no other intent claims."""
    claims = Counter(remote_id for ids in found.values() for remote_id in ids)
    return {at: ids[0] for at, ids in found.items() if len(ids) == 1 and claims[ids[0]] == 1}


def _record(intent: Intent, seen: Observation) -> Record:
    """Return the record of a connection that an intent of ours turned out to have made."""
    return Record(
        id=seen.id,
        etag=seen.etag,
        spec=intent.spec,
        credentials_version=intent.credentials_version,
        fingerprints=intent.fingerprints,
        prevent_destroy=intent.prevent_destroy,
    )
