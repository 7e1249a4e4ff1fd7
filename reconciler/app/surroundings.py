"""What every command is given: the project's folder, the machine, and what keeps our secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.app.machines import Machine
from reconciler.core.fingerprints import read_key
from reconciler.core.scrubber import Scrubber
from reconciler.model.findings import Finding
from reconciler.model.secrets import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The project's folder, the machine we run on, and what keeps our secrets."""

    folder: Path
    machine: Machine
    scrubber: Scrubber
    log: Callable[[str], None] | None = None
    warn: Callable[[Sequence[Finding]], None] = lambda _: None
    """Told what goes wrong when nothing else depends on it any more."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment variables."""
        return self.machine.environ

    @property
    def key(self) -> bytes | None:
        """``RECONCILER_KEY``, if there is one; ``SecretError`` where it is no key."""
        return next(iter(self._keys("RECONCILER_KEY")), None)

    @property
    def older_keys(self) -> tuple[bytes, ...]:
        """Those of ``RECONCILER_OLD_KEY``, which only compare; ``SecretError`` as for ``key``."""
        return tuple(self._keys("RECONCILER_OLD_KEY", separator=","))

    def _keys(self, variable: str, *, separator: str | None = None) -> Iterator[bytes]:
        text = self.environ.get(variable, "")
        for each in text.split(separator) if separator else [text]:
            self.scrubber.remember(Secret(each.strip()))
            if each:
                yield read_key(each, variable=variable)

    def environment_name(self, named: str | None) -> str | None:
        """Return the environment that was asked for, by flag or by variable."""
        return named or self.environ.get("RECONCILER_ENVIRONMENT") or None
