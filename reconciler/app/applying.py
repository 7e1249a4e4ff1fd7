"""An apply from lock to report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Protocol

from reconciler.app import plan_files, planning, rotation
from reconciler.app.looking import Looks
from reconciler.app.planning import Planned
from reconciler.app.sessions import Session
from reconciler.applier.applier import Applier
from reconciler.applier.journal import Journal
from reconciler.applier.settler import Settler
from reconciler.applier.world import World
from reconciler.core import settling
from reconciler.core.situations import Live, Request
from reconciler.errors import NotApprovedError, RejectedError, RemoteError, StateError
from reconciler.model.addresses import Address
from reconciler.model.declarations import Desired
from reconciler.model.findings import Finding
from reconciler.model.outcomes import Outcome, Report, Verdict
from reconciler.model.plans import Plan
from reconciler.model.records import Intent
from reconciler.model.values import same
from reconciler.ports import Progress

_HALTED = Finding(
    summary="Stopped before the end",
    detail=(
        "The state could not be saved for a while, so nothing more was begun. It is saved now, and "
        "nothing is lost. Look after the disk, then apply again."
    ),
)
_UNPLANNED = Finding(
    summary="Settled after the plan was made",
    detail=(
        "What became of an earlier create was found out only now, so the plan has no change for "
        "this address, and it is not yet as it is declared. Apply again."
    ),
)
_SUCCEEDED = Finding(
    summary="Replaced connection is still there",
    detail=(
        "What replaces it was found only after the rest was done, so it was kept. Apply again: the "
        "plan deletes it."
    ),
)
_NEVER_MADE = "It was not answered, was looked for, and never happened. Apply again."


class Audience(Protocol):
    """Who watches an apply and has a say in it."""

    def approve(self, planned: Planned) -> bool:
        """Show the plan and say whether it is to be carried out."""
        ...

    def hear(self, saved: Plan) -> None:
        """Be told which saved plan is about to be carried out, if it still fits."""
        ...

    def looking_again(self, absent: Sequence[Address], *, seconds: float) -> None:
        """Say that these do not show up, and that this is looked at again after a while."""
        ...

    def settling(self) -> Progress:
        """Provide whoever is told what became of creates in doubt."""
        ...

    def applying(self, plan: Plan) -> AbstractContextManager[Progress]:
        """Provide whoever is told how the plan goes."""
        ...

    @property
    def stop_notice(self) -> str:
        """What to print once a signal has told the run to stop."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How an apply is to be done."""

    operation: str = "apply"
    lock_timeout: float = 5.0
    settle_timeout: float = 30.0
    parallelism: int = 10


def apply(session: Session, request: Request, *, audience: Audience, terms: Terms) -> Report:
    """Plan under the lock, have that approved, and carry it out.

    Raises ``NotApprovedError`` where the audience says no, whatever it has to say about it.
    """
    with _Apply(session, audience, terms).locked() as run:
        if not run.settle():
            return run.report()
        planned = planning.plan_from(session, request, run.journal.recorded, pause=run.pause)
        if not audience.approve(planned):
            raise NotApprovedError("Nothing was changed.")
        desired = {} if request.destroy else planned.desired
        return run.carry_out(planned.plan, planned.live, desired=desired)


def apply_saved(session: Session, plan: Plan, *, audience: Audience, terms: Terms) -> Report:
    """Carry out a saved plan as it stands; ``PlanError`` where it does not fit what is now."""
    plan_files.check_applicable(plan)
    audience.hear(plan)
    with _Apply(session, audience, terms).locked() as run:
        plan_files.check_scope(plan, session)
        if not run.settle():
            return run.report()
        plan = replace(plan, scope=planning.scope(session, run.journal.recorded))
        live = session.observer().observe_twice(
            run.journal.recorded, planned=plan.changes, pause=run.pause
        )
        return run.carry_out(plan, live)


class _Apply:
    """One apply under way."""

    def __init__(self, session: Session, audience: Audience, terms: Terms) -> None:
        self._session = session
        self._audience = audience
        self._terms = terms
        self._report = Report()
        self._patience = terms.settle_timeout

    @contextmanager
    def locked(self) -> Iterator[_Apply]:
        """Hold the lock meanwhile, and read the state under it."""
        store = self._session.store
        with store.lock(operation=self._terms.operation, timeout=self._terms.lock_timeout):
            self.journal = Journal(
                self._session.recorded(),
                store=store,
                invocation=self._session.invocation,
                clock=self._session.machine.clock,
            )
            self._settler = self._new_settler()
            yield self

    @property
    def interrupted(self) -> bool:
        """Whether a signal has told the run to stop."""
        return self._session.machine.signals.received is not None

    def pause(self, absent: Sequence[Address]) -> None:
        """Let the time go by that reads may lag behind."""
        self._audience.looking_again(absent, seconds=settling.LAG)
        self._session.machine.clock.sleep(settling.LAG)

    def settle(self) -> bool:
        """Find out what earlier runs left behind; tell whether the run can go on."""
        if self.journal.recorded.intents:
            with self._handling_signals():
                try:
                    self._settle()
                except StateError as trouble:
                    self._rescue(trouble)
                except RemoteError:
                    if not self.interrupted:
                        raise
        return self._report.unsaved is None and not self.interrupted

    def carry_out(self, plan: Plan, live: Live, *, desired: Desired | None = None) -> Report:
        """Apply the plan, save, settle once more, and report.

        ``desired`` is what the manifests declare, where anybody has looked.
        """
        with self._handling_signals():
            if plan.complete:  # what is left out of a plan is not touched
                self._renew_fingerprints(desired)
            with self._audience.applying(plan) as progress:
                applier = Applier(
                    plan,
                    journal=self.journal,
                    live=live,
                    world=self._world(progress),
                    parallelism=self._terms.parallelism,
                )
                outcomes, trouble = applier.run()
            self._report = replace(self._report, outcomes=outcomes)
            if trouble is not None:
                self._rescue(trouble)
            elif not self.interrupted:
                self._settle_own(desired)
            return self.report()

    def _renew_fingerprints(self, desired: Desired | None) -> None:
        """Have what an older key marked be marked by the present one, with the next save."""
        session, recorded = self._session, self.journal.recorded
        if rotation.is_due(session, recorded):
            if desired is None:
                # That a secret fits its mark is all there is to it, so these need not be reviewed.
                with suppress(RejectedError):
                    desired, _ = planning.declared(session, recorded)
            self.journal.recorded = rotation.renewed(session, desired or {}, recorded)

    def report(self) -> Report:
        """Return how it went, with everything that is still in doubt."""
        return replace(
            self._report,
            doubts=self._settler.undecided(),
            signal=self._session.machine.signals.received,
        )

    def _settle_own(self, desired: Desired | None) -> None:
        intents = self.journal.recorded.intents
        try:
            self._settle()
        except RemoteError:
            pass  # what could not be looked up is still in doubt, and the report says so
        except StateError as trouble:
            self._rescue(trouble)
        outcomes = tuple(map(self._accounted, self._report.outcomes))
        short = (*self._unplanned(intents, desired), *self._kept(intents))
        self._report = replace(self._report, outcomes=outcomes, short=short)

    def _unplanned(
        self, intents: Mapping[Address, Intent], desired: Desired | None
    ) -> Iterator[Finding]:
        """Yield what is left to do about creates of earlier runs that were settled after the plan.

        In the plan they were in doubt, so it holds no change of theirs.
        """
        recorded = self.journal.recorded
        planned = {outcome.change.address for outcome in self._report.outcomes}
        for at in sorted(intents.keys() - planned - recorded.intents.keys()):
            declared = None if desired is None else desired.get(at)
            if at in recorded.records and desired is not None:
                differs = declared is None or not same(declared.spec, intents[at].spec)
            else:
                differs = at not in recorded.records and (desired is None or declared is not None)
            if differs:
                yield replace(_UNPLANNED, address=at)

    def _kept(self, intents: Mapping[Address, Intent]) -> Iterator[Finding]:
        """Yield which connections were replaced by a create that was in doubt until now."""
        recorded = self.journal.recorded
        for at in sorted(intents.keys() & recorded.deposed.keys() & recorded.records.keys()):
            yield replace(_SUCCEEDED, address=at)

    def _accounted(self, outcome: Outcome) -> Outcome:
        """Return how a create in doubt ended after all, where that is known by now."""
        at, recorded = outcome.change.address, self.journal.recorded
        if outcome.verdict is not Verdict.IN_DOUBT or at in recorded.intents:
            return outcome
        if at not in recorded.records:
            finding = outcome.finding and replace(outcome.finding, detail=_NEVER_MADE)
            return replace(outcome, verdict=Verdict.FAILED, finding=finding)
        made = recorded.records[at].id
        return replace(outcome, verdict=Verdict.DONE, id=made, finding=None)

    def _rescue(self, trouble: StateError) -> None:
        unsaved = self.journal.rescue(trouble)
        halted = unsaved is None and self._report.count(Verdict.SKIPPED)
        short = (_HALTED,) if halted else ()
        self._report = replace(self._report, unsaved=unsaved, short=short)

    def _settle(self) -> None:
        """Look for creates in doubt, all times together no longer than the settle timeout."""
        clock = self._session.machine.clock
        began = clock.monotonic()
        try:
            self._settler.settle(timeout=self._patience)
        finally:
            self._patience = max(0.0, self._patience - (clock.monotonic() - began))

    def _new_settler(self) -> Settler:
        session = self._session
        return Settler(
            journal=self.journal,
            kinds=session.kinds,
            remote=self._looks(),
            clock=session.machine.clock,
            progress=self._audience.settling(),
            quarantine=session.project.policy.quarantine,
        )

    def _world(self, progress: Progress) -> World:
        session = self._session
        return World(
            kinds=session.kinds,
            remote=self._looks(),
            secrets=session.secrets,
            tokens=session.tokens,
            clock=session.machine.clock,
            threads=session.machine.threads,
            progress=progress,
            stop=session.machine.signals.stop,
            fingerprinter=session.fingerprinter,
            allowed_hosts=session.project.policy.allowed_hosts,
        )

    def _looks(self) -> Looks:
        machine = self._session.machine
        return Looks(
            self._session.remote,
            clock=machine.clock,
            threads=machine.threads,
            stop=machine.signals.stop,
        )

    def _handling_signals(self) -> AbstractContextManager[None]:
        return self._session.machine.signals.handled(notice=self._audience.stop_notice)
