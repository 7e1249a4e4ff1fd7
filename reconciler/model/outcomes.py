"""What became of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.addresses import RemoteId
from reconciler.model.changes import Change
from reconciler.model.exit_codes import ExitCode
from reconciler.model.findings import Finding
from reconciler.model.plans import Doubt


class Verdict(StrEnum):
    """How one change ended."""

    DONE = "done"
    FAILED = "failed"
    """The service said no, or what was needed could not be had; nothing happened."""
    IN_DOUBT = "in-doubt"
    """Sent, and no usable answer: it may have happened."""
    LEFT = "left"
    """Left to a person: the connection visibly moved, or its name turned out to be taken."""
    SKIPPED = "skipped"
    """Not begun, because the run was told to stop or could not save."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One change and how it ended."""

    change: Change
    verdict: Verdict
    id: RemoteId | None = None
    finding: Finding | None = None
    """What to tell a person, unless it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How an apply ended."""

    outcomes: tuple[Outcome, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    """Creates that are still in doubt, of this run and of earlier ones."""
    unsaved: Finding | None = None
    """Why the state could not be saved, and what to do about it."""
    short: tuple[Finding, ...] = ()
    """What else keeps the run from having done all that was declared."""
    signal: int | None = None
    """The number of the signal that ended the run, if one did."""

    def count(self, verdict: Verdict) -> int:
        """Return how many changes ended so."""
        return sum(outcome.verdict is verdict for outcome in self.outcomes)

    @property
    def exit_code(self) -> ExitCode:
        """Return what the run ends with: a signal before all others, else the highest."""
        if self.signal is not None:
            return ExitCode.after(self.signal)
        if self.unsaved is not None:
            return ExitCode.UNSAVED
        if self.doubts or self.count(Verdict.IN_DOUBT) or self.count(Verdict.LEFT):
            return ExitCode.LEFT
        short = self.short or self.count(Verdict.FAILED) or self.count(Verdict.SKIPPED)
        return ExitCode.FAILED if short else ExitCode.DONE
