"""Adobe's token server: OAuth server-to-server, ``POST /ims/token/v2``, ``v3`` and ``v4``.

Request and answer: AdobeDocs/adobe-dev-console ``ServerToServerAuthentication/ims.md``; that query,
form and multipart are all taken: adobe/aepp, adobe/aio-lib-ims; the form of errors: adobe/ims-go.
Guesses: the texts of ``invalid_scope``, ``invalid_request`` and ``unsupported_grant_type``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random

from reconciler.simulator.agenda import Agenda
from reconciler.simulator.exchanges import Answer, Request, json_answer, parameters
from reconciler.simulator.switches import Switches

VERSIONS = ("v2", "v3", "v4")
SCOPES = (
    "openid",
    "session",
    "AdobeID",
    "read_organizations",
    "additional_info.projectedProductContext",
)
"""The scopes of the "Experience Platform API", from AdobeDocs/experience-platform-apis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A credential of the developer console; any of its secrets opens."""

    id: str = "simulator"
    secrets: tuple[str, ...] = field(default=("simulator-secret",), repr=False)
    organization: str = "0123456789ABCDEF01234567@AdobeOrg"
    scopes: tuple[str, ...] = SCOPES


@dataclass(frozen=True, slots=True)
class _Grant:
    client: Client
    ends: float


class _UnauthenticatedError(Exception):
    """A token request that earns no token."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


class Ims:
    """Hands out access tokens and knows whom each stands for."""

    def __init__(
        self, clients: Iterable[Client], *, agenda: Agenda, chance: Random, switches: Switches
    ) -> None:
        self.clients: Mapping[str, Client] = {one.id: one for one in clients}
        self.switches = switches
        self._agenda = agenda
        self._chance = chance
        self._grants: dict[str, _Grant] = {}

    def handle(self, request: Request) -> Answer:
        """Answer a token request."""
        if request.path.rstrip("/").rpartition("/")[2] not in VERSIONS:
            return json_answer(404, {"error": "not_found"})
        if request.method != "POST":
            return json_answer(405, {"error": "method_not_allowed"})
        try:
            client = self._authenticated(parameters(request))
        except _UnauthenticatedError as error:
            body = {"error": error.error, "error_description": error.description}
            return json_answer(400, body)
        unit = 1000 if self.switches.tokens_in_milliseconds else 1
        body = {"access_token": self.issue(client), "token_type": "bearer"}
        return json_answer(200, {**body, "expires_in": self.switches.token_seconds * unit})

    def issue(self, client: Client) -> str:
        """Return a new access token of the client."""
        now = self._agenda.now()
        seconds = self.switches.token_seconds
        self._grants = {token: one for token, one in self._grants.items() if one.ends > now}
        claims = {
            "type": "access_token",
            "client_id": client.id,
            "scope": ",".join(client.scopes),
            "created_at": str(int(now * 1000)),
            "expires_in": str(seconds * 1000),
        }
        signature = self._chance.randbytes(64)
        token = ".".join(
            (
                _base64({"alg": "RS256", "typ": "JWT"}),
                _base64(claims),
                base64.urlsafe_b64encode(signature).rstrip(b"=").decode(),
            )
        )
        self._grants[token] = _Grant(client, now + seconds)
        return token

    def client_of(self, token: str) -> Client | None:
        """Return whom the token stands for, ``None`` if it is unknown, over or revoked."""
        grant = self._grants.get(token)
        return None if grant is None or grant.ends <= self._agenda.now() else grant.client

    def _authenticated(self, asked: Mapping[str, str]) -> Client:
        if "grant_type" not in asked:
            raise _UnauthenticatedError("invalid_request", "missing grant_type parameter")
        if asked["grant_type"] != "client_credentials":
            raise _UnauthenticatedError("unsupported_grant_type", "invalid grant_type parameter")
        client = self.clients.get(asked.get("client_id", ""))
        if client is None:
            raise _UnauthenticatedError("invalid_client", "invalid client_id parameter")
        if asked.get("client_secret") not in client.secrets:
            raise _UnauthenticatedError("invalid_client", "invalid client_secret parameter")
        scopes = asked.get("scope", "").replace(",", " ").split()
        if not scopes or not set(scopes).issubset(client.scopes):
            raise _UnauthenticatedError("invalid_scope", "invalid scope parameter")
        return client

    def revoke_all(self) -> int:
        """Revoke every token; return how many there were."""
        count = len(self._grants)
        self._grants.clear()
        return count


def _base64(document: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()
