"""Finding out what became of creates that were never answered."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from reconciler.applier.journal import Journal
from reconciler.core import settling
from reconciler.core.settling import Sighting
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

    Finding one counts at once. Not finding one counts only if two complete listings agree that were
    both begun after the quarantine, by the service's clock.
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
        self._found: Mapping[Address, Sighting] = {}
        """What each intent may have made, when last looked for."""

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
        begun, self._live = self._scan()
        self._put_right()
        overdue = [
            at
            for at, sighting in self._sightings().items()
            if not sighting.ids and self._is_over(at, begun)
        ]
        if overdue:
            self._live = {**self._live, **self._scan()[1]}
            if self._remote.surely() is None:
                overdue = []  # the two listings do not agree on what time it is
        self._found = found = self._sightings()
        adopted = {at: sighting.ids[0] for at, sighting in found.items() if sighting.certain}
        self._close(adopted, [at for at in overdue if not found[at].ids])

    def _put_right(self) -> None:
        """Have intents that were opened later than now be opened now.

        The service's clock has been put back since, or was wrong then; nobody is to wait for what
        it said.
        """
        recorded, now = self._journal.recorded, self._remote.surely()
        ahead = {
            at: replace(intent, opened=now)
            for at, intent in recorded.intents.items()
            if now is not None and intent.opened > now + settling.TOLERANCE
        }
        if ahead:
            self._journal.recorded = recorded.with_intents(ahead)
            self._journal.save()

    def _scan(self) -> tuple[float | None, Mapping[RemoteId, Observation]]:
        """List the service once; return when that began, by the service's clock, and what is there.

        ``None`` stands for a time that the service does not tell.
        """
        known, started = self._remote.now(), self._clock.monotonic()
        live = {seen.id: seen for seen in self._listing(self._journal.recorded.intents)}
        if known is None and (heard := self._remote.now()) is not None:
            known = heard - math.ceil(self._clock.monotonic() - started)
        return known, live

    def _sightings(self) -> Mapping[Address, Sighting]:
        recorded = self._journal.recorded
        return settling.sightings(
            recorded.intents,
            self._live.values(),
            held=recorded.owners.keys(),
            quarantine=self._quarantine,
        )

    def _listing(self, intents: Mapping[Address, Intent]) -> Iterable[Observation]:
        wanted = {(at.kind, settling.connection_spec(each.spec)) for at, each in intents.items()}
        for kind, connection_spec in sorted(wanted):
            yield from self._remote.connections(self._kinds[kind], connection_spec)

    def _is_over(self, at: Address, moment: float | None) -> bool:
        """Tell whether the quarantine of that intent was over by then."""
        opened = self._journal.recorded.intents[at].opened
        return moment is not None and moment >= opened + self._quarantine

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
        return tuple(
            settling.doubt(at, intent, self._found.get(at, Sighting()), quarantine=self._quarantine)
            for at, intent in sorted(self._journal.recorded.intents.items())
        )


def _record(intent: Intent, seen: Observation) -> Record:
    """Return the record of a connection that an intent of ours turned out to have made.

    Where somebody else has written to it since, it may have other credentials than those sent, so
    nothing is claimed about them.
    """
    record = Record(
        id=seen.id,
        etag=seen.etag,
        spec=intent.spec,
        credentials_version=intent.credentials_version,
        fingerprints=intent.fingerprints,
        prevent_destroy=intent.prevent_destroy,
    )
    if seen.updated_client in (None, intent.client):
        return record
    return replace(record, credentials_version=None, fingerprints={})
