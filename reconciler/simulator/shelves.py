"""Connections by id and, for each tenant, in the order of their creation."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence

from reconciler.simulator.connections import Connection, Tenant


class Shelves:
    """Finds, adds, replaces and removes in time that hardly grows with what is kept."""

    def __init__(self) -> None:
        self._by_id: dict[str, Connection] = {}
        self._by_tenant: dict[Tenant, list[Connection]] = {}

    def find(self, connection_id: str) -> Connection | None:
        """Return the connection with that id, whoever's it is."""
        return self._by_id.get(connection_id)

    def everything(self) -> Sequence[Connection]:
        """Return every connection of every tenant, the oldest first."""
        return tuple(self._by_id.values())

    def newest_first(self, tenant: Tenant, *, before: int | None = None) -> Iterator[Connection]:
        """Yield a tenant's connections, only those older than the sequence ``before``."""
        shelf = self._by_tenant.get(tenant, [])
        end = len(shelf) if before is None else _place(shelf, before)
        for index in range(end - 1, -1, -1):
            yield shelf[index]

    def add(self, connection: Connection) -> None:
        """Add a connection that is younger than all others."""
        self._by_id[connection.id] = connection
        self._by_tenant.setdefault(connection.tenant, []).append(connection)

    def replace(self, connection: Connection) -> None:
        """Put the connection in the place of its predecessor."""
        shelf = self._by_tenant[connection.tenant]
        shelf[_place(shelf, connection.sequence)] = connection
        self._by_id[connection.id] = connection

    def remove(self, connection: Connection) -> None:
        """Remove the connection."""
        shelf = self._by_tenant[connection.tenant]
        del shelf[_place(shelf, connection.sequence)]
        del self._by_id[connection.id]


def _place(shelf: Sequence[Connection], sequence: int) -> int:
    return bisect.bisect_left(shelf, sequence, key=lambda one: one.sequence)
