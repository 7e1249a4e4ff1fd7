"""What the service demands of a create and of a patch; every no is a ``RefusedError``.

Codes are those of ``flow-service-errors.md``. Not documented, hence guesses: the code for a name
that is missing or no text, for a server's own member in a patch, and that a taken name, where the
switch refuses it, is a 409.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from reconciler.simulator import connections, patches
from reconciler.simulator.connections import Connection, Document
from reconciler.simulator.refusals import RefusedError, UnversionedError
from reconciler.simulator.specs import Spec


def spec_of(body: Document, *, find: Callable[[object], Spec | None]) -> Spec:
    """Return the spec that a create names; the version is demanded by the Destinations API."""
    named = body.get("connectionSpec")
    if not isinstance(named, Mapping):
        raise RefusedError(1413)
    spec = find(named.get("id"))
    if spec is None:
        raise RefusedError(1413)
    if not named.get("version"):
        raise UnversionedError
    if named["version"] != spec.version:
        raise RefusedError(1413)
    return spec


def texts(body: Document, *, name_required: bool) -> None:
    """Check that name and description are texts."""
    if name_required and not body.get("name"):
        raise RefusedError(1304, field="name")
    for member in ("name", "description"):
        if not isinstance(body.get(member) or "", str):
            raise RefusedError(1100, reason=f"{member} is not text.")


def unique(body: Document, shelf: Iterable[Connection]) -> None:
    """Check that no connection of the same spec has the name."""
    wanted = (body.get("name"), body["connectionSpec"]["id"])
    for other in shelf:
        if wanted == (other.document.get("name"), other.document["connectionSpec"]["id"]):
            raise RefusedError(1100, status=409, reason="The name is taken.")


def state(found: Connection, *, finalizing: int) -> None:
    """Check that the connection may be written; ``finalizing`` is the code while it goes away."""
    if found.state == "delete-finalizing":
        raise RefusedError(finalizing, value=found.state)
    if found.state not in (*connections.STATES, "draft"):
        raise RefusedError(1416)


def patched(before: Document, instructions: object, *, name_required: bool) -> dict[str, Any]:
    """Return the document as a client's patch leaves it."""
    for pointer in patches.pointers(instructions):
        _check_member(pointer.partition("/")[2].partition("/")[0])
    after = patches.patched(before, instructions)
    for name in ("name", "description"):
        if not isinstance(after.get(name, ""), str):
            raise RefusedError(1455, reason=f'Field "{name}" is not text')
    if name_required and not after.get("name"):
        raise RefusedError(1455, reason='Missing field "name"')
    if after.get("state") != before["state"] and after.get("state") not in connections.STATES:
        raise RefusedError(1456, value=after.get("state"))
    return after


def _check_member(member: str) -> None:
    if member == "connectionSpec":
        raise RefusedError(1414)
    if member and member not in connections.MUTABLE:
        raise RefusedError(1455, reason=f'Field "{member}" cannot be updated')
