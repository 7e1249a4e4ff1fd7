"""What a reviewer is shown: plans, each with all that there is to say about it."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.findings import Finding
from reconciler.model.plans import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One plan, for one environment."""

    title: str
    """Which plan it is: the project and the environment, or the sandbox of a saved plan."""
    plan: Plan
    findings: tuple[Finding, ...] = ()
    """Its warnings and refusals in words, and what the manifests are warned about."""
