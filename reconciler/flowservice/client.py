"""Flow Service as the other rooms see it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Self

from reconciler.core.escaping import escape
from reconciler.core.scrubber import Scrubber
from reconciler.core.settling import LAG
from reconciler.errors import NotFoundError, ProtocolError, RefusedError, RemoteError, SilentError
from reconciler.flowservice import (
    bodies,
    dependants,
    health,
    observations,
    pages,
    sources,
    verdicts,
)
from reconciler.flowservice.budgets import Budget
from reconciler.flowservice.confidences import Confidences
from reconciler.flowservice.courier import Courier
from reconciler.flowservice.retries import Retrier
from reconciler.flowservice.settings import Settings
from reconciler.flowservice.times import ServiceTime
from reconciler.flowservice.tokens import tokens_for
from reconciler.http.sockets import Trust
from reconciler.http.transport import (
    OBJECT_LIMIT,
    PAGE_LIMIT,
    LoggedTransport,
    Transport,
)
from reconciler.http.wire import Wire
from reconciler.model import addresses
from reconciler.model.addresses import RemoteId
from reconciler.model.explorations import Column, Table
from reconciler.model.kinds import Kind
from reconciler.model.observations import Observation
from reconciler.model.specs import ConnectionSpec
from reconciler.model.uses import Use
from reconciler.ports import Accepted, Clock, Threads

ORDER: Final = "createdAt"
"""Oldest first, so that what is created or changed during a listing moves nothing on it."""
UNKNOWN_SPEC: Final = "FLOW-1413-400"
"""Adobe's own name for a connection spec that it does not know (flow-service-errors.md)."""
GONE_PAUSES: Final = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between the looks at an object whose deletion was accepted but not confirmed."""

_BAD_REQUEST: Final = 400
_DONE: Final = 204
_CREATED: Final = frozenset({200, 201})
_PATCHED: Final = frozenset({200})


class FlowService:
    """The ``ports.Remote`` of one organisation and sandbox, over HTTP."""

    def __init__(
        self,
        *,
        client: str,
        courier: Courier,
        confidences: Confidences,
        time: ServiceTime,
        clock: Clock,
        threads: Threads,
        transport: Transport,
    ) -> None:
        self._client = client
        self._confidences = confidences
        self._courier = courier
        self._time = time
        self._clock = clock
        self._threads = threads
        self._transport = transport

    @classmethod
    def connect(
        cls,
        settings: Settings,
        *,
        clock: Clock,
        threads: Threads,
        log: Callable[[str], None] | None = None,
        scrubber: Scrubber | None = None,
        jitter: random.Random | None = None,
        transport: Transport | None = None,
    ) -> Self:
        """Return a client; nothing is sent before its first call.

        ``log`` gets one line per request. ``scrubber`` takes secrets out of what services say, and
        is told our own credentials. Raises ``RejectedError`` for an unusable CA bundle.
        """
        trust = Trust(settings.ca_bundle)
        wire = transport or Wire(clock=clock, trust=trust, proxy=settings.proxy)
        confidences = Confidences(scrubber or Scrubber(), *settings.secrets)
        if log is not None:
            wire = LoggedTransport(wire, log=log, tell=confidences.tell, clock=clock)
        jitter = jitter or random.Random()  # noqa: S311 -- it spreads retries, it guards nothing
        retrier = Retrier(clock=clock, jitter=jitter)
        service_time = ServiceTime(clock=clock)
        tokens = tokens_for(
            settings,
            transport=wire,
            retrier=retrier,
            clock=clock,
            threads=threads,
            confidences=confidences,
        )
        courier = Courier(
            settings,
            transport=wire,
            tokens=tokens,
            retrier=retrier,
            time=service_time,
            clock=clock,
            tell=confidences.tell,
        )
        return cls(
            client=settings.client_id,
            courier=courier,
            confidences=confidences,
            time=service_time,
            clock=clock,
            threads=threads,
            transport=wire,
        )

    def close(self) -> None:
        """Close idle connections; the client may still be used."""
        self._transport.close()

    @property
    def client(self) -> str:
        """The API client we act as."""
        return self._client

    def now(self) -> int | None:
        """Return the least that the service's clock can show, in seconds since the epoch."""
        return self._time.now()

    def surely(self) -> int | None:
        """Return the most that it can show, where that is known nearly exactly."""
        return self._time.surely()

    def connections(self, kind: Kind, connection_spec: str) -> Sequence[Observation]:
        """Return every live connection of that connection spec; complete, or an error is raised."""
        listed = partial(
            pages.listed,
            partial(self._shown, kind, limit=PAGE_LIMIT, budget=Budget(self._clock)),
            kind=kind,
            connection_spec=connection_spec,
            threads=self._threads,
        )
        try:
            return listed(order=ORDER)
        except RefusedError as refusal:
            if refusal.status != _BAD_REQUEST:
                raise
            # Adobe's pages show ``orderby`` with other fields only: it may not know this one.
            return listed(order=None)

    def _shown(
        self, kind: Kind, path: str, *, limit: int = OBJECT_LIMIT, budget: Budget | None = None
    ) -> Any:
        """Return the document about connections at ``path``, whose credentials nobody will tell."""
        return self._confidences.hear(self._courier.read(path, limit=limit, budget=budget), kind)

    def connection(self, kind: Kind, remote_id: RemoteId) -> Observation | None:
        """Return one live connection, ``None`` where the service has none, or not for long."""
        try:
            item = pages.only(self._shown(kind, _path(kind, remote_id)))
        except NotFoundError:
            return None
        if item is None:
            # Absence is a 404. To forget a connection on less would lose its id.
            raise ProtocolError(f"Flow Service was asked for {remote_id} and showed nothing.")
        if observations.is_going(item):
            return None
        seen = observations.observation(item, kind)
        if seen.id != remote_id:
            raise ProtocolError(f"Flow Service was asked for {remote_id} and showed {seen.id}.")
        return seen

    def create(
        self, kind: Kind, body: Mapping[str, Any], *, leave_by: float | None = None
    ) -> Accepted:
        """Create a connection; ``SilentError`` means that it may exist now.

        Where an error of any other kind is raised, no connection was made.
        """
        request, response = self._courier.write(
            "POST",
            f"/{kind.collection}",
            body=bodies.spell(body),
            leave_by=math.inf if leave_by is None else leave_by,
        )
        said = verdicts.said(request, response, good=_CREATED)
        created = addresses.remote_id(said.get("id"))
        if created is None:
            raise verdicts.doubt(request, response, "it names no usable id.")
        return Accepted(id=created, etag=observations.etag_of(said))

    def update(self, kind: Kind, seen: Observation, patch: Sequence[Mapping[str, Any]]) -> Accepted:
        """Apply a JSON Patch; ``MovedError`` unless the connection still has ``seen``'s etag.

        Where no answer came the same patch is sent again: if the first one took effect, the etag
        it names is gone, and the outcome is a ``SilentError``.
        """
        if seen.etag is None:
            raise ProtocolError(f"Flow Service shows {seen.id} without a usable etag.")
        request, response = self._courier.write(
            "PATCH",
            _path(kind, seen.id),
            body=bodies.spell(patch),
            headers={"If-Match": seen.etag},
        )
        said = verdicts.said(request, response, good=_PATCHED)
        if said.get("id", seen.id) != seen.id:
            raise verdicts.doubt(request, response, "it names another connection.")
        return Accepted(id=seen.id, etag=observations.etag_of(said))

    def delete(self, kind: Kind, remote_id: RemoteId) -> None:
        """Delete a connection; one that is gone already, or on its way, counts as deleted.

        A deletion that is only accepted, or refused because there is nothing to delete, is followed
        up for half a minute, then ``SilentError``. One that is refused is looked at only after the
        time that reads may lag: what was made a moment ago may not show yet, here or there.
        """
        try:
            _, response = self._courier.write("DELETE", _path(kind, remote_id))
        except NotFoundError:
            return self._see_it_go(kind, remote_id, pauses=(LAG, *GONE_PAUSES))
        if response.status != _DONE:
            self._see_it_go(kind, remote_id, pauses=GONE_PAUSES)
        return None

    def uses(self, ids: Collection[RemoteId]) -> Mapping[RemoteId, Use]:
        """Return for each connection what reads through it."""
        budget = Budget(self._clock)
        return dependants.uses(partial(self._courier.read, limit=PAGE_LIMIT, budget=budget), ids)

    def test(self, kind: Kind, remote_id: RemoteId) -> bool:
        """Tell whether the source lets the connection in, as the service finds when it tries."""
        return health.works(self._courier.read(f"{_path(kind, remote_id)}/test"))

    def tables(self, kind: Kind, remote_id: RemoteId) -> Sequence[Table]:
        """Return the tables behind a connection."""
        return health.tables(self._explored(kind, remote_id, None))

    def columns(self, kind: Kind, remote_id: RemoteId, table: str) -> Sequence[Column]:
        """Return the columns of one of these tables."""
        return health.columns(self._explored(kind, remote_id, table))

    def _explored(self, kind: Kind, remote_id: RemoteId, table: str | None) -> Any:
        path = f"{_path(kind, remote_id)}/explore?{health.query(table)}"
        return self._courier.read(path, limit=PAGE_LIMIT)

    def offers(self, connection_spec: str) -> bool:
        """Tell whether the service still lists that connection spec."""
        return self._spec(connection_spec) is not None

    def connection_spec(self, connection_spec: str) -> ConnectionSpec | None:
        """Return what the service says of a connection spec, ``None`` where it lists none."""
        item = self._spec(connection_spec)
        return None if item is None else sources.spec(item)

    def connection_specs(self) -> Sequence[ConnectionSpec]:
        """Return every connection spec that the service lists, in order of name."""
        read = partial(self._courier.read, limit=PAGE_LIMIT, budget=Budget(self._clock))
        listed = map(sources.spec, pages.items(read, sources.PATH, {}))
        return sorted(listed, key=lambda one: (one.name, one.id))

    def _spec(self, connection_spec: str) -> Mapping[str, Any] | None:
        spec = addresses.remote_id(connection_spec)
        if spec is None:
            return None
        try:
            document = self._courier.read(f"{sources.PATH}/{spec}", limit=PAGE_LIMIT)
        except NotFoundError:
            return None
        except RefusedError as refusal:
            if refusal.code == UNKNOWN_SPEC:
                return None
            raise
        # Adobe shows look-ups of specs as a list of one, and elsewhere as the bare object.
        bare = isinstance(document, dict) and "items" not in document
        item = document if bare else pages.only(document)
        same = item is not None and str(item.get("id")).lower() == spec.lower()
        return item if same else None

    def _see_it_go(self, kind: Kind, remote_id: RemoteId, *, pauses: Iterable[float]) -> None:
        try:
            for pause in pauses:
                if not self._clock.sleep(pause):
                    break
                if self.connection(kind, remote_id) is None:
                    return
        except RemoteError as error:
            raise SilentError(
                f"{remote_id} was to be deleted, but whether it is gone could not be seen. "
                f"{error.detail}"
            ) from error
        raise SilentError(
            f"{remote_id} was to be deleted, but Flow Service still showed it at last look."
        )


def _path(kind: Kind, remote_id: RemoteId) -> str:
    if addresses.remote_id(remote_id) is None:
        raise ProtocolError(f'"{escape(remote_id, limit=128)}" is no id that Flow Service gives.')
    return f"/{kind.collection}/{remote_id}"
