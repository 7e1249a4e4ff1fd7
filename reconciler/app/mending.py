"""A state in somebody's own hands: addresses moved and let go, the whole pulled and pushed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from reconciler.app.sessions import Session
from reconciler.core import editor, exposures, recovery, state_document, successor
from reconciler.errors import RejectedError
from reconciler.model.addresses import Address
from reconciler.model.findings import Finding
from reconciler.model.records import Recorded

STDIN = "standard input"
"""What messages call a state that came from there."""


def existing(session: Session) -> Recorded:
    """Return the state; ``RejectedError`` where none was ever saved, or it holds a secret."""
    recorded = session.recorded()
    if recorded.serial == 0:
        detail = (
            f"There is no {session.store.location}: nothing was applied or imported in this "
            "environment yet."
        )
        raise RejectedError([Finding(summary="No state", detail=detail)])
    return recorded


def move(
    session: Session, source: Address, target: Address, *, lock_timeout: float, dry_run: bool
) -> None:
    """Have ``target`` record what ``source`` does; ``RejectedError`` says why it cannot.

    A dry run takes no lock and saves nothing.
    """
    with _editing(session, "state mv", lock_timeout=lock_timeout, dry_run=dry_run) as recorded:
        moved = editor.move(recorded, source, target)
        if not dry_run:
            session.store.write(moved, expected_serial=recorded.serial)


def release(
    session: Session, addresses: Sequence[Address], *, lock_timeout: float, dry_run: bool
) -> Recorded:
    """Record none of these any more and return what was recorded; all of them or none.

    A dry run takes no lock and saves nothing.
    """
    with _editing(session, "state rm", lock_timeout=lock_timeout, dry_run=dry_run) as recorded:
        left = editor.release(recorded, addresses)
        if not dry_run:
            session.store.write(left, expected_serial=recorded.serial)
    return recorded


def pull(session: Session) -> str | None:
    """Return the state as a save spells it, ``None`` where none was ever saved.

    That is what the file holds, unless somebody has written it otherwise by hand.
    """
    recorded = session.recorded()
    return None if recorded.serial == 0 else state_document.encode(recorded)


def push(
    session: Session, given: Path | bytes, *, lock_timeout: float, force: bool
) -> Recorded | None:
    """Save the state in a file, or of these bytes, in place of the present one; return it.

    ``None`` says that the two are the same. Raises ``StateError`` and ``RejectedError`` for what
    may not take its place; ``force`` allows another lineage and an older serial, and nothing else.
    """
    store = session.store
    with store.lock(operation="state push", timeout=lock_timeout):
        current = store.read()
        if isinstance(given, Path):
            pushed, place = store.salvage(given), str(given)
        else:
            pushed, place = store.understood(given, display=STDIN), STDIN
        _refuse_unfit(session, pushed, place=place)
        following = successor.succeed(current, pushed, force=force)
        return None if following is None else store.put(following, over=current)


@contextmanager
def _editing(
    session: Session, operation: str, *, lock_timeout: float, dry_run: bool
) -> Iterator[Recorded]:
    if dry_run:
        yield existing(session)
        return
    with session.store.lock(operation=operation, timeout=lock_timeout):
        yield existing(session)


def _refuse_unfit(session: Session, pushed: Recorded, *, place: str) -> None:
    specs = {at: one.spec for at, some in pushed.deposed.items() for one in some}
    specs |= {at: record.spec for at, record in pushed.records.items()}
    specs |= {at: intent.spec for at, intent in pushed.intents.items()}
    unfit = (
        *exposures.findings(pushed, session.kinds, place=place),
        *recovery.unplannable(specs, session.kinds),
    )
    if unfit:
        raise RejectedError(unfit)
