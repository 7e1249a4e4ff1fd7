"""Commands to paste, about the project and the environment that this run is about."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from reconciler.core.escaping import escape


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """The project's folder and the environment as whoever started this run gave them."""

    folder: str = "."
    environment: str | None = None

    def spell(self, command: str, *words: str) -> str:
        """Return a command line that does the same wherever this run was started from."""
        folder = () if self.folder == "." else ("-C", self.folder)
        environment = () if self.environment is None else ("-e", self.environment)
        words = ("reconciler", *folder, *command.split(), *environment, *words)
        return shlex.join(map(escape, words))
