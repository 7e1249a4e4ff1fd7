"""What was asked of the origin: every request but those to the control API, and no secret."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.simulator import patches
from reconciler.simulator.exchanges import Request

KEPT = 100_000
"""How many requests the journal remembers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request and what came of it; no header value, no body value."""

    number: int
    at: float
    """Seconds since the epoch, by the service's clock."""
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    """Values are left out of requests for tokens, where they may be secrets."""
    kind: str
    sandbox: str | None
    body: tuple[str, ...]
    """Names of a body's members; of a patch, ``op path`` of each instruction."""
    status: int
    committed: str | None
    """The id of the object that the request made, changed or deleted."""
    fault: str | None
    """The effect that befell the request."""
    request_id: str


class Journal:
    """The requests, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._count = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def add(
        self,
        request: Request,
        *,
        at: float,
        kind: str,
        status: int,
        committed: str | None,
        fault: str | None,
        request_id: str,
    ) -> None:
        """Note a request that has been answered."""
        self._count += 1
        is_open = kind not in ("token", "zoho", "other")
        entry = Entry(
            number=self._count,
            at=at,
            method=request.method,
            path=request.path,
            query=request.query if is_open else tuple((name, "") for name, _ in request.query),
            kind=kind,
            sandbox=request.headers.get("x-sandbox-name"),
            body=_names(request.body) if is_open else (),
            status=status,
            committed=committed,
            fault=fault,
            request_id=request_id,
        )
        self._entries.append(entry)


def _names(body: bytes) -> tuple[str, ...]:
    try:
        document = json.loads(body or b"null")
    except (ValueError, RecursionError):
        return ()
    if isinstance(document, Mapping):
        return tuple(sorted(document))
    return tuple(patches.pointers(document))
