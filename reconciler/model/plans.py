"""A plan: what a person approves and an applier carries out.

The planner puts reasons into it; ``render`` turns them into words.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.addresses import Address, RemoteId
from reconciler.model.changes import QUIET, Action, Change, FieldChange, Tally
from reconciler.model.remarks import Author, Remark, Topic
from reconciler.model.values import Spec


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
