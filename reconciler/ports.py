"""What the deciding and acting rooms need of the world, one Protocol each; nothing to inherit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from reconciler.model.addresses import Address, Etag, RemoteId
from reconciler.model.changes import Change
from reconciler.model.comments import Comment
from reconciler.model.explorations import Column, Table
from reconciler.model.kinds import Kind, TokenRule
from reconciler.model.observations import Observation
from reconciler.model.outcomes import Outcome
from reconciler.model.records import Recorded
from reconciler.model.secrets import Secret
from reconciler.model.specs import ConnectionSpec
from reconciler.model.tokens import Client, Credentials
from reconciler.model.uses import Use
from reconciler.model.values import Path, SecretRef, Spec

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The service's yes to a write. ``etag`` may be missing, and may move by itself soon after."""

    id: RemoteId
    etag: Etag | None


class Remote(Protocol):
    """Flow Service, for one organisation and sandbox.

    Every method may raise ``RefusedError`` (a definite no), ``UnreachableError`` (nothing was
    sent), ``SilentError`` (sent, no usable answer) and ``ProtocolError`` (a read whose answer is
    not what it should be). Calls may be made from several threads at once.
    """

    @property
    def client(self) -> str:
        """The API client we act as; ``createdClient`` of what we make."""
        ...

    def now(self) -> int | None:
        """Return the service's own time in seconds since the epoch, by the dates of its answers.

        It may be later by then, and never earlier. ``None`` where no answer had a date, or where
        they cannot all be true: our own clock may be wrong by any amount.
        """
        ...

    def surely(self) -> int | None:
        """Return the same for a note of what is about to be sent.

        It may be some seconds earlier by then, and never later. ``None`` unless several answers
        tell it nearly exactly.
        """
        ...

    def connections(self, kind: Kind, connection_spec: str) -> Sequence[Observation]:
        """Return every live connection of that connection spec; complete, or an error is raised."""
        ...

    def connection(self, kind: Kind, remote_id: RemoteId) -> Observation | None:
        """Return one live connection, ``None`` where the service has none by that id."""
        ...

    def create(
        self, kind: Kind, body: Mapping[str, Any], *, leave_by: float | None = None
    ) -> Accepted:
        """Create a connection; the request leaves at most once unless a repeat is harmless.

        ``leave_by`` is a moment of the clock's ``monotonic()`` after which no request leaves, not
        even a harmless repeat: what an intent promises about the time of its request stays true.
        """
        ...

    def update(self, kind: Kind, seen: Observation, patch: Sequence[Mapping[str, Any]]) -> Accepted:
        """Apply a JSON Patch; ``MovedError`` unless the connection still has ``seen``'s etag."""
        ...

    def delete(self, kind: Kind, remote_id: RemoteId) -> None:
        """Delete a connection; one that is gone already counts as deleted."""
        ...

    def uses(self, ids: Collection[RemoteId]) -> Mapping[RemoteId, Use]:
        """Return for each connection what reads through it; complete, or an error is raised."""
        ...

    def test(self, kind: Kind, remote_id: RemoteId) -> bool:
        """Tell whether the source lets the connection in, as the service finds when it tries."""
        ...

    def tables(self, kind: Kind, remote_id: RemoteId) -> Sequence[Table]:
        """Return the tables behind a connection."""
        ...

    def columns(self, kind: Kind, remote_id: RemoteId, table: str) -> Sequence[Column]:
        """Return the columns of one of these tables."""
        ...

    def offers(self, connection_spec: str) -> bool:
        """Tell whether the service still lists that connection spec."""
        ...


class Sources(Protocol):
    """What Flow Service says of the sources that one can connect to.

    Both methods may raise what those of ``Remote`` do.
    """

    def connection_spec(self, connection_spec: str) -> ConnectionSpec | None:
        """Return what the service says of a connection spec, ``None`` where it lists none."""
        ...

    def connection_specs(self) -> Sequence[ConnectionSpec]:
        """Return every connection spec that the service lists, in order of name."""
        ...


class Service(Remote, Sources, Protocol):
    """All that Flow Service is asked for."""


class StateStore(Protocol):
    """Where the state of one environment is kept."""

    @property
    def location(self) -> str:
        """The state's place, as messages name it."""
        ...

    def read(self) -> Recorded | None:
        """Return the last snapshot saved; ``None`` where there never was one."""
        ...

    def write(self, recorded: Recorded, *, expected_serial: int) -> Recorded:
        """Save durably, read back, and return the snapshot with its serial raised and lineage set.

        Raises ``StaleStateError`` if the saved serial is not the expected one, ``SaveError`` if the
        snapshot is not certain to be there.
        """
        ...

    def lock(self, *, operation: str, timeout: float) -> AbstractContextManager[None]:
        """Keep other runs out meanwhile; ``LockedError`` after ``timeout`` seconds."""
        ...

    def force_unlock(self, lock_id: str) -> None:
        """Break the lock that a run left behind; ``UnlockError`` unless it is the one of that id.

        A store whose locks end with their processes breaks none, and says so.
        """
        ...

    def dump(self, recorded: Recorded) -> str | None:
        """Put a snapshot that could not be saved in another verified place; return it, if any."""
        ...


class Forge(Protocol):
    """The discussion of one pull or merge request, where it is hosted.

    Every method may raise ``ForgeError``.
    """

    @property
    def title(self) -> str:
        """The request, as messages name it."""
        ...

    @property
    def longest(self) -> int:
        """How many characters a comment may have."""
        ...

    def account(self) -> str:
        """Return the name of the account that we write as."""
        ...

    def comments(self) -> Iterator[Comment]:
        """Yield every comment; complete, or an error is raised."""
        ...

    def create(self, body: str) -> Comment:
        """Make a comment; the request leaves once, unless the host certainly did nothing.

        Raises ``ForgeSilentError`` where nobody knows whether it is there.
        """
        ...

    def update(self, comment: Comment, body: str) -> None:
        """Give a comment another body."""
        ...


class SecretSource(Protocol):
    """Where secret references are resolved."""

    def reveal(self, reference: SecretRef) -> Secret:
        """Return the secret; ``SecretError`` names the reference and never the value."""
        ...


class TokenIssuer(Protocol):
    """An accounts server's part in OAuth: tokens for credentials.

    Each method asks once and may raise ``TokenError``.
    """

    def refresh(self, credentials: Credentials) -> Secret:
        """Return a fresh access token."""
        ...

    def exchange(self, client: Client, code: Secret) -> Secret:
        """Return the refresh token that a grant code stands for; the code is spent by that."""
        ...


class TokenSource(Protocol):
    """Where the tokens that a connection asks for are made."""

    def issue(
        self, kind: Kind, rule: TokenRule, spec: Spec, secrets: Mapping[Path, Secret]
    ) -> Secret:
        """Return a fresh token, made of what is about to be sent.

        The same credentials are tried once in a run, whatever comes of it. ``TokenError`` where
        there is none, also where policy does not let the credentials go to the server.
        """
        ...


class Clock(Protocol):
    """Time that only moves forward."""

    def monotonic(self) -> float:
        """Return seconds since some fixed moment."""
        ...

    def sleep(self, seconds: float) -> bool:
        """Let that many seconds go by; return whether they did, and not the wish to stop."""
        ...


class Mailbox(Protocol[Item]):
    """Where threads leave things for one another, first in, first out."""

    def put(self, item: Item) -> None:
        """Leave something; never waits."""
        ...

    def get(self, *, timeout: float | None = None) -> Item:
        """Take the oldest thing, waiting for one; ``TimeoutError`` after ``timeout`` seconds."""
        ...


class Threads(Protocol):
    """Work beside work, and the two ways in which it meets."""

    def start(self, work: Callable[[], None], *, name: str) -> None:
        """Have this done beside everything else; it keeps no run from ending."""
        ...

    def mailbox(self) -> Mailbox[Any]:
        """Return an empty mailbox."""
        ...

    def lock(self) -> AbstractContextManager[object]:
        """Return a lock that one thread at a time holds."""
        ...


class Stop(Protocol):
    """Whether the run was told to stop."""

    def is_set(self) -> bool:
        """Tell whether a signal has arrived."""
        ...


class Progress(Protocol):
    """Who is told how an apply goes, as it goes; always by the same thread."""

    def started(self, change: Change) -> None:
        """Say that a change has begun."""
        ...

    def waiting(self, change: Change, *, seconds: float) -> None:
        """Say that a change has not ended after so many seconds."""
        ...

    def finished(self, outcome: Outcome, *, seconds: float) -> None:
        """Say how a change ended and how long it took."""
        ...

    def settled(self, address: Address, remote_id: RemoteId | None) -> None:
        """Say that a create in doubt turned out to have made this connection, or none."""
        ...
