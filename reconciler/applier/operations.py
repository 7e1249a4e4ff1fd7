"""One change, one request: what a worker does, and what its answer means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.core import authorship, bodies, canonical, differ, settling
from reconciler.errors import (
    MovedError,
    ProtocolError,
    ReconcilerError,
    RefusedError,
    SilentError,
)
from reconciler.model.addresses import Etag, RemoteId
from reconciler.model.changes import Action, Change
from reconciler.model.findings import Finding
from reconciler.model.kinds import Kind
from reconciler.model.observations import Observation
from reconciler.model.outcomes import Outcome, Verdict
from reconciler.model.records import Intent, Record
from reconciler.model.secrets import Secret
from reconciler.model.values import Path, thaw
from reconciler.ports import Clock, Remote

IN_USE = "FLOW-1418-400"
"""Adobe's code for a connection that a flow uses (flow-service-errors.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A change with all that its request needs."""

    change: Change
    kind: Kind
    secrets: Mapping[Path, Secret] = field(default_factory=dict)
    fingerprints: Mapping[Path, str] = field(default_factory=dict)
    seen: Observation | None = None
    """The connection as last read in this run."""
    follower: Task | None = None
    """What is to be done once this is: the deletion of what a create replaces."""
    leave_by: float = 0.0
    """The clock's ``monotonic()`` after which a create needs a new intent."""

    def intent(self, *, client: str, opened: int) -> Intent:
        """Return the note to save before the create leaves."""
        return Intent(
            spec=self.change.after or {},
            client=client,
            opened=opened,
            credentials_version=self.change.credentials_version,
            fingerprints=self.fingerprints,
            prevent_destroy=self.change.prevent_destroy,
        )

    def record(self, remote_id: RemoteId, etag: Etag | None) -> Record:
        """Return what is true once the change is done."""
        return Record(
            id=remote_id,
            etag=etag,
            spec=self.change.after or {},
            credentials_version=self.change.credentials_version,
            fingerprints=self.fingerprints,
            prevent_destroy=self.change.prevent_destroy,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a worker brings back."""

    task: Task
    outcome: Outcome
    record: Record | None = None
    """What the state is to say from now on; ``None`` for a deletion and for what did not happen."""


class Operator:
    """Performs tasks, from several threads at once; it never raises."""

    def __init__(self, *, remote: Remote, clock: Clock) -> None:
        self._remote = remote
        self._clock = clock

    def perform(self, task: Task) -> Result:
        """Send what the task asks for and say how it ended."""
        try:
            return self._perform(task)
        except MovedError as error:
            return _ended(task, Verdict.LEFT, error)
        except (SilentError, ProtocolError) as error:
            return _ended(task, Verdict.IN_DOUBT, error) if _creates(task) else _failed(task, error)
        except ReconcilerError as error:
            return _failed(task, error)
        except Exception as error:
            surprise = SilentError(f"This is a bug in reconciler: {type(error).__name__}.")
            verdict = Verdict.IN_DOUBT if _creates(task) else Verdict.FAILED
            return _ended(task, verdict, surprise)

    def _perform(self, task: Task) -> Result:
        match task.change.action:
            case Action.CREATE:
                return self._create(task)
            case Action.UPDATE:
                return self._update(task)
            case Action.DELETE:
                return self._delete(task)
            case Action.NO_OP | Action.FORGET | Action.REPLACE:
                raise AssertionError(task.change.address)

    def _create(self, task: Task) -> Result:
        body = bodies.creation(task.change, task.secrets)
        accepted = self._remote.create(task.kind, body, leave_by=task.leave_by)
        return _done(task, task.record(accepted.id, accepted.etag))

    def _update(self, task: Task) -> Result:
        seen = self._last_seen(task)
        if seen is None or _moved(task, seen):
            return _given_up(task, seen)
        try:
            return self._patch(task, seen)
        except MovedError:
            return self._patch_again(task, unanswered=False)
        except SilentError:
            return self._patch_again(task, unanswered=True)

    def _patch_again(self, task: Task, *, unanswered: bool) -> Result:
        """After a 412 or no answer: look, and use the fresh etag if nothing but that has moved.

        It is done once. A repeat does no harm, since it names the etag that it is meant for.
        """
        seen = self._read(task)
        if seen is None:
            return _given_up(task, seen)
        ours = unanswered and self._is_our_work(task, seen)
        if ours and not task.secrets:
            return _done(task, task.record(seen.id, seen.etag))
        # Nobody can see which credentials a connection has, so they are sent once more.
        if ours or not _moved(task, seen):
            return self._patch(task, seen)
        return _given_up(task, seen)

    def _is_our_work(self, task: Task, seen: Observation) -> bool:
        """Tell whether all that is visible of our try has landed although its answer was lost."""
        after = differ.visible(task.change.after or {})
        return seen.updated_client == self._remote.client and canonical.digest(
            thaw(differ.select(seen.spec, task.change.before or {}, after))
        ) == canonical.digest(thaw(after))

    def _patch(self, task: Task, seen: Observation) -> Result:
        patch = bodies.patch(task.change, seen.spec, task.secrets)
        accepted = self._remote.update(task.kind, seen, patch)
        return _done(task, task.record(seen.id, accepted.etag))

    def _delete(self, task: Task) -> Result:
        seen = self._read(task)
        if seen is None and self._clock.sleep(settling.LAG):
            seen = self._read(task)  # this run has seen it, so it may only not show here yet
            if seen is None:
                return _done(task, None)
        if seen is None or _moved(task, seen):
            return _given_up(task, seen)
        try:
            self._remote.delete(task.kind, seen.id)
        except RefusedError as error:
            if error.code != IN_USE:
                raise
            return _ended(task, Verdict.FAILED, self._in_use(error, seen.id))
        return _done(task, None)

    def _in_use(self, error: RefusedError, remote_id: RemoteId) -> RefusedError:
        try:
            flows = self._remote.uses([remote_id])[remote_id].flows
        except ReconcilerError:
            flows = ()
        named = f" It is used by: {', '.join(flow.id for flow in flows)}." if flows else ""
        return RefusedError(
            f"{error.detail}{named} Delete those flows first, or keep the connection.",
            status=error.status,
            code=error.code,
            request_id=error.request_id,
        )

    def _last_seen(self, task: Task) -> Observation | None:
        """Return what this run has seen already where the etag is the planned one, else look."""
        known = task.seen
        return self._read(task) if known is None or _etag_moved(task, known) else known

    def _read(self, task: Task) -> Observation | None:
        assert task.change.id is not None  # noqa: S101 -- an update or delete has an id
        return self._remote.connection(task.kind, task.change.id)


def agrees(change: Change, seen: Observation) -> bool:
    """Tell whether nothing but the etag has moved since the change was planned."""
    planned = change.pins
    templates = [side for side in (change.before, change.after) if side is not None]
    return planned is None or (
        (planned.updated_by, planned.updated_client) == (seen.updated_by, seen.updated_client)
        and planned.visible == canonical.digest(thaw(differ.select(seen.spec, *templates)))
    )


def _etag_moved(task: Task, seen: Observation) -> bool:
    assert task.change.pins is not None  # noqa: S101 -- the planner pins every update and delete
    return seen.etag != task.change.pins.etag


def _moved(task: Task, seen: Observation) -> bool:
    """Tell whether the connection visibly is not what the change was planned for."""
    return _etag_moved(task, seen) and not agrees(task.change, seen)


def _given_up(task: Task, seen: Observation | None) -> Result:
    """Return how a change ends whose connection is gone or has moved."""
    if seen is None:
        return _failed(task, ReconcilerError("It is gone from the service. Plan again."))
    return _ended(task, Verdict.LEFT, _conflict(seen))


def _conflict(seen: Observation) -> ReconcilerError:
    return MovedError(
        f"It was changed by {authorship.by(authorship.author(seen))} since the plan was made, so "
        "this change was not sent. Plan again to see what is different now.",
        status=412,
    )


def _creates(task: Task) -> bool:
    return task.change.action is Action.CREATE


def _done(task: Task, record: Record | None) -> Result:
    outcome = Outcome(
        change=task.change, verdict=Verdict.DONE, id=record.id if record else task.change.id
    )
    return Result(task=task, outcome=outcome, record=record)


def _failed(task: Task, error: ReconcilerError) -> Result:
    return _ended(task, Verdict.FAILED, error)


def _ended(task: Task, verdict: Verdict, error: ReconcilerError) -> Result:
    finding = Finding(
        summary=error.summary,
        detail=error.detail,
        address=task.change.address,
        span=task.change.span,
        lines=error.lines,
    )
    outcome = Outcome(change=task.change, verdict=verdict, id=task.change.id, finding=finding)
    return Result(task=task, outcome=outcome)
