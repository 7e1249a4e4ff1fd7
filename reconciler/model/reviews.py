"""What a reviewer is shown: plans, each with all that there is to say about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.addresses import Address
from reconciler.model.exit_codes import ExitCode
from reconciler.model.findings import Finding
from reconciler.model.plans import Plan
from reconciler.model.values import Path, Spec, Unset, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One plan, for one environment."""

    title: str
    """Which plan it is: the project and the environment, or the sandbox of a saved plan."""
    plan: Plan | None
    """``None`` where none could be made; the findings say why."""
    findings: tuple[Finding, ...] = ()
    """Its warnings and refusals in words, and what the manifests are warned about."""
    declared: Mapping[Address, Spec] = field(default_factory=dict)
    """What the manifests declare, where somebody has looked."""
    trouble: ExitCode = ExitCode.DONE
    """What the run ends with for want of a plan."""

    def exit_code(self, *, detailed: bool) -> ExitCode:
        """Return what planning this ends with; ``detailed`` is ``-detailed-exitcode``."""
        if self.plan is None:
            return self.trouble
        if self.plan.refusals:
            return ExitCode.ERROR
        return ExitCode.CHANGES if detailed and self.plan.changing else ExitCode.DONE


def exit_code(reviews: Iterable[Review], *, detailed: bool) -> ExitCode:
    """Return what planning all of them ends with: the highest, changes before no error at all."""
    codes = [review.exit_code(detailed=detailed) for review in reviews]
    return max(codes, key=lambda code: (code > ExitCode.CHANGES or code is ExitCode.ERROR, code))


class Standing(StrEnum):
    """How an address stands in one environment."""

    ABSENT = "absent"
    UNCHANGED = "unchanged"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "destroy"
    FORGET = "forget"
    IMPORT = "import"
    MOVE = "move"
    RECORD = "record"
    REFUSED = "refused"
    IN_DOUBT = "in doubt"
    UNKNOWN = "unknown"
    """No plan could be made there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One address in every environment."""

    address: Address
    standings: tuple[Standing, ...]
    """One for each environment, in their order."""
    differing: Mapping[Path, tuple[Value | Unset, ...]] = field(default_factory=dict)
    """The members that are not declared alike, each with what it is in every environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Several environments side by side."""

    titles: tuple[str, ...]
    rows: tuple[Row, ...]
