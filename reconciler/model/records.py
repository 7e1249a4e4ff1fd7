"""The recorded side: what we last applied, and what we were about to create."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from reconciler.model.addresses import Address, Etag, RemoteId
from reconciler.model.values import Path, Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One connection as we last applied or accepted it."""

    id: RemoteId
    etag: Etag | None
    """That of our last write or acceptance: evidence, never sent."""
    spec: Spec
    credentials_version: str | None = None
    """The version last *sent*; ``None`` after an adoption, which sends nothing."""
    fingerprints: Mapping[Path, str] = field(default_factory=dict)
    prevent_destroy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A durable note "about to create this", saved before the request."""

    spec: Spec
    client: str
    """The API client that was to create it: ``createdClient`` of the object, if there is one."""
    opened: int
    """Seconds since the epoch by the service's own clock."""
    credentials_version: str | None = None
    fingerprints: Mapping[Path, str] = field(default_factory=dict)
    prevent_destroy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A snapshot of one environment's state. It never changes; a change returns the next one."""

    organization: str
    sandbox: str
    lineage: str = ""
    """Empty until the first save gives it a value for good."""
    serial: int = 0
    records: Mapping[Address, Record] = field(default_factory=dict)
    intents: Mapping[Address, Intent] = field(default_factory=dict)
    deposed: Mapping[Address, tuple[Record, ...]] = field(default_factory=dict)
    """What was replaced and is not known to be deleted, the last one last; no tuple is empty."""

    @property
    def owners(self) -> Mapping[RemoteId, Address]:
        """Which address holds each recorded connection, deposed ones included."""
        deposed = {one.id: at for at, some in self.deposed.items() for one in some}
        return deposed | {record.id: at for at, record in self.records.items()}

    def with_records(self, records: Mapping[Address, Record]) -> Self:
        """Return the snapshot that records these too; a recorded address has no open intent."""
        return replace(
            self,
            records={**self.records, **records},
            intents={at: intent for at, intent in self.intents.items() if at not in records},
        )

    def without_records(self, addresses: Iterable[Address]) -> Self:
        """Return the snapshot that no longer records these."""
        gone = frozenset(addresses)
        return replace(
            self, records={at: record for at, record in self.records.items() if at not in gone}
        )

    def with_intents(self, intents: Mapping[Address, Intent]) -> Self:
        """Return the snapshot with these intents open."""
        return replace(self, intents={**self.intents, **intents})

    def without_intents(self, addresses: Iterable[Address]) -> Self:
        """Return the snapshot with the intents of these addresses closed: nothing was created.

        What an address had before, if it was to be replaced, it has again.
        """
        gone = frozenset(addresses) & self.intents.keys()
        back = {at: self.deposed[at][-1] for at in gone if at in self.deposed}
        kept = replace(
            self,
            records={**self.records, **back},
            intents={at: intent for at, intent in self.intents.items() if at not in gone},
        )
        return kept.without_deposed(record.id for record in back.values())

    def deposing(self, addresses: Iterable[Address]) -> Self:
        """Return the snapshot in which these addresses have no record, and keep what they had."""
        had = {at: self.records[at] for at in addresses if at in self.records}
        if not had:
            return self
        deposed = {at: (*self.deposed.get(at, ()), record) for at, record in had.items()}
        return replace(self.without_records(had), deposed={**self.deposed, **deposed})

    def without_deposed(self, ids: Iterable[RemoteId]) -> Self:
        """Return the snapshot that no longer keeps these deposed connections."""
        gone = frozenset(ids)
        if not gone:
            return self
        left = {
            at: tuple(one for one in some if one.id not in gone)
            for at, some in self.deposed.items()
        }
        return replace(self, deposed={at: some for at, some in left.items() if some})
