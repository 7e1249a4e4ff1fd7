"""From a live connection to a manifest that declares it as it is.

A manifest holds what the kind's schema knows of a connection and its defaults do not say already.
No secret is ever in it: write-only members are references, made up by a rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from reconciler.core import naming
from reconciler.core.shapes import Shape
from reconciler.core.violations import Violation
from reconciler.core.wording import quoted
from reconciler.model.exports import Candidate, Draft
from reconciler.model.findings import Finding, Severity
from reconciler.model.kinds import Kind
from reconciler.model.values import (
    UNSET,
    Path,
    SecretRef,
    assign,
    dotted,
    is_mapping,
    leaves,
    lookup,
    same,
    thaw,
)

API_VERSION = "reconciler/v1"
_SPEC_ID = ("connectionSpec", "id")
_AUTH = ("auth", "specName")


def connection_spec(kind: Kind) -> str | None:
    """Return the id of the connection spec that every connection of a kind has, if there is one."""
    found = lookup(kind.defaults, _SPEC_ID)
    return found if isinstance(found, str) else None


class Drafter:
    """Drafts manifests of one kind."""

    def __init__(self, kind: Kind, *, environment: str, variables: set[str]) -> None:
        """``environment`` is empty where the project has only one.

        ``variables`` are those that secrets are looked for in already; more are added.
        """
        self._kind = kind
        self._environment = environment
        self._shape = Shape.of(kind)
        self._order = lru_cache(self._shape.members)
        self._variables = variables
        self._demands: dict[object, frozenset[Path]] = {}

    def draft(self, candidate: Candidate) -> tuple[Draft, tuple[Violation, ...]]:
        """Return a manifest, and what the kind's schema has against the best there is."""
        unknown: list[Path] = []
        known = self._known(candidate.seen.spec, (), unknown)
        lean = _without_defaults(known, self._kind.defaults)
        references = self._references(candidate)
        tries = (
            document
            for spec in (lean, known)
            for document in self._tries(candidate, spec, references)
        )
        document, violations = self._fittest(tries)
        return self._finished(candidate, document, tuple(sorted(unknown))), violations

    def _fittest(
        self, tries: Iterator[dict[str, Any]]
    ) -> tuple[dict[str, Any], tuple[Violation, ...]]:
        """Return the first that the schema takes, else the one that it has least against."""
        best = next(tries)
        violations = self._shape.violations(best)
        for document in tries if violations else ():
            found = self._shape.violations(document)
            if len(found) < len(violations):
                best, violations = document, found
        return best, violations

    def _tries(
        self, candidate: Candidate, spec: Any, references: Mapping[Path, SecretRef]
    ) -> Iterator[dict[str, Any]]:
        """Yield the manifest with the secrets that are shown or demanded, and with all of them."""
        wanted = candidate.seen.hidden | self._demanded(candidate, spec, references)
        some = {path: one for path, one in references.items() if path in wanted}
        yield self._document(candidate, spec, some)
        yield self._document(candidate, spec, references)

    def _demanded(
        self, candidate: Candidate, spec: Any, references: Mapping[Path, SecretRef]
    ) -> frozenset[Path]:
        """Return the secrets without which the schema has more against the manifest.

        Connections that show the same members have that in common, so it is found out once.
        """
        looks = (tuple(path for path, _ in leaves(spec)), str(lookup(spec, _AUTH)))
        if looks not in self._demands:
            flaws = self._flaws(candidate, spec, references)
            self._demands[looks] = frozenset(
                path
                for path in references
                if self._flaws(candidate, spec, _less(references, path)) > flaws
            )
        return self._demands[looks]

    def _flaws(self, candidate: Candidate, spec: Any, references: Mapping[Path, SecretRef]) -> int:
        return len(self._shape.violations(self._document(candidate, spec, references)))

    def _references(self, candidate: Candidate) -> Mapping[Path, SecretRef]:
        """Return where each secret of the connection is to be looked for."""
        found = {}
        for path in sorted(self._kind.write_only | candidate.seen.hidden):
            reference = naming.variable(candidate.address.name, path, taken=self._variables)
            self._variables.add(reference.key)
            found[path] = reference
        return found

    def _finished(
        self, candidate: Candidate, document: dict[str, Any], unknown: tuple[Path, ...]
    ) -> Draft:
        written = {path for path in self._kind.write_only if _holds(document["spec"], path)}
        return Draft(
            candidate=candidate,
            document=document,
            unknown=unknown,
            unreferenced=tuple(sorted(self._kind.write_only - written)),
        )

    def _document(
        self, candidate: Candidate, spec: Any, references: Mapping[Path, SecretRef]
    ) -> dict[str, Any]:
        metadata: dict[str, Any] = {"name": candidate.address.name}
        adoption: dict[str, str] = {"id": candidate.seen.id}
        if self._environment:
            metadata["environments"] = [self._environment]
            adoption["environment"] = self._environment
        for path, reference in references.items():
            spec = assign(spec, path, {"secret": str(reference)})
        return {
            "apiVersion": API_VERSION,
            "kind": candidate.address.kind,
            "metadata": metadata,
            "import": adoption,
            "spec": self._ordered(thaw(spec), ()),
        }

    def _known(self, value: Any, path: Path, unknown: list[Path]) -> Any:
        """Return what the schema knows of ``value``; null counts as absent, as it does in plans."""
        if not is_mapping(value):
            return value
        kept = {}
        for name, member in value.items():
            below = (*path, name)
            if member is None or below in self._kind.write_only:
                continue
            if self._shape.has(("spec", *below)):
                kept[name] = self._known(member, below, unknown)
            else:
                unknown.append(below)
        return kept

    def _ordered(self, value: Any, path: Path) -> Any:
        """Return mappings in the order of the schema, which is that of whoever reads about them."""
        if not isinstance(value, dict):
            return value
        order = self._order(("spec", *path))
        rank = {name: place for place, name in enumerate(order)}
        names = sorted(value, key=lambda name: (rank.get(name, len(rank)), name))
        return {name: self._ordered(value[name], (*path, name)) for name in names}


def _less(references: Mapping[Path, SecretRef], path: Path) -> Mapping[Path, SecretRef]:
    return {other: one for other, one in references.items() if other != path}


def _holds(spec: Any, path: Path) -> bool:
    return lookup(spec, path) is not UNSET


def _without_defaults(value: Mapping[str, Any], defaults: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict(_said(value, defaults))


def _said(value: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the members that a default does not say already."""
    for name, member in value.items():
        default = defaults.get(name, UNSET)
        if same(member, default):
            continue
        if not is_mapping(member) or not is_mapping(default):
            yield name, member
        elif below := _without_defaults(member, default):
            yield name, below


def remarks(drafts: Iterable[Draft]) -> Iterator[Finding]:
    """Yield what a person should know of members that no manifest says, once for each member."""
    drafts = tuple(drafts)
    unknown = ((each, path) for each in drafts for path in each.unknown)
    for kind, member, count in _counted(unknown):
        yield _warning(
            "Unknown member",
            f"Of {count} the service shows {member}, which the schema of {kind} does not know, so "
            "that no manifest says it. It stays as it is until credentials are sent: a member "
            "beside them that no manifest says is dropped then.",
        )
    unreferenced = ((each, path) for each in drafts for path in each.unreferenced)
    for kind, member, count in _counted(unreferenced):
        yield _warning(
            "Secret that may be set",
            f"Of {count} the service does not show whether {member} is set, and a {kind} can do "
            "without, so that no manifest names it. Add it where it is set: it is dropped "
            "otherwise when credentials are sent.",
        )


def _counted(members: Iterable[tuple[Draft, Path]]) -> Iterator[tuple[str, str, str]]:
    counts = Counter((draft.candidate.address.kind, dotted(path)) for draft, path in members)
    for (kind, member), count in sorted(counts.items()):
        noun = "connection" if count == 1 else "connections"
        yield kind, quoted(member), f"{count} exported {noun}"


def _warning(summary: str, detail: str) -> Finding:
    return Finding(summary=summary, detail=detail, severity=Severity.WARNING)
