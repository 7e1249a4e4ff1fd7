"""The walk through a plan: intents first, requests beside one another, one writer of the state."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from reconciler.applier import findings, preparer
from reconciler.applier.crew import Crew
from reconciler.applier.findings import SEND_WINDOW, SLOW_SAVES
from reconciler.applier.journal import Journal
from reconciler.applier.operations import Operator, Result, Task
from reconciler.applier.world import World
from reconciler.core.situations import Live
from reconciler.errors import StateError
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.changes import Action, Change
from reconciler.model.findings import Finding
from reconciler.model.outcomes import Outcome, Verdict
from reconciler.model.plans import Plan
from reconciler.model.records import Intent

PATIENCE = 5.0
"""Seconds that requests under way are given once the run is told to stop."""

Key: TypeAlias = tuple[Address, str]
"""``Change.key``: an address may have a change of its own and one of what it has replaced."""

_TICK = 0.25
_STILL = 10.0


@dataclass(slots=True)
class _Flight:
    """A change under way."""

    change: Change
    since: float
    told: float
    """When somebody was last told of it."""


class Applier:
    """Carries out one plan, once."""

    def __init__(
        self, plan: Plan, *, journal: Journal, live: Live, world: World, parallelism: int
    ) -> None:
        self._plan = plan
        self._journal = journal
        self._live = live
        self._world = world
        self._parallelism = parallelism
        self._outcomes: dict[Key, Outcome] = {}
        self._creates: deque[Task] = deque()
        """Creates that have no intent yet."""
        self._ready: deque[Task] = deque()
        """Creates whose intent is saved."""
        self._others: deque[Task] = deque()
        self._following: list[Task] = []
        """What comes after a task that is done, once that is saved."""
        self._flying: dict[Key, _Flight] = {}
        self._known = journal.recorded.owners.keys() | live.by_id.keys()
        """Ids that no create can have made."""
        self._made: dict[RemoteId, tuple[Intent, Outcome]] = {}
        """Of each create that was answered: its intent, and how it ended."""
        self._trouble: StateError | None = None
        self._slow = 0
        """How many saves of intents in a row have outlasted the window."""

    def run(self) -> tuple[tuple[Outcome, ...], StateError | None]:
        """Carry the plan out; return how each change ended and why the state was not saved, if so.

        Only changes that ended are in the outcomes; one begun and left behind is not.
        """
        self._prepare()
        operator = Operator(remote=self._world.remote, clock=self._world.clock)
        # Before the first intent: one that nobody could send would stand in the way.
        crew = Crew(size=self._parallelism, perform=operator.perform, threads=self._world.threads)
        try:
            self._save(self._open_intents())
            self._walk(crew)
        finally:
            # Whatever it was that ended the walk, what has arrived is saved.
            crew.dismiss()
            self._skip(self._ready)
            self._skip(self._creates)
            self._skip(self._others)
            self._skip(self._following)
            self._close_unsent()
            self._save([])
        ordered = tuple(self._outcomes[key] for key in sorted(self._outcomes))
        return ordered, self._trouble

    def _prepare(self) -> None:
        recorded = self._journal.recorded
        prepared = preparer.prepare(self._plan, recorded, live=self._live, world=self._world)
        if prepared.recorded is not recorded:
            self._journal.recorded = prepared.recorded
        self._creates.extend(prepared.creates)
        self._others.extend(prepared.others)
        for outcome in prepared.outcomes:
            self._end(outcome, seconds=0.0)

    # --- the walk -------------------------------------------------------------------------------

    def _walk(self, crew: Crew[Task, Result]) -> None:
        deadline: float | None = None
        while self._dispatch(crew) or self._flying:
            for result in crew.results(timeout=_TICK):
                self._fold(result)
            if self._world.stop.is_set() and deadline is None:
                deadline = self._now + PATIENCE
            if deadline is not None and self._now > deadline:
                return
            self._dispatch(crew)
            self._save(self._open_intents())
            self._tell_waiting()

    @property
    def _now(self) -> float:
        return self._world.clock.monotonic()

    @property
    def _halted(self) -> bool:
        """Whether nothing new may begin: a signal came, or the state cannot be saved."""
        return self._world.stop.is_set() or self._trouble is not None

    def _dispatch(self, crew: Crew[Task, Result]) -> bool:
        """Give idle workers what may leave now; tell whether anything is left to begin."""
        if self._halted:
            return False
        while len(self._flying) < self._parallelism and (task := self._next()):
            now = self._now
            self._flying[task.change.key] = _Flight(task.change, since=now, told=now)
            self._world.progress.started(task.change)
            crew.hand(task)
        return bool(self._creates or self._ready or self._others or self._following)

    def _next(self) -> Task | None:
        late: list[Task] = []
        while self._ready and self._now >= self._ready[0].leave_by:
            late.append(self._ready.popleft())
        self._creates.extendleft(reversed(late))  # their window is over: they need new intents
        if self._ready:
            return self._ready.popleft()
        if self._creates or not self._others:
            return None
        return self._others.popleft()

    def _open_intents(self) -> list[Task]:
        """Note the next creates, so that one is ready whenever a worker is; not yet saved."""
        if self._halted or not self._room():
            return []
        leave_by, opened = self._now + SEND_WINDOW, self._world.remote.surely()
        if opened is None:
            self._give_up(self._creates, findings.NO_TIME)
            return []
        tasks = [self._creates.popleft() for _ in range(self._room())]
        intents = {
            task.change.address: task.intent(client=self._world.remote.client, opened=opened)
            for task in tasks
        }
        recorded = self._journal.recorded
        replaced = {task.change.address for task in tasks if task.follower is not None}
        if intents.keys() & recorded.records.keys():
            # Any other record that a create replaces names an object that is gone.
            recorded = recorded.deposing(replaced).without_records(intents)
        self._journal.recorded = recorded.with_intents(intents)
        return [replace(task, leave_by=leave_by) for task in tasks]

    def _room(self) -> int:
        """Return for how many more creates there should be an intent now."""
        if self._ready and not self._journal.pending:
            return 0
        return min(max(0, self._parallelism - len(self._ready)), len(self._creates))

    def _save(self, noted: Iterable[Task]) -> None:
        """Save once: what has arrived and what is about to leave, which may leave from then on."""
        tasks = list(noted)
        try:
            if self._trouble is None:
                self._journal.save()
        except StateError as error:
            self._trouble = error
        if self._trouble is not None:
            self._creates.extendleft(reversed(tasks))
            return
        self._others.extendleft(self._following)
        self._following.clear()
        if tasks:
            late = self._now >= tasks[0].leave_by
            self._slow = self._slow + 1 if late else 0
        self._ready.extend(tasks)
        if self._slow >= SLOW_SAVES:
            self._give_up(self._ready, findings.TOO_SLOW)
            self._give_up(self._creates, findings.TOO_SLOW)

    def _give_up(self, tasks: deque[Task], finding: Finding) -> None:
        """End creates of which none has left, closing the intents that they may have."""
        while tasks:
            change = tasks.popleft().change
            self._close([change.address])
            skipped = Outcome(change=change, verdict=Verdict.SKIPPED)
            self._end(_because(finding, skipped, Verdict.FAILED), seconds=0.0)

    # --- what comes back ------------------------------------------------------------------------

    def _fold(self, result: Result) -> None:
        change, outcome = result.task.change, result.outcome
        seconds = self._now - self._flying.pop(change.key).since
        recorded = self._journal.recorded
        if outcome.verdict is Verdict.DONE and result.record is not None:
            if change.action is Action.CREATE and result.record.id in self._known:
                self._disbelieve(result.record.id)
                outcome = _because(findings.DOUBLED, outcome, Verdict.IN_DOUBT)
            else:
                if change.action is Action.CREATE:
                    self._made[result.record.id] = recorded.intents[change.address], outcome
                self._known.add(result.record.id)
                self._journal.recorded = recorded.with_records({change.address: result.record})
                self._following += [result.task.follower] if result.task.follower else []
        elif outcome.verdict is Verdict.DONE and change.deposed:
            self._journal.recorded = recorded.without_deposed([change.id] if change.id else [])
        elif outcome.verdict is Verdict.DONE:
            self._journal.recorded = recorded.without_records([change.address])
        elif change.action is Action.CREATE and outcome.verdict is Verdict.FAILED:
            self._journal.recorded = recorded.without_intents([change.address])
        self._end(outcome, seconds=seconds)

    def _disbelieve(self, remote_id: RemoteId) -> None:
        """Where another create of this run was answered with that id as well, doubt that too."""
        if remote_id not in self._made:
            return
        intent, outcome = self._made.pop(remote_id)
        at = outcome.change.address
        for waiting in (self._following, self._others):
            for task in [each for each in waiting if each.change.address == at]:
                waiting.remove(task)  # what may have no successor is kept
        recorded = self._journal.recorded.without_records([at])
        self._journal.recorded = recorded.with_intents({at: intent})
        self._end(_because(findings.DOUBLED, outcome, Verdict.IN_DOUBT), seconds=0.0)

    def _end(self, outcome: Outcome, *, seconds: float) -> None:
        self._outcomes[outcome.change.key] = outcome
        self._world.progress.finished(outcome, seconds=seconds)

    def _skip(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            skipped = Outcome(change=task.change, verdict=Verdict.SKIPPED, id=task.change.id)
            self._outcomes[task.change.key] = skipped

    def _close_unsent(self) -> None:
        """Close the intents of creates that never left: they are known not to have happened."""
        self._close([task.change.address for task in (*self._ready, *self._creates)])

    def _close(self, addresses: Iterable[Address]) -> None:
        closing = self._journal.recorded.intents.keys() & set(addresses)
        if closing:
            self._journal.recorded = self._journal.recorded.without_intents(closing)

    def _tell_waiting(self) -> None:
        now = self._now
        for flight in self._flying.values():
            if now - flight.told >= _STILL:
                flight.told = now
                self._world.progress.waiting(flight.change, seconds=now - flight.since)


def _because(finding: Finding, outcome: Outcome, verdict: Verdict) -> Outcome:
    """Return the outcome as ``verdict``, with the finding that accounts for it."""
    placed = replace(finding, address=outcome.change.address, span=outcome.change.span)
    return replace(outcome, verdict=verdict, finding=placed)
