"""What a change needs before anything is sent; a change that lacks it ends here."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from reconciler.applier.operations import Task, agrees
from reconciler.applier.world import World
from reconciler.core import adoptions, comparer, hosts, mover, settling, tokens
from reconciler.core.situations import Live
from reconciler.errors import RemoteError, SecretError, TokenError
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.changes import QUIET, Action, Change, Reason
from reconciler.model.findings import Finding
from reconciler.model.kinds import Kind, TokenRule
from reconciler.model.outcomes import Outcome, Verdict
from reconciler.model.plans import Plan
from reconciler.model.projects import Moved
from reconciler.model.records import Record, Recorded
from reconciler.model.secrets import Secret
from reconciler.model.values import Path, SecretRef, dotted

_ORDER = (
    (Action.CREATE, Action.REPLACE),
    (Action.UPDATE,),
    (Action.DELETE,),
)
"""What begins before what; what a replacement replaces is the first to go of all the others."""

_ABSENT = frozenset({Reason.GONE, Reason.VANISHED})
"""Reasons to forget what does not show up."""

_FOLLOWING = frozenset({Reason.ACCEPTED, Reason.ACKNOWLEDGED})
"""Reasons for which the state follows what the service shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A plan that is ready to be carried out, each part in order of address."""

    recorded: Recorded
    """The state after every change that sends nothing."""
    creates: tuple[Task, ...]
    others: tuple[Task, ...]
    """Updates, then deletes."""
    outcomes: tuple[Outcome, ...]
    """Of the changes that sent nothing, and of those that cannot be made."""


def prepare(plan: Plan, recorded: Recorded, *, live: Live, world: World) -> Prepared:
    """Bring the state alone up to date, and give every other change all that its request needs.

    Secrets are resolved here, and the service is asked once for each connection spec to be used.
    """
    after, outcomes = _noted(plan, recorded, live)
    preparer = _Preparer(plan, recorded, live, world)
    creates, *others = (
        [preparer.task(change) for change in plan.changes if change.action in actions]
        for actions in _ORDER
    )
    prepared = [*creates, *(each for some in others for each in some)]
    outcomes += [each for each in prepared if isinstance(each, Outcome)]
    return Prepared(
        recorded=after,
        creates=tuple(each for each in creates if isinstance(each, Task)),
        others=tuple(each for some in others for each in some if isinstance(each, Task)),
        outcomes=tuple(outcomes),
    )


# --- changes that send nothing ------------------------------------------------------------------


def _noted(plan: Plan, recorded: Recorded, live: Live) -> tuple[Recorded, list[Outcome]]:
    """Return the state after moves, adoptions of connections as they are, and what is let go."""
    moved = _moved(recorded, plan.changes)
    records: dict[Address, Record] = {}
    gone: list[Change] = []
    outcomes: list[Outcome] = []
    for change in plan.changes:
        if change.action is Action.FORGET:
            if change.reason in _ABSENT and change.id in live.by_id:
                outcomes.append(_refused(change, Verdict.LEFT, _KEPT))
                continue
            gone.append(change)
        elif change.action is not Action.NO_OP:
            continue
        elif _has_moved(change, live):
            outcomes.append(_refused(change, Verdict.LEFT, _MOVED))
            continue
        else:
            records[change.address] = _quiet(change, moved.records.get(change.address))
        if change.reason not in QUIET:
            outcomes.append(Outcome(change=change, verdict=Verdict.DONE, id=change.id))
    if records or gone:
        moved = moved.with_records(records)
        moved = moved.without_records(each.address for each in gone if not each.deposed)
        moved = moved.without_deposed(each.id for each in gone if each.deposed and each.id)
    return moved, outcomes


def _has_moved(change: Change, live: Live) -> bool:
    """Tell whether a connection to be recorded as it is has become another since the plan."""
    if not (change.importing or change.reason in _FOLLOWING):
        return False
    seen = live.by_id.get(change.id) if change.id else None
    return seen is None or not agrees(change, seen)


def _moved(recorded: Recorded, changes: Iterable[Change]) -> Recorded:
    """Return the state under the addresses that the plan uses."""
    moves = [
        Moved(source=change.previous, target=change.address)
        for change in changes
        if change.previous is not None
    ]
    return mover.move(recorded, moves)[0]


def _quiet(change: Change, record: Record | None) -> Record:
    """Return the record after a change that sends nothing."""
    if record is not None:
        etag = change.pins.etag if change.pins and change.reason in _FOLLOWING else record.etag
        after, prevented = change.after or {}, change.prevent_destroy
        return replace(record, spec=after, etag=etag, prevent_destroy=prevented)
    assert change.id is not None  # noqa: S101 -- only a live connection is adopted
    return Record(
        id=change.id,
        etag=change.pins.etag if change.pins else None,
        spec=change.after or {},
        prevent_destroy=change.prevent_destroy,
    )


# --- changes that send something ----------------------------------------------------------------


class _Preparer:
    def __init__(self, plan: Plan, recorded: Recorded, live: Live, world: World) -> None:
        self._recorded = recorded
        self._live = live
        self._environment = plan.scope.environment
        self._world = world
        self._held = recorded.owners.keys()
        specs = {
            settling.connection_spec(change.after or {})
            for change in plan.changes
            if change.action.creates
        }
        self._retired = {spec for spec in sorted(specs) if not self._offered(spec)}
        self._ask_the_time(plan)

    def task(self, change: Change) -> Task | Outcome:
        """Return the change with all it needs; what it cannot have fails this connection alone."""
        kind = self._world.kinds[change.address.kind]
        made = tokens.asked_for(kind, change.secrets)
        secrets, lacking = self._revealed(change, but=made)
        if lacking:
            return _refused(change, Verdict.FAILED, _unavailable(change, lacking))
        if change.action.creates and (refusal := self._uncreatable(change)):
            return refusal
        if made and self._world.stop.is_set():
            return Outcome(change=change, verdict=Verdict.SKIPPED, id=change.id)
        try:
            secrets |= self._made(change, kind, made, secrets)
        except TokenError as error:
            return _refused(change, Verdict.FAILED, _unmade(change, made, error))
        task = Task(
            change=change,
            kind=kind,
            secrets=secrets,
            fingerprints=self._fingerprints(change, kind, secrets),
            seen=self._live.by_id.get(change.id) if change.id else None,
        )
        return _halved(task) if change.action is Action.REPLACE else task

    def _revealed(
        self, change: Change, *, but: Container[Path]
    ) -> tuple[dict[Path, Secret], Mapping[Path, SecretError]]:
        """Return the secrets that can be had, and why the others cannot."""
        secrets: dict[Path, Secret] = {}
        lacking: dict[Path, SecretError] = {}
        for path, reference in sorted(change.secrets.items()):
            if path in but:
                continue
            try:
                secrets[path] = self._allowed(change, path, reference)
            except SecretError as error:
                lacking[path] = error
        return secrets, lacking

    def _allowed(self, change: Change, path: Path, reference: SecretRef) -> Secret:
        """Return what a reference leads to; ``SecretError`` where it is a host it may not be.

        Only here does anybody see a host of a kind that describes none.
        """
        secret = self._world.secrets.reveal(reference)
        kind = self._world.kinds[change.address.kind]
        if kind.seals(path):
            allowed = self._world.allowed_hosts
            problem = hosts.hidden_problem(secret.reveal(), reference, path, kind, allowed)
            if problem is not None:
                raise SecretError(problem)
        return secret

    def _uncreatable(self, change: Change) -> Outcome | None:
        """Return why a connection is not made after all, if there is a reason."""
        if outdated := self._outdated(change):
            return _refused(change, Verdict.LEFT, outdated)
        if strangers := self._strangers(change):
            return _refused(change, Verdict.LEFT, _taken(strangers, self._environment))
        if settling.connection_spec(change.after or {}) in self._retired:
            return _refused(change, Verdict.FAILED, _RETIRED)
        return None

    def _made(
        self,
        change: Change,
        kind: Kind,
        made: Mapping[Path, TokenRule],
        secrets: Mapping[Path, Secret],
    ) -> Mapping[Path, Secret]:
        """Return the tokens that are made of what else is about to be sent."""
        issue = self._world.tokens.issue
        return {path: issue(kind, made[path], change.after or {}, secrets) for path in sorted(made)}

    def _fingerprints(
        self, change: Change, kind: Kind, secrets: Mapping[Path, Secret]
    ) -> Mapping[Path, str]:
        """Return the fingerprints that are true once these secrets, if any, were sent."""
        maker = self._world.fingerprinter
        if not secrets:
            record = self._recorded.records.get(change.address)
            return record.fingerprints if record else {}
        if maker is None:
            return {}
        lasting = sorted(secrets.keys() - kind.ephemeral)
        return {path: maker.mark(change.address, path, secrets[path]) for path in lasting}

    def _offered(self, spec: str) -> bool:
        try:
            return self._world.remote.offers(spec)
        except RemoteError:
            # Whether it is listed is a courtesy; the create itself will be answered for certain.
            return True

    def _ask_the_time(self, plan: Plan) -> None:
        """Have a second answer say what time it is, where only one has: creates rest on two."""
        creates = [change for change in plan.changes if change.action.creates]
        if creates and self._world.remote.surely() is None:
            kind = self._world.kinds[creates[0].address.kind]
            spec = settling.connection_spec(creates[0].after or {})
            with suppress(RemoteError):
                self._world.remote.connections(kind, spec)

    def _outdated(self, change: Change) -> Finding | None:
        """Say why another connection is not to be made after all, judging by the one recorded."""
        record = self._recorded.records.get(change.previous or change.address)
        seen = self._live.by_id.get(record.id) if record else None
        if change.action is Action.CREATE:
            return _BACK if seen else None
        return None if seen and agrees(change, seen) else _OTHER

    def _strangers(self, change: Change) -> tuple[RemoteId, ...]:
        named = self._live.named(change.after or {})
        return tuple(seen.id for seen in named if seen.id not in self._held)


def _halved(task: Task) -> Task:
    """Return a replacement as a create that is followed by a deletion.

    The deletion is of what the address stands for until then, and of nothing that is declared.
    """
    change = task.change
    assert task.seen is not None  # noqa: S101 -- it was compared with what the plan has seen
    gone = replace(
        change,
        action=Action.DELETE,
        reason=Reason.DEPOSED,
        deposed=True,
        after=None,
        secrets={},
        pins=comparer.pins(task.seen, change.before or {}),
    )
    made = replace(change, action=Action.CREATE, id=None, pins=None, before=None)
    follower = Task(change=gone, kind=task.kind, seen=task.seen)
    return replace(task, change=made, seen=None, follower=follower)


def _refused(change: Change, verdict: Verdict, finding: Finding) -> Outcome:
    placed = replace(finding, address=change.address, span=finding.span or change.span)
    return Outcome(change=change, verdict=verdict, id=change.id, finding=placed)


def _unavailable(change: Change, lacking: Mapping[Path, SecretError]) -> Finding:
    """Name every secret that a change lacks, each with its field; point at the first."""
    places = {path: change.secrets[path].span for path in lacking}
    named = []
    for path, error in lacking.items():
        place = f" ({places[path]})" if len(lacking) > 1 and places[path] else ""
        named.append(f"spec.{dotted(path)}{place}: {error.detail}")
    what = "it" if len(lacking) == 1 else "them"
    return Finding(
        summary=SecretError.summary,
        detail=f"{' '.join(named)} Provide {what} where the apply runs, or change the manifest.",
        span=next(iter(places.values())),
    )


def _unmade(change: Change, made: Iterable[Path], error: TokenError) -> Finding:
    path = min(made)
    return Finding(
        summary=TokenError.summary,
        detail=f"spec.{dotted(path)} ({change.secrets[path]}): {error.detail} Nothing was sent.",
        span=change.secrets[path].span,
    )


def _taken(strangers: Iterable[RemoteId], environment: str) -> Finding:
    return Finding(
        summary="Connection exists already",
        detail=(
            "A live connection of that name has shown up since the plan was made, and a second "
            "one is never made by accident. Plan again."
        ),
        lines=tuple(adoptions.line(each, environment) for each in strangers),
    )


_RETIRED = Finding(
    summary="Source is no longer offered",
    detail=(
        "The service does not list this connection spec any more, so it cannot make a new "
        "connection of it. Connections that exist can still be changed and deleted."
    ),
)

_BACK = Finding(
    summary="Connection is there after all",
    detail=(
        "It did not show up when the plan was made, and it does now, so no second one was made. "
        "Plan again."
    ),
)

_OTHER = Finding(
    summary="Connection has moved",
    detail="It was changed or deleted since the plan was made, so it was not replaced. Plan again.",
)

_KEPT = replace(
    _BACK,
    detail=(
        "It did not show up when the plan was made, and it does now, so it was kept. Plan again."
    ),
)

_MOVED = Finding(
    summary="Connection has moved",
    detail="It was changed or deleted since the plan was made, so it was not adopted. Plan again.",
)
