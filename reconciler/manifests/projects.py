"""Turns ``reconciler.yaml`` into a project."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib import resources
from typing import Any

from reconciler.core import locations, references
from reconciler.core.references import Bounds
from reconciler.core.shapes import Shape
from reconciler.core.violations import Violation
from reconciler.manifests import builder
from reconciler.manifests.reader import Document
from reconciler.model.addresses import Address
from reconciler.model.findings import Finding
from reconciler.model.projects import (
    EVERY,
    Environment,
    Moved,
    Policy,
    Project,
    Removed,
    SecretCommand,
)
from reconciler.model.sources import Source
from reconciler.model.values import UNSET, SecretRef, lookup

FILE = "reconciler.yaml"

_MISNAMED = Violation(
    ("environments", EVERY),
    "Environment cannot be called all",
    "-e all stands for every environment of the project. Give this one another name.",
)


def build(document: Document) -> tuple[Project | None, tuple[Finding, ...]]:
    """Return the project that ``document`` declares, if any, and everything wrong with it."""
    shape = Shape(_schema())
    builder.settle(document, shape)
    misfits = shape.violations(document.value)
    written = references.lift(document.value)
    refused = builder.refused(written, (), bounds(document), beside=misfits)
    project = None if misfits or not document.sound else _Parts(document).project()
    misplaced = () if project is None else _misplaced(project)
    found = builder.believable((*misfits, *refused, *misplaced), document)
    return project, tuple(builder.finding(one, document, FILE) for one in found)


def _misplaced(project: Project) -> Iterable[Violation]:
    states = {name: one.state for name, one in project.environments.items()}
    misnamed = [_MISNAMED] if EVERY in project.environments else []
    return [*misnamed, *locations.violations(states, project.manifests, FILE)]


def bounds(document: Document | None) -> Bounds:
    """Return how far the file lets secret references go, as far as that can be read."""
    if document is None or not isinstance(document.value, dict):
        return Bounds(commands=None)
    paths = lookup(document.value, ("policy", "secret_paths"))
    commands = lookup(document.value, ("secrets", "exec"))
    return Bounds(
        tuple(one for one in paths if isinstance(one, str)) if isinstance(paths, list) else (),
        () if commands is UNSET else frozenset(commands) if isinstance(commands, dict) else None,
    )


def _schema() -> Any:
    file = resources.files("reconciler") / "schemas" / "project.schema.json"
    return json.loads(file.read_text(encoding="utf-8"))


class _Parts:
    """The parts of a document that fits the project's schema."""

    def __init__(self, document: Document) -> None:
        self._value = document.value
        self._source = Source(FILE, document.positions)

    def project(self) -> Project:
        return Project(
            name=self._value["metadata"]["name"],
            manifests=tuple(self._value["manifests"]),
            environments={
                name: self._environment(name, one)
                for name, one in sorted(self._value["environments"].items())
            },
            policy=self._policy(),
            commands=self._commands(),
            moved=tuple(
                Moved(
                    source=Address.parse(entry["from"]),
                    target=Address.parse(entry["to"]),
                    span=self._source.span("moved", str(index)),
                )
                for index, entry in enumerate(self._value.get("moved", ()))
            ),
            removed=tuple(
                Removed(
                    source=Address.parse(entry["from"]),
                    destroy=entry["destroy"],
                    span=self._source.span("removed", str(index)),
                )
                for index, entry in enumerate(self._value.get("removed", ()))
            ),
            source=self._source,
        )

    def _environment(self, name: str, value: Mapping[str, Any]) -> Environment:
        variables = {
            **self._variables("variables"),
            **self._variables("environments", name, "variables"),
        }
        return Environment(
            name=name,
            sandbox=value["sandbox"],
            state=value["state"],
            organization=value.get("organization"),
            variables=variables,
        )

    def _variables(self, *path: str) -> dict[str, str | SecretRef]:
        written = lookup(self._value, path)
        return {
            name: one if isinstance(one, str) else self._reference(one["secret"], *path, name)
            for name, one in (() if written is UNSET else written.items())
        }

    def _reference(self, text: str, *path: str) -> SecretRef:
        reference = references.parse(text)
        assert reference is not None  # noqa: S101 -- the schema has looked
        return replace(reference, span=self._source.span(*path, "secret"))

    def _commands(self) -> dict[str, SecretCommand]:
        written = self._value.get("secrets", {}).get("exec", {})
        usual = SecretCommand(words=())
        return {
            name: SecretCommand(
                words=tuple(one["command"]),
                timeout=one.get("timeout", usual.timeout),
                environment=tuple(one.get("environment", usual.environment)),
            )
            for name, one in sorted(written.items())
        }

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
