"""A plan that only has the state follow what the service shows: ``-refresh-only``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.core import changes, comparer
from reconciler.core.situations import Case
from reconciler.model.changes import Action, Change, FieldChange, Reason
from reconciler.model.observations import Observation
from reconciler.model.records import Record
from reconciler.model.values import UNSET, Spec, assign, without


def accepted(case: Case) -> Iterator[Change]:
    """Yield what the state has to learn about one recorded connection, if anything."""
    record, seen = case.record, case.observed
    if record is None:
        return
    if seen is None:
        yield changes.let_go(case, record, Reason.VANISHED)
        return
    found = comparer.drift(case.declared, record, seen, case.kind)
    if found is not None:
        fields = found[2]
        yield _followed(case, record, seen, _as_observed(record.spec, fields), fields)
    elif seen.etag not in (None, record.etag):
        yield _followed(case, record, seen, record.spec, ())


def _followed(
    case: Case, record: Record, seen: Observation, after: Spec, fields: tuple[FieldChange, ...]
) -> Change:
    return Change(
        address=case.address,
        action=Action.NO_OP,
        reason=Reason.ACCEPTED if fields else Reason.ACKNOWLEDGED,
        before=record.spec,
        after=after,
        fields=fields,
        id=record.id,
        previous=case.previous,
        pins=comparer.pins(seen, record.spec, after),
        credentials_version=record.credentials_version,
        credentials_before=record.credentials_version,
        prevent_destroy=record.prevent_destroy,
        labels=case.declared.labels if case.declared else {},
        span=case.declared.source.span() if case.declared else None,
    )


def _as_observed(spec: Spec, fields: Iterable[FieldChange]) -> Spec:
    for field in fields:
        gone = field.after is UNSET
        spec = without(spec, field.path) if gone else assign(spec, field.path, field.after)
    return spec
