"""Whether one state may take another's place, and what is saved then."""

from __future__ import annotations

from dataclasses import replace

from reconciler.core import state_document
from reconciler.errors import ForeignStateError, RejectedError
from reconciler.model.addresses import Address
from reconciler.model.findings import Finding
from reconciler.model.records import Recorded

_FORCE = "If it is to take its place all the same, push it with -force."


def succeed(current: Recorded | None, pushed: Recorded, *, force: bool) -> Recorded | None:
    """Return what to save in place of ``current``, or ``None`` where that says the same already.

    It is what was pushed, as it is; with ``force`` its serial is raised above the present one, so
    that no plan made on either state passes for one made on this. Raises ``ForeignStateError``
    for a state of another environment, and ``RejectedError`` where a create in doubt would be
    forgotten, or for another lineage or an older serial, which both ``force`` allows.
    """
    if current is None:
        return pushed
    _refuse_foreign(current, pushed)
    if state_document.encode(pushed) == state_document.encode(current):
        return None
    if forgotten := current.intents.keys() - pushed.intents.keys() - pushed.records.keys():
        raise RejectedError([_forgotten(at) for at in sorted(forgotten)])
    if force:
        return replace(pushed, serial=max(pushed.serial, current.serial + 1))
    if against := _against(current, pushed):
        raise RejectedError([Finding(summary="State not pushed", detail=against)])
    return pushed


def _refuse_foreign(current: Recorded, pushed: Recorded) -> None:
    if (current.organization, current.sandbox) != (pushed.organization, pushed.sandbox):
        raise ForeignStateError(
            f"What was to be pushed records sandbox {pushed.sandbox} of {pushed.organization}, and "
            f"the state {current.sandbox} of {current.organization}. Choose the environment that "
            "it belongs to; -force does not change that."
        )


def _forgotten(at: Address) -> Finding:
    return Finding(
        summary="Create in doubt",
        detail=(
            "A create of it was never answered, and what was to be pushed knows nothing of that: a "
            "second connection could be made. Apply first, then pull the state and change that; "
            "-force does not change this."
        ),
        address=at,
    )


def _against(current: Recorded, pushed: Recorded) -> str | None:
    if pushed.lineage != current.lineage:
        return (
            f"It is of lineage {pushed.lineage}, and the state of lineage {current.lineage}: they "
            f"never were one state, and what this one records would be lost. {_FORCE}"
        )
    if pushed.serial < current.serial:
        return (
            f"It is at serial {pushed.serial}, and the state at serial {current.serial}: what was "
            f"recorded since would be lost. Pull the state and change that. {_FORCE}"
        )
    if pushed.serial == current.serial:
        return (
            f"Both are at serial {pushed.serial} and say different things, so that one was changed "
            "without its serial. If the one to be pushed was changed, raise its serial by one. "
            f"{_FORCE}"
        )
    return None
