"""A caller of an origin in the same process, with a clock that stands still until it is moved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from urllib.parse import parse_qsl

from reconciler.simulator.exchanges import Answer, Request
from reconciler.simulator.origin import Origin
from reconciler.simulator.seeds import Settings
from reconciler.simulator.sources import ZOHO
from reconciler.simulator.switches import Switches

START = 1_700_000_000.0
ORGANIZATION = "0123456789ABCDEF01234567@AdobeOrg"
FLOW_SERVICE = "/data/foundation/flowservice"
FORM = "application/x-www-form-urlencoded"
SECRETS = {
    "clientSecret": "canary9b1f-client-secret",
    "accessToken": "canary9b1f-access-token",
    "refreshToken": "canary9b1f-refresh-token",
}
VISIBLE = {
    "endpoint": "https://www.zohoapis.eu",
    "accountsUrl": "https://accounts.zoho.eu",
    "clientId": "1000.ABCDEF",
}


def body(name: object = "crm", **members: Any) -> dict[str, Any]:
    """Return the body of a create that is accepted."""
    auth = {"specName": "Basic Authentication", "params": {**VISIBLE, **SECRETS}}
    spec = {"id": ZOHO, "version": "1.0"}
    made = {"name": name, "description": "ours", "auth": auth, "connectionSpec": spec, **members}
    return {member: value for member, value in made.items() if value is not None}


@dataclass(slots=True)
class Clock:
    """Seconds since the epoch, moved by hand."""

    seconds: float = START

    def __call__(self) -> float:
        return self.seconds


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read."""

    answer: Answer

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def json(self) -> Any:
        return json.loads(self.answer.body)

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.answer.headers)

    @property
    def code(self) -> str:
        """The error's name: ``FLOW-1439-404`` or a gateway's ``403010``."""
        error = self.json
        return str(error.get("error_code") or error.get("type", "").rpartition("/")[2])


@dataclass
class Caller:
    """Calls as the default client, in the sandbox dev."""

    settings: Settings = field(default_factory=Settings)
    clock: Clock = field(default_factory=Clock)
    seed: int = 7

    def __post_init__(self) -> None:
        self.origin = Origin(self.settings, now=self.clock, chance=Random(self.seed))  # noqa: S311 -- repeatable
        self.headers: dict[str, str] = {
            "authorization": f"Bearer {self.origin.stage.token()}",
            "x-api-key": "simulator",
            "x-gw-ims-org-id": ORGANIZATION,
            "x-sandbox-name": "dev",
            "content-type": "application/json",
        }

    def send(
        self,
        method: str,
        target: str,
        document: object = None,
        *,
        headers: Mapping[str, str | None] | None = None,
        raw: bytes | None = None,
    ) -> Reply:
        """Send a request as it stands; a header that is ``None`` is left out."""
        path, _, query = target.partition("?")
        sent = {**self.headers, **(headers or {})}
        content = raw if raw is not None else b"" if document is None else _dumped(document)
        request = Request(
            method=method,
            path=path,
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers={name: value for name, value in sent.items() if value is not None},
            body=content,
        )
        return Reply(self.origin.handle(request))

    def call(self, method: str, path: str, document: object = None, **headers: str | None) -> Reply:
        """Send a request to Flow Service."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(method, FLOW_SERVICE + path, document, headers=named)

    def create(self, name: str = "crm", **members: Any) -> dict[str, Any]:
        """Create a connection that is accepted; return id and etag."""
        reply = self.call("POST", "/connections", body(name, **members))
        assert reply.status == 201, reply.json
        made: dict[str, Any] = reply.json
        return made

    def item(self, connection_id: str) -> dict[str, Any]:
        """Read a connection."""
        (item,) = self.call("GET", f"/connections/{connection_id}").json["items"]
        found: dict[str, Any] = item
        return found

    def patch(self, made: Mapping[str, str], *instructions: object, **headers: str) -> Reply:
        """Patch a connection with the etag that goes with it."""
        sent = {"if_match": made["etag"], **headers}
        return self.call("PATCH", f"/connections/{made['id']}", list(instructions), **sent)

    def names(self, query: str = "limit=100") -> list[str]:
        """List connections; return their names."""
        return [one["name"] for one in self.call("GET", f"/connections?{query}").json["items"]]

    def switch(self, **changes: Any) -> None:
        """Change switches."""
        self.origin.stage.switch_by(changes)


def caller(**switches: Any) -> Caller:
    """Return a caller of an origin with these switches."""
    return Caller(replace(Settings(), switches=Switches(**switches)))


def _dumped(document: object) -> bytes:
    return json.dumps(document).encode()
