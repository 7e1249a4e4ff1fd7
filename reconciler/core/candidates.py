"""Which live connections get a manifest, and under which address.

Whatever a manifest or the state speaks for already gets none; neither does one of several that only
a person can tell apart. Nothing that was asked for is left out without a word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from reconciler.core import naming, settling
from reconciler.core.wording import quoted
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.declarations import Desired
from reconciler.model.exports import Candidate, Wanted
from reconciler.model.findings import Finding, Severity
from reconciler.model.observations import Observation
from reconciler.model.records import Recorded
from reconciler.model.values import Spec

Sightings = Mapping[RemoteId, Mapping[str, Observation]]
"""Every live connection, as each of the kinds sees it that have its connection spec."""

LEFT_OUT = "Connection not exported"
_SHOWN = 3
"""More rivals than these are counted and not named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the project and the state say already."""

    desired: Desired
    recorded: Recorded
    names: Collection[str]
    """Every ``metadata.name`` that is given, in whatever environment."""
    environment: str
    """Empty where the project has only one."""


@dataclass(slots=True)
class Choice:
    """What was chosen: each connection as every kind that may declare it."""

    chosen: list[tuple[Candidate, ...]] = field(default_factory=list)
    left_out: list[Finding] = field(default_factory=list)
    known: int = 0
    """Connections that a manifest or the state speaks for."""


def choose(sightings: Sightings, wanted: Wanted, known: Known) -> Choice:
    """Return the connections to be exported, in order of name, each under an address of its own."""
    choice = Choice()
    chooser = _Chooser(sightings, wanted, known)
    for remote_id in chooser.wanted():
        if remote_id in chooser.holders:
            choice.known += 1
        elif obstacle := chooser.obstacle(remote_id):
            choice.left_out.append(left_out(remote_id, chooser.spec(remote_id), obstacle))
        else:
            choice.chosen.append(chooser.candidates(remote_id))
    return choice


def holder(remote_id: RemoteId, known: Known) -> str | None:
    """Say in a sentence who speaks for a connection already, if anybody does."""
    owner = known.recorded.owners.get(remote_id)
    if owner is not None:
        return f"The state records it as {owner}."
    for at, declared in known.desired.items():
        if declared.adopt == remote_id:
            return f"{declared.source.span()} imports it as {at}."
    return None


def left_out(
    remote_id: RemoteId, spec: Spec, reason: str, *, lines: tuple[str, ...] = ()
) -> Finding:
    """Return why a connection that was asked for has no manifest."""
    name = spec.get("name")
    title = f"{quoted(name)} ({remote_id})" if isinstance(name, str) else str(remote_id)
    return Finding(
        summary=LEFT_OUT,
        detail=f"{title} has no manifest. {reason}",
        severity=Severity.WARNING,
        lines=lines,
    )


class _Chooser:
    """One choice; what it looks up often is prepared once."""

    def __init__(self, sightings: Sightings, wanted: Wanted, known: Known) -> None:
        self._sightings = sightings
        self._asked = wanted
        self._known = known
        self._names = set(known.names)
        self._own = {record.id: at for at, record in known.recorded.records.items()}
        self._claims = _claims(known)
        self.holders = _holders(known, recorded=wanted.recorded)
        self._rivals: dict[tuple[str, str], list[RemoteId]] = {}
        for remote_id in sorted(set(sightings).difference(self.holders)):
            self._rivals.setdefault(self._key(remote_id), []).append(remote_id)

    def spec(self, remote_id: RemoteId) -> Spec:
        """Return the spec of a connection, which is the same for every kind, secrets aside."""
        return next(iter(self._sightings[remote_id].values())).spec

    def _key(self, remote_id: RemoteId) -> tuple[str, str]:
        return settling.natural_key(self.spec(remote_id))

    def wanted(self) -> Iterator[RemoteId]:
        """Yield the connections that are asked for, in order of name."""
        patterns, ids = self._asked.names, self._asked.ids
        for remote_id in sorted(self._sightings, key=lambda each: (self._key(each), each)):
            _, name = self._key(remote_id)
            fits = not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)
            if fits and (not ids or remote_id in ids):
                yield remote_id

    def obstacle(self, remote_id: RemoteId) -> str | None:
        """Say why only a person can tell what becomes of a connection, if that is so."""
        key = self._key(remote_id)
        if key in self._claims:
            return self._claims[key]
        rivals = self._rivals[key]
        singled_out = [each for each in rivals if each in self._asked.ids]
        others = [each for each in singled_out or rivals if each != remote_id]
        if not others:
            return None
        return (
            f"{_listed(others)} of the same connection spec has that name too, and the name is how "
            "a connection is found again. Give each its own in Adobe's user interface, delete what "
            "nothing uses, or single out the one to manage with -id."
        )

    def candidates(self, remote_id: RemoteId) -> tuple[Candidate, ...]:
        """Return the connection as each of its kinds; a recorded one keeps its address."""
        kinds = self._sightings[remote_id]
        own = self._own.get(remote_id)
        if own is not None and own.kind in kinds:
            return (Candidate(address=own, seen=kinds[own.kind]),)
        title = self.spec(remote_id).get("name")
        name = naming.free_name(
            title if isinstance(title, str) else "",
            remote_id,
            taken=self._names,
            environment=self._known.environment,
        )
        self._names.add(name)
        return tuple(
            Candidate(address=Address(kind, name), seen=seen) for kind, seen in kinds.items()
        )


def _holders(known: Known, *, recorded: bool) -> set[RemoteId]:
    """Return the ids that somebody speaks for; a record alone counts only without ``recorded``."""
    adopted = {each.adopt for each in known.desired.values() if each.adopt is not None}
    undeclared = {
        record.id for at, record in known.recorded.records.items() if at not in known.desired
    }
    return adopted.union(known.recorded.owners) - (undeclared if recorded else set())


def _claims(known: Known) -> Mapping[tuple[str, str], str]:
    """Return who has a name already although nobody names the id, in a sentence for each."""
    claims = {
        settling.natural_key(intent.spec): (
            f"A create of {at} may have made it, and nobody knows yet; the next apply sees."
        )
        for at, intent in known.recorded.intents.items()
    }
    for at, declared in known.desired.items():
        record = known.recorded.records.get(at)
        if record is None:
            claim = (
                f"{declared.source.span()} declares that name; import -matching records it as {at}."
            )
        else:
            claim = (
                f"{at} has that name and records {record.id}; no two connections of an environment "
                "may share one. Give one of them another name."
            )
        claims[settling.natural_key(declared.spec)] = claim
    return claims


def _listed(ids: Sequence[RemoteId]) -> str:
    more = len(ids) - _SHOWN
    return ", ".join(ids[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
