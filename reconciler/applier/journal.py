"""The state as the run goes on: one writer, every result in it, each save a new snapshot."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.core.invocations import Invocation
from reconciler.errors import StateError
from reconciler.model.addresses import Address
from reconciler.model.findings import Finding
from reconciler.model.records import Recorded
from reconciler.ports import StateStore


class Journal:
    """Holds what is true now (``recorded``) and saves it; only one thread may use it."""

    def __init__(self, recorded: Recorded, *, store: StateStore, invocation: Invocation) -> None:
        self.recorded = recorded
        self._saved = recorded
        self._store = store
        self._invocation = invocation

    @property
    def pending(self) -> bool:
        """Whether there is anything to save."""
        return self.recorded is not self._saved

    def save(self) -> None:
        """Save what is pending; raise ``StateError`` where it is not certain to be there."""
        if self.pending:
            written = self._store.write(self.recorded, expected_serial=self._saved.serial)
            self.recorded = self._saved = written

    def rescue(self, error: StateError) -> Finding | None:
        """Try to save once more after ``error``; return what to tell a person where that fails.

        No id is lost: what could not be saved goes to a verified dump, and the lines that record
        it by hand are printed in any case.
        """
        try:
            self.save()
        except StateError:
            dump = self._store.dump(self.recorded)
        else:
            return None
        where = (
            f"Everything it would have said is in {dump}."
            if dump
            else "No copy of it could be written anywhere either."
        )
        lines = self._recovery()
        then = (
            f"What this run did is not recorded in {self._store.location}: mend the cause, then "
            "record each connection below before the next apply."
            if lines
            else "This run had changed nothing on the service yet."
        )
        return Finding(summary=error.summary, detail=f"{error.detail} {where} {then}", lines=lines)

    def _recovery(self) -> tuple[str, ...]:
        saved = self._saved.records
        imports = _lines(
            {
                at: self._invocation.spell("import", str(at), record.id)
                for at, record in self.recorded.records.items()
                if at not in saved or saved[at].id != record.id
            }
        )
        gone = _lines({at: f"# {at} was deleted" for at in saved.keys() - self.recorded.records})
        return imports + gone


def _lines(lines: Mapping[Address, str]) -> tuple[str, ...]:
    return tuple(lines[at] for at in sorted(lines))
