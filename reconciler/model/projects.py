"""What ``reconciler.yaml`` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.addresses import Address
from reconciler.model.findings import Span
from reconciler.model.sources import Source
from reconciler.model.values import SecretRef

EVERY = "all"
"""Stands for every environment of the project, where a command only reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One sandbox of one organisation, with a state of its own."""

    name: str
    sandbox: str
    state: str
    """A path relative to the project's folder."""
    organization: str | None = None
    """A pin: ``AEP_ORG_ID`` must equal it."""
    variables: Mapping[str, str | SecretRef] = field(default_factory=dict)
    """The project's variables with the environment's own on top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the project allows, beyond what the manifests ask for."""

    max_destroy: int = 1
    allowed_hosts: tuple[str, ...] = ()
    quarantine: float = 235
    """Seconds an unanswered create is given to show up before it counts as absent."""
    silence: tuple[str, ...] = ()
    secret_paths: tuple[str, ...] = ()
    """Further folders that ``file:`` secrets may lie in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretCommand:
    """A command that prints secrets."""

    words: tuple[str, ...]
    """The program and its arguments; no shell sees them."""
    timeout: float = 30
    """Seconds."""
    environment: tuple[str, ...] = ()
    """Names of the variables that it is given, beside ``PATH`` and ``HOME``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An address that was renamed."""

    source: Address
    target: Address
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Reviewed consent to let go of a connection: delete it, or only forget it."""

    source: Address
    destroy: bool
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The project file."""

    name: str
    manifests: tuple[str, ...]
    """Files or folders, relative to the project's folder."""
    environments: Mapping[str, Environment]
    source: Source
    policy: Policy = Policy()
    commands: Mapping[str, SecretCommand] = field(default_factory=dict)
    """What ``exec:`` references may name."""
    moved: tuple[Moved, ...] = ()
    removed: tuple[Removed, ...] = ()
