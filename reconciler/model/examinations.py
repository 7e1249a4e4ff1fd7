"""What was looked at without a service, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.addresses import Address
from reconciler.model.findings import Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """A project and everything that is wrong with it."""

    findings: tuple[Finding, ...]
    manifests: tuple[tuple[str, Address], ...] = ()
    """The sound ones, each with its file."""
    texts: Mapping[str, bytes] = field(default_factory=dict)
    """The files that something was found in, as far as they can be read."""

    def count(self, severity: Severity) -> int:
        """Return how many findings weigh so much."""
        return sum(finding.severity is severity for finding in self.findings)

    @property
    def valid(self) -> bool:
        """Whether there is no error."""
        return not self.count(Severity.ERROR)
