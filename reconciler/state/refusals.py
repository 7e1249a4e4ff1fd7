"""Why a state is not taken, or not overwritten: it is not the one that this run knows."""

from __future__ import annotations

from reconciler.errors import ForeignStateError, StaleStateError
from reconciler.model.records import Recorded


def refuse_foreign(
    recorded: Recorded, *, organization: str | None, sandbox: str, display: str
) -> None:
    """Raise ``ForeignStateError`` for the state of another sandbox, or organisation if known."""
    organization = organization or recorded.organization
    if (recorded.organization, recorded.sandbox) == (organization, sandbox):
        return
    raise ForeignStateError(
        f"{display} records sandbox {recorded.sandbox} of {recorded.organization}, and this run is "
        f"about sandbox {sandbox} of {organization}, where all of it would count as gone. Choose "
        "the environment that the state belongs to, or give this one a state: of its own."
    )


def refuse_stale(current: Recorded | None, known: Recorded, *, display: str) -> None:
    """Raise ``StaleStateError`` unless what is saved is what this run knows."""
    serial = 0 if current is None else current.serial
    if serial != known.serial:
        raise StaleStateError(
            f"{display} is at serial {serial}, and this run knows serial {known.serial}: another "
            "run has saved it meanwhile. It was not overwritten."
        )
    if current is not None and known.lineage not in {"", current.lineage}:
        raise StaleStateError(
            f"{display} is of lineage {current.lineage}, and this run knows lineage "
            f"{known.lineage}: another state has taken its place. It was not overwritten."
        )
