"""What we read of JSON Schema (draft 2020-12): where its subschemas are and what they say.

https://json-schema.org/draft/2020-12/json-schema-core
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.model.values import UNSET, Path

Schema = Mapping[str, Any]

_ONE = {
    *("additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then"),
    *("unevaluatedItems", "unevaluatedProperties"),
}
_MANY = {"allOf", "anyOf", "oneOf", "prefixItems"}
_NAMED = {"$defs", "dependentSchemas", "patternProperties", "properties"}
_ANNOTATIONS = {
    *("$comment", "$schema", "default", "deprecated", "description", "examples", "readOnly"),
    *("title", "writeOnly", "x-reconciler"),
}
_IN_PLACE = ("allOf", "anyOf", "oneOf")
_OF_THE_SAME = {*_IN_PLACE, "dependentSchemas", "else", "if", "not", "then"}


def target(reference: str, root: Schema) -> Any:
    """Return what a reference within the file (``#/$defs/text``) leads to, or ``UNSET``."""
    if reference == "#":
        return root
    value: Any = root if reference.startswith("#/") else UNSET
    for step in reference[2:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        value = value.get(name, UNSET) if isinstance(value, Mapping) else UNSET
    return value


def subschemas(schema: Any, path: Path = ()) -> Iterator[tuple[Path, Schema]]:
    """Yield the schema and each one written inside it, with its place in the file."""
    if not isinstance(schema, Mapping):
        return
    yield path, schema
    for keyword, value in schema.items():
        if keyword in _ONE:
            yield from subschemas(value, (*path, keyword))
        elif keyword in _MANY and isinstance(value, list):
            for index, member in enumerate(value):
                yield from subschemas(member, (*path, keyword, str(index)))
        elif keyword in _NAMED and isinstance(value, Mapping):
            for name, member in value.items():
                yield from subschemas(member, (*path, keyword, name))


def parts(schema: Schema, root: Schema) -> Iterator[tuple[Schema, bool]]:
    """Yield each schema that a value's own leads to next, and whether it is of a value below."""
    if "$ref" in schema:
        yield target(schema["$ref"], root), False
    for keyword, value in schema.items():
        below = keyword not in _OF_THE_SAME
        if keyword in _ONE:
            yield value, below
        elif keyword in _MANY:
            yield from ((member, below) for member in value)
        elif keyword in _NAMED and keyword != "$defs":
            yield from ((member, below) for member in value.values())


def aspects(schema: Any, root: Schema) -> Iterator[Schema]:
    """Yield the schema and all that speak of the same value: by reference, branch or condition."""
    waiting, seen = [schema], set[int]()
    while waiting:
        aspect = waiting.pop()
        if not isinstance(aspect, Mapping) or id(aspect) in seen:
            continue
        seen.add(id(aspect))
        yield aspect
        if "$ref" in aspect:
            waiting.append(target(aspect["$ref"], root))
        waiting += [branch for keyword in _IN_PLACE for branch in aspect.get(keyword, ())]
        waiting += [aspect.get("then"), aspect.get("else")]


def members(schema: Schema, root: Schema) -> dict[str, list[Schema]]:
    """Return the named members of a mapping, each with every schema that speaks of it."""
    found: dict[str, list[Schema]] = {}
    for aspect in aspects(schema, root):
        for name, member in aspect.get("properties", {}).items():
            found.setdefault(name, []).append(member)
    return found


def descend(schemas: list[Schema], name: str, root: Schema) -> list[Schema]:
    """Return the schemas that speak of member or item ``name`` of a value."""
    found = []
    for schema in schemas:
        for aspect in aspects(schema, root):
            found += _below(aspect, name)
    return found


def _below(schema: Schema, name: str) -> list[Schema]:
    named = schema.get("properties", {})
    candidates = [named[name]] if name in named else [schema.get("additionalProperties")]
    if name.isdecimal():
        candidates.append(schema.get("items"))
    return [candidate for candidate in candidates if isinstance(candidate, Mapping)]


def lean(schema: Schema) -> Schema:
    """Return a schema that accepts the same and says nothing else: sooner checked, never shown.

    References are followed in advance where that changes nothing; those that recurse stay.
    """
    return {**_lean(schema, schema, {}), "$defs": schema.get("$defs", {})}


def _lean(schema: Any, root: Schema, followed: dict[str, Any]) -> Any:
    if not isinstance(schema, Mapping):
        return schema
    kept = {name: value for name, value in schema.items() if name not in _ANNOTATIONS}
    if kept.keys() == {"$ref"}:
        return _follow(kept, root, followed)
    for keyword, value in kept.items():
        if keyword in _ONE:
            kept[keyword] = _lean(value, root, followed)
        elif keyword in _MANY:
            kept[keyword] = [_lean(member, root, followed) for member in value]
        elif keyword in _NAMED:
            kept[keyword] = {name: _lean(value[name], root, followed) for name in value}
    return kept


def _follow(schema: Schema, root: Schema, followed: dict[str, Any]) -> Any:
    reference = schema["$ref"]
    if target(reference, root) is UNSET:
        return schema  # it leads out of the file
    if reference not in followed:
        followed[reference] = schema  # what a reference back to here meets
        followed[reference] = _lean(target(reference, root), root, followed)
    return followed[reference]
