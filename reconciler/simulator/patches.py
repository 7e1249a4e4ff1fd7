"""JSON Patch as Flow Service takes it: an array of lower-case add, replace and remove.

Semantics: RFC 6902 and Adobe's page ``tutorials/api/update.md``; the Flow Service API's upper-case
operations contradict its own prose and every tutorial, and are refused.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from reconciler.simulator.refusals import MalformedError, RefusedError

OPERATIONS = ("add", "replace", "remove")


def patched(document: Mapping[str, Any], instructions: object) -> dict[str, Any]:
    """Return a changed copy of the document; raise ``RefusedError`` if one instruction is wrong."""
    if not isinstance(instructions, list):
        raise MalformedError(400, "BadRequestError", "The patch must be an array of instructions")
    if not instructions:
        raise RefusedError(1405)
    result = copy.deepcopy(dict(document))
    for instruction in instructions:
        _apply(result, instruction)
    return result


def pointers(instructions: object) -> list[str]:
    """Return ``op path`` of each instruction, for those that have both."""
    if not isinstance(instructions, list):
        return []
    steps = [step for step in instructions if isinstance(step, Mapping)]
    return [f"{step.get('op')} {step.get('path')}" for step in steps]


def merged(document: object, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with the changes merged in as RFC 7386 has it: null removes."""
    result = dict(document) if isinstance(document, Mapping) else {}
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            result[name] = merged(result.get(name), value)
        else:
            result[name] = value
    return result


def _apply(document: dict[str, Any], instruction: object) -> None:
    if not isinstance(instruction, Mapping):
        raise RefusedError(1455, reason="An instruction is not an object")
    operation = instruction.get("op")
    if operation not in OPERATIONS:
        raise RefusedError(1434, field=operation)
    path = instruction.get("path")
    if not isinstance(path, str) or not path.startswith("/"):
        raise RefusedError(1455, reason="The path is not a JSON pointer")
    if operation != "remove" and "value" not in instruction:
        raise RefusedError(1455, reason='Missing field "value"')
    *parents, last = (_unescaped(step) for step in path[1:].split("/"))
    parent = _parent(document, parents)
    if operation != "add" and last not in parent:
        raise RefusedError(1455, reason=f'Missing field "{last}"')
    if operation == "remove":
        del parent[last]
    else:
        parent[last] = copy.deepcopy(instruction["value"])


def _unescaped(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")


def _parent(document: dict[str, Any], steps: list[str]) -> dict[str, Any]:
    # Nothing that a client owns on a connection is a list, so that only objects are walked.
    for step in steps:
        child = document.get(step)
        if not isinstance(child, dict):
            raise RefusedError(1455, reason=f'Missing field "{step}"')
        document = child
    return document
