"""What reads through connections: source connections, and the flows that name those.

Both can be filtered by, several values in one request (AdobeDocs/experience-platform.en,
help/dataflows/api/sort-and-filter.md). As with connections the filter is a courtesy: what an item
says of itself decides.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from reconciler.flowservice import pages
from reconciler.model import addresses
from reconciler.model.addresses import RemoteId
from reconciler.model.uses import Dependant, Use

_AT_ONCE: Final = 40
"""Ids in one request: a line of some 1,600 characters."""
_SIZE: Final = 100

Fetch = Callable[[str], Any]


def uses(fetch: Fetch, ids: Collection[RemoteId]) -> Mapping[RemoteId, Use]:
    """Return for each connection what uses it, in a few requests for all of them.

    ``fetch`` returns the document at a path with its query. Raises ``ProtocolError`` for a list
    that may be incomplete.
    """
    sources: dict[RemoteId, set[Dependant]] = {each: set() for each in ids}
    flows: dict[RemoteId, set[Dependant]] = {each: set() for each in ids}
    bases: dict[RemoteId, RemoteId] = {}
    for found, item in _found(fetch, "/sourceConnections", "baseConnectionId", sorted(ids)):
        base = addresses.remote_id(item.get("baseConnectionId"))
        if base in sources:
            sources[base].add(found)
            bases[found.id] = base
    for found, item in _found(fetch, "/flows", "sourceConnectionIds[]", sorted(bases)):
        read = item.get("sourceConnectionIds")
        for source in map(addresses.remote_id, read if isinstance(read, list) else ()):
            if source in bases:
                flows[bases[source]].add(found)
    return {
        each: Use(sources=tuple(sorted(sources[each])), flows=tuple(sorted(flows[each])))
        for each in ids
    }


def _found(
    fetch: Fetch, path: str, member: str, ids: Sequence[RemoteId]
) -> Iterator[tuple[Dependant, Mapping[str, Any]]]:
    for start in range(0, len(ids), _AT_ONCE):
        wanted = ",".join(ids[start : start + _AT_ONCE])
        query = {"property": f"{member}=={wanted}", "limit": str(_SIZE)}
        for item in pages.items(fetch, path, query):
            remote_id = addresses.remote_id(item.get("id"))
            if remote_id is not None:
                yield Dependant(remote_id, str(item.get("name") or "")), item
