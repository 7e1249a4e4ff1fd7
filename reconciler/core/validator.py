"""Everything that can be said about manifests together without asking anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.core import hosts, renames, resolver
from reconciler.core.wording import guess, quoted
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.declarations import Declaration, Desired, Manifest
from reconciler.model.findings import Finding, Severity
from reconciler.model.kinds import Kind
from reconciler.model.projects import Project
from reconciler.model.values import UNSET, lookup

UNDER_WAY = 85.0
"""Seconds after its intent was saved in which a create may reach the service: it leaves within 10
and is given up 75 later."""

_HASTY = "short-quarantine"
_SPEC_ID = ("connectionSpec", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What manifests declare in each environment that was looked at, and all that was found."""

    desired: Mapping[str, Desired]
    """By name of environment; only to be relied on where there are no errors."""
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop us."""
        return tuple(one for one in self.findings if one.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that do not."""
        return tuple(one for one in self.findings if one.severity is Severity.WARNING)


def validate(
    project: Project | None,
    manifests: Sequence[Manifest],
    kinds: Mapping[str, Kind],
    environments: Iterable[str],
    *,
    unread: Iterable[Finding] = (),
) -> Verdict:
    """Make every offline check; what is wrong in several environments is told once.

    What is wrong in some of those looked at and not in the others says in which.

    ``unread`` is why files, or parts of them, are missing here: it is told together with what is
    certainly wrong with the rest. Without a project that is little.
    """
    found = [*unread, *_repeated(manifests)]
    desired: dict[str, Desired] = {}
    if project is not None:
        found += _contradictions(project, manifests, kinds)
        told: dict[Finding, list[str]] = {}
        for environment in environments:
            desired[environment], findings = _declared(project, manifests, environment, kinds)
            for finding in dict.fromkeys(findings):
                told.setdefault(finding, []).append(environment)
        found += [_placed(finding, names, len(desired)) for finding, names in told.items()]
    unique = sorted(dict.fromkeys(found), key=lambda finding: finding.order)
    return Verdict(desired=desired, findings=tuple(unique))


def _placed(finding: Finding, environments: Sequence[str], looked_at: int) -> Finding:
    """Return the finding with the environments that it is about, unless it is about all."""
    if len(environments) == looked_at:
        return finding
    names = ", ".join(map(quoted, environments))
    return replace(finding, detail=f"In {names} only: {finding.detail}")


def _contradictions(
    project: Project, manifests: Sequence[Manifest], kinds: Mapping[str, Kind]
) -> Iterator[Finding]:
    """Yield what is wrong whatever the environment."""
    yield from _shared(project)
    yield from _unknown_topics(project, kinds)
    yield from _deprecated(project, manifests, kinds)
    yield from _hasty(project)
    yield from renames.findings(project, {manifest.address for manifest in manifests}, kinds)


def _declared(
    project: Project, manifests: Sequence[Manifest], environment: str, kinds: Mapping[str, Kind]
) -> tuple[Desired, list[Finding]]:
    """Return what is declared in one environment, and what is wrong there."""
    desired, findings = resolver.resolve(project, manifests, environment, kinds)
    declarations = desired.values()
    found = [*findings, *_namesakes(declarations), *_rivals(declarations)]
    described = _described(kinds)
    for declaration in declarations:
        found += _hosts(declaration, project, kinds)
        found += _evasions(declaration, described, kinds)
    return desired, found


def _repeated(manifests: Iterable[Manifest]) -> Iterator[Finding]:
    by_address: dict[Address, Manifest] = {}
    for manifest in manifests:
        first = by_address.setdefault(manifest.address, manifest)
        if first is not manifest:
            yield Finding(
                summary="Repeated address",
                detail=(
                    f"{first.source.span()} declares {manifest.address} already. An address is "
                    "one connection: give this manifest another metadata.name."
                ),
                address=manifest.address,
                span=manifest.source.span("metadata", "name"),
            )


def _shared(project: Project) -> Iterator[Finding]:
    sandboxes: dict[tuple[str | None, str], str] = {}
    for name, environment in project.environments.items():
        other = sandboxes.setdefault((environment.organization, environment.sandbox), name)
        if other != name:
            yield Finding(
                summary="Shared sandbox",
                detail=f"{quoted(name)} and {quoted(other)} are the same sandbox. If they belong "
                "to two organisations, pin each with organization:.",
                span=project.source.span("environments", name, "sandbox"),
            )


def _unknown_topics(project: Project, kinds: Mapping[str, Kind]) -> Iterator[Finding]:
    known = {kind.deprecation.topic for kind in kinds.values() if kind.deprecation} | {_HASTY}
    for index, topic in enumerate(project.policy.silence):
        if topic in known:
            continue
        yield Finding(
            summary="Nothing to silence",
            detail=f"policy.silence names {quoted(topic)}, which is no warning we give."
            + guess(topic, known),
            severity=Severity.WARNING,
            span=project.source.span("policy", "silence", str(index)),
        )


def _deprecated(
    project: Project, manifests: Iterable[Manifest], kinds: Mapping[str, Kind]
) -> Iterator[Finding]:
    first: dict[str, Manifest] = {}
    for manifest in manifests:
        first.setdefault(manifest.address.kind, manifest)
    for name, manifest in first.items():
        deprecation = kinds[name].deprecation
        if deprecation is not None and deprecation.topic not in project.policy.silence:
            yield Finding(
                summary="Deprecated kind",
                detail=f"{deprecation.detail} To hear no more of it:",
                severity=Severity.WARNING,
                span=manifest.source.span("kind"),
                lines=_silencing(project, deprecation.topic),
            )


def _hasty(project: Project) -> Iterator[Finding]:
    quarantine = project.policy.quarantine
    if quarantine < UNDER_WAY and _HASTY not in project.policy.silence:
        yield Finding(
            summary="Short quarantine",
            detail=(
                f"policy.quarantine is {quarantine:g} s, and a create may be under way for "
                f"{UNDER_WAY:g} s after it was noted: one that is taken for never made before that "
                "may be made twice. Give it longer. To hear no more of it:"
            ),
            severity=Severity.WARNING,
            span=project.source.span("policy", "quarantine"),
            lines=_silencing(project, _HASTY),
        )


def _silencing(project: Project, topic: str) -> tuple[str, ...]:
    """Return the lines of policy that quiet one more warning."""
    return ("policy:", f"  silence: [{', '.join((*project.policy.silence, topic))}]")


def _namesakes(declarations: Iterable[Declaration]) -> Iterator[Finding]:
    bearers: dict[tuple[object, object], Address] = {}
    for declaration in declarations:
        name, spec_id = declaration.spec.get("name"), lookup(declaration.spec, _SPEC_ID)
        if not isinstance(name, str):
            continue
        first = bearers.setdefault((name, spec_id), declaration.address)
        if first != declaration.address:
            yield Finding(
                summary="Repeated name",
                detail=f"{first} is called {quoted(name)} too, and both hold in one environment. "
                "The name is how a connection is found again: give each its own.",
                address=declaration.address,
                span=declaration.source.span("spec", "name"),
            )


def _rivals(declarations: Iterable[Declaration]) -> Iterator[Finding]:
    claims: dict[RemoteId, Address] = {}
    for declaration in declarations:
        if declaration.adopt is None:
            continue
        first = claims.setdefault(declaration.adopt, declaration.address)
        if first != declaration.address:
            yield Finding(
                summary="Repeated import",
                detail=f"{first} imports the same id. A connection belongs to one address.",
                address=declaration.address,
                span=declaration.adopt_span,
            )


def _described(kinds: Mapping[str, Kind]) -> Mapping[str, str]:
    """Return the kind that describes each connection spec which any does."""
    ids = {name: lookup(kind.defaults, _SPEC_ID) for name, kind in sorted(kinds.items())}
    return {known.lower(): name for name, known in ids.items() if isinstance(known, str)}


def _evasions(
    declaration: Declaration, described: Mapping[str, str], kinds: Mapping[str, Kind]
) -> Iterator[Finding]:
    """Yield what is declared by a kind that knows none of its fields, where another knows them.

    That one checks hosts before anything is reviewed; here they would be hidden by references.
    """
    at = declaration.address
    is_general = lookup(kinds[at.kind].defaults, _SPEC_ID) is UNSET
    better = described.get(str(lookup(declaration.spec, _SPEC_ID)).lower())
    if is_general and better is not None:
        yield Finding(
            summary="Connection spec of another kind",
            detail=(
                f"{better} describes this connection spec: its fields, its secrets, and the hosts "
                f"that they may go to. {at.kind} is for those that nobody describes. Declare it as "
                f"{better}."
            ),
            address=at,
            span=declaration.source.span("spec", "connectionSpec", "id"),
        )


def _hosts(
    declaration: Declaration, project: Project, kinds: Mapping[str, Kind]
) -> Iterator[Finding]:
    kind = kinds[declaration.address.kind]
    for problem in hosts.problems(declaration.spec, kind, project.policy.allowed_hosts):
        yield Finding(
            summary=problem.summary,
            detail=problem.detail,
            address=declaration.address,
            span=declaration.source.span("spec", *problem.path),
            lines=problem.lines,
        )
