"""Spells and understands the states of one environment, wherever they are kept."""

from __future__ import annotations

import uuid
from dataclasses import replace

from reconciler.core import state_document
from reconciler.core.state_reader import LIMIT, SERIALS
from reconciler.errors import StateError
from reconciler.model.records import Recorded
from reconciler.state import refusals, rescue


class Scribe:
    """Knows which environment's states it has to do with, and what messages call their place."""

    def __init__(self, *, display: str, organization: str | None, sandbox: str) -> None:
        self._display = display
        self._organization = organization
        self._sandbox = sandbox
        self._encoder = state_document.Encoder()

    def encode(self, recorded: Recorded) -> bytes:
        """Return what can be read again; raise ``StateError`` where it could not be."""
        if recorded.serial >= SERIALS:
            raise StateError(
                f"{self._display} is at serial {recorded.serial - 1}, behind which there is none: "
                "somebody wrote it there by hand. Restore the serial from version control."
            )
        if pair := state_document.shared_id(recorded):
            raise StateError(f"{pair[0]} and {pair[1]} would record the same connection.")
        try:
            data = self._encoder.encode(recorded).encode()
        except (TypeError, ValueError) as error:
            raise StateError(f"{self._display} cannot be written: {error}.") from error
        if len(data) > LIMIT:
            raise StateError(f"{self._display} would be larger than {LIMIT >> 20} MiB.")
        return data

    def understood(self, data: bytes, *, display: str | None = None) -> Recorded:
        """Return what these bytes say; ``StateError`` if that is no state of this environment."""
        recorded = rescue.decode(data, display=display or self._display)
        self.refuse_foreign(recorded, display=display)
        return recorded

    def refuse_foreign(self, recorded: Recorded, *, display: str | None = None) -> None:
        """Raise ``ForeignStateError`` for the state of another sandbox or organisation."""
        refusals.refuse_foreign(
            recorded,
            organization=self._organization,
            sandbox=self._sandbox,
            display=display or self._display,
        )


def following(recorded: Recorded, current: Recorded | None) -> Recorded:
    """Return the snapshot that the next save writes; its serial passes both that are known."""
    serial, lineage = (0, "") if current is None else (current.serial, current.lineage)
    return replace(
        recorded,
        serial=max(serial, recorded.serial) + 1,
        lineage=recorded.lineage or lineage or str(uuid.uuid4()),
    )
