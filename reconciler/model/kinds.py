"""A kind of connection: what one schema file says, in the planner's terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reconciler.model.values import Path, Spec


class HostForm(StrEnum):
    """How a field spells a host."""

    ORIGIN = "origin"
    """Exactly ``https://host``."""
    ENDPOINT = "endpoint"
    """``host``, ``host/path`` or an https URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRule:
    """A field that names a host to which Adobe will hand the credentials."""

    path: Path
    form: HostForm
    role: str
    """Which hosts of a data centre it may name: a key of ``DataCentre.hosts``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCentre:
    """One data centre of the vendor and the hosts that belong to it."""

    code: str
    name: str
    hosts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRule:
    """A secret that can be made of others of the same connection: which one, and of which."""

    path: Path
    reference: str
    """How a manifest asks for it, in the place of a reference: ``SCHEME:KEY``."""
    accounts_url: Path
    """The server that makes it, a host by some ``HostRule``."""
    client_id: Path
    client_secret: Path
    refresh_token: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """The vendor's announcement that a kind is going away."""

    topic: str
    """What ``policy.silence`` calls it."""
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One schema file. All paths are below ``spec``."""

    name: str
    schema: Mapping[str, Any]
    """The JSON Schema of a whole manifest, as it is written."""
    collection: str
    """The resource collection below Flow Service's base path: ``connections``."""
    defaults: Spec
    write_only: frozenset[Path]
    """Secrets: sent, never read back, never compared with the service."""
    sealed: Mapping[Path, frozenset[str]] = field(default_factory=dict)
    """Mappings with members that no field describes: any text in such a member is a secret. Each
    with the names of the members that a field does describe."""
    ephemeral: frozenset[Path] = frozenset()
    """Secrets too short-lived to be worth a fingerprint."""
    immutable: tuple[Path, ...] = ()
    replaced_whole: tuple[Path, ...] = ()
    """Mappings that the service replaces as one: a change below sends all of it again."""
    tokens: tuple[TokenRule, ...] = ()
    hosts: tuple[HostRule, ...] = ()
    data_centres: tuple[DataCentre, ...] = ()
    deprecation: Deprecation | None = None

    def seals(self, path: Path) -> bool:
        """Tell whether ``path`` leads into a member of a sealed mapping that nothing describes."""
        return any(
            len(path) > len(top) and path[: len(top)] == top and path[len(top)] not in described
            for top, described in self.sealed.items()
        )

    def holds_secrets(self, path: Path) -> bool:
        """Tell whether what stands at ``path`` is a secret, or part of one, or may hold one."""
        return (
            self.seals(path)
            or any(path[: len(other)] == other[: len(path)] for other in self.write_only)
            or any(path == top[: len(path)] for top in self.sealed)
        )
