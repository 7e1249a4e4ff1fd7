"""Whether ``moved:`` and ``removed:`` can be followed at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from reconciler.core.wording import guess, quoted
from reconciler.model.addresses import Address
from reconciler.model.findings import Finding, Span
from reconciler.model.kinds import Kind
from reconciler.model.projects import Moved, Project


def findings(
    project: Project, declared: Collection[Address], kinds: Mapping[str, Kind]
) -> Iterator[Finding]:
    """Yield what contradicts the manifests, another entry or itself."""
    yield from _leavings(project, declared, kinds)
    yield from _arrivals(project.moved, kinds)
    yield from _circles(project.moved)


def _leavings(
    project: Project, declared: Collection[Address], kinds: Mapping[str, Kind]
) -> Iterator[Finding]:
    seen = set[Address]()
    # one that goes nowhere is told of as a circle
    moved = [entry for entry in project.moved if entry.source != entry.target]
    leaving = [(entry.source, entry.span) for entry in moved]
    leaving += [(entry.source, entry.span) for entry in project.removed]
    for source, span in leaving:
        yield from _unknown_kind(source, kinds, span)
        if source in declared:
            yield _finding(
                "Address still declared",
                f"A manifest still declares {source}. Take out the manifest or this entry.",
                source,
                span,
            )
        if source in seen:
            yield _finding(
                "Repeated address",
                f"Another entry of moved: or removed: lets go of {source} already.",
                source,
                span,
            )
        seen.add(source)


def _arrivals(moved: tuple[Moved, ...], kinds: Mapping[str, Kind]) -> Iterator[Finding]:
    seen = set[Address]()
    for entry in moved:
        source, target = entry.source, entry.target
        yield from _unknown_kind(target, kinds, entry.span)
        if source.kind != target.kind:
            yield _finding(
                "Move to another kind",
                f"{source} cannot become {target}: a move changes the name and never the kind.",
                source,
                entry.span,
            )
        if target in seen:
            yield _finding(
                "Repeated target",
                f"Two addresses are to become {target}, and an address is one connection.",
                source,
                entry.span,
            )
        seen.add(target)


def _circles(moved: tuple[Moved, ...]) -> Iterator[Finding]:
    following = {entry.source: entry.target for entry in moved}
    circling = _circling(following)
    for entry in moved:
        if entry.source in circling and following[entry.source] == entry.target:
            yield _finding(
                "Move in a circle",
                f"Following moved: from {entry.source} leads back to it.",
                entry.source,
                entry.span,
            )


def _circling(following: Mapping[Address, Address]) -> set[Address]:
    """Return the addresses from which one comes back to where one was, each looked at once."""
    circling, passed = set[Address](), set[Address]()
    for start in following:
        way: list[Address] = []
        at = start
        while at in following and at not in passed:
            passed.add(at)
            way.append(at)
            at = following[at]
        if at in way:
            circling.update(way[way.index(at) :])
    return circling


def _unknown_kind(
    address: Address, kinds: Mapping[str, Kind], span: Span | None
) -> Iterator[Finding]:
    if address.kind not in kinds:
        hint = guess(address.kind, kinds)
        detail = f"No schema describes a kind {quoted(address.kind)}.{hint}"
        yield _finding("Unknown kind", detail, address, span)


def _finding(summary: str, detail: str, address: Address, span: Span | None) -> Finding:
    return Finding(summary=summary, detail=detail, address=address, span=span)
