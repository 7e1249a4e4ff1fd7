"""Secrets where none may be: in a state that somebody edited by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model.addresses import Address
from reconciler.model.findings import Finding
from reconciler.model.kinds import Kind
from reconciler.model.records import Recorded
from reconciler.model.values import UNSET, Path, Spec, dotted, leaves, lookup


def findings(recorded: Recorded, kinds: Mapping[str, Kind], *, place: str) -> tuple[Finding, ...]:
    """Return a finding for each write-only member of which the state has more than its name.

    ``place`` is where the state lies, for a person.
    """
    specs = [(at, record.spec) for at, record in recorded.records.items()]
    specs += [(at, intent.spec) for at, intent in recorded.intents.items()]
    specs += [(at, one.spec) for at, some in recorded.deposed.items() for one in some]
    return tuple(
        _exposed(at, path, place)
        for at, spec in specs
        if at.kind in kinds
        for path in _shown(spec, kinds[at.kind])
    )


def _shown(spec: Spec, kind: Kind) -> Iterator[Path]:
    for path in sorted(kind.write_only):
        if lookup(spec, path) not in (UNSET, None):
            yield path
    for top in sorted(kind.sealed):
        for path, value in leaves(lookup(spec, top), top):
            if kind.seals(path) and isinstance(value, (str, tuple)):
                yield path


def _exposed(at: Address, path: Path, place: str) -> Finding:
    return Finding(
        summary="Secret in the state",
        detail=(
            f"{dotted(path)} has a value in {place}, and a state never holds secrets: it was put "
            "there by hand. Write null in its place, and have that secret renewed."
        ),
        address=at,
    )
