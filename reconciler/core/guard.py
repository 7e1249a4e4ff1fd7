"""Plans that are more likely an accident than a wish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.core.situations import Case, Situation
from reconciler.model.changes import Change, Reason
from reconciler.model.remarks import Remark, Topic

GONE_SHARE = 30
"""Percent of the recorded connections; as many gone at once look like the wrong tenant."""


def judge(given: Situation, cases: Sequence[Case], changes: Sequence[Change]) -> Iterator[Remark]:
    """Yield a refusal for each guard that the changes run into.

    ``cases`` are the addresses that the plan is about.
    """
    yield from _deletions(given, changes)
    yield from _used(given, changes)
    yield from _gone(given, cases, changes)
    yield from _nothing_declared(given, cases)


def _deletions(given: Situation, changes: Sequence[Change]) -> Iterator[Remark]:
    count = sum(change.action.deletes and not change.consented for change in changes)
    allowed = given.request.allow_destroy
    if count > given.policy.max_destroy and allowed != count and not given.request.confirmed:
        yield Remark(topic=Topic.TOO_MANY_DELETIONS, count=count, limit=given.policy.max_destroy)


def _used(given: Situation, changes: Sequence[Change]) -> Iterator[Remark]:
    # The service would refuse it, so nothing allows it: not even a person who knows.
    for change in changes:
        use = (given.uses or {}).get(change.id) if change.id and change.action.deletes else None
        if use is not None and use.flows:
            yield Remark(
                topic=Topic.IN_USE,
                address=change.address,
                ids=tuple(flow.id for flow in use.flows),
                names=tuple(flow.name for flow in use.flows),
                text=str(change.id),
                span=change.span,
            )


def _gone(given: Situation, cases: Sequence[Case], changes: Sequence[Change]) -> Iterator[Remark]:
    # Where a successor shows, what it replaced is gone because a run that was cut short deleted it.
    succeeded = {case.address for case in cases if case.observed is not None}
    count = sum(
        change.reason in (Reason.VANISHED, Reason.GONE)
        and not (change.deposed and change.address in succeeded)
        for change in changes
    )
    total = sum((case.record is not None) + len(case.deposed) for case in cases)
    many = count > 1 and count * 100 >= GONE_SHARE * total
    if many and given.request.allow_recreate != count:
        yield Remark(topic=Topic.TOO_MANY_GONE, count=count, limit=total)


def _nothing_declared(given: Situation, cases: Sequence[Case]) -> Iterator[Remark]:
    # What `removed:` names was let go in review, so it does not count as forgotten by accident.
    left = sum(case.record is not None and case.removed is None for case in cases)
    meant = given.request.destroy or given.request.refresh_only
    if left and not given.desired and not meant:
        yield Remark(topic=Topic.NOTHING_DECLARED, count=left)
