"""One page of a list: filter, order, limit, count and continuation.

``count`` and its refusal next to ``limit``: ``sort-and-filter.md`` and code 1401; the form of
``_links.next.href``, relative to the service's base: the Flow Service API (``PageLink``); the
empty ``_links`` of the last page: ``private-link.md``; newest first: the Destinations API. Guesses:
that a bad limit, count or token is a 1453, and that a page is no snapshot.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any
from urllib.parse import quote

from reconciler.simulator import filters
from reconciler.simulator.refusals import RefusedError
from reconciler.simulator.switches import Switches

Document = Mapping[str, Any]
Row = tuple[int, Document]
"""A place in the list's order, and what stands there."""

PARAMETERS = frozenset({"property", "limit", "orderby", "continuationToken", "count"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a list request asks for."""

    terms: tuple[str, ...] = ()
    orderby: str | None = None
    limit: int
    count: bool = False
    after: int | None = None
    """Place of the last item that was shown."""


def parse(parameters: Iterable[tuple[str, str]], *, switches: Switches) -> Query:
    """Return the query that the parameters spell; raise ``RefusedError`` if they do not."""
    pairs = tuple(parameters)
    named = dict(pairs)
    count = _count(named.get("count", "false"))
    if count and "limit" in named:
        raise RefusedError(1401)
    query = Query(
        terms=tuple(value for name, value in pairs if name == "property"),
        orderby=named.get("orderby"),
        limit=_limit(named["limit"], switches) if "limit" in named else switches.page_size,
        count=count,
    )
    token = named.get("continuationToken")
    return query if token is None else _continued(query, token)


def answer(
    query: Query,
    *,
    collection: str,
    rows: Callable[[int | None], Iterable[Row]],
    fields: Collection[str],
    show: Callable[[Document], Document],
    switches: Switches,
) -> Document:
    """Return the body of the answer; ``rows(before)`` are all rows, the newest first."""
    matches = filters.predicate(query.terms, fields=fields)
    if query.count:
        return {"count": sum(1 for _, document in rows(None) if matches(document))}
    page = list(islice(_remaining(query, rows, matches, fields), query.limit + 1))
    items = [show(document) for _, document in page[: query.limit]]
    if len(page) <= query.limit:
        return {"items": items, "_links": {}}
    token = _token(replace(query, after=page[query.limit - 1][0]), switches)
    return {"items": items, "_links": {"next": {"href": link(collection, token)}}}


def _remaining(
    query: Query,
    rows: Callable[[int | None], Iterable[Row]],
    matches: filters.Predicate,
    fields: Collection[str],
) -> Iterator[Row]:
    """Yield the rows that are still to be shown; an order counts its own places."""
    if query.orderby is None:
        yield from (row for row in rows(query.after) if matches(row[1]))
        return
    matching = (one for _, one in rows(None) if matches(one))
    order = enumerate(filters.ordered(matching, query.orderby, fields=fields))
    yield from islice(order, 0 if query.after is None else query.after + 1, None)


def link(collection: str, token: str) -> str:
    """Return the address of the next page as the service spells it."""
    return f"/{collection}?continuationToken={quote(token, safe='')}"


def _limit(text: str, switches: Switches) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= switches.page_maximum:
        raise RefusedError(1453, value=f"limit={text}")
    return int(text)


def _count(text: str) -> bool:
    if text not in ("true", "false"):
        raise RefusedError(1453, value=f"count={text}")
    return text == "true"


def _token(query: Query, switches: Switches) -> str:
    remembered = asdict(query) if switches.token_carries_query else {"after": query.after}
    return base64.b64encode(json.dumps(remembered).encode()).decode()


def _continued(query: Query, token: str) -> Query:
    try:
        remembered = json.loads(base64.b64decode(token, validate=True))
        after = int(remembered["after"])
    except (binascii.Error, ValueError, TypeError, KeyError):
        raise RefusedError(1453, value=f"continuationToken={token}") from None
    if "limit" not in remembered:
        return replace(query, after=after)
    return Query(**{**remembered, "terms": tuple(remembered["terms"])})
