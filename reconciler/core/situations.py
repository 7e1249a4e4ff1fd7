"""What the planner is told: everything it may decide from, and nothing it could look up itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from reconciler.core import settling
from reconciler.core.selection import Selection
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.declarations import Declaration, Desired
from reconciler.model.kinds import Kind
from reconciler.model.observations import Observation
from reconciler.model.plans import Scope
from reconciler.model.projects import Moved, Policy, Removed
from reconciler.model.records import Intent, Record, Recorded
from reconciler.model.uses import Use
from reconciler.model.values import Path, Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a person asked for on the command line."""

    destroy: bool = False
    refresh_only: bool = False
    """Have the state follow what the service shows, and change nothing there."""
    replace: tuple[Address, ...] = ()
    """Connections to make anew."""
    selection: Selection = field(default_factory=Selection)
    unmanaged: bool = False
    """List the live connections that nobody manages here."""
    allow_destroy: int | None = None
    allow_recreate: int | None = None
    confirmed: bool = False
    """A person will be asked for ``yes`` before anything is deleted."""


class Live:
    """The live connections, found by id and by natural key.

    ``observations`` holds every one of the connection specs in question, and beside these any that
    was asked for by id; an id it does not hold is absent from the service.
    """

    def __init__(self, observations: Iterable[Observation]) -> None:
        self.by_id: Mapping[RemoteId, Observation] = {seen.id: seen for seen in observations}

    @cached_property
    def _by_key(self) -> Mapping[tuple[str, str], list[Observation]]:
        found: dict[tuple[str, str], list[Observation]] = {}
        for remote_id in sorted(self.by_id):
            seen = self.by_id[remote_id]
            found.setdefault(settling.natural_key(seen.spec), []).append(seen)
        return found

    def named(self, spec: Spec) -> Sequence[Observation]:
        """Return the live connections with the name and connection spec of ``spec``."""
        return self._by_key.get(settling.natural_key(spec), ())

    @classmethod
    def recorded(cls, recorded: Recorded) -> Live:
        """Return what the service would show if it had not changed since the last apply."""
        deposed = (one for some in recorded.deposed.values() for one in some)
        return cls(
            Observation(id=record.id, etag=record.etag, spec=record.spec)
            for record in (*recorded.records.values(), *deposed)
        )


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Declared, recorded and observed, and what was asked for."""

    scope: Scope
    kinds: Mapping[str, Kind]
    desired: Desired
    recorded: Recorded
    live: Live
    client: str = ""
    """The API client we act as."""
    policy: Policy = field(default_factory=Policy)
    moved: Sequence[Moved] = ()
    removed: Sequence[Removed] = ()
    rotated: Mapping[Address, frozenset[Path]] = field(default_factory=dict)
    """Write-only members whose secret is known not to be the one sent last."""
    uses: Mapping[RemoteId, Use] | None = field(default_factory=dict)
    """What reads through connections, as far as it was asked for; ``None`` if nobody could tell."""
    request: Request = field(default_factory=Request)
    refreshed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One address, with all that bears on it."""

    address: Address
    kind: Kind
    declared: Declaration | None
    record: Record | None
    intent: Intent | None
    observed: Observation | None
    """The connection that the address records or that its ``import:`` names."""
    previous: Address | None
    removed: Removed | None
    deposed: tuple[tuple[Record, Observation | None], ...] = ()
    """The connections that were replaced here and are still recorded, with what is live of them."""
