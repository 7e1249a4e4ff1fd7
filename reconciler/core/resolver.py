"""Manifests and an environment in, declarations out: defaults filled in, variables replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from reconciler.core import adoptions, references, violations
from reconciler.core.shapes import Shape
from reconciler.core.violations import Violation
from reconciler.core.wording import guess, place, quoted
from reconciler.model.declarations import Declaration, Desired, Manifest
from reconciler.model.findings import Finding
from reconciler.model.kinds import Kind
from reconciler.model.projects import Environment, Project
from reconciler.model.sources import Source
from reconciler.model.values import Path, SecretRef, Spec, VariableRef, dotted


def resolve(
    project: Project, manifests: Iterable[Manifest], environment: str, kinds: Mapping[str, Kind]
) -> tuple[Desired, tuple[Finding, ...]]:
    """Return what should exist in ``environment``, and everything that is wrong with saying so.

    A declaration that a finding is about is only good for further checks. Of two manifests with
    one address the first counts; telling so is the validator's part.
    """
    scene = project.environments.get(environment)
    if scene is None:
        return {}, (_unknown_environment(environment, project),)
    sights = {name: _Sight(kind, scene) for name, kind in kinds.items()}
    found: list[Finding] = []
    desired = {}
    for manifest in sorted(manifests, key=lambda manifest: manifest.address):
        found += _misplaced(manifest, project)
        sight = sights[manifest.address.kind]
        if holds(manifest, environment) and manifest.address not in desired:
            declaration, findings = sight.declaration(manifest, project)
            desired[manifest.address] = declaration
            found += findings
    return desired, tuple(sorted(found, key=lambda finding: finding.order))


def holds(manifest: Manifest, environment: str) -> bool:
    """Tell whether the manifest declares something in that environment."""
    return manifest.environments is None or environment in manifest.environments


def _unknown_environment(name: str, project: Project) -> Finding:
    return Finding(
        summary="Unknown environment",
        detail=f"reconciler.yaml has no environment {quoted(name)}."
        + guess(name, project.environments),
    )


def _misplaced(manifest: Manifest, project: Project) -> list[Finding]:
    return [
        Finding(
            summary="Unknown environment",
            detail=f"reconciler.yaml has no environment {quoted(name)}."
            + guess(name, project.environments),
            address=manifest.address,
            span=manifest.source.span("metadata", "environments", str(index)),
        )
        for index, name in enumerate(manifest.environments or ())
        if name not in project.environments
    ]


class _Sight:
    """One environment as the manifests of one kind see it."""

    def __init__(self, kind: Kind, environment: Environment) -> None:
        self._kind = kind
        self._environment = environment
        self._shape = Shape.of(kind)
        self._judged: dict[tuple[Path, str], tuple[Violation, ...]] = {}

    def declaration(
        self, manifest: Manifest, project: Project
    ) -> tuple[Declaration, Sequence[Finding]]:
        """Return the manifest as this environment sees it."""
        reading = _Reading(self, manifest.source)
        spec = reading.value(filled(manifest.spec, self._kind.defaults), ())
        adoption, misfits = adoptions.pick(manifest, self._environment.name, project)
        declaration = Declaration(
            address=manifest.address,
            spec=spec,
            secrets=reading.secrets,
            source=manifest.source,
            credentials_version=manifest.credentials_version,
            prevent_destroy=manifest.prevent_destroy,
            ignore_changes=manifest.ignore_changes,
            labels=manifest.labels,
            adopt=adoption.id if adoption else None,
            adopt_span=adoption.span if adoption else None,
        )
        found = [*reading.violations, *self._unignorable(manifest.ignore_changes)]
        return declaration, [*misfits, *(_finding(manifest, one) for one in found)]

    def is_secret(self, path: Path) -> bool:
        """Tell whether what stands at ``path`` below ``spec`` is never shown."""
        return path in self._kind.write_only

    def is_sealed(self, path: Path) -> bool:
        """Tell whether text at ``path``, or anywhere below it, is never shown."""
        return self._kind.seals(path)

    def takes(self, reference: SecretRef, path: Path) -> bool:
        """Tell whether a secret that lies nowhere is one that the kind makes just there."""
        made = {(rule.path, rule.reference) for rule in self._kind.tokens}
        return not references.is_made(reference) or (path, str(reference)) in made

    def variable(self, path: Path, name: str) -> str | SecretRef | Violation:
        """Return a variable's value, if there is one by that name."""
        variables = self._environment.variables
        if name in variables:
            return variables[name]
        detail = (
            f"{place(('spec', *path))} uses a variable {quoted(name)}, which neither the project "
            f"nor its environment {quoted(self._environment.name)} sets.{guess(name, variables)}"
        )
        return Violation(("spec", *path), "Unset variable", detail)

    def judge(self, path: Path, text: str) -> tuple[Violation, ...]:
        """Return what the schema has against a variable's text at ``path``."""
        if (path, text) not in self._judged:
            self._judged[path, text] = self._shape.violations_at(("spec", *path), text)
        return self._judged[path, text]

    def _unignorable(self, paths: Iterable[Path]) -> Iterable[Violation]:
        for index, path in enumerate(paths):
            where = ("lifecycle", "ignore_changes", str(index))
            if not self._shape.has(("spec", *path)):
                detail = (
                    f"{place(where)} names {quoted(dotted(path))}, which is no field of spec."
                    f"{self._hint(path)}"
                )
                yield Violation(where, "Unknown field", detail)
            elif self._holds_secret(path):
                detail = (
                    f"{place(where)} names {quoted(dotted(path))}, which is or holds a secret. The "
                    "service never shows secrets, so there is nothing to ignore in them."
                )
                yield Violation(where, "Secret cannot be ignored", detail)

    def _holds_secret(self, path: Path) -> bool:
        return self._kind.holds_secrets(path)

    def _hint(self, path: Path) -> str:
        """Say which field may have been meant by a path to none."""
        above = ""
        if path[0] == "spec":
            path, above = path[1:], " Paths begin below spec."
        if self._shape.has(("spec", *path)) and self._holds_secret(path):
            return above
        fields = [one for one in self._shape.fields(("spec",)) if not self._holds_secret(one)]
        alike = [one for one in fields if one[-1:] == path[-1:]]
        return above + guess(dotted(path), map(dotted, alike or fields))


class _Reading:
    """One spec on its way from what is written to what is sent."""

    def __init__(self, sight: _Sight, source: Source) -> None:
        self._sight = sight
        self._source = source
        self.secrets: dict[Path, SecretRef] = {}
        self.violations: list[Violation] = []

    def value(self, value: Any, path: Path) -> Any:
        if self._sight.is_secret(path):
            return self._secret(value, path)
        if self._sight.is_sealed(path) and not isinstance(value, (Mapping, bool, int)):
            return self._secret(value, path)
        if isinstance(value, VariableRef):
            return self._variable(value, path)
        if isinstance(value, SecretRef):
            self.violations.append(violations.visible_secret(("spec", *path)))
            return None
        if isinstance(value, Mapping):
            return MappingProxyType(
                {name: self.value(member, (*path, name)) for name, member in value.items()}
            )
        if isinstance(value, tuple):
            return tuple(self.value(one, (*path, str(at))) for at, one in enumerate(value))
        return value

    def _variable(self, reference: VariableRef, path: Path) -> str | None:
        text = self._sight.variable(path, reference.name)
        if isinstance(text, str):
            self.violations += self._sight.judge(path, text)
            return text
        self.violations.append(
            text if isinstance(text, Violation) else violations.visible_secret(("spec", *path))
        )
        return None

    def _secret(self, value: Any, path: Path) -> None:
        if isinstance(value, VariableRef):
            value = self._sight.variable(path, value.name)
        if isinstance(value, SecretRef) and not self._sight.takes(value, path):
            self.violations.append(violations.unknown_scheme(("spec", *path)))
        elif isinstance(value, SecretRef):
            # that of a variable stands in the project's file, and knows where
            span = value.span or self._source.span("spec", *path, "secret")
            self.secrets[path] = SecretRef(value.scheme, value.key, span)
        elif isinstance(value, Violation):
            self.violations.append(value)
        else:
            self.violations.append(violations.literal_secret(("spec", *path)))


def filled(spec: Spec, defaults: Spec) -> Spec:
    """Return ``spec`` with each default that it does not override, all the way down."""
    missing = {name: default for name, default in defaults.items() if name not in spec}
    below = {
        name: filled(member, default)
        for name, default in defaults.items()
        if isinstance(default, Mapping) and isinstance(member := spec.get(name), Mapping)
    }
    return MappingProxyType({**spec, **missing, **below})


def _finding(manifest: Manifest, violation: Violation) -> Finding:
    return Finding(
        summary=violation.summary,
        detail=violation.detail,
        address=manifest.address,
        span=manifest.source.span(*violation.path),
    )
