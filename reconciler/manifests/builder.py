"""Turns a document that says it is a manifest into one, or into findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.core import references
from reconciler.core.references import Bounds
from reconciler.core.shapes import Shape
from reconciler.core.violations import Violation
from reconciler.core.wording import guess, quoted
from reconciler.manifests.reader import Document
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.declarations import Adoption, Manifest
from reconciler.model.findings import Finding, Span
from reconciler.model.kinds import Kind
from reconciler.model.sources import Source
from reconciler.model.values import Path, SecretRef, Spec, Value, is_mapping


class Builder:
    """Builds manifests of the kinds it knows."""

    def __init__(self, kinds: Mapping[str, Kind], bounds: Bounds) -> None:
        self._kinds = kinds
        self._shapes: dict[str, Shape] = {}
        self._bounds = bounds

    def build(self, document: Document, file: str) -> Manifest | tuple[Finding, ...]:
        """Return the manifest that ``document`` holds, or everything that is wrong with it."""
        violations = self._misfit(document.value)
        if not violations:
            shape = self._shape(document.value["kind"])
            settle(document, shape)
            violations = shape.violations(document.value)
            spec: Any = references.lift(document.value.get("spec"))
            violations += refused(spec, ("spec",), self._bounds, beside=violations)
            if document.sound and not violations:
                return _manifest(document, spec, file)
        address = _address(document.value)
        known = believable(violations, document)
        return tuple(finding(one, document, file, address) for one in known)

    def _shape(self, kind: str) -> Shape:
        if kind not in self._shapes:
            self._shapes[kind] = Shape.of(self._kinds[kind])
        return self._shapes[kind]

    def _misfit(self, value: Any) -> tuple[Violation, ...]:
        """Say why a document is no manifest of any kind."""
        if not isinstance(value, dict):
            detail = "A manifest is a mapping with apiVersion, kind, metadata and spec."
            return (Violation((), "Not a manifest", detail),)
        kind = value.get("kind")
        if kind is None:
            detail = f"The document says no kind, such as {quoted(min(self._kinds, default=''))}."
            return (Violation(("kind",) if "kind" in value else (), "Missing field", detail),)
        if not isinstance(kind, str):
            return (Violation(("kind",), "Wrong type", "kind must be text."),)
        if kind not in self._kinds:
            detail = f"No schema describes a kind {quoted(kind)}.{guess(kind, self._kinds)}"
            return (Violation(("kind",), "Unknown kind", detail),)
        return ()


def settle(document: Document, shape: Shape) -> None:
    """Give unquoted scalars their type where the schema takes no text, and only there."""
    for plain in document.plains:
        if not shape.takes_text(plain.path):
            plain.settle()


def believable(violations: Iterable[Violation], document: Document) -> tuple[Violation, ...]:
    """Return those that are not about a value which the document's reader did not understand."""
    unsure = document.unsure | {
        path[:-1] for path in document.unsure if path[-1:] and path[-1] in references.NAMES
    }
    return tuple(one for one in violations if one.path not in unsure)


def refused(
    value: Value, path: Path, bounds: Bounds, *, beside: Sequence[Violation] = ()
) -> tuple[Violation, ...]:
    """Return each secret reference at ``path`` or below that may not be followed.

    What a violation ``beside`` is about already is left out.
    """
    found: list[Violation] = []
    told = {one.path[:length] for one in beside for length in range(len(one.path) + 1)}
    for where, reference in _references(value, path):
        refusal = references.refusal(reference, bounds)
        if refusal is not None and where not in told:
            found.append(Violation(where, "Secret reference refused", refusal))
    return tuple(found)


def _references(value: Value, path: Path) -> Iterator[tuple[Path, SecretRef]]:
    if isinstance(value, SecretRef):
        yield path, value
    elif is_mapping(value):  # which is far quicker to ask for than the abstract class
        for name, member in value.items():
            if type(member) is not str:
                yield from _references(member, (*path, name))


def finding(
    violation: Violation, document: Document, file: str, address: Address | None = None
) -> Finding:
    """Return the violation with its place in the file."""
    return Finding(
        summary=violation.summary,
        detail=violation.detail,
        address=address,
        span=span(document, file, violation.path),
    )


def span(document: Document, file: str, path: Path) -> Span:
    """Return the place of ``path``, or of the nearest member above it that was written."""
    return Source(file, document.positions).span(*path)


def _address(value: Any) -> Address | None:
    try:
        return Address.parse(f"{value['kind']}.{value['metadata']['name']}")
    except (KeyError, TypeError, ValueError):
        return None


def _manifest(document: Document, spec: Spec, file: str) -> Manifest:
    value = document.value
    metadata, lifecycle = value["metadata"], value.get("lifecycle", {})
    environments = metadata.get("environments")
    return Manifest(
        address=Address(value["kind"], metadata["name"]),
        spec=spec,
        environments=None if environments is None else tuple(environments),
        credentials_version=metadata.get("credentialsVersion"),
        prevent_destroy=lifecycle.get("prevent_destroy", False),
        ignore_changes=tuple(
            tuple(path.split(".")) for path in lifecycle.get("ignore_changes", ())
        ),
        adoptions=tuple(_adoptions(document, file)),
        source=Source(file, document.positions),
        labels=metadata.get("labels", {}),
    )


def _adoptions(document: Document, file: str) -> Iterator[Adoption]:
    entries = document.value.get("import", [])
    listed = isinstance(entries, list)
    for index, entry in enumerate(entries if listed else [entries]):
        path = ("import", str(index)) if listed else ("import",)
        yield Adoption(
            id=RemoteId(entry["id"].lower()),  # as the service spells it
            environment=entry.get("environment"),
            span=span(document, file, (*path, "id")),
        )
