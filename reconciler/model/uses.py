"""What reads through a connection."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.addresses import RemoteId


@dataclass(frozen=True, slots=True, order=True)
class Dependant:
    """A source connection or a flow, whoever manages it."""

    id: RemoteId
    name: str
    """As the service calls it; empty where it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Everything that reads through one connection, in order of id."""

    sources: tuple[Dependant, ...] = ()
    """The source connections that are based on it."""
    flows: tuple[Dependant, ...] = ()
    """The flows that read from these."""
