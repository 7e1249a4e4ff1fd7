"""Asking for ``yes``, and telling how it goes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from reconciler.app.planning import Planned
from reconciler.cli import progress, showing
from reconciler.cli.console import Console
from reconciler.cli.progress import PlainProgress
from reconciler.core.deviations import deviations
from reconciler.errors import RejectedError, UnreviewedError
from reconciler.model.addresses import Address
from reconciler.model.findings import Finding
from reconciler.model.outcomes import Report
from reconciler.model.plans import Doubt, Plan
from reconciler.model.trials import Trial
from reconciler.render import deviation_lines, health, phrases

QUESTION = (
    "\nDo you want to perform these actions?\n"
    "  reconciler will perform the actions described above.\n"
    "  Only 'yes' will be accepted to approve.\n\n"
    "  Enter a value: "
)
FOLLOWING = (
    "\nDo you want the state to record these detected changes?\n"
    "  reconciler will write them to the state and change nothing on the service.\n"
    "  Only 'yes' will be accepted to approve.\n\n"
    "  Enter a value: "
)
STOP_NOTICE = (
    "Stopping: nothing new is begun, and what is under way gets a few seconds. A second "
    "signal ends the run at once.\n"
)


class Audience:
    """Shows the plan, asks whoever sits there, and tells how it goes."""

    def __init__(self, console: Console, *, expect: Expectation | None, auto_approve: bool) -> None:
        self._console = console
        self._expect = expect
        self._auto_approve = auto_approve
        self.told: tuple[Doubt, ...] = ()
        """The creates in doubt that were shown with the plan."""

    def approve(self, planned: Planned) -> bool:
        """Show the plan and say whether it is to be carried out.

        Raises as ``check_approvable`` does.
        """
        plan = planned.plan
        self._console.findings([*planned.warnings, *phrases.warnings(plan)])
        self.told = plan.doubts
        showing.plan_alone(plan, console=self._console)
        check_approvable(plan, expect=self._expect)
        question = FOLLOWING if plan.refresh_only else QUESTION
        return self._auto_approve or not plan.changing or self._asked(question)

    def hear(self, saved: Plan) -> None:
        """Say nothing of a saved plan: it was shown when it was made."""

    def looking_again(self, absent: Sequence[Address], *, seconds: float) -> None:
        """Say why nothing seems to happen for a while."""
        one = len(absent) == 1
        self._console.err(
            f"{absent[0] if one else f'{len(absent)} recorded connections'} "
            f"{'does' if one else 'do'} not show up on the service. Looking again in "
            f"{seconds:.0f} s, since it may not show yet what was made a moment ago."
        )

    def settling(self) -> PlainProgress:
        """Provide whoever is told what became of creates in doubt."""
        return PlainProgress(self._console)

    def applying(self, plan: Plan) -> AbstractContextManager[PlainProgress]:
        """Provide whoever is told how the plan goes; nobody stops it by listening no longer."""
        self._console.persist()
        return progress.progress(self._console, plan)

    def report(self, ended: Report, *, destroy: bool, environment: str) -> None:
        """Show how it ended: the summary line, then everything that went otherwise."""
        self._console.out("\n" + showing.ending(ended, destroy=destroy))
        self._console.findings(showing.left(ended, environment=environment, told=self.told))

    def verified(self, tried: Sequence[Trial]) -> None:
        """Show how the connections fare that were changed."""
        self._console.out("\n" + health.trials(self._console.masked(tuple(tried))))

    @property
    def stop_notice(self) -> str:
        """What a person sees who has pressed Ctrl-C."""
        return STOP_NOTICE

    def _asked(self, question: str) -> bool:
        self._console.prompt(question)
        answer = sys.stdin.readline()
        if not answer.endswith("\n"):
            self._console.err("")  # nobody has ended the line that the question stands on
        return answer.strip() == "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What was reviewed: its digest, and the plan itself where somebody kept it."""

    digest: str
    plan: Plan | None = None


def check_approvable(plan: Plan, *, expect: Expectation | None) -> None:
    """Raise ``RejectedError`` for a plan that nobody may carry out.

    Raise ``UnreviewedError`` for one that has not the digest of what was reviewed.
    """
    if plan.refusals:
        raise RejectedError(phrases.refusals(plan))
    if expect is None or expect.digest == plan.digest:
        return
    detail = (
        f"What was reviewed has the digest {expect.digest}, and the plan above, made just now, has "
        f"{plan.digest}. It differs from what was reviewed, so nothing was sent. Have the plan "
        "above reviewed instead."
    )
    if expect.plan is None:
        raise UnreviewedError(f"{detail} -expect=PLANFILE would say what differs.")
    lines = deviation_lines.render(deviations(expect.plan, plan))
    raise UnreviewedError(f"{detail} This differs:", lines=lines)


def require_terminal(*, auto_approve: bool, expect: Expectation | None) -> None:
    """Raise ``RejectedError`` where nobody could answer the question."""
    if auto_approve or sys.stdin.isatty():
        return
    advice = " Add it: -expect already says what was reviewed." if expect else ""
    raise RejectedError(
        [
            Finding(
                summary="Nobody to ask",
                detail=(
                    "There is no terminal to ask for approval on. Use -auto-approve where nobody "
                    f"watches.{advice}"
                ),
            )
        ]
    )
