"""The world of the applier with a time of its own: nothing waits, everything is written down."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.app.threads import SystemThreads
from reconciler.applier.journal import Journal
from reconciler.applier.world import World
from reconciler.core.invocations import Invocation
from reconciler.model.addresses import Address, Etag, RemoteId
from reconciler.model.changes import Change
from reconciler.model.explorations import Column, Table
from reconciler.model.kinds import Kind, TokenRule
from reconciler.model.observations import Observation
from reconciler.model.outcomes import Outcome
from reconciler.model.records import Recorded
from reconciler.model.secrets import Secret
from reconciler.model.uses import Use
from reconciler.model.values import Path, SecretRef, Spec
from reconciler.ports import Accepted
from tests.builders import CLIENT, KIND, recorded, remote_id

NOON = 1_000
"""The service's time when a test begins."""


@dataclass
class Clock:
    """Goes on by ``pace`` with each look at it, by its sleeps, and by what a test adds."""

    now: float = 50.0
    pace: float = 0.0
    naps: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        self.now += self.pace
        return self.now

    def sleep(self, seconds: float) -> bool:
        self.naps.append(max(0.0, seconds))
        self.now += max(0.0, seconds)
        return True


@dataclass
class Service:
    """``ports.Remote``: creates are answered in turn, lists show what ``listings`` has left."""

    clock: Clock
    tells_time: bool = True
    answer: Callable[[str], Accepted] = lambda name: Accepted(id=RemoteId(name), etag=None)
    listings: list[Sequence[Observation]] = field(default_factory=list)
    """What each list shows; the last one stays."""
    list_seconds: float = 0.0
    agrees: bool = True
    """Whether its answers agree on what time it is."""
    lists_untold: int = 0
    """How many lists there must have been before the service tells the time."""
    listed: list[float] = field(default_factory=list)
    """When each list began, in seconds since the clock's beginning."""
    created: list[tuple[str, float | None]] = field(default_factory=list)
    """The name of each create that was asked for, and by when it had to leave."""

    @property
    def client(self) -> str:
        return CLIENT

    def surely(self) -> int | None:
        return self.now() if self.agrees else None

    def now(self) -> int | None:
        if not self.tells_time or len(self.listed) < self.lists_untold:
            return None
        return NOON + int(self.clock.now - 50.0)

    def connections(self, kind: Kind, connection_spec: str) -> Sequence[Observation]:
        del kind, connection_spec
        self.listed.append(self.clock.now - 50.0)
        self.clock.now += self.list_seconds
        if not self.listings:
            return ()
        return self.listings.pop(0) if len(self.listings) > 1 else self.listings[0]

    def create(
        self, kind: Kind, body: Mapping[str, Any], *, leave_by: float | None = None
    ) -> Accepted:
        del kind
        self.created.append((body["name"], leave_by))
        return self.answer(body["name"])

    def offers(self, connection_spec: str) -> bool:
        del connection_spec
        return True

    def connection(self, kind: Kind, remote_id: RemoteId) -> Observation | None:
        raise NotImplementedError

    def update(self, kind: Kind, seen: Observation, patch: Sequence[Mapping[str, Any]]) -> Accepted:
        raise NotImplementedError

    def delete(self, kind: Kind, remote_id: RemoteId) -> None:
        raise NotImplementedError

    def test(self, kind: Kind, remote_id: RemoteId) -> bool:
        raise NotImplementedError

    def tables(self, kind: Kind, remote_id: RemoteId) -> Sequence[Table]:
        raise NotImplementedError

    def columns(self, kind: Kind, remote_id: RemoteId, table: str) -> Sequence[Column]:
        raise NotImplementedError

    def uses(self, ids: Collection[RemoteId]) -> Mapping[RemoteId, Use]:
        raise NotImplementedError


@dataclass
class Disk:
    """``ports.StateStore``: keeps every snapshot; ``saving`` is done during each save."""

    saving: Callable[[Recorded], object] = lambda recorded: None
    written: list[Recorded] = field(default_factory=list)

    location = "state/dev.json"

    def read(self) -> Recorded | None:
        return self.written[-1] if self.written else None

    def write(self, recorded: Recorded, *, expected_serial: int) -> Recorded:
        self.saving(recorded)
        self.written.append(replace(recorded, serial=expected_serial + 1))
        return self.written[-1]

    def lock(self, *, operation: str, timeout: float) -> AbstractContextManager[None]:
        raise NotImplementedError

    def force_unlock(self, lock_id: str) -> None:
        raise AssertionError

    def dump(self, recorded: Recorded) -> str | None:
        raise NotImplementedError


@dataclass
class Listener:
    """``ports.Progress``: what was said, in order."""

    said: list[tuple[str, str]] = field(default_factory=list)
    on_waiting: Callable[[float], object] = lambda seconds: None

    def started(self, change: Change) -> None:
        self.said.append(("started", change.address.name))

    def waiting(self, change: Change, *, seconds: float) -> None:
        self.said.append(("waiting", change.address.name))
        self.on_waiting(seconds)

    def finished(self, outcome: Outcome, *, seconds: float) -> None:
        del seconds
        self.said.append((outcome.verdict.value, outcome.change.address.name))

    def settled(self, address: Address, remote_id: RemoteId | None) -> None:
        self.said.append((f"settled as {remote_id}", address.name))


class Secrets:
    """``ports.SecretSource``."""

    def reveal(self, reference: SecretRef) -> Secret:
        return Secret(f"secret of {reference}")


class Tokens:
    """``ports.TokenSource``."""

    def issue(
        self, kind: Kind, rule: TokenRule, spec: Spec, secrets: Mapping[Path, Secret]
    ) -> Secret:
        raise AssertionError


@dataclass
class Stage:
    """Everything that an applier or a settler is given."""

    clock: Clock = field(default_factory=Clock)
    disk: Disk = field(default_factory=Disk)
    listener: Listener = field(default_factory=Listener)
    stop: threading.Event = field(default_factory=threading.Event)
    kind: Kind = KIND
    service: Service = field(init=False)

    def __post_init__(self) -> None:
        self.service = Service(self.clock)

    def journal(self, state: Recorded | None = None) -> Journal:
        return Journal(
            state or recorded(),
            store=self.disk,
            invocation=Invocation(folder=".", environment=""),
            clock=self.clock,
        )

    @property
    def world(self) -> World:
        return World(
            kinds={KIND.name: self.kind},
            remote=self.service,
            secrets=Secrets(),
            tokens=Tokens(),
            clock=self.clock,
            threads=SystemThreads(),
            progress=self.listener,
            stop=self.stop,
        )


def accepted(number: int) -> Accepted:
    return Accepted(id=remote_id(number), etag=Etag(f'"{number}"'))
