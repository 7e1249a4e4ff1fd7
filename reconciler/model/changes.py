"""One change of a plan: what becomes of a connection, why, and as what it was seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from reconciler.model.addresses import Address, Etag, RemoteId
from reconciler.model.findings import Span
from reconciler.model.values import Path, SecretRef, Spec, Unset, Value


class Action(StrEnum):
    """What a change does to the service; Terraform's words."""

    NO_OP = "no-op"
    """Nothing on the service: only the state follows (an import, a move)."""
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    """Create another one, then delete this one."""
    DELETE = "delete"
    FORGET = "forget"

    @property
    def creates(self) -> bool:
        """Whether a connection comes into being."""
        return self in (Action.CREATE, Action.REPLACE)

    @property
    def deletes(self) -> bool:
        """Whether a connection ceases to be."""
        return self in (Action.DELETE, Action.REPLACE)


class Reason(StrEnum):
    """Why a change is planned."""

    NEW = "new"
    """Declared, and nobody has it."""
    VANISHED = "vanished"
    """Declared and recorded, gone from the service."""
    DIFFERS = "differs"
    CREDENTIALS = "credentials"
    """Nothing visible differs; the credentials are to be sent again."""
    ADOPTED = "adopted"
    """``import:`` names it."""
    SETTLED = "settled"
    """An earlier run created it and could not say so."""
    MOVED = "moved"
    NOT_DECLARED = "not-declared"
    """Recorded, and no manifest declares it here."""
    REMOVED = "removed"
    """``removed:`` asks for it."""
    DESTROY = "destroy"
    """``-destroy`` asks for it."""
    REQUESTED = "requested"
    """``-replace`` asks for it."""
    DEPOSED = "deposed"
    """A replacement made its successor and could not delete it."""
    GONE = "gone"
    """Neither declared nor on the service any more."""
    ACCEPTED = "accepted"
    """It drifted, and the state is to follow."""
    RECORDED = "recorded"
    """Nothing to do but to bring our own notes up to date, which is no change to anybody."""
    ACKNOWLEDGED = "acknowledged"
    """Written by others with nothing to see; that they did is noted."""


QUIET = frozenset({Reason.RECORDED, Reason.ACKNOWLEDGED})
"""Reasons for what nobody would call a change."""


class Origin(StrEnum):
    """Who changed a field."""

    CONFIGURATION = "configuration"
    DRIFT = "drift"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field that differs; ``UNSET`` where a side has none."""

    path: Path
    before: Value | Unset
    after: Value | Unset
    origin: Origin = Origin.CONFIGURATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """What an update or a delete was planned from: applied to anything else, it is refused."""

    etag: Etag | None
    updated_by: str | None
    updated_client: str | None
    visible: str
    """SHA-256 of the visible client-owned members, in hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One address and what is to become of it."""

    address: Address
    action: Action
    reason: Reason
    before: Spec | None = None
    """The declared and recorded members as they stand, ``None`` for each write-only one."""
    after: Spec | None = None
    fields: tuple[FieldChange, ...] = ()
    id: RemoteId | None = None
    importing: bool = False
    """The connection becomes ours by this change; ``id`` says which."""
    previous: Address | None = None
    """The address that recorded it until now."""
    pins: Pins | None = None
    secrets: Mapping[Path, SecretRef] = field(default_factory=dict)
    """Where the credentials are to be had, if this change sends them."""
    replaced: tuple[Path, ...] = ()
    """Mappings that are sent whole, credentials included."""
    dropped: tuple[Path, ...] = ()
    """Members that the service holds, nobody declares, and ``replaced`` drops."""
    credentials_version: str | None = None
    """The version that is recorded afterwards."""
    credentials_before: str | None = None
    """The version recorded now."""
    prevent_destroy: bool = False
    ignored: tuple[Path, ...] = ()
    """Fields that are left as they are on the service."""
    consented: bool = False
    """A deletion that was reviewed as such: ``removed: {destroy: true}``."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """The declared ones, by which plans are searched; the service knows none."""
    deposed: bool = False
    """The connection is not the one that the address stands for, but one that was replaced."""
    span: Span | None = None

    @property
    def key(self) -> tuple[Address, str]:
        """What no two changes of a plan share: the address, and which deposed one, if it is one."""
        return self.address, (self.id or "") if self.deposed else ""

    @property
    def subject(self) -> str:
        """The address, and which deposed connection, if it is about one, as Terraform says it."""
        return f"{self.address} (deposed object {self.id})" if self.deposed else str(self.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many connections are changed in which way; a replaced one is added and destroyed."""

    imported: int
    added: int
    changed: int
    destroyed: int
    forgotten: int

    @classmethod
    def of(cls, changes: Iterable[Change]) -> Self:
        """Count these."""
        counted = tuple(changes)
        return cls(
            imported=sum(change.importing for change in counted),
            added=sum(change.action.creates for change in counted),
            changed=sum(change.action is Action.UPDATE for change in counted),
            destroyed=sum(change.action.deletes for change in counted),
            forgotten=sum(change.action is Action.FORGET for change in counted),
        )
