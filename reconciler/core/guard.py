"""Plans that are more likely an accident than a wish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.core.situations import Situation
from reconciler.model.plans import Action, Change, Reason, Remark, Topic
from reconciler.model.records import Recorded

GONE_SHARE = 30
"""Percent of the recorded connections; as many gone at once look like the wrong tenant."""


def judge(given: Situation, recorded: Recorded, changes: Sequence[Change]) -> Iterator[Remark]:
    """Yield a refusal for each guard that the changes run into.

    ``recorded`` is the state under its new addresses.
    """
    yield from _deletions(given, changes)
    yield from _gone(given, recorded, changes)
    yield from _nothing_declared(given, recorded)


def _deletions(given: Situation, changes: Sequence[Change]) -> Iterator[Remark]:
    count = sum(change.action is Action.DELETE and not change.consented for change in changes)
    allowed = given.request.allow_destroy
    if count > given.policy.max_destroy and allowed != count and not given.request.confirmed:
        yield Remark(topic=Topic.TOO_MANY_DELETIONS, count=count, limit=given.policy.max_destroy)


def _gone(given: Situation, recorded: Recorded, changes: Sequence[Change]) -> Iterator[Remark]:
    count = sum(change.reason in (Reason.VANISHED, Reason.GONE) for change in changes)
    total = len(recorded.records)
    many = count > 1 and count * 100 >= GONE_SHARE * total
    if many and given.request.allow_recreate != count:
        yield Remark(topic=Topic.TOO_MANY_GONE, count=count, limit=total)


def _nothing_declared(given: Situation, recorded: Recorded) -> Iterator[Remark]:
    # What `removed:` names was let go in review, so it does not count as forgotten by accident.
    left = recorded.records.keys() - {entry.source for entry in given.removed}
    if left and not given.desired and not given.request.destroy:
        yield Remark(topic=Topic.NOTHING_DECLARED, count=len(left))
