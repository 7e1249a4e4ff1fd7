"""Lists, page by page: complete, or an error.

Facts: flow-service.yaml (PageLink) for ``_links.next.href``; destinations.yaml for the maximum of
``limit``; AdobeDocs/experience-platform.en, help/dataflows/api/sort-and-filter.md for ``property``
and ``orderby``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from reconciler.errors import ProtocolError
from reconciler.flowservice import observations
from reconciler.flowservice.asides import ahead
from reconciler.model.addresses import RemoteId
from reconciler.model.kinds import Kind
from reconciler.model.observations import Observation
from reconciler.ports import Threads

PAGES: Final = 1000
"""More than these are taken for a list that never ends."""
OBJECTS: Final = 100_000
"""More than a state has room for."""

_SIZE: Final = 100
_LONGEST_TOKEN: Final = 4096
_LONGEST_LINK: Final = 1 << 16


def listed(
    fetch: Callable[[str], Any],
    *,
    kind: Kind,
    connection_spec: str,
    order: str | None,
    threads: Threads,
) -> list[Observation]:
    """Return every object of that connection spec, each once, as last seen.

    ``fetch`` returns the document at a path with its query. The service's own filter is a
    courtesy, ours decides. Raises ``ProtocolError`` for any list that may be incomplete.
    """
    query = {"property": f"connectionSpec.id=={connection_spec}", "limit": str(_SIZE)}
    if order is not None:
        query["orderby"] = order
    # Closed, so that no page is asked for any more once one of them could not be used.
    with closing(ahead(threads, _pages(fetch, f"/{kind.collection}", query))) as arriving:
        found: dict[RemoteId, Observation] = {}
        for page in arriving:
            for item in _items(page):
                if _spec_of(item) == connection_spec.lower() and not observations.is_going(item):
                    seen = observations.observation(item, kind)
                    found[seen.id] = seen
            if len(found) > OBJECTS:
                raise ProtocolError(f"The list holds more than {OBJECTS:,} connections.")
        return list(found.values())


def items(
    fetch: Callable[[str], Any], path: str, query: Mapping[str, str]
) -> Iterator[Mapping[str, Any]]:
    """Yield every item of a list; raise ``ProtocolError`` where it may be incomplete."""
    for number, page in enumerate(_pages(fetch, path, query)):
        if number * _SIZE > OBJECTS:
            raise ProtocolError(f"The list holds more than {OBJECTS:,} objects.")
        yield from _items(page)


def only(document: Any) -> Mapping[str, Any] | None:
    """Return the one item of an answer about one object, ``None`` if it lists no item."""
    found = _items(document)
    if len(found) > 1:
        raise ProtocolError("Flow Service shows several objects where one was asked for.")
    return found[0] if found else None


def _pages(fetch: Callable[[str], Any], path: str, query: Mapping[str, str]) -> Iterator[Any]:
    used: set[str] = set()
    following = query
    for _ in range(PAGES):
        page = fetch(f"{path}?{urlencode(following)}" if following else path)
        yield page
        token = _next_token(page)
        if token is None:
            return
        if token in used:
            raise ProtocolError("The list leads back to a page that was read already.")
        used.add(token)
        following = {**query, "continuationToken": token}
    raise ProtocolError(f"The list has no end within {PAGES} pages.")


def _items(page: Any) -> list[dict[str, Any]]:
    items = page.get("items") if isinstance(page, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ProtocolError("Flow Service sent a list without proper items.")
    return items


def _spec_of(item: Mapping[str, Any]) -> str:
    """Return the connection spec of a listed item, which without one might be any: even ours."""
    found = observations.spec_id(item)
    if found is None:
        raise ProtocolError("Flow Service shows an object without a connection spec.")
    return found


def _next_token(page: Mapping[str, Any]) -> str | None:
    """Return the continuation token of the next page, ``None`` on the last one.

    Nothing else of the link is used: it says where the service would like us to go.
    """
    links = page.get("_links") or {}
    following = links.get("next") if isinstance(links, dict) else links
    try:
        href = following["href"] if following else None
        if not href:
            return None
        if len(href) > _LONGEST_LINK:
            raise ProtocolError(
                "The list goes on by a link that is longer than any link should be."
            )
        query = parse_qs(urlsplit(href).query, keep_blank_values=True)
        tokens: list[str] = query["continuationToken"]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ProtocolError("The list goes on, but does not say where.") from error
    if len(tokens) != 1 or len(tokens[0]) > _LONGEST_TOKEN:
        raise ProtocolError("The list goes on in a way that cannot be followed.")
    return tokens[0] or None
