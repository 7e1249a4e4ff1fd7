"""What somebody's own hand makes of a state: one address renamed, or some of them let go.

No connection is touched, and none is lost sight of that nobody has named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reconciler.core import mover
from reconciler.core.wording import guess_address
from reconciler.errors import RejectedError
from reconciler.model.addresses import Address
from reconciler.model.findings import Finding
from reconciler.model.projects import Moved
from reconciler.model.records import Recorded


def move(recorded: Recorded, source: Address, target: Address) -> Recorded:
    """Return the state in which ``target`` records what ``source`` did.

    Raises ``RejectedError`` with all that speaks against it.
    """
    against = [*_unrecorded(recorded, source), *_unfit(recorded, source, target)]
    if against:
        raise RejectedError(against)
    moved, _ = mover.move(recorded, [Moved(source=source, target=target)])
    return moved


def release(recorded: Recorded, addresses: Sequence[Address]) -> Recorded:
    """Return the state that records none of these, nor what they replaced.

    Raises ``RejectedError`` unless it records them all.
    """
    against = [one for at in dict.fromkeys(addresses) for one in _unrecorded(recorded, at)]
    if against:
        raise RejectedError(against)
    replaced = [one.id for at in addresses for one in recorded.deposed.get(at, ())]
    return recorded.without_records(addresses).without_deposed(replaced)


def alone(recorded: Recorded, at: Address) -> Recorded:
    """Return the state with what it says of one address; ``RejectedError`` if that is nothing."""
    if at not in recorded.intents and (against := list(_unrecorded(recorded, at))):
        raise RejectedError(against)
    return replace(
        recorded,
        records={each: one for each, one in recorded.records.items() if each == at},
        intents={each: one for each, one in recorded.intents.items() if each == at},
        deposed={each: some for each, some in recorded.deposed.items() if each == at},
    )


def _unrecorded(recorded: Recorded, at: Address) -> Iterator[Finding]:
    if at in recorded.intents:
        yield Finding(
            summary="Create in doubt",
            detail=(
                "A create of it was never answered, and only this note of it lets the next apply "
                "find out whether there is a connection. Apply first."
            ),
            address=at,
        )
    elif at not in recorded.records and at not in recorded.deposed:
        hint = guess_address(at, recorded.owners.values())
        yield Finding(
            summary="Address is not recorded",
            detail=f"The state records no connection {at}.{hint} What it records is shown by: "
            "reconciler state list",
        )


def _unfit(recorded: Recorded, source: Address, target: Address) -> Iterator[Finding]:
    if source.kind != target.kind:
        yield Finding(
            summary="Move to another kind",
            detail=f"It cannot become {target}: a move changes the name and never the kind.",
            address=source,
        )
    if target in recorded.records:
        yield Finding(
            summary="Address is recorded already",
            detail=f"It records {recorded.records[target].id}, and an address is one connection.",
            address=target,
        )
    elif target in recorded.intents:
        yield Finding(
            summary="Create in doubt",
            detail="A create of it was never answered, so that it may have a connection. Apply "
            "first.",
            address=target,
        )
    elif target in recorded.deposed:
        yield Finding(
            summary="Address is recorded already",
            detail="It records what was replaced and is not known to be deleted. Apply first.",
            address=target,
        )
