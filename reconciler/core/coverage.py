"""How much of what is live is managed."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.core import settling
from reconciler.core.situations import Situation
from reconciler.model.changes import Action, Change
from reconciler.model.observations import Observation
from reconciler.model.plans import Coverage, Stranger


def measure(given: Situation, changes: Sequence[Change]) -> Coverage | None:
    """Return the coverage once the changes are made; ``None`` where nobody has looked.

    It is of the connection specs that the state and the manifests name: no others are read.
    """
    if not given.refreshed:
        return None
    managed = set(given.recorded.owners)
    for change in changes:
        if change.id is not None and change.importing:
            managed.add(change.id)
        elif change.id is not None and change.action is Action.FORGET:
            managed.discard(change.id)
    gone = {change.id for change in changes if change.action.deletes}
    live = {at: seen for at, seen in given.live.by_id.items() if at not in gone}
    strangers = [_stranger(seen) for at, seen in live.items() if at not in managed]
    return Coverage(
        managed=len(live) - len(strangers),
        unmanaged=len(strangers),
        listed=tuple(sorted(strangers, key=_order)) if given.request.unmanaged else None,
    )


def _order(stranger: Stranger) -> tuple[str, str]:
    return stranger.name, stranger.id


def _stranger(seen: Observation) -> Stranger:
    return Stranger(
        id=seen.id,
        name=settling.connection_name(seen.spec),
        connection_spec=settling.connection_spec(seen.spec),
    )
