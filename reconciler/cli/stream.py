"""``-json``: what happens, one object a line, for whoever follows a run by program."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from reconciler.app.planning import Planned
from reconciler.cli import showing
from reconciler.cli.approving import STOP_NOTICE, Expectation, check_approvable
from reconciler.cli.console import Console
from reconciler.errors import RejectedError
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.changes import Change
from reconciler.model.findings import Finding
from reconciler.model.outcomes import Outcome, Report
from reconciler.model.plans import Doubt, Plan
from reconciler.model.reviews import Review
from reconciler.model.trials import Trial
from reconciler.render import events, phrases
from reconciler.render.events import Event

_UNASKED = Finding(
    summary="Nobody to ask",
    detail=(
        "With -json a program reads what is said, and nobody is asked. Use -auto-approve, or apply "
        "a saved plan."
    ),
)


class Stream:
    """Writes events as they happen; from now on findings are events too."""

    def __init__(self, console: Console, *, today: Callable[[], datetime]) -> None:
        self._console = console
        self._today = today
        console.report = self.findings
        self.emit(events.version())

    def emit(self, event: Event) -> None:
        """Write one event, with the time."""
        time = self._today().isoformat(timespec="microseconds").replace("+00:00", "Z")
        document = json.dumps({**event, "@timestamp": time}, ensure_ascii=False, sort_keys=True)
        self._console.raw(f"{document}\n")

    def findings(self, findings: Iterable[Finding]) -> None:
        """Write a diagnostic for each finding, in order of place."""
        for finding in sorted(findings, key=lambda one: one.order):
            self.emit(events.diagnostic(finding))

    def review(self, review: Review) -> None:
        """Write a plan and everything there is to say about it."""
        if review.plan is not None:
            for event in events.plan(review.plan):
                self.emit(event)
        self.findings(review.findings)


class StreamProgress:
    """An event for each beginning and end."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def started(self, change: Change) -> None:
        """Say that a change has begun."""
        self._stream.emit(events.started(change))

    def waiting(self, change: Change, *, seconds: float) -> None:
        """Say that a change has not ended after so many seconds."""
        self._stream.emit(events.waiting(change, seconds=seconds))

    def finished(self, outcome: Outcome, *, seconds: float) -> None:
        """Say how a change ended."""
        self._stream.emit(events.finished(outcome, seconds=seconds))

    def settled(self, address: Address, remote_id: RemoteId | None) -> None:
        """Say what a create in doubt turned out to have made."""
        self._stream.emit(events.settled(address, remote_id))


class StreamAudience:
    """A program that follows an apply; nobody is asked."""

    def __init__(self, stream: Stream, console: Console, *, expect: Expectation | None) -> None:
        self._stream = stream
        self._console = console
        self._expect = expect
        self.told: tuple[Doubt, ...] = ()
        """The creates in doubt that were told with the plan."""

    def approve(self, planned: Planned) -> bool:
        """Tell the plan; raise as ``approving.check_approvable`` does where it is not to be."""
        plan = planned.plan
        self.told = plan.doubts
        for event in events.plan(plan):
            self._stream.emit(event)
        self._stream.findings([*planned.warnings, *phrases.warnings(plan)])
        check_approvable(plan, expect=self._expect)
        return True

    def hear(self, saved: Plan) -> None:
        """Tell what a saved plan changes, as Terraform does."""
        for event in events.changes(saved):
            self._stream.emit(event)

    def looking_again(self, absent: Sequence[Address], *, seconds: float) -> None:
        """Say why nothing seems to happen for a while."""
        names = ", ".join(map(str, absent))
        self._stream.emit(events.log(f"Looking again in {seconds:.0f} s for {names}"))

    def settling(self) -> StreamProgress:
        """Provide whoever is told what became of creates in doubt."""
        return StreamProgress(self._stream)

    @contextmanager
    def applying(self, plan: Plan) -> Iterator[StreamProgress]:
        """Provide whoever is told how the plan goes; nobody stops it by listening no longer."""
        self._console.persist()
        yield StreamProgress(self._stream)

    def report(self, ended: Report, *, destroy: bool, environment: str) -> None:
        """Tell how it ended, then everything that went otherwise."""
        message = showing.ending(ended, destroy=destroy)
        self._stream.emit(events.applied(ended.outcomes, message, destroy=destroy))
        self._stream.findings(showing.left(ended, environment=environment, told=self.told))

    def verified(self, tried: Sequence[Trial]) -> None:
        """Tell how each connection fares that was changed."""
        for each in self._console.masked(tuple(tried)):
            self._stream.emit(events.tried(each))

    @property
    def stop_notice(self) -> str:
        """What is said on standard error once a signal has told the run to stop."""
        return STOP_NOTICE


def require_approval(*, auto_approve: bool, saved: bool) -> None:
    """Raise ``RejectedError`` where somebody would have to be asked."""
    if not (auto_approve or saved):
        raise RejectedError([_UNASKED])
