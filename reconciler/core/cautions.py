"""What is worth knowing beside a plan's changes: drift, and warnings that stop nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from reconciler.core import authorship, canonical, comparer, mover, settling
from reconciler.core.situations import Case, Situation
from reconciler.model.addresses import RemoteId
from reconciler.model.changes import Action, Change, Reason
from reconciler.model.observations import Observation
from reconciler.model.plans import Drift
from reconciler.model.remarks import Remark, Topic
from reconciler.model.values import thaw, without


def drift(case: Case) -> Iterator[Drift]:
    """Yield how the service shows a recorded connection otherwise than recorded, if it does."""
    if case.record is None:
        return
    found = comparer.drift(case.declared, case.record, case.observed, case.kind)
    if found is not None:
        before, after, fields = found
        yield Drift(
            address=case.address,
            id=case.record.id,
            before=before,
            after=after,
            fields=fields,
            author=authorship.author(case.observed),
        )


def warnings(
    given: Situation, cases: Iterable[Case], changes: Sequence[Change], refusals: Iterable[Remark]
) -> Iterator[Remark]:
    """Yield what to warn of: about the state, then about connections, then about the changes."""
    if not given.recorded.lineage:
        yield Remark(topic=Topic.NEW_STATE)
    lost = sum(each.topic is Topic.NAME_UNRECORDED and not each.count for each in refusals)
    if lost:
        yield Remark(topic=Topic.STATE_LOST, count=lost)
    cases = tuple(cases)
    yield from _of_moves(given, cases)
    held = given.recorded.owners.keys()
    visibly = {change.address for change in changes if change.fields}
    for case in cases:
        if case.observed is not None:
            yield from _of_state(case, case.observed)
            yield from _of_twins(given, case, case.observed, held=held)
            if case.address not in visibly:
                yield from _of_credentials(given, case, case.observed)
    yield from (_dropped(given, change) for change in changes if change.dropped)
    yield from _of_renames(changes)
    yield from _of_outlived(given, changes)
    yield from _of_uses(given, changes)
    final = sum(_is_final(given, change) for change in changes)
    if final:
        yield Remark(topic=Topic.FINAL, count=final)


def partial(given: Situation, *, selected: int, known: int) -> Iterator[Remark]:
    """Yield that the plan is about so many of the known addresses, where a flag asks for that."""
    if not given.request.selection.is_whole:
        yield Remark(topic=Topic.TARGETED, count=selected, limit=known)


def _of_moves(given: Situation, cases: Iterable[Case]) -> Iterator[Remark]:
    """Yield what still has the address that it was to leave, since its new one is taken."""
    entries = {entry.source: entry for entry in given.moved}
    for case in cases:
        entry = entries.get(case.address)
        if entry is not None and case.record is not None:
            yield Remark(
                topic=Topic.MOVE_BLOCKED,
                address=case.address,
                other=mover.end(case.address, given.moved),
                span=entry.span,
            )


def _of_renames(changes: Iterable[Change]) -> Iterator[Remark]:
    """Yield each deletion and create that differ in their names alone, and from all the others."""
    alike: dict[tuple[str, str], tuple[list[Change], list[Change]]] = {}
    for change in changes:
        goes = change.reason is Reason.NOT_DECLARED and change.before is not None
        if goes or change.reason is Reason.NEW:
            going, coming = alike.setdefault(_nameless(change), ([], []))
            (going if goes else coming).append(change)
    for going, coming in alike.values():
        if len(going) == len(coming) == 1:
            (gone,), (made,) = going, coming
            yield Remark(
                topic=Topic.RENAME_LIKELY,
                address=made.address,
                other=gone.address,
                ids=(gone.id,) if gone.id else (),
                span=made.span,
            )


def _nameless(change: Change) -> tuple[str, str]:
    """Return what a connection is but for its names, as a key."""
    spec = (change.before if change.action.deletes else change.after) or {}
    for path in (("name",), ("description",)):
        spec = without(spec, path)
    return change.address.kind, canonical.digest(thaw(spec))


def _of_outlived(given: Situation, changes: Iterable[Change]) -> Iterator[Remark]:
    """Yield which ``import:`` names what another connection is to be made instead of."""
    for change in changes:
        if change.reason is Reason.VANISHED and change.action is Action.CREATE:
            declared = given.desired[change.address]
            if declared.adopt is not None:
                yield Remark(
                    topic=Topic.IMPORT_OUTLIVED,
                    address=change.address,
                    ids=(RemoteId(declared.adopt),),
                    span=declared.adopt_span or declared.source.span(),
                )


def _of_uses(given: Situation, changes: Iterable[Change]) -> Iterator[Remark]:
    """Yield what is left without a connection; what flows use is not deleted, and so told of."""
    doomed = [change for change in changes if change.action.deletes and change.id is not None]
    if given.uses is None and doomed:
        yield Remark(topic=Topic.USE_UNKNOWN, count=len(doomed))
    for change in doomed:
        use = (given.uses or {}).get(change.id) if change.id else None
        if use is not None and use.sources and not use.flows:
            yield Remark(
                topic=Topic.ORPHANED,
                address=change.address,
                ids=tuple(source.id for source in use.sources),
                names=tuple(source.name for source in use.sources),
                count=len(use.sources),
                span=change.span,
            )


def _dropped(given: Situation, change: Change) -> Remark:
    source = given.desired[change.address].source
    return Remark(
        topic=Topic.DROPPED,
        address=change.address,
        paths=change.dropped,
        span=source.span("spec", *change.dropped[0]),
    )


def _of_state(case: Case, seen: Observation) -> Iterator[Remark]:
    if not _is_enabled(seen):
        yield Remark(topic=Topic.NOT_ENABLED, address=case.address, text=str(seen.state))


def _of_twins(
    given: Situation, case: Case, seen: Observation, *, held: Collection[RemoteId]
) -> Iterator[Remark]:
    """Yield a warning where a create of ours seems to have happened once too often."""
    twins = tuple(
        each.id
        for each in given.live.named(seen.spec)
        if each.id not in held and each.id != seen.id and each.created_client == given.client
    )
    if case.record is not None and twins:
        name = settling.connection_name(seen.spec)
        yield Remark(topic=Topic.TWIN, address=case.address, ids=twins, text=name, count=len(twins))


def _is_enabled(seen: Observation) -> bool:
    return (seen.state or "enabled").lower() == "enabled"


def _of_credentials(given: Situation, case: Case, seen: Observation) -> Iterator[Remark]:
    record = case.record
    if not _is_enabled(seen):
        return  # another state is visible, and accounts for the new etag
    if record is None or record.etag is None or seen.etag in (None, record.etag):
        return
    by_others = seen.updated_client not in (None, given.client)
    # A field that is ignored is visible all the same, and accounts for the new etag.
    if by_others and comparer.drift(None, record, seen, case.kind) is None:
        yield Remark(
            topic=Topic.CREDENTIALS_CHANGED,
            address=case.address,
            author=authorship.author(seen),
        )


def _is_final(given: Situation, change: Change) -> bool:
    """Tell whether what the change deletes may never be made again."""
    deprecated = given.kinds[change.address.kind].deprecation is not None
    return deprecated and change.action.deletes
