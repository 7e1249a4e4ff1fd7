"""What a simulation starts from, and the JSON document that says so.

``{"connections": [], "flows": [], "sourceConnections": [], "connectionSpecs": [], "clients": [],
"zohoClients": [], "sandboxes": [], "switches": {}, "faults": []}``, each of them optional. A
connection is what a create would send, and may set what the service would: ``id``, ``sandboxName``,
``imsOrgId``, ``state``, ``createdBy`` and so on. Bad input is a ``ValueError`` with the JSON path.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from reconciler.simulator import connections, sources
from reconciler.simulator.faults import Rule, rule_from
from reconciler.simulator.ims import Client
from reconciler.simulator.shapes import expect, shape
from reconciler.simulator.switches import Switches
from reconciler.simulator.zoho import ZohoClient

Document = Mapping[str, Any]
One = TypeVar("One")

OBJECTS = frozenset({"auth", "connectionSpec", "lastOperation"})
NUMBERS = frozenset({"createdAt", "updatedAt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that a simulation starts from."""

    clients: tuple[Client, ...] = (Client(),)
    zoho_clients: tuple[ZohoClient, ...] = ()
    sandboxes: tuple[str, ...] = ("prod", "stage", "dev")
    switches: Switches = field(default_factory=Switches)
    faults: tuple[Rule, ...] = ()
    connection_specs: tuple[Document, ...] = ()
    """Specs beside those that are built in; one with the same id replaces it."""
    connections: tuple[Document, ...] = field(default=(), repr=False)
    flows: tuple[Document, ...] = ()
    source_connections: tuple[Document, ...] = ()


def read(path: Path) -> Settings:
    """Return the settings of a seed file; raise ``ValueError`` or ``OSError`` if there are none."""
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not JSON: {error}") from None
    return parse(document)


def parse(document: object) -> Settings:
    """Return the settings that the document describes."""
    members = expect(dict, document, at="$")
    readers: Mapping[str, tuple[str, Callable[..., Any]]] = {
        "clients": ("clients", lambda one, at: shape(Client, one, at=at)),
        "zohoClients": ("zoho_clients", lambda one, at: shape(ZohoClient, one, at=at)),
        "sandboxes": ("sandboxes", lambda one, at: expect(str, one, at=at)),
        "faults": ("faults", lambda one, at: rule_from(one, at=at)),
        "connectionSpecs": ("connection_specs", connection_spec),
        "connections": ("connections", connection),
        "flows": ("flows", other),
        "sourceConnections": ("source_connections", other),
    }
    values: dict[str, Any] = {}
    for name, value in members.items():
        at = f"$.{name}"
        if name == "switches":
            values[name] = shape(Switches, value, at=at)
        elif name in readers:
            key, reader = readers[name]
            values[key] = _each(value, reader, at=at)
        else:
            known = ", ".join(sorted({*readers, "switches"}))
            raise ValueError(f"{at}: no such member; known are {known}")
    settings = Settings(**values)
    _check_places(settings)
    return settings


def connection(document: object, at: str) -> Document:
    """Return a connection to plant; its members are those of an item."""
    members = expect(dict, document, at=at)
    check_members(members, at=at)
    expect(str, members.get("name"), at=f"{at}.name")
    spec = expect(dict, members.get("connectionSpec"), at=f"{at}.connectionSpec")
    expect(str, spec.get("id"), at=f"{at}.connectionSpec.id")
    return members


def check_members(members: Document, *, at: str) -> None:
    """Raise ``ValueError`` unless every member is one of an item and of its type."""
    for name, value in members.items():
        place = f"{at}.{name}"
        if name not in connections.FIELDS:
            raise ValueError(f"{place}: no member of a connection")
        if name in OBJECTS:
            expect(dict, value, at=place)
        elif name in NUMBERS:
            expect(int, value, at=place)
        elif value is not None:
            expect(str, value, at=place)
    params = members.get("auth", {}).get("params")
    if params is not None:
        expect(dict, params, at=f"{at}.auth.params")


def edit(document: object, at: str) -> dict[str, Any]:
    """Return changes to a connection; id and connection spec are not among them."""
    members = dict(expect(dict, document, at=at))
    for name in ("id", "connectionSpec", "etag", "version"):
        if name in members:
            raise ValueError(f"{at}.{name}: stays as it is")
    check_members(members, at=at)
    return members


def other(document: object, at: str) -> Document:
    """Return a flow or a source connection to plant; it is kept as it is."""
    members = expect(dict, document, at=at)
    expect(str, members.get("id", ""), at=f"{at}.id")
    expect(list, members.get("sourceConnectionIds", []), at=f"{at}.sourceConnectionIds")
    return members


def connection_spec(document: object, at: str) -> Document:
    """Return a connection spec; the schemas in it are checked."""
    members = expect(dict, document, at=at)
    expect(str, members.get("id"), at=f"{at}.id")
    expect(str, members.get("version"), at=f"{at}.version")
    for index, auth in enumerate(expect(list, members.get("authSpec", []), at=f"{at}.authSpec")):
        _check_auth_spec(auth, at=f"{at}.authSpec[{index}]")
    return members


def _check_auth_spec(document: object, *, at: str) -> None:
    from jsonschema import Draft7Validator, SchemaError  # noqa: PLC0415 -- slow, and rarely needed

    auth = expect(dict, document, at=at)
    expect(str, auth.get("name"), at=f"{at}.name")
    try:
        Draft7Validator.check_schema(expect(dict, auth.get("spec"), at=f"{at}.spec"))
    except SchemaError as error:
        raise ValueError(f"{at}.spec: {error.message}") from None


def _each(value: object, reader: Callable[..., One], *, at: str) -> tuple[One, ...]:
    items = expect(list, value, at=at)
    return tuple(reader(item, f"{at}[{index}]") for index, item in enumerate(items))


def _check_places(settings: Settings) -> None:
    if not settings.clients:
        raise ValueError("$.clients: expected one or more")
    if not settings.sandboxes:
        raise ValueError("$.sandboxes: expected one or more")
    known = [*sources.KNOWN, *settings.connection_specs]
    for index, one in enumerate(settings.connections):
        check_place(
            one, settings, spec_ids={spec["id"] for spec in known}, at=f"$.connections[{index}]"
        )


def check_place(
    members: Document, settings: Settings, *, spec_ids: Collection[str], at: str
) -> None:
    """Raise ``ValueError`` unless sandbox, organisation and connection spec exist."""
    organizations = [client.organization for client in settings.clients]
    places: Mapping[str, tuple[object, Collection[str]]] = {
        "sandboxName": (members.get("sandboxName", settings.sandboxes[0]), settings.sandboxes),
        "imsOrgId": (members.get("imsOrgId", organizations[0]), organizations),
        "connectionSpec.id": (members["connectionSpec"]["id"], spec_ids),
    }
    for name, (value, known) in places.items():
        if value not in known:
            raise ValueError(f"{at}.{name}: expected one of {', '.join(sorted(known))}")
