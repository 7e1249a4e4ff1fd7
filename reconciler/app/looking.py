"""Flow Service for a run that may be told to stop: what it only looks up is not waited for then."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from reconciler.errors import UnreachableError
from reconciler.model.addresses import RemoteId
from reconciler.model.explorations import Column, Table
from reconciler.model.kinds import Kind
from reconciler.model.observations import Observation
from reconciler.model.uses import Use
from reconciler.ports import Accepted, Clock, Mailbox, Remote, Stop, Threads

PATIENCE = 3.0
"""Seconds that a look-up gets once the run was told to stop; with the tick, less than five."""
_TICK = 1.0

Answer = TypeVar("Answer")


class Looks:
    """A ``Remote`` whose look-ups of many connections raise ``UnreachableError`` once it is late.

    What changes something, and what belongs to a change, is left to whoever carries it out.
    """

    def __init__(self, remote: Remote, *, clock: Clock, threads: Threads, stop: Stop) -> None:
        self._remote = remote
        self._clock = clock
        self._threads = threads
        self._stop = stop

    @property
    def client(self) -> str:
        """The API client we act as."""
        return self._remote.client

    def now(self) -> int | None:
        """Return the service's own time, as far as its answers tell it."""
        return self._remote.now()

    def surely(self) -> int | None:
        """Return the same for a note of what is about to be sent."""
        return self._remote.surely()

    def connections(self, kind: Kind, connection_spec: str) -> Sequence[Observation]:
        """Return every live connection of that connection spec."""
        return self._looked(lambda: self._remote.connections(kind, connection_spec))

    def offers(self, connection_spec: str) -> bool:
        """Tell whether the service still lists that connection spec."""
        return self._looked(lambda: self._remote.offers(connection_spec))

    def connection(self, kind: Kind, remote_id: RemoteId) -> Observation | None:
        """Return one live connection."""
        return self._remote.connection(kind, remote_id)

    def create(
        self, kind: Kind, body: Mapping[str, Any], *, leave_by: float | None = None
    ) -> Accepted:
        """Create a connection."""
        return self._remote.create(kind, body, leave_by=leave_by)

    def update(self, kind: Kind, seen: Observation, patch: Sequence[Mapping[str, Any]]) -> Accepted:
        """Apply a JSON Patch."""
        return self._remote.update(kind, seen, patch)

    def delete(self, kind: Kind, remote_id: RemoteId) -> None:
        """Delete a connection."""
        self._remote.delete(kind, remote_id)

    def uses(self, ids: Collection[RemoteId]) -> Mapping[RemoteId, Use]:
        """Return for each connection what reads through it."""
        return self._remote.uses(ids)

    def test(self, kind: Kind, remote_id: RemoteId) -> bool:
        """Tell whether the source lets the connection in."""
        return self._remote.test(kind, remote_id)

    def tables(self, kind: Kind, remote_id: RemoteId) -> Sequence[Table]:
        """Return the tables behind a connection."""
        return self._remote.tables(kind, remote_id)

    def columns(self, kind: Kind, remote_id: RemoteId, table: str) -> Sequence[Column]:
        """Return the columns of one of these tables."""
        return self._remote.columns(kind, remote_id, table)

    def _looked(self, call: Callable[[], Answer]) -> Answer:
        ended: Mailbox[Answer | Exception] = self._threads.mailbox()

        def look() -> None:
            try:
                ended.put(call())
            except Exception as error:
                ended.put(error)

        self._threads.start(look, name="look")
        answer = self._waited(ended)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _waited(self, ended: Mailbox[Answer | Exception]) -> Answer | Exception:
        deadline: float | None = None
        while True:
            try:
                return ended.get(timeout=_TICK)
            except TimeoutError:
                now = self._clock.monotonic()
                if self._stop.is_set() and deadline is None:
                    deadline = now + PATIENCE
                if deadline is not None and now >= deadline:
                    raise UnreachableError(
                        "Flow Service was slow to answer, and the run was told to stop."
                    ) from None
