"""A plan: what a person approves and an applier carries out.

The planner puts reasons here; ``render`` turns them into words.
"""

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
    """The live connections that it may have made."""
    certain: bool
    """Whether it is known to have made the only candidate."""
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
    environment: str = ""
    """Named in lines to paste where the project has several; a saved plan does not hold it."""


class Topic(StrEnum):
    """What a remark is about."""

    # Refusals: each makes the plan as a whole unappliable.
    NAME_UNRECORDED = "name-unrecorded"
    """Live connections that nobody records hold the name."""
    NAME_RECORDED = "name-recorded"
    """A connection that another address records holds the name."""
    RENAME_TAKEN = "rename-taken"
    """Another live connection holds the new name."""
    IMPORT_TAKEN = "import-taken"
    """``import:`` names an id that another address records."""
    IMPORT_OTHER = "import-other"
    """``import:`` names one id and the address records another."""
    IMPORT_REPLACED = "import-replaced"
    """``import:`` names an id that gives its address to another."""
    IMPORT_ABSENT = "import-absent"
    IMPORT_FOREIGN = "import-foreign"
    """``import:`` names a connection of another connection spec."""
    IMMUTABLE = "immutable"
    PREVENT_DESTROY = "prevent-destroy"
    TOO_MANY_DELETIONS = "too-many-deletions"
    TOO_MANY_GONE = "too-many-gone"
    NOTHING_DECLARED = "nothing-declared"
    IN_USE = "in-use"
    """Flows use what is to be deleted."""

    # Warnings: worth knowing, in nobody's way.
    STATE_LOST = "state-lost"
    NEW_STATE = "new-state"
    CREDENTIALS_CHANGED = "credentials-changed"
    TWIN = "twin"
    """Another live connection of ours has the name of a recorded one."""
    RENAME_LIKELY = "rename-likely"
    """What is to be deleted and what is to be created differ in their names alone."""
    IMPORT_OUTLIVED = "import-outlived"
    """``import:`` names an id that is gone, and another is to be made in its place."""
    NOT_ENABLED = "not-enabled"
    DROPPED = "dropped"
    FINAL = "final"
    """A connection of a deprecated kind is to be deleted."""
    TARGETED = "targeted"
    """The plan is about some addresses alone."""
    ORPHANED = "orphaned"
    """Source connections are left without the connection that is to be deleted."""
    MOVE_BLOCKED = "move-blocked"
    """``moved:`` leads a recorded address to one that records another connection."""
    USE_UNKNOWN = "use-unknown"
    """Whether anything uses what is to be deleted could not be found out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something the planner has to say; ``render.phrases`` finds the words."""

    topic: Topic
    address: Address | None = None
    other: Address | None = None
    ids: tuple[RemoteId, ...] = ()
    names: tuple[str, ...] = ()
    """What the service calls the objects with these ids, one for each, or none at all."""
    paths: tuple[Path, ...] = ()
    count: int = 0
    limit: int = 0
    text: str = ""
    author: Author | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """A live connection that nobody manages here."""

    id: RemoteId
    name: str
    connection_spec: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many of the live connections are managed, of the connection specs that are in use."""

    managed: int
    """Those that the state records once the plan is carried out."""
    unmanaged: int
    listed: tuple[Stranger, ...] | None = None
    """The unmanaged ones in order of name; ``None`` where nobody asked for them."""

    @property
    def percent(self) -> int:
        """Return the share that is managed, rounded down: 100 means all."""
        total = self.managed + self.unmanaged
        return 100 if total == 0 else self.managed * 100 // total


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that would change, in order of address. The same input makes the same plan."""

    scope: Scope
    changes: tuple[Change, ...] = ()
    drift: tuple[Drift, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    refusals: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
    refreshed: bool = True
    """Whether it rests on what the service says; one that does not is never applied."""
    refresh_only: bool = False
    """Whether it only has the state follow what the service shows."""
    coverage: Coverage | None = None
    """``None`` where nobody has looked."""
    digest: str = ""
    """SHA-256 of the changes alone: addresses, actions, ids, before and after; in hex."""

    @property
    def applicable(self) -> bool:
        """Whether apply may carry it out."""
        return self.refreshed and not self.refusals

    @property
    def complete(self) -> bool:
        """Whether it covers every address."""
        targeted = any(remark.topic is Topic.TARGETED for remark in self.warnings)
        return not (self.doubts or targeted)

    @property
    def tally(self) -> Tally:
        """What the changes come to."""
        return Tally.of(self.changes)

    def count(self, action: Action) -> int:
        """Return how many changes do this to the service."""
        return sum(change.action is action for change in self.changes)

    @property
    def changing(self) -> tuple[Change, ...]:
        """The changes that a person would call one."""
        return tuple(change for change in self.changes if change.reason not in QUIET)

    @property
    def imports(self) -> int:
        """How many connections become ours."""
        return sum(change.importing for change in self.changes)
