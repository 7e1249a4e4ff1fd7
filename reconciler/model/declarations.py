"""The desired side: manifests as written, and declarations as one environment sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.addresses import Address, RemoteId
from reconciler.model.findings import Span
from reconciler.model.sources import Source
from reconciler.model.values import Path, SecretRef, Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """One entry of ``import:``."""

    id: RemoteId
    environment: str | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One YAML document that passed its kind's schema; it holds for every environment alike.

    ``spec`` is as written: defaults not filled in, references in their places.
    """

    address: Address
    spec: Spec
    environments: tuple[str, ...] | None
    credentials_version: str | None
    prevent_destroy: bool
    ignore_changes: tuple[Path, ...]
    adoptions: tuple[Adoption, ...]
    source: Source
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What should exist in one environment: variables resolved, defaults filled in."""

    address: Address
    spec: Spec
    """The body to send, with ``None`` for each write-only member."""
    secrets: Mapping[Path, SecretRef]
    """Where each write-only member's value is to be had."""
    source: Source
    credentials_version: str | None = None
    prevent_destroy: bool = False
    ignore_changes: tuple[Path, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    adopt: RemoteId | None = None
    adopt_span: Span | None = None
    """The entry of ``import:`` that says so."""


Desired = Mapping[Address, Declaration]
"""Every declaration of one environment, in order of address."""
