"""Which live connection, if any, an unanswered create has made."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from reconciler.model.addresses import RemoteId
from reconciler.model.observations import Observation
from reconciler.model.records import Intent
from reconciler.model.values import Spec, lookup

TOLERANCE = 5
"""Seconds by which the service's clocks behind ``Date`` and ``createdAt`` may differ."""


def connection_spec(spec: Spec) -> str:
    """Return the id of the connection spec that ``spec`` names, in small letters as a UUID has."""
    return str(lookup(spec, ("connectionSpec", "id"))).lower()


def connection_name(spec: Spec) -> str:
    """Return ``spec.name``: with the connection spec, our natural key."""
    return str(lookup(spec, ("name",)))


def natural_key(spec: Spec) -> tuple[str, str]:
    """Return what no two connections of ours may share: connection spec and name."""
    return connection_spec(spec), connection_name(spec)


def candidates(
    intent: Intent, observations: Iterable[Observation], *, held: Collection[RemoteId]
) -> tuple[RemoteId, ...]:
    """Return the ids of the unrecorded live connections that the intended create may have made.

    One counts if it has exactly the intended name and connection spec and was created by the same
    API client no earlier than the intent. One of which the service does not say when or by whom
    it was created never counts: a person decides.
    """
    key = natural_key(intent.spec)
    return tuple(
        sorted(
            seen.id
            for seen in observations
            if seen.id not in held
            and natural_key(seen.spec) == key
            and seen.created_client == intent.client
            and seen.created_at is not None
            and seen.created_at // 1000 >= intent.opened - TOLERANCE
        )
    )
