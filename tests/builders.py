"""Small real model objects for tests: one kind, and connections of it with sensible members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from reconciler.core.situations import Live, Request, Situation
from reconciler.model.addresses import Address, Etag, RemoteId
from reconciler.model.declarations import Declaration
from reconciler.model.kinds import Deprecation, Kind
from reconciler.model.observations import Observation
from reconciler.model.plans import Scope
from reconciler.model.projects import Policy
from reconciler.model.records import Intent, Record, Recorded
from reconciler.model.sources import Source
from reconciler.model.values import Path, SecretRef, Spec, freeze

ORGANIZATION = "0123456789ABCDEF01234567@AdobeOrg"
CLIENT = "our-client"
SPEC_ID = "929e4450-0237-4ed2-9404-b7e1e0a00309"
SECRET: Path = ("auth", "params", "clientSecret")
SOURCE = Source(
    "connections/crm.yaml",
    {
        (): (4, 3),
        ("import", "id"): (8, 12),
        ("spec", "name"): (10, 5),
        ("spec", "auth", "params"): (12, 7),
        ("spec", "connectionSpec", "version"): (20, 9),
    },
)

KIND = Kind(
    name="CrmConnection",
    schema={},
    collection="connections",
    defaults={},
    write_only=frozenset({SECRET}),
    immutable=(("connectionSpec",), ("auth", "specName")),
    replaced_whole=(("auth", "params"),),
    deprecation=Deprecation(topic="deprecated-source", detail="It goes away."),
)

SCOPE = Scope(
    organization=ORGANIZATION,
    sandbox="dev",
    base_url="https://platform.adobe.io",
    lineage="a-lineage",
    serial=7,
)


def address(name: str) -> Address:
    return Address(KIND.name, name)


def remote_id(number: int) -> RemoteId:
    return RemoteId(f"00000000-0000-4000-8000-{number:012}")


def spec(
    name: str = "CRM",
    *,
    endpoint: str = "www.zohoapis.eu",
    secret: bool = True,
    version: str = "1.0",
    params: Mapping[str, Any] | None = None,
    **more: Any,
) -> Spec:
    params = {"endpoint": endpoint, **(params or {})}
    if secret:
        params["clientSecret"] = None
    body: Spec = freeze(
        {
            "name": name,
            "auth": {"specName": "Basic Authentication", "params": params},
            "connectionSpec": {"id": SPEC_ID, "version": version},
            **more,
        }
    )
    return body


def declaration(label: str, body: Spec | None = None, **more: Any) -> Declaration:
    return Declaration(
        address=address(label),
        spec=spec() if body is None else body,
        secrets={SECRET: SecretRef("env", "CLIENT_SECRET")},
        source=SOURCE,
        **more,
    )


def record(number: int, body: Spec | None = None, **more: Any) -> Record:
    return Record(
        id=remote_id(number),
        etag=Etag(f'"{number}"'),
        spec=spec() if body is None else body,
        **more,
    )


def observation(number: int, body: Spec | None = None, **more: Any) -> Observation:
    seen = Observation(
        id=remote_id(number),
        etag=Etag(f'"{number}"'),
        spec=spec(secret=False) if body is None else body,
        state="enabled",
        created_at=1_000_000,
        created_client=CLIENT,
        updated_at=1_000_000,
        updated_by=CLIENT,
        updated_client=CLIENT,
    )
    return replace(seen, **more)


def intent(body: Spec | None = None, *, opened: int = 1_000, client: str = CLIENT) -> Intent:
    return Intent(spec=spec() if body is None else body, client=client, opened=opened)


def recorded(
    records: Mapping[str, Record] | None = None, intents: Mapping[str, Intent] | None = None
) -> Recorded:
    return Recorded(
        organization=ORGANIZATION,
        sandbox="dev",
        lineage="a-lineage",
        serial=7,
        records={address(label): each for label, each in (records or {}).items()},
        intents={address(label): each for label, each in (intents or {}).items()},
    )


def situation(
    *,
    declared: Iterable[Declaration] = (),
    state: Recorded | None = None,
    live: Iterable[Observation] = (),
    policy: Policy | None = None,
    request: Request | None = None,
    **more: Any,
) -> Situation:
    return Situation(
        scope=SCOPE,
        kinds={KIND.name: KIND},
        desired={each.address: each for each in declared},
        recorded=recorded() if state is None else state,
        live=Live(live),
        client=CLIENT,
        policy=policy or Policy(),
        request=request or Request(),
        **more,
    )
