"""Live connections on their way to manifests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model.addresses import Address, RemoteId
from reconciler.model.findings import Finding
from reconciler.model.observations import Observation
from reconciler.model.values import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which live connections are wanted; what is empty selects all."""

    kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Patterns of ``spec.name``, as a shell has them for files."""
    ids: tuple[RemoteId, ...] = ()
    recorded: bool = False
    """Also those that the state records and no manifest declares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A live connection and the address that it is to have."""

    address: Address
    seen: Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A manifest for one live connection, as plain dicts and lists in the order to be written."""

    candidate: Candidate
    document: Mapping[str, Any]
    unknown: tuple[Path, ...] = ()
    """Members below ``spec`` that the service shows and the kind's schema does not know."""
    unreferenced: tuple[Path, ...] = ()
    """Write-only members that may be set: neither shown nor demanded, so not written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What became of an export."""

    written: Mapping[str, Candidate]
    """By path of the manifest, as messages name it, in order."""
    left_out: tuple[Finding, ...]
    """Why connections that were wanted have no manifest."""
    warnings: tuple[Finding, ...]
    known: int = 0
    """Connections that needed none, since a manifest or the state speaks for them."""
