"""Which flows read through a connection.

A flow names source connections, and a source connection its base connection; both can be filtered
by (AdobeDocs/experience-platform.en, dataflows/api/sort-and-filter.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urlencode

from reconciler.model import addresses
from reconciler.model.addresses import RemoteId

_MOST: Final = 100
"""One page: enough to tell a person where to look."""


def flows(fetch: Callable[[str], Any], remote_id: RemoteId) -> list[RemoteId]:
    """Return the ids of up to a hundred flows that use the connection, in order.

    ``fetch`` returns the document at a path with its query.
    """
    sources = _ids(fetch, "/sourceConnections", f"baseConnectionId=={remote_id}")
    if not sources:
        return []
    return _ids(fetch, "/flows", f"sourceConnectionIds[]=={','.join(sources)}")


def _ids(fetch: Callable[[str], Any], path: str, property_: str) -> list[RemoteId]:
    document = fetch(f"{path}?{urlencode({'property': property_, 'limit': str(_MOST)})}")
    items: Iterable[Any] = document.get("items", ()) if isinstance(document, dict) else ()
    found = (addresses.remote_id(item.get("id")) for item in items if isinstance(item, dict))
    return sorted(each for each in found if each is not None)[:_MOST]
