"""A JSON Schema, prepared once to judge many values."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # ships no types

from reconciler.core import dialect, explainer, references
from reconciler.core.violations import Violation
from reconciler.model.kinds import Kind
from reconciler.model.values import Path

_DEEPEST = 6
"""Levels of fields that are worth a guess; a schema may lead back into itself."""

_UNQUOTED = {"boolean", "integer", "null", "number"}


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile as ECMA-262 reads it, where ``$`` is the very end and not before a last newline."""
    if pattern.endswith("$") and not pattern.endswith("\\$"):
        pattern = f"{pattern[:-1]}\\Z"
    return re.compile(pattern)


def _pattern(
    validator: Any,
    pattern: str,
    instance: Any,
    schema: Any,
) -> Iterator[ValidationError]:
    if isinstance(instance, str) and _compiled(pattern).search(instance) is None:
        yield ValidationError("malformed")


def _unique_items(
    validator: Any,
    demanded: Any,
    instance: Any,
    schema: Any,
) -> Iterator[ValidationError]:
    """Compare by spelling; jsonschema compares each with each where they have no order."""
    if demanded is True and isinstance(instance, list):
        spelled = {json.dumps(item, sort_keys=True) for item in instance}
        if len(spelled) < len(instance):
            yield ValidationError("repeated")


def _is_integer(checker: Any, instance: Any) -> bool:
    """Tell whether a number was written as an integer; ``1e3`` and ``2.0`` were not."""
    return type(instance) is int


_Validator: Any = extend(  # type: ignore[no-untyped-call]  # its stub lacks the annotation
    Draft202012Validator,
    {"pattern": _pattern, "uniqueItems": _unique_items},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)


class Shape:
    """Judges values by a schema; a value that fits costs one pass and no words."""

    def __init__(
        self,
        schema: dialect.Schema,
        *,
        secrets: Collection[Path] = (),
        sealed: Callable[[Path], bool] = lambda path: False,
        made: Mapping[Path, str] = MappingProxyType({}),
    ) -> None:
        self._schema = schema
        self._secrets = frozenset(secrets)
        self._sealed = sealed
        self._made = made
        # a registry of our own choice, so that no reference is ever looked up on the network
        self._quick = _Validator(dialect.lean(schema), registry=REGISTRY)
        self._text: dict[Path, bool] = {}

    @classmethod
    def of(cls, kind: Kind) -> Shape:
        """Return the shape of a kind's manifests."""
        return cls(
            kind.schema,
            secrets=[("spec", *path) for path in kind.write_only],
            sealed=lambda path: path[:1] == ("spec",) and kind.seals(path[1:]),
            made={("spec", *rule.path): rule.reference for rule in kind.tokens},
        )

    @cached_property
    def _wordy(self) -> Any:
        return _Validator(self._schema, registry=REGISTRY)

    def violations(self, document: Any) -> tuple[Violation, ...]:
        """Return everything the schema has against a plain document (dicts, lists, scalars)."""
        try:
            if self._quick.is_valid(document):
                return ()
            errors = self._wordy.iter_errors(document)
            return explainer.explain(
                errors, document, secrets=self._secrets, sealed=self._sealed, made=self._made
            )
        except RecursionError:
            detail = "What is nested in it has a schema too involved to be followed so deep."
            return (Violation((), "Nested too deeply", detail),)

    def violations_at(self, path: Path, value: Any) -> tuple[Violation, ...]:
        """Return what the schema has against ``value`` as the value of one field."""
        found: dict[Violation, None] = {}
        for schema in self._at(path):
            errors = self._wordy.evolve(schema=schema).iter_errors(value)
            found |= dict.fromkeys(explainer.explain(errors, value, above=path))
        return tuple(found)

    def takes_text(self, path: Path) -> bool:
        """Tell whether an unquoted scalar at ``path`` is the text that was written."""
        if path not in self._text:
            self._text[path] = self._takes_text(path)
        return self._text[path]

    def has(self, path: Path) -> bool:
        """Tell whether the schema knows a field at ``path``; a part of a reference is none."""
        return path[-1] not in references.NAMES and bool(self._at(path))

    def fields(self, path: Path) -> Iterator[Path]:
        """Yield each field that the schema names below ``path``, relative to it."""
        yield from self._fields(self._at(path), ())

    def members(self, path: Path) -> tuple[str, ...]:
        """Return the members that the schema names right below ``path``, in its own order."""
        named = (dialect.members(one, self._schema) for one in self._at(path))
        return tuple(dict.fromkeys(name for each in named for name in each))

    def _fields(self, schemas: list[dialect.Schema], above: Path) -> Iterator[Path]:
        if len(above) == _DEEPEST:
            return
        names = {name for one in schemas for name in dialect.members(one, self._schema)}
        for name in sorted(names - set(references.NAMES)):
            yield (*above, name)
            below = dialect.descend(schemas, name, self._schema)
            yield from self._fields(below, (*above, name))

    def _takes_text(self, path: Path) -> bool:
        types: set[str] = set()
        for schema in self._at(path):
            for aspect in dialect.aspects(schema, self._schema):
                named = aspect.get("type", ())
                types.update([named] if isinstance(named, str) else named)
        return "string" in types or types.isdisjoint(_UNQUOTED)

    def _at(self, path: Path) -> list[dialect.Schema]:
        schemas = [self._schema]
        for name in path:
            schemas = dialect.descend(schemas, name, self._schema)
        return schemas
