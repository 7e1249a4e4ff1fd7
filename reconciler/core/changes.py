"""Changes, made of what the planner has found out about one address."""

from __future__ import annotations

from dataclasses import replace

from reconciler.core import comparer, differ
from reconciler.core.comparer import Comparison
from reconciler.core.situations import Case
from reconciler.model.changes import Action, Change, Reason
from reconciler.model.declarations import Declaration
from reconciler.model.observations import Observation
from reconciler.model.records import Record
from reconciler.model.values import same


def created(case: Case, declared: Declaration, reason: Reason) -> Change:
    """Make a connection."""
    return Change(
        address=case.address,
        action=Action.CREATE,
        reason=reason,
        after=declared.spec,
        secrets=declared.secrets,
        credentials_version=declared.credentials_version,
        prevent_destroy=declared.prevent_destroy,
        ignored=declared.ignore_changes,
        labels=declared.labels,
        previous=case.previous,
        span=declared.source.span(),
    )


def replaced(case: Case, declared: Declaration, record: Record, seen: Observation) -> Change:
    """Make another connection as declared, then delete the recorded one."""
    compared = comparer.compare(declared, record, seen, case.kind)
    return replace(
        created(case, declared, Reason.REQUESTED),
        action=Action.REPLACE,
        before=compared.before,
        fields=compared.fields,
        id=record.id,
        pins=comparer.pins(seen, compared.before, declared.spec),
    )


def updated(
    case: Case, declared: Declaration, seen: Observation, compared: Comparison, reason: Reason
) -> Change | None:
    """Bring a connection in line, or our notes about it; ``None`` where both are right already."""
    if not compared.differs and _noted(case, declared):
        return None
    before = compared.before
    change = Change(
        address=case.address,
        action=Action.UPDATE if compared.differs else Action.NO_OP,
        reason=reason,
        before=before,
        after=compared.after,
        fields=compared.fields,
        id=seen.id,
        previous=case.previous,
        pins=comparer.pins(seen, before, compared.after),
        secrets=declared.secrets if compared.credentials else {},
        replaced=compared.replaced,
        dropped=compared.dropped,
        credentials_version=_version(case.record, declared, sent=compared.credentials),
        credentials_before=case.record.credentials_version if case.record else None,
        prevent_destroy=declared.prevent_destroy,
        ignored=declared.ignore_changes,
        labels=declared.labels,
        span=declared.source.span(),
    )
    return replace(change, reason=_reason(change, case))


def deleted(case: Case, record: Record, seen: Observation, reason: Reason) -> Change:
    """Delete a connection that nobody declares."""
    return Change(
        address=case.address,
        action=Action.DELETE,
        reason=reason,
        before=comparer.masked(differ.select(seen.spec, record.spec), record.spec),
        id=record.id,
        previous=case.previous,
        pins=comparer.pins(seen, record.spec),
        consented=case.removed is not None,
        span=case.removed.span if case.removed else None,
    )


def let_go(case: Case, record: Record, reason: Reason) -> Change:
    """Forget a connection."""
    return Change(
        address=case.address,
        action=Action.FORGET,
        reason=reason,
        before=differ.visible(record.spec),
        id=record.id,
        previous=case.previous,
        span=case.removed.span if case.removed else None,
    )


def retired(case: Case, record: Record, seen: Observation | None) -> Change:
    """Delete what a replacement has left behind, or forget it where it is gone.

    That it is to be deleted was reviewed with the replacement.
    """
    case = replace(case, removed=None)
    if seen is None:
        return replace(let_go(case, record, Reason.GONE), deposed=True)
    change = deleted(case, record, seen, Reason.DEPOSED)
    return replace(change, deposed=True, consented=True)


def _reason(change: Change, case: Case) -> Reason:
    if case.record is None:
        return change.reason
    if change.action is Action.UPDATE:
        return change.reason if change.fields else Reason.CREDENTIALS
    return Reason.MOVED if case.previous else Reason.RECORDED


def _noted(case: Case, declared: Declaration) -> bool:
    """Tell whether the state says already what an apply would make it say."""
    if case.record is None or case.previous is not None:
        return False
    ignored = declared.ignore_changes
    return declared.prevent_destroy == case.record.prevent_destroy and same(
        differ.ignoring(declared.spec, ignored), differ.ignoring(case.record.spec, ignored)
    )


def _version(record: Record | None, declared: Declaration, *, sent: bool) -> str | None:
    """Return the credentials version that is true afterwards: the declared one, if it is sent."""
    if sent and declared.credentials_version is not None:
        return declared.credentials_version
    return record.credentials_version if record else None
