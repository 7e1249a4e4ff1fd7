"""The live side: what Flow Service answers."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.addresses import Etag, RemoteId
from reconciler.model.values import Path, Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One live connection as listed or read, every write-only value already dropped."""

    id: RemoteId
    etag: Etag | None
    spec: Spec
    """The client-owned members (name, description, auth, connectionSpec), all of them."""
    hidden: frozenset[Path] = frozenset()
    """The write-only members of which the service shows anything at all, a mask for example."""
    state: str | None = None
    created_at: int | None = None
    """Milliseconds since the epoch by the service's clock, as all times here."""
    created_client: str | None = None
    updated_at: int | None = None
    updated_by: str | None = None
    updated_client: str | None = None
