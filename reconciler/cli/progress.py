"""How an apply goes, as Terraform tells it: plain lines, and a bar where somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.cli.console import Console
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.changes import Change
from reconciler.model.outcomes import Outcome
from reconciler.model.plans import Plan
from reconciler.render import progress_lines


class PlainProgress:
    """A line for each beginning and end."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def started(self, change: Change) -> None:
        """Say that a change has begun."""
        self._say(progress_lines.started(change))

    def waiting(self, change: Change, *, seconds: float) -> None:
        """Say that a change has not ended after so many seconds."""
        self._say(progress_lines.waiting(change, seconds=seconds))

    def finished(self, outcome: Outcome, *, seconds: float) -> None:
        """Say how a change ended."""
        self._say(progress_lines.finished(outcome, seconds=seconds))

    def settled(self, address: Address, remote_id: RemoteId | None) -> None:
        """Say what a create in doubt turned out to have made."""
        self._say(progress_lines.settled(address, remote_id))

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
        if outcome.change.action in progress_lines.SENT:
            self._bar.advance(self._task)


@contextmanager
def progress(console: Console, plan: Plan) -> Iterator[PlainProgress]:
    """Provide whoever tells how the plan goes."""
    total = sum(change.action in progress_lines.SENT for change in plan.changes)
    if not console.is_live or not total:
        yield PlainProgress(console)
        return
    live = LiveProgress(console, total=total)
    with live.shown():
        yield live
