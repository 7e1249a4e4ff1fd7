"""Reads a schema that is known to be sound as a kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from reconciler.core import dialect
from reconciler.core.dialect import Schema
from reconciler.model.kinds import DataCentre, Deprecation, HostForm, HostRule, Kind, TokenRule
from reconciler.model.values import Path, Spec, freeze

_MADE_OF = ("accountsUrl", "clientId", "clientSecret", "refreshToken")
_DEEPEST = 32
"""Where a schema that contains itself is no longer followed."""


def interpret(schema: Schema) -> Kind:
    """Return the kind that a schema describes."""
    extension = schema["x-reconciler"]
    spec = schema["properties"]["spec"]
    fields = dict(walk(spec, schema))
    return Kind(
        name=schema["properties"]["kind"]["const"],
        schema=schema,
        collection=extension["collection"],
        defaults=freeze(_defaults(fields)),
        write_only=frozenset(path for path, about in fields.items() if about.get("writeOnly")),
        sealed=dict(_sealed(spec, schema)),
        ephemeral=frozenset(_paths(extension.get("ephemeral", ()))),
        immutable=_paths(extension.get("immutable", ())),
        replaced_whole=_paths(extension.get("replacedWhole", ())),
        tokens=tuple(map(_token_rule, extension.get("tokens", ()))),
        hosts=tuple(map(_host_rule, extension.get("hosts", ()))),
        data_centres=tuple(map(_data_centre, extension.get("dataCentres", ()))),
        deprecation=_deprecation(schema),
    )


def walk(spec: Schema, root: Schema) -> Iterator[tuple[Path, Schema]]:
    """Yield each field below ``spec`` with all that the schema says of it, outermost first."""
    for path, members, _ in _mappings(spec, root):
        for name, below in members.items():
            yield (*path, name), _merged(below, root)


def _sealed(spec: Schema, root: Schema) -> Iterator[tuple[Path, frozenset[str]]]:
    """Yield each mapping whose other members are secrets, with the names of those described."""
    for path, members, schemas in _mappings(spec, root):
        if _merged(_others(schemas, root), root).get("writeOnly"):
            yield path, frozenset(members)


def _mappings(
    spec: Schema, root: Schema
) -> Iterator[tuple[Path, Mapping[str, list[Schema]], list[Schema]]]:
    """Yield each value's path, its described members and its schemas, outermost first."""
    waiting: list[tuple[Path, list[Schema]]] = [((), [spec])]
    while waiting:
        path, schemas = waiting.pop()
        if len(path) > _DEEPEST:
            continue
        members = _members(schemas, root)
        yield path, members, schemas
        waiting += [((*path, name), below) for name, below in members.items()]


def _others(schemas: Iterable[Schema], root: Schema) -> list[Schema]:
    """Return what is said of the members of a mapping that have no name of their own."""
    said = (
        aspect.get("additionalProperties")
        for schema in schemas
        for aspect in dialect.aspects(schema, root)
    )
    return [each for each in said if isinstance(each, Mapping)]


def _members(schemas: Iterable[Schema], root: Schema) -> dict[str, list[Schema]]:
    found: dict[str, list[Schema]] = {}
    for schema in schemas:
        for name, below in dialect.members(schema, root).items():
            found.setdefault(name, []).extend(below)
    return found


def _merged(schemas: Iterable[Schema], root: Schema) -> Schema:
    merged: dict[str, Any] = {}
    for schema in schemas:
        for aspect in dialect.aspects(schema, root):
            merged = {**aspect, **merged}  # what is said nearest to the field counts
    return merged


def _defaults(fields: Mapping[Path, Schema]) -> Spec:
    defaults: dict[str, Any] = {}
    for path in sorted(fields):
        if "default" not in fields[path]:
            continue
        above = defaults
        for name in path[:-1]:
            above = above.setdefault(name, {})
            if not isinstance(above, dict):
                break  # a field above has a default in which this one has no place
        else:
            above.setdefault(path[-1], deepcopy(fields[path]["default"]))
    return defaults


def _paths(dotted: Iterable[str]) -> tuple[Path, ...]:
    return tuple(tuple(path.split(".")) for path in dotted)


def _token_rule(value: Mapping[str, Any]) -> TokenRule:
    path, accounts_url, client_id, client_secret, refresh_token = _paths(
        [value["path"], *(value["from"][name] for name in _MADE_OF)]
    )
    return TokenRule(
        path=path,
        reference=value["reference"],
        accounts_url=accounts_url,
        client_id=client_id,
        client_secret=client_secret,
        refresh_token=refresh_token,
    )


def _host_rule(value: Mapping[str, str]) -> HostRule:
    (path,) = _paths([value["path"]])
    return HostRule(path=path, form=HostForm(value["form"]), role=value["role"])


def _data_centre(value: Mapping[str, Any]) -> DataCentre:
    return DataCentre(code=value["code"], name=value["name"], hosts=freeze(value["hosts"]))


def _deprecation(schema: Schema) -> Deprecation | None:
    if not schema.get("deprecated"):
        return None
    value = schema["x-reconciler"]["deprecation"]
    return Deprecation(topic=value["topic"], detail=value["detail"])
