"""Turns ``reconciler.yaml`` into a project."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from reconciler.core import references
from reconciler.core.shapes import Shape
from reconciler.core.violations import REFERENCE_FORMS, Violation
from reconciler.core.wording import place
from reconciler.manifests import builder
from reconciler.manifests.reader import Document
from reconciler.model.addresses import Address
from reconciler.model.findings import Finding, Span
from reconciler.model.projects import Environment, Moved, Policy, Project, Removed
from reconciler.model.values import Path, SecretRef

FILE = "reconciler.yaml"


def build(document: Document) -> Project | tuple[Finding, ...]:
    """Return the project that ``document`` declares, or everything that is wrong with it."""
    shape = Shape(_schema())
    builder.settle(document, shape)
    violations = shape.violations(document.value) or tuple(_refused_secrets(document.value))
    if violations:
        return tuple(builder.finding(one, document, FILE) for one in violations)
    return _Parts(document).project()


def _schema() -> Any:
    file = resources.files("reconciler") / "schemas" / "project.schema.json"
    return json.loads(file.read_text(encoding="utf-8"))


def _refused_secrets(value: Mapping[str, Any]) -> Iterator[Violation]:
    """Yield each secret that may not be had from where its variable says."""
    secret_paths = value.get("policy", {}).get("secret_paths", ())
    for path, variables in _variables(value):
        for name, member in variables.items():
            if not isinstance(member, dict):
                continue
            where = (*path, name)
            reference = references.parse(member["secret"])
            if reference is None:
                detail = f"{place(where)} is no reference: {REFERENCE_FORMS}."
                yield Violation(where, "Malformed secret reference", detail)
            elif refusal := references.refusal(reference, secret_paths):
                yield Violation(where, "Secret reference refused", refusal)


def _variables(value: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    yield ("variables",), value.get("variables", {})
    for name, environment in value["environments"].items():
        yield ("environments", name, "variables"), environment.get("variables", {})


class _Parts:
    """The parts of a document that fits the project's schema."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._value = document.value

    def project(self) -> Project:
        return Project(
            name=self._value["metadata"]["name"],
            manifests=tuple(self._value["manifests"]),
            environments={
                name: self._environment(name, one)
                for name, one in sorted(self._value["environments"].items())
            },
            policy=self._policy(),
            moved=tuple(
                Moved(
                    source=Address.parse(entry["from"]),
                    target=Address.parse(entry["to"]),
                    span=self._span("moved", str(index)),
                )
                for index, entry in enumerate(self._value.get("moved", ()))
            ),
            removed=tuple(
                Removed(
                    source=Address.parse(entry["from"]),
                    destroy=entry["destroy"],
                    span=self._span("removed", str(index)),
                )
                for index, entry in enumerate(self._value.get("removed", ()))
            ),
            span=self._span(),
        )

    def _environment(self, name: str, value: Mapping[str, Any]) -> Environment:
        variables = {**self._value.get("variables", {}), **value.get("variables", {})}
        return Environment(
            name=name,
            sandbox=value["sandbox"],
            state=value["state"],
            organization=value.get("organization"),
            variables={name: _variable(one) for name, one in variables.items()},
            span=self._span("environments", name),
        )

    def _policy(self) -> Policy:
        said = self._value.get("policy", {})
        usual = Policy()
        return Policy(
            max_destroy=said.get("max_destroy", usual.max_destroy),
            allowed_hosts=tuple(said.get("allowed_hosts", ())),
            quarantine=said.get("quarantine", usual.quarantine),
            silence=tuple(said.get("silence", ())),
            secret_paths=tuple(said.get("secret_paths", ())),
        )

    def _span(self, *path: str) -> Span:
        return builder.span(self._document, FILE, path)


def _variable(value: Any) -> str | SecretRef:
    if isinstance(value, str):
        return value
    reference = references.parse(value["secret"])
    assert reference is not None  # noqa: S101 -- _refused_secrets() has looked
    return reference
