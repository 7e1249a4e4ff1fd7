"""How an apply goes, as Terraform tells it: plain lines, and a bar where somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.cli.console import Console
from reconciler.core.escaping import escape
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.outcomes import Outcome, Verdict
from reconciler.model.plans import Action, Change, Plan

_BEGUN = {
    Action.CREATE: "Creating...",
    Action.UPDATE: "Modifying... [id={id}]",
    Action.DELETE: "Destroying... [id={id}]",
}
_STILL = {
    Action.CREATE: "Still creating...",
    Action.UPDATE: "Still modifying...",
    Action.DELETE: "Still destroying...",
}
_ENDED = {
    Action.CREATE: "Creation complete after {seconds} [id={id}]",
    Action.UPDATE: "Modifications complete after {seconds} [id={id}]",
    Action.DELETE: "Destruction complete after {seconds}",
}


class PlainProgress:
    """A line for each beginning and end."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def started(self, change: Change) -> None:
        """Say that a change has begun."""
        self._say(f"{change.address}: {_BEGUN[change.action].format(id=_shown(change.id))}")

    def waiting(self, change: Change, *, seconds: float) -> None:
        """Say that a change has not ended after so many seconds."""
        minutes, rest = divmod(int(seconds), 60)
        self._say(f"{change.address}: {_STILL[change.action]} [{minutes:02}m{rest:02}s elapsed]")

    def finished(self, outcome: Outcome, *, seconds: float) -> None:
        """Say how a change ended; a failure is told in full at the end."""
        self._say(f"{outcome.change.address}: {_ending(outcome, seconds)}")

    def settled(self, address: Address, remote_id: RemoteId | None) -> None:
        """Say what a create in doubt turned out to have made."""
        if remote_id is None:
            self._say(f"{address}: Settled: an earlier create never happened")
        else:
            self._say(f"{address}: Settled: an earlier create made it [id={_shown(remote_id)}]")

    def _say(self, line: str) -> None:
        self._console.out(line)


class LiveProgress(PlainProgress):
    """The same lines above a bar that counts the changes."""

    def __init__(self, console: Console, *, total: int) -> None:
        from rich.console import Console as Screen  # noqa: PLC0415 -- only terminals pay for rich
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn  # noqa: PLC0415 -- as above

        super().__init__(console)
        self._bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            # Lines are folded by the terminal alone, so that an id can be copied in one piece.
            console=Screen(color_system="auto" if console.in_colour else None, soft_wrap=True),
            transient=True,
            redirect_stderr=sys.stderr.isatty(),  # what goes to a file has no bar to make way for
        )
        self._task = self._bar.add_task("", total=total)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the bar meanwhile."""
        with self._bar:
            yield

    def finished(self, outcome: Outcome, *, seconds: float) -> None:
        """Say how a change ended, and count it if it is one of those that the bar is for."""
        super().finished(outcome, seconds=seconds)
        if outcome.change.action in _BEGUN:
            self._bar.advance(self._task)


@contextmanager
def progress(console: Console, plan: Plan) -> Iterator[PlainProgress]:
    """Provide whoever tells how the plan goes."""
    total = sum(change.action in _BEGUN for change in plan.changes)
    if not console.is_live or not total:
        yield PlainProgress(console)
        return
    live = LiveProgress(console, total=total)
    with live.shown():
        yield live


_NOT_DONE = {
    Verdict.FAILED: "{action} failed",
    Verdict.IN_DOUBT: "{action} in doubt",
    Verdict.LEFT: "Left alone",
    Verdict.SKIPPED: "Not begun",
}


def _shown(remote_id: RemoteId | None) -> str:
    return escape(remote_id or "")


def _ending(outcome: Outcome, seconds: float) -> str:
    change = outcome.change
    if outcome.verdict is not Verdict.DONE:
        return _NOT_DONE[outcome.verdict].format(action=change.action.value.capitalize())
    if change.action in _ENDED:
        return _ENDED[change.action].format(seconds=f"{int(seconds)}s", id=_shown(outcome.id))
    if change.action is Action.FORGET:
        return "Removed from the state"
    return (
        f"Import complete [id={_shown(change.id)}]"
        if change.importing
        else f"Moved from {change.previous}"
    )
