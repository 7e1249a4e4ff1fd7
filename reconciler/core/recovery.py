"""Merging what a run could not save into the state as it is now.

The state may be what it was before that save, or newer. What the dump alone records is recorded;
what the state alone records is kept, since a deletion and a create by somebody else look alike, and
the next plan asks the service anyway. Where the two say different things of one address or of one
connection, nothing is guessed. No connection is ever lost by a merge.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.errors import StateError
from reconciler.model.addresses import Address, RemoteId, remote_id
from reconciler.model.findings import Finding, Severity
from reconciler.model.records import Intent, Record, Recorded
from reconciler.model.values import Spec, dotted, lookup, same

_NAME = ("name",)
_SPEC_ID = ("connectionSpec", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The state after a merge, and what a person should know of it."""

    recorded: Recorded
    taken: Mapping[Address, RemoteId]
    """What was recorded, or brought up to date."""
    reopened: tuple[Address, ...]
    """Creates in doubt that the state did not know of."""
    kept: tuple[Finding, ...]
    """What the state says otherwise than the dump, with nothing lost."""
    refused: tuple[Finding, ...]
    """What is left to a person."""


def merge(current: Recorded | None, dump: Recorded) -> Merged:
    """Return the state with everything that the dump adds to it; the same again adds nothing.

    Without a state the dump is one. Raises ``StateError`` for a dump of another environment or
    lineage.
    """
    if current is None:
        current = replace(dump, records={}, intents={})
    _refuse_foreign(current, dump)
    return _Merge(current, dump).merged()


def _deposing(current: Recorded, dump: Recorded) -> Recorded:
    """Return the state with what the dump's run has replaced deposed, where it was not saved since.

    What a later run knows nothing of may have been deleted by then; a plan finds out.
    """
    owners = current.owners
    at_issue = {at: {one.id for one in some} for at, some in dump.deposed.items()}
    if current.serial < dump.serial:
        current = current.deposing(
            at
            for at, ids in at_issue.items()
            if at in current.records and current.records[at].id in ids
        )
    unknown = {
        at: tuple(one for one in some if one.id not in owners) for at, some in dump.deposed.items()
    }
    added = {at: (*some, *current.deposed.get(at, ())) for at, some in unknown.items() if some}
    return replace(current, deposed={**current.deposed, **added}) if added else current


def unusable(merged: Merged, kinds: Collection[str]) -> tuple[Finding, ...]:
    """Return a finding for all that a merge has added and no plan could be made with.

    ``kinds`` are those that a schema file describes.
    """
    records, intents = merged.recorded.records, merged.recorded.intents
    specs = {at: records[at].spec for at in merged.taken if at in records}
    specs |= {at: intents[at].spec for at in merged.reopened}
    return unplannable(specs, kinds)


def unplannable(specs: Mapping[Address, Spec], kinds: Collection[str]) -> tuple[Finding, ...]:
    """Return a finding for each of what is to be recorded that no plan could be made with."""
    unknown = [_unknown_kind(at) for at in specs if at.kind not in kinds]
    return (
        *unknown,
        *(_incomplete(at, gaps) for at, spec in specs.items() if (gaps := _gaps(spec))),
    )


def _gaps(spec: Spec) -> list[str]:
    """Name what a connection is known by on the service, and ``spec`` does not say."""
    name, spec_id = lookup(spec, _NAME), lookup(spec, _SPEC_ID)
    gaps = [] if isinstance(name, str) and name else [dotted(_NAME)]
    return gaps if remote_id(spec_id) else [*gaps, dotted(_SPEC_ID)]


def _refuse_foreign(current: Recorded, dump: Recorded) -> None:
    if (current.organization, current.sandbox) != (dump.organization, dump.sandbox):
        raise StateError(
            f"The file records sandbox {dump.sandbox} of {dump.organization}, and the state "
            f"{current.sandbox} of {current.organization}. Choose the environment that the file "
            "belongs to."
        )
    if current.lineage != dump.lineage:
        raise StateError(
            f"The file is of lineage {dump.lineage}, and the state of lineage {current.lineage}: "
            "they never were one state, so that neither can say what the other lacks. Restore the "
            "state that the file belongs to, or record the connections one by one with: reconciler "
            "import ADDR ID"
        )


class _Merge:
    def __init__(self, current: Recorded, dump: Recorded) -> None:
        self._before = current
        self._current = current = _deposing(current, dump)
        self._dump = dump
        self._newer = current.serial >= dump.serial
        """Whether the state was saved by somebody since."""
        self._holders = current.owners
        self._dumped = dump.owners.keys()
        self._taken: dict[Address, Record] = {}
        self._left: set[Address] = set()
        """Where a connection was recorded that has moved to another address."""
        self._reopened: dict[Address, Intent] = {}
        self._kept: list[Finding] = []
        self._refused: list[Finding] = []

    def merged(self) -> Merged:
        for at, record in sorted(self._dump.records.items()):
            self._record(at, record)
        for at, intent in sorted(self._dump.intents.items()):
            self._intent(at, intent)
        self._kept.extend(self._beyond())
        recorded = self._current
        if self._taken or self._reopened:
            recorded = recorded.without_records(self._left).with_records(self._taken)
            recorded = recorded.without_deposed(record.id for record in self._taken.values())
            recorded = recorded.with_intents(self._reopened)
        return Merged(
            recorded=recorded,
            taken={**self._deposed(), **{at: record.id for at, record in self._taken.items()}},
            reopened=tuple(self._reopened),
            kept=tuple(self._kept),
            refused=tuple(self._refused),
        )

    def _deposed(self) -> Mapping[Address, RemoteId]:
        before = self._before.deposed
        return {
            at: some[-1].id for at, some in self._current.deposed.items() if some != before.get(at)
        }

    def _record(self, at: Address, record: Record) -> None:
        there = self._current.records.get(at)
        holder = self._holders.get(record.id)
        if self._newer and any(one.id == record.id for one in self._current.deposed.get(at, ())):
            self._kept.append(_saved_since(at))
        elif there is not None and there.id != record.id:
            self._refused.append(_two_ids(at, there.id, record.id))
        elif holder not in (None, at) and not self._has_moved(holder):
            self._refused.append(_two_addresses(at, holder, record.id))
        elif there == record:
            return
        elif there is not None and self._newer:
            self._kept.append(_saved_since(at))
        else:
            self._taken[at] = record
            if holder is not None and holder != at:
                self._left.add(holder)

    def _has_moved(self, holder: Address | None) -> bool:
        """Tell whether the dump's run moved a connection away from where the state has it."""
        return not self._newer and holder not in self._dump.records

    def _intent(self, at: Address, intent: Intent) -> None:
        there = self._current.records.get(at)
        if at in self._current.intents:
            return
        if there is None:
            self._reopened[at] = intent
        elif at not in self._dump.records and not self._is_adopted(there, intent):
            self._refused.append(_recorded_meanwhile(at, there.id))

    def _is_adopted(self, there: Record, intent: Intent) -> bool:
        """Tell whether another run has found out since what became of the create."""
        return self._newer and same(there.spec, intent.spec)

    def _beyond(self) -> Iterator[Finding]:
        """Say what the state records and the dump does not, where that may have been deleted."""
        told = self._dump.records.keys() | self._dump.intents.keys()
        for at in sorted(self._current.records.keys() - told):
            remote_id = self._current.records[at].id
            if not self._newer and remote_id not in self._dumped:
                yield _not_in_the_dump(at, remote_id)


def _unknown_kind(at: Address) -> Finding:
    return Finding(
        summary="Recorded kind is unknown",
        detail=(
            "The file records a connection of this kind, and no schema file describes it, so that "
            "no plan could be made any more. The state was left as it is. Put the schema back into "
            "schemas/, then run this again."
        ),
        address=at,
    )


def _incomplete(at: Address, gaps: list[str]) -> Finding:
    return Finding(
        summary="Incomplete record",
        detail=(
            f"The file does not say its {' and '.join(gaps)}, without which no plan could be made "
            "any more. The state was left as it is. Use the file as a run has left it."
        ),
        address=at,
    )


def _two_ids(at: Address, here: RemoteId, there: RemoteId) -> Finding:
    return Finding(
        summary="Address records another connection",
        detail=(
            f"The state records {here}, and the file {there}. The state was left as it is. See "
            "which of them exist: what the state should not have is forgotten or deleted by way of "
            "removed:, then the other can be recorded by way of import:."
        ),
        address=at,
    )


def _two_addresses(at: Address, holder: Address | None, remote_id: RemoteId) -> Finding:
    return Finding(
        summary="Connection is recorded already",
        detail=(
            f"The state records {remote_id} under {holder}, and the file under {at}. The state was "
            "left as it is. If it should have the other address, say so by way of moved:."
        ),
        address=at,
    )


def _recorded_meanwhile(at: Address, remote_id: RemoteId) -> Finding:
    return Finding(
        summary="Create in doubt of a recorded address",
        detail=(
            f"The file says that a create was under way, and the state records {remote_id}. The "
            "state was left as it is. See whether the service has a second connection of that name "
            "before the next apply, and delete the one that is not wanted."
        ),
        address=at,
    )


def _saved_since(at: Address) -> Finding:
    return Finding(
        summary="Record is newer than the file",
        detail=(
            "The state was saved since the file was written, and says something else of the same "
            "connection. It was kept; the next plan shows what differs from the manifest."
        ),
        severity=Severity.WARNING,
        address=at,
    )


def _not_in_the_dump(at: Address, remote_id: RemoteId) -> Finding:
    return Finding(
        summary="Connection is not in the file",
        detail=(
            f"The run that wrote the file may have deleted {remote_id}, or another may have made "
            "it. Its record was kept; the next plan asks the service for it and lets go of it if "
            "it is gone."
        ),
        severity=Severity.WARNING,
        address=at,
    )
