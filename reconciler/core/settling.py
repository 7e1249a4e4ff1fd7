"""Which live connection, if any, an unanswered create has made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from reconciler.model.addresses import Address, RemoteId
from reconciler.model.observations import Observation
from reconciler.model.plans import Doubt
from reconciler.model.records import Intent
from reconciler.model.values import Spec, lookup

TOLERANCE = 15
"""Seconds by which a create may be dated before its intent.

The time of an intent is known within ten, and the service's clocks behind ``Date`` and
``createdAt`` may differ by five.
"""

LAG = 30
"""Seconds after which what was written is taken to show up in every read; nothing promises it."""

LATEST = 3600
"""Seconds after its intent within which the service carries a create out, if it ever does.

The request leaves within ten, and is given up after another 75. What was created later than this
(or than the quarantine, where that is longer) was created by something else.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """The unrecorded live connections that one intended create may have made."""

    ids: tuple[RemoteId, ...] = ()
    certain: bool = False
    """Whether there is only one, by the same API client, made in time, claimed by nobody else."""


def connection_spec(spec: Spec) -> str:
    """Return the id of the connection spec that ``spec`` names, in small letters as a UUID has."""
    return str(lookup(spec, ("connectionSpec", "id"))).lower()


def connection_name(spec: Spec) -> str:
    """Return ``spec.name``: with the connection spec, our natural key."""
    return str(lookup(spec, ("name",)))


def natural_key(spec: Spec) -> tuple[str, str]:
    """Return what no two connections of ours may share: connection spec and name."""
    return connection_spec(spec), connection_name(spec)


def sightings(
    intents: Mapping[Address, Intent],
    observations: Iterable[Observation],
    *,
    held: Collection[RemoteId],
    quarantine: float,
) -> Mapping[Address, Sighting]:
    """Return for each intent what it may have made, among the connections that nobody records.

    One counts if it has exactly the intended name and connection spec, and unless it is known to
    be by another API client, older than the intent, or younger than its request can be. Where the
    service does not say by whom or when it was created, it is never certain: a person decides.
    """
    keys = {at: natural_key(intent.spec) for at, intent in intents.items()}
    named: dict[tuple[str, str], list[Observation]] = {key: [] for key in keys.values()}
    for seen in observations:
        if seen.id not in held and natural_key(seen.spec) in named:
            named[natural_key(seen.spec)].append(seen)
    latest = max(LATEST, quarantine)
    found = {
        at: {seen.id: _fits(intent, seen, latest=latest) for seen in named[keys[at]]}
        for at, intent in intents.items()
    }
    return _judged(
        {at: {k: v for k, v in fits.items() if v is not False} for at, fits in found.items()}
    )


def doubt(at: Address, intent: Intent, sighting: Sighting, *, quarantine: float) -> Doubt:
    """Return the intent as a create in doubt, with what it may have made."""
    return Doubt(
        address=at,
        name=connection_name(intent.spec),
        candidates=sighting.ids,
        certain=sighting.certain,
        opened=intent.opened,
        settles=int(intent.opened + quarantine),
    )


def _judged(
    possible: Mapping[Address, Mapping[RemoteId, bool | None]],
) -> Mapping[Address, Sighting]:
    claims = Counter(remote_id for fits in possible.values() for remote_id in fits)
    return {
        at: Sighting(
            ids=tuple(sorted(fits)),
            certain=len(fits) == 1 and all(fits.values()) and all(claims[k] == 1 for k in fits),
        )
        for at, fits in possible.items()
    }


def _fits(intent: Intent, seen: Observation, *, latest: float) -> bool | None:
    """Tell whether the intended create made it; ``None`` where the service does not say enough."""
    facts = (
        None if seen.created_client is None else seen.created_client == intent.client,
        None
        if seen.created_at is None
        else -TOLERANCE <= seen.created_at // 1000 - intent.opened <= latest,
    )
    if False in facts:
        return False
    return None if None in facts else True
