"""The plan: a pure function of what is declared, recorded and observed.

``_decide`` goes down the table of docs/planning.md, where rows that begin alike are one case. It
gives reasons, never words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from reconciler.core import (
    cautions,
    changes,
    comparer,
    coverage,
    differ,
    guard,
    mover,
    plan_document,
    refresher,
    settling,
)
from reconciler.core.situations import Case, Situation
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.changes import Change, Reason
from reconciler.model.declarations import Declaration
from reconciler.model.observations import Observation
from reconciler.model.plans import Doubt, Plan
from reconciler.model.records import Intent, Record
from reconciler.model.remarks import Remark, Topic
from reconciler.model.values import Path

Decision: TypeAlias = Change | Doubt | Remark


def plan(situation: Situation) -> Plan:
    """Return every change, refusal, doubt, drift and warning, in order of address."""
    return _Planner(situation).plan()


class _Planner:
    """One planning; what it looks up often is prepared once."""

    def __init__(self, situation: Situation) -> None:
        self.given = situation
        self.recorded, self.previous = mover.move(situation.recorded, situation.moved)
        self.desired = {} if situation.request.destroy else situation.desired
        self.held: Mapping[RemoteId, Address] = {
            record.id: at for at, record in self.recorded.records.items()
        }
        self.owners = self.recorded.owners
        """Those that are held, and those that were replaced."""
        self.removed = {entry.source: entry for entry in situation.removed}
        self.sightings = settling.sightings(
            self.recorded.intents,
            situation.live.by_id.values(),
            held=self.owners.keys(),
            quarantine=situation.policy.quarantine,
        )

    def plan(self) -> Plan:
        everything = [self._case(at) for at in sorted(self._addresses())]
        cases = [case for case in everything if self._is_selected(case)]
        follows = self.given.request.refresh_only
        decide = self._follow if follows else self._carry_through
        decisions = [decision for case in cases for decision in decide(case)]
        planned = tuple(each for each in decisions if isinstance(each, Change))
        refusals = [each for each in decisions if isinstance(each, Remark)]
        refusals += guard.judge(self.given, cases, planned)
        finished = Plan(
            scope=self.given.scope,
            changes=planned,
            drift=tuple(drift for case in cases for drift in cautions.drift(case)),
            doubts=tuple(each for each in decisions if isinstance(each, Doubt)),
            refusals=tuple(refusals),
            warnings=(
                *cautions.partial(self.given, selected=len(cases), known=len(everything)),
                *cautions.warnings(self.given, cases, planned, refusals),
            ),
            refreshed=self.given.refreshed,
            refresh_only=follows,
            coverage=coverage.measure(self.given, planned),
        )
        return replace(finished, digest=plan_document.digest(finished))

    def _addresses(self) -> set[Address]:
        recorded = self.recorded
        return {*self.desired, *recorded.records, *recorded.intents, *recorded.deposed}

    def _is_to_be_replaced(self, case: Case) -> bool:
        return not {case.address, case.previous}.isdisjoint(self.given.request.replace)

    def _is_selected(self, case: Case) -> bool:
        declared = self.given.desired.get(case.address)  # also where all is to be destroyed
        selection = self.given.request.selection
        return selection.takes(case.address, previous=case.previous, declared=declared)

    def _case(self, at: Address) -> Case:
        declared = self.desired.get(at)
        record = self.recorded.records.get(at)
        wanted = record.id if record else declared.adopt if declared else None
        return Case(
            address=at,
            kind=self.given.kinds[at.kind],
            declared=declared,
            record=record,
            intent=self.recorded.intents.get(at),
            observed=self._seen(wanted, declared, record),
            previous=self.previous.get(at),
            removed=self.removed.get(at),
            deposed=tuple(
                (one, self.given.live.by_id.get(one.id))
                for one in self.recorded.deposed.get(at, ())
            ),
        )

    def _seen(
        self, wanted: RemoteId | None, declared: Declaration | None, record: Record | None
    ) -> Observation | None:
        if wanted is None:
            return None
        if declared is not None and record is None and not self.given.refreshed:
            # Nobody was asked: what is to be adopted is taken to be there, and as it is declared.
            return Observation(id=wanted, etag=None, spec=differ.visible(declared.spec))
        return self.given.live.by_id.get(wanted)

    def _follow(self, case: Case) -> Iterator[Decision]:
        """Yield what the state is to follow; a create in doubt is for an apply to settle."""
        if case.intent is not None:
            yield self._doubt(case.address, case.address, case.intent)
        yield from refresher.accepted(case)
        yield from (each for each in _retired(case) if each.reason is Reason.GONE)

    def _carry_through(self, case: Case) -> Iterator[Decision]:
        """Yield what the table says, and what is left to do of replacements.

        While it is in doubt whether there is a successor, nothing is done to what it replaces.
        """
        decided = list(self._decide(case))
        yield from decided
        if not any(isinstance(each, Doubt) for each in decided):
            yield from _retired(case)

    # --- the table ------------------------------------------------------------------------------

    def _decide(self, case: Case) -> Iterator[Decision]:  # noqa: C901 -- a table, a line a row
        match case:
            case Case(declared=Declaration(adopt=str() as wanted) as declared) if refusal := (
                self._adoption_refused(case, declared, RemoteId(wanted))
            ):
                yield refusal
            case Case(
                record=None,
                declared=Declaration(adopt=str()) as declared,
                observed=Observation() as seen,
            ):
                yield from self._adopted(case, declared, seen, Reason.ADOPTED)
            case Case(intent=Intent() as intent):
                yield from self._settled(case, intent)
            case Case(record=None, declared=Declaration() as declared):
                yield self._made(case, declared, Reason.NEW)
            case Case(record=Record(), declared=Declaration() as declared, observed=None):
                yield self._made(case, declared, Reason.VANISHED)
            case Case(
                record=Record() as record,
                declared=Declaration() as declared,
                observed=Observation() as seen,
            ) if self._is_to_be_replaced(case):
                yield self._replaced(case, declared, record, seen)
            case Case(declared=Declaration() as declared, observed=Observation() as seen):
                yield from self._compared(case, declared, seen, Reason.DIFFERS)
            case Case(record=Record() as record, declared=None, observed=None):
                yield changes.let_go(case, record, Reason.GONE)
            case Case(record=Record() as record, declared=None, observed=Observation() as seen):
                yield self._undeclared(case, record, seen)
            case Case(deposed=((_, _), *_)):
                pass  # there is nothing here but what was replaced
            case _:
                raise AssertionError(case.address)

    def _adoption_refused(
        self, case: Case, declared: Declaration, wanted: RemoteId
    ) -> Remark | None:
        holder = self.owners.get(wanted)
        remark = Remark(
            topic=Topic.IMPORT_ABSENT,
            address=case.address,
            ids=(wanted,),
            other=holder,
            span=declared.adopt_span or declared.source.span(),
        )
        if holder is not None and holder != case.address:
            return replace(remark, topic=Topic.IMPORT_TAKEN)
        anew = wanted not in self.held or self._is_to_be_replaced(case)
        if holder is not None and anew:
            # Followed, it would bring back what is to be deleted, and forget its successor.
            return replace(remark, topic=Topic.IMPORT_REPLACED)
        if case.record is not None:
            other = replace(remark, topic=Topic.IMPORT_OTHER, ids=(wanted, case.record.id))
            return None if case.record.id == wanted else other
        if case.observed is None:
            return remark
        spec = settling.connection_spec(case.observed.spec)
        foreign = replace(remark, topic=Topic.IMPORT_FOREIGN, text=spec)
        return None if spec == settling.connection_spec(declared.spec) else foreign

    def _settled(self, case: Case, intent: Intent) -> Iterator[Decision]:
        sighting = self.sightings[case.address]
        if case.declared is not None and sighting.certain:
            seen = self.given.live.by_id[sighting.ids[0]]
            yield from self._adopted(case, case.declared, seen, Reason.SETTLED)
        else:
            yield self._doubt(case.address, case.address, intent)

    def _made(self, case: Case, declared: Declaration, reason: Reason) -> Decision:
        waits = self._awaited(case, declared) or self._name_refused(case, declared)
        return waits or changes.created(case, declared, reason)

    def _awaited(self, case: Case, declared: Declaration) -> Doubt | None:
        """Have an address wait whose name another create that is in doubt has asked for."""
        name = settling.natural_key(declared.spec)
        for at, intent in sorted(self.recorded.intents.items()):
            if settling.natural_key(intent.spec) == name:
                return self._doubt(case.address, at, intent)
        return None

    def _doubt(self, waiting: Address, asked: Address, intent: Intent) -> Doubt:
        quarantine = self.given.policy.quarantine
        return settling.doubt(waiting, intent, self.sightings[asked], quarantine=quarantine)

    def _name_refused(self, case: Case, declared: Declaration) -> Remark | None:
        """Refuse to make a second connection of one name, whoever made the first."""
        holders = self._holders(declared)
        strangers = tuple(holder for holder in holders if holder not in self.held)
        remark = Remark(
            topic=Topic.NAME_UNRECORDED,
            address=case.address,
            ids=strangers,
            text=settling.connection_name(declared.spec),
            count=int(case.record is not None),
            span=declared.source.span("spec", "name"),
        )
        if strangers:
            return remark
        if not holders:
            return None
        other = self.held[holders[0]]
        return replace(
            remark,
            topic=Topic.NAME_RECORDED,
            ids=(holders[0],),
            other=other,
            count=int(other in self.desired),
        )

    def _holders(self, declared: Declaration) -> list[RemoteId]:
        """Return the live connections of that name, without those that were replaced."""
        named = (seen.id for seen in self.given.live.named(declared.spec))
        return [each for each in named if each in self.held or each not in self.owners]

    def _adopted(
        self, case: Case, declared: Declaration, seen: Observation, reason: Reason
    ) -> Iterator[Decision]:
        """Make the connection ours, and bring what differs in line by the same change."""
        for decision in self._compared(case, declared, seen, reason):
            yield replace(decision, importing=True) if isinstance(decision, Change) else decision

    def _compared(
        self, case: Case, declared: Declaration, seen: Observation, reason: Reason
    ) -> Iterator[Decision]:
        taken = self._rename_refused(case, declared, seen)
        yield from [taken] if taken else self._against(case, declared, seen, reason)

    def _rename_refused(
        self, case: Case, declared: Declaration, seen: Observation
    ) -> Remark | None:
        others = self._holders(declared)
        renamed = settling.natural_key(declared.spec) != settling.natural_key(seen.spec)
        if not renamed or not others:
            return None
        return Remark(
            topic=Topic.RENAME_TAKEN,
            address=case.address,
            ids=tuple(others),
            other=self.held.get(others[0]),
            text=settling.connection_name(declared.spec),
            span=declared.source.span("spec", "name"),
        )

    def _replaced(
        self, case: Case, declared: Declaration, record: Record, seen: Observation
    ) -> Decision:
        if record.prevent_destroy or declared.prevent_destroy:
            return Remark(
                topic=Topic.PREVENT_DESTROY,
                address=case.address,
                ids=(record.id,),
                count=1,
                span=declared.source.span(),
            )
        waits = self._awaited(case, declared) or self._rename_refused(case, declared, seen)
        return waits or changes.replaced(case, declared, record, seen)

    def _against(
        self, case: Case, declared: Declaration, seen: Observation, reason: Reason
    ) -> Iterator[Decision]:
        rotated = self.given.rotated.get(case.address, frozenset())
        compared = comparer.compare(declared, case.record, seen, case.kind, rotated=rotated)
        frozen = tuple(
            field.path for field in compared.fields if _below(field.path, case.kind.immutable)
        )
        if frozen:
            yield Remark(
                topic=Topic.IMMUTABLE,
                address=case.address,
                paths=frozen,
                span=declared.source.span("spec", *frozen[0]),
            )
            return
        change = changes.updated(case, declared, seen, compared, reason)
        if change is not None:
            yield change

    def _undeclared(self, case: Case, record: Record, seen: Observation) -> Decision:
        if case.removed is not None and not case.removed.destroy:
            return changes.let_go(case, record, Reason.REMOVED)
        declared = self.given.desired.get(case.address)  # also where all is to be destroyed
        if record.prevent_destroy or (declared is not None and declared.prevent_destroy):
            return Remark(
                topic=Topic.PREVENT_DESTROY,
                address=case.address,
                ids=(record.id,),
                count=int(declared is not None),
                limit=int(case.removed is not None),
            )
        return changes.deleted(case, record, seen, self._deletion_reason(case))

    def _deletion_reason(self, case: Case) -> Reason:
        if self.given.request.destroy:
            return Reason.DESTROY
        return Reason.REMOVED if case.removed else Reason.NOT_DECLARED


def _retired(case: Case) -> Iterator[Change]:
    yield from (changes.retired(case, record, seen) for record, seen in case.deposed)


def _below(path: Path, tops: tuple[Path, ...]) -> bool:
    return any(path[: len(top)] == top for top in tops)
