"""The state as the run goes on: one writer, every result in it, each save a new snapshot."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.core.invocations import Invocation
from reconciler.errors import SaveError, StateError
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.findings import Finding
from reconciler.model.records import Recorded
from reconciler.ports import Clock, StateStore

PAUSES = (0.25, 0.5, 1.0, 2.0)
"""Seconds between attempts to save."""


class Journal:
    """Holds what is true now (``recorded``) and saves it; only one thread may use it."""

    def __init__(
        self, recorded: Recorded, *, store: StateStore, invocation: Invocation, clock: Clock
    ) -> None:
        self.recorded = recorded
        self._saved = recorded
        self._store = store
        self._invocation = invocation
        self._clock = clock

    @property
    def pending(self) -> bool:
        """Whether there is anything to save."""
        return self.recorded is not self._saved

    def save(self) -> None:
        """Save what is pending; raise ``StateError`` where it is not certain to be there.

        A disk that fails for a few seconds is waited for, since ids hang on it, unless the run is
        told to stop.
        """
        for pause in PAUSES:
            try:
                return self._write()
            except SaveError:
                if not self._clock.sleep(pause):
                    break
        return self._write()

    def rescue(self, error: StateError) -> Finding | None:
        """Try to save once more after ``error``; return what to tell a person where that fails.

        No id is lost: what could not be saved goes to a verified dump, and the lines are returned
        that merge it into the state or, where there is none, record each connection by hand.
        """
        try:
            self._write()
        except StateError:
            pass
        else:
            return None
        lines: tuple[str, ...] = ()
        if _connections(self.recorded) == _connections(self._saved):
            then = "It lacks nothing that this run did."
        elif dump := self._store.dump(self.recorded):
            then = (
                f"What this run did is recorded in {dump} instead. Mend the cause, then merge that "
                "file into the state before the next apply:"
            )
            lines = (self._invocation.spell("state recover", dump),)
        else:
            then = (
                "No copy of it could be written anywhere either. What this run did is not recorded "
                f"in {self._store.location}: mend the cause, then record each connection below "
                "before the next apply."
            )
            lines = self._recovery()
        return Finding(summary=error.summary, detail=f"{error.detail} {then}", lines=lines)

    def _write(self) -> None:
        if self.pending:
            written = self._store.write(self.recorded, expected_serial=self._saved.serial)
            self.recorded = self._saved = written

    def _recovery(self) -> tuple[str, ...]:
        """Return a line for each connection that the saved state does not know, or no longer has.

        One that was only moved to another address is moved again by the next apply.
        """
        before, after = self._saved.owners, self.recorded.owners
        imports = _sorted(after, but=before)
        gone = _sorted(before, but=after)
        return (
            *(self._invocation.spell("import", str(at), remote_id) for at, remote_id in imports),
            *(f"# {at} was deleted or forgotten: {remote_id}" for at, remote_id in gone),
        )


def _connections(recorded: Recorded) -> tuple[object, object]:
    return recorded.records, recorded.deposed


def _sorted(
    owners: Mapping[RemoteId, Address], *, but: Mapping[RemoteId, Address]
) -> list[tuple[Address, RemoteId]]:
    return sorted((at, remote_id) for remote_id, at in owners.items() if remote_id not in but)
