"""The bodies of requests: a spec with its secrets put in, and JSON Patch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.core import pointers
from reconciler.model.changes import Change
from reconciler.model.secrets import Secret
from reconciler.model.values import UNSET, Path, Spec, assign, lookup, thaw

Instruction = dict[str, Any]


def creation(change: Change, secrets: Mapping[Path, Secret]) -> dict[str, Any]:
    """Return the body of the create that the change asks for, its secrets still closed."""
    body: dict[str, Any] = thaw(_filled(change.after or {}, secrets))
    return body


def patch(change: Change, observed: Spec, secrets: Mapping[Path, Secret]) -> list[Instruction]:
    """Return the JSON Patch (RFC 6902) that brings ``observed`` in line with the change.

    A mapping that the service replaces whole is sent whole, and only if the change says so: a new
    name or description never touches the credentials.
    """
    declared = _filled(change.after or {}, secrets)
    whole = [_replacement(path, declared, observed, change.ignored) for path in change.replaced]
    touched = {field.path for field in change.fields} | set(secrets)
    single = {
        _reachable(path, observed)
        for path in touched
        if not any(path[: len(top)] == top for top in change.replaced)
    }
    return whole + [_instruction(path, declared, observed) for path in sorted(single)]


def _filled(spec: Spec, secrets: Mapping[Path, Secret]) -> Spec:
    for path in sorted(secrets):
        spec = assign(spec, path, secrets[path])
    return spec


def _replacement(
    path: Path, declared: Spec, observed: Spec, ignored: Iterable[Path]
) -> Instruction:
    for left_alone in ignored:
        value = lookup(observed, left_alone)
        if left_alone[: len(path)] == path and value is not UNSET:
            declared = assign(declared, left_alone, value)
    return {"op": "replace", "path": pointers.spell(path), "value": thaw(lookup(declared, path))}


def _reachable(path: Path, observed: Spec) -> Path:
    """Cut the path below the first member that the service does not have: it is added as one."""
    for length in range(1, len(path)):
        if lookup(observed, path[:length]) is UNSET:
            return path[:length]
    return path


def _instruction(path: Path, declared: Spec, observed: Spec) -> Instruction:
    value = lookup(declared, path)
    if value is UNSET:
        return {"op": "remove", "path": pointers.spell(path)}
    op = "add" if lookup(observed, path) is UNSET else "replace"
    return {"op": op, "path": pointers.spell(path), "value": thaw(value)}
