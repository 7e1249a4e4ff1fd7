"""Merging a dump, which a run that could not save has left, into the state."""

from __future__ import annotations

from pathlib import Path

from reconciler.app.sessions import Session
from reconciler.core import exposures, recovery
from reconciler.core.recovery import Merged
from reconciler.errors import RejectedError


def recover(session: Session, path: Path, *, lock_timeout: float) -> Merged:
    """Merge the dump at ``path`` into the state and return what came of it; the file stays.

    Raises ``StateError`` for what is no dump of this state, and ``RejectedError`` where it holds a
    secret, or what no plan could be made with.
    """
    store = session.store
    with store.lock(operation="state recover", timeout=lock_timeout):
        current = store.read()
        dump = store.salvage(path)
        if exposed := exposures.findings(dump, session.kinds, place=str(path)):
            raise RejectedError(exposed)
        merged = recovery.merge(current, dump)
        if unusable := recovery.unusable(merged, session.kinds):
            raise RejectedError(unusable)
        if merged.taken or merged.reopened:
            serial = 0 if current is None else current.serial
            store.write(merged.recorded, expected_serial=serial)
    return merged
