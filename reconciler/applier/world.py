"""What the applier needs of the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.core.fingerprints import Fingerprinter
from reconciler.model.kinds import Kind
from reconciler.ports import Clock, Progress, Remote, SecretSource, Stop, Threads, TokenSource


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything beyond the applier, as ports."""

    kinds: Mapping[str, Kind]
    remote: Remote
    secrets: SecretSource
    tokens: TokenSource
    """Asked once nothing else stands in the way of a change."""
    clock: Clock
    threads: Threads
    progress: Progress
    stop: Stop
    fingerprinter: Fingerprinter | None = None
    allowed_hosts: tuple[str, ...] = ()
    """Where a kind that describes no hosts may have credentials sent."""
