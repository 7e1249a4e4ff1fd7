"""A plan: what a person approves and an applier carries out.

The planner puts reasons here; only ``render.phrases`` turns them into words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from reconciler.model.addresses import Address, Etag, RemoteId
from reconciler.model.findings import Finding, Span
from reconciler.model.values import Path, SecretRef, Spec, Unset, Value


class Action(StrEnum):
    """What a change does to the service; Terraform's words."""

    NO_OP = "no-op"
    """Nothing on the service: only the state follows (an import, a move)."""
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    FORGET = "forget"


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
    GONE = "gone"
    """Neither declared nor on the service any more."""


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
class Author:
    """Who changed a connection last, and when (milliseconds since the epoch)."""

    by: str | None
    client: str | None
    at: int | None


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
    prevent_destroy: bool = False
    ignored: tuple[Path, ...] = ()
    """Fields that are left as they are on the service."""
    consented: bool = False
    """A deletion that was reviewed as such: ``removed: {destroy: true}``."""
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One connection that the service shows otherwise than we recorded it."""

    address: Address
    id: RemoteId
    before: Spec
    """As recorded."""
    after: Spec | None
    """As observed; ``None`` where it is gone."""
    fields: tuple[FieldChange, ...]
    author: Author


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A create of which nobody knows yet whether it happened; its address waits."""

    address: Address
    name: str
    candidates: tuple[RemoteId, ...]
    opened: int
    settles: int
    """The service's time, in seconds since the epoch, from which absence counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where a plan holds: nowhere else may it be applied."""

    organization: str
    sandbox: str
    base_url: str
    lineage: str
    serial: int


Refusal: TypeAlias = Finding
"""A reason why the plan as a whole is not applied, with the way out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that would change, in order of address. The same input makes the same plan."""

    scope: Scope
    changes: tuple[Change, ...] = ()
    drift: tuple[Drift, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[Finding, ...] = ()
    refreshed: bool = True
    """Whether it rests on what the service says; one that does not is never applied."""
    digest: str = ""
    """SHA-256 of the changes alone: addresses, actions, ids, before and after; in hex."""

    @property
    def applicable(self) -> bool:
        """Whether apply may carry it out."""
        return self.refreshed and not self.refusals

    def count(self, action: Action) -> int:
        """Return how many changes do this to the service."""
        return sum(change.action is action for change in self.changes)

    @property
    def imports(self) -> int:
        """How many connections become ours."""
        return sum(change.importing for change in self.changes)
