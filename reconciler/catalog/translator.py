"""Makes the schema file of a kind from a connection spec: what ``spec pull`` writes.

The spec comes from a service and is not trusted: whatever it is, the result passes the inspection
that a project's own kinds must, or there is none and the reasons are said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from reconciler.catalog import hearsay, inspector, parameters, schemas
from reconciler.catalog.hearsay import TooMuchError
from reconciler.catalog.parameters import Found
from reconciler.core import hints
from reconciler.core.escaping import escape
from reconciler.core.wording import either, quoted
from reconciler.errors import RejectedError
from reconciler.model.findings import Finding
from reconciler.model.specs import Authentication, ConnectionSpec
from reconciler.model.values import Path, dotted

SCAFFOLD: Final = "BaseConnection"
"""The kind of which all that is no parameter is taken over."""

_KIND = re.compile(r"[A-Z][A-Za-z0-9]{0,62}")
_VERSION = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PARAMS: Path = ("auth", "params")
_REFERENCE: Final = {
    "type": "object",
    "properties": {"var": {"$ref": "#/$defs/variable"}},
    "required": ["var"],
    "additionalProperties": False,
}
"""What may stand in the place of one of a few texts."""
_UNUSABLE = "Unusable connection spec"


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A kind that was made from a connection spec."""

    kind: str
    document: str
    """The schema file, the same bytes for the same spec."""
    hosts: tuple[Path, ...]
    """Fields that may name hosts, below ``spec``."""
    missed: tuple[Path, ...]
    """Optional parameters that no manifest can hold."""


def translate(
    spec: ConnectionSpec, *, authentication: str | None = None, kind: str | None = None
) -> Translation:
    """Return the kind of one authentication of a spec; raise ``RejectedError`` with what forbids.

    ``authentication`` may be left out where the spec has one only, and ``kind`` where a name can
    be made of the spec's.
    """
    chosen = _chosen(spec, authentication)
    name = _name(spec, chosen, kind)
    if _VERSION.fullmatch(spec.version) is None:
        raise _rejected(_UNUSABLE, f"Its version is {quoted(spec.version)}, which is no version.")
    if not hearsay.is_plain(chosen.name):
        raise _rejected(
            _UNUSABLE, f"It calls its authentication {quoted(chosen.name)}, which is no name."
        )
    found = Found()
    try:
        params = parameters.translate(chosen.schema, _PARAMS, found)
    except TooMuchError:
        raise _rejected(
            _UNUSABLE,
            f"Its parameters are more than {hearsay.MOST}, or lie more than "
            f"{parameters.DEEPEST} deep within each other.",
        ) from None
    if found.impossible:
        listed = ", ".join(parameters.spelled(found.impossible))
        raise _rejected(
            _UNUSABLE,
            f"It requires what no manifest can hold: {listed}. Use the kind {SCAFFOLD}, if that "
            "can hold it, or write a schema by hand.",
        )
    schema = _schema(spec, chosen, name, params, found)
    _inspect(schema)
    return Translation(
        kind=name,
        document=json.dumps(schema, indent=2) + "\n",
        hosts=tuple(found.hosts),
        missed=tuple(found.missed),
    )


def _chosen(spec: ConnectionSpec, wanted: str | None) -> Authentication:
    known = {one.name: one for one in spec.authentications}
    if not known:
        raise _rejected(
            _UNUSABLE,
            f"It describes no authentication that a kind could be made of. Use {SCAFFOLD}.",
        )
    if wanted is None and len(known) == 1:
        return next(iter(known.values()))
    if wanted in known:
        return known[wanted]
    told = f"has no authentication {quoted(wanted)}" if wanted else "has several authentications"
    raise _rejected(
        "No authentication chosen",
        f"The spec {told}. A kind is made of one of them; name it with -auth-spec: "
        f"{either(quoted(one) for one in sorted(known))}.",
    )


def _name(spec: ConnectionSpec, chosen: Authentication, wanted: str | None) -> str:
    several = len(spec.authentications) > 1
    name = wanted or hints.kind_name(spec.name, *([chosen.name] if several else []))
    if _KIND.fullmatch(name) is None or name in {"Connection", "Project"}:
        raise _rejected(
            "No name for the kind",
            f"{quoted(name)} cannot name a kind: that takes at most {hints.LONGEST_KIND} letters "
            "and digits, the first of them a capital. Name it with -kind.",
        )
    if name in schemas.built_in():
        raise _rejected(
            "Built-in kind",
            f"{name} comes with reconciler, and a project never replaces such a kind. To have one "
            "of your own beside it, name it with -kind.",
        )
    return name


def _schema(
    spec: ConnectionSpec,
    chosen: Authentication,
    name: str,
    params: Mapping[str, Any],
    found: Found,
) -> dict[str, Any]:
    schema: dict[str, Any] = deepcopy(dict(schemas.built_in()[SCAFFOLD].schema))
    title = escape(spec.name, limit=parameters.LONGEST)
    schema["title"] = name
    schema["description"] = (
        f"A base connection of {title} in Adobe Experience Platform. Written by `reconciler spec "
        "pull` and yours to edit."
    )
    if found.hosts:
        rules = [{"path": dotted(one), "form": "endpoint", "role": "source"} for one in found.hosts]
        schema["x-reconciler"]["hosts"] = rules
    schema["properties"]["kind"]["const"] = name
    body = schema["properties"]["spec"]
    body["required"] = ["name", "auth"]
    body["properties"]["auth"] = _auth(chosen, params, title)
    body["properties"]["connectionSpec"] = _connection_spec(spec, title)
    if not found.sealed:
        del schema["$defs"]["param"]
    if found.chosen:
        schema["$defs"]["reference"] = _REFERENCE
    return schema


def _auth(chosen: Authentication, params: Mapping[str, Any], title: str) -> dict[str, Any]:
    about = "The credentials and what goes with them. Adobe replaces them as a whole."
    return {
        "type": "object",
        "description": f"How Adobe signs in to {title}.",
        "required": ["params"],
        "additionalProperties": False,
        "properties": {
            "specName": {
                "const": chosen.name,
                "default": chosen.name,
                "description": "The authentication that this kind is made of.",
            },
            "params": {"description": about, **params},
        },
    }


def _connection_spec(spec: ConnectionSpec, title: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": "The source in Adobe's catalogue.",
        "additionalProperties": False,
        "properties": {
            "id": {
                "const": spec.id,
                "default": spec.id,
                "description": f"The connection spec of {title}.",
            },
            "version": {
                "const": spec.version,
                "default": spec.version,
                "description": "The version of the connection spec.",
            },
        },
    }


def _inspect(schema: dict[str, Any]) -> None:
    problems: Sequence[str] = inspector.inspect(schema)
    if problems:
        detail = f"No kind can be made of it. {' '.join(problems)}"
        raise _rejected(_UNUSABLE, detail)


def _rejected(summary: str, detail: str) -> RejectedError:
    return RejectedError([Finding(summary=summary, detail=detail)])
