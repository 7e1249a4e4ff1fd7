"""Making a plan: read the manifests, the state and the service, and ask the planner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from reconciler.app import reading, rotation
from reconciler.app.observer import of_records
from reconciler.app.sessions import Session
from reconciler.core import mover, planner, references
from reconciler.core import selection as selections
from reconciler.core.situations import Live, Request, Situation
from reconciler.errors import LockedError, RejectedError, RemoteError, SecretError
from reconciler.model.addresses import Address
from reconciler.model.declarations import Desired
from reconciler.model.findings import Finding
from reconciler.model.plans import Plan, Scope
from reconciler.model.records import Recorded

TRIES = 3
"""How often a plan starts over because somebody saved the state meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan and what it was made from."""

    plan: Plan
    live: Live
    desired: Desired
    warnings: tuple[Finding, ...]
    """What the manifests and the keys of fingerprints are warned about; the plan has its own."""


def plan(session: Session, request: Request) -> Planned:
    """Plan without a lock; start over where the state moves meanwhile.

    Raises ``RejectedError`` with every problem of the input, and ``LockedError`` where another run
    keeps saving.
    """
    for _ in range(TRIES):
        recorded = session.recorded()
        planned = plan_from(session, request, recorded)
        if session.recorded().serial == recorded.serial:
            return planned
    raise LockedError(
        f"Another run is applying: {session.store.location} was saved again and again while this "
        "plan was made. Wait for that run to end, and plan again."
    )


def plan_from(
    session: Session,
    request: Request,
    recorded: Recorded,
    *,
    pause: Callable[[Sequence[Address]], object] | None = None,
) -> Planned:
    """Plan from this snapshot of the state.

    With a ``pause`` absence is looked at twice, since something will be done about it.
    """
    require_kinds(session, recorded)
    if session.settings is None:
        desired, warnings = declared(session, recorded)
        live = Live.recorded(recorded)
    else:
        observer = session.observer()
        observer.begin(of_records(recorded))
        desired, warnings = declared(session, recorded)
        remember(session, desired)
        if pause is None:
            live = observer.observe(recorded, desired=desired)
        else:
            live = observer.observe_twice(recorded, desired=desired, pause=pause)
    _require_known(request, session, desired, recorded)
    situation = Situation(
        scope=scope(session, recorded),
        kinds=session.kinds,
        desired=desired,
        recorded=recorded,
        live=live,
        client=session.settings.client_id if session.settings else "",
        policy=session.project.policy,
        moved=session.project.moved,
        removed=session.project.removed,
        rotated=rotation.rotated(session, desired, recorded),
        request=request,
        refreshed=session.settings is not None,
    )
    plan = _used(session, situation, planner.plan(situation))
    said = (*warnings, *rotation.warnings(session, desired, recorded))
    return Planned(plan=plan, live=live, desired=desired, warnings=said)


def _used(session: Session, situation: Situation, plan: Plan) -> Plan:
    """Return the plan in which what uses the connections that it deletes has a say."""
    doomed = sorted({each.id for each in plan.changes if each.action.deletes and each.id})
    if not doomed or session.settings is None:
        return plan
    try:
        uses = session.remote.uses(doomed)
    except RemoteError:
        uses = None  # the service itself refuses to delete what a flow uses
    return planner.plan(replace(situation, uses=uses))


def _require_known(
    request: Request, session: Session, desired: Desired, recorded: Recorded
) -> None:
    """Raise ``RejectedError`` where a flag names an address that there is not."""
    moved, before = mover.move(recorded, session.project.moved)
    known = {*desired, *moved.records, *moved.intents, *moved.deposed, *before.values()}
    selection = request.selection
    named = {"-target": selection.targets, "-exclude": selection.excluded}
    found = list(selections.unknown(named, known))
    recorded_now = desired.keys() & moved.records.keys()
    old_names = {was for at, was in before.items() if at in recorded_now}
    found += selections.unreplaceable(request.replace, recorded_now | old_names)
    if found:
        raise RejectedError(found)


def remember(session: Session, desired: Desired) -> None:
    """Have every declared secret at hand be masked: a service may show what it was given.

    A plan needs none of them, so one that cannot be had is nobody's concern here.
    """
    for reference in sorted({each for one in desired.values() for each in one.secrets.values()}):
        if references.at_hand(reference):
            with suppress(SecretError):
                session.secrets.reveal(reference)


def scope(session: Session, recorded: Recorded) -> Scope:
    """Return where a plan made now would hold."""
    return replace(session.scope(recorded), environment=named(session))


def named(session: Session) -> str:
    """Return the name of the environment, empty where it is the only one and need not be named."""
    return session.environment.name if len(session.project.environments) > 1 else ""


def declared(session: Session, recorded: Recorded) -> tuple[Desired, tuple[Finding, ...]]:
    """Return what the manifests declare here, and the warnings about them.

    Raises ``RejectedError`` with everything that is wrong with them.
    """
    empty = bool(recorded.records)  # the planner's guard has more to say about that
    name = session.environment.name
    verdict = reading.judge(session.loaded, session.kinds, name, may_be_empty=empty)
    if verdict.errors:
        raise RejectedError(verdict.findings)
    return verdict.desired[name], verdict.warnings


def require_kinds(session: Session, recorded: Recorded) -> None:
    """Raise ``RejectedError`` where the state records what no schema file describes any more."""
    unknown = sorted(
        at
        for at in {*recorded.records, *recorded.intents, *recorded.deposed}
        if at.kind not in session.kinds
    )
    if unknown:
        raise RejectedError(
            [
                Finding(
                    summary="Recorded kind is unknown",
                    detail=(
                        "The state records a connection of this kind, and no schema file describes "
                        "it. Put its file back into schemas/."
                    ),
                    address=at,
                )
                for at in unknown
            ]
        )
