"""Zoho's accounts servers, one for each data centre, by ``Host``, by port or below ``/zoho/{dc}``.

Requests, answers and limits: Zoho's OAuth pages (zoho.com/accounts/protocol/oauth, among them
token-limits) and zoho/zohocrm-python-sdk-8.0. A refusal is a 200 with ``error``; only throttling
is a 400. A code brings a refresh token where it was asked for with ``access_type=offline``, or is a
self client's, made in the API console (self-client/authorization-code-flow). Guess: the word for an
unknown grant type.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlencode

from reconciler.simulator import datacentres
from reconciler.simulator.agenda import Agenda
from reconciler.simulator.exchanges import Answer, Request, json_answer, parameters
from reconciler.simulator.switches import Switches

LIFE = 3600
"""Seconds an access token lives."""
GRANT_LIFE = 120
"""Seconds a grant code lives that a redirect brings."""
SELF_CLIENT_LIFE = 180
"""Seconds a self client's lives, unless the console is told otherwise."""
WINDOW = 600
"""Seconds over which token requests are counted."""
REQUESTS = 10
"""Token requests of one refresh token within the window; the next one is throttled."""
LIVE_TOKENS = 10
"""Live access tokens of one refresh token; one more ends the oldest."""
REFRESH_TOKENS = 20
"""Refresh tokens of one client; one more ends the oldest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZohoClient:
    """An application registered in some data centres."""

    id: str
    secret: str = field(repr=False)
    data_centres: tuple[str, ...] = tuple(datacentres.ACCOUNTS)
    refresh_tokens: tuple[str, ...] = field(default=(), repr=False)
    scope: str = "ZohoCRM.modules.ALL ZohoCRM.settings.ALL"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grant:
    client: ZohoClient
    data_centre: str
    ends: float
    offline: bool
    """Whether it brings a refresh token."""


@dataclass(slots=True)
class _Refresh:
    client: ZohoClient
    data_centre: str
    access: deque[tuple[str, float]] = field(default_factory=deque)
    requests: deque[float] = field(default_factory=deque)


class Zoho:
    """Grants, refresh tokens and access tokens of every data centre."""

    def __init__(
        self,
        clients: Iterable[ZohoClient],
        *,
        agenda: Agenda,
        chance: Random,
        switches: Switches,
        origins: Mapping[str, str],
    ) -> None:
        self.switches = switches
        self._origins = origins
        self._clients = {one.id: one for one in clients}
        self._agenda = agenda
        self._chance = chance
        self._grants: dict[str, _Grant] = {}
        self._refresh: dict[tuple[str, str], _Refresh] = {
            (dc, token): _Refresh(client, dc)
            for client in self._clients.values()
            for dc in client.data_centres
            for token in client.refresh_tokens
        }
        self._operations: Mapping[str, Callable[[str, Mapping[str, str]], Answer]] = {
            "GET oauth/serverinfo": self._serverinfo,
            "GET oauth/v2/auth": self._authorize,
            "POST oauth/v2/token": self._token,
            "POST oauth/v2/token/revoke": self._revoke,
            "POST oauth/v2/revoke/token": self._revoke,
        }

    def handle(self, request: Request) -> Answer:
        """Answer a request to one of the accounts servers, or to its CRM."""
        path = request.path
        host = request.headers.get("host", "").partition(":")[0]
        code = datacentres.of_path(path) or datacentres.CODES.get(host)
        if code is None:
            return json_answer(404, {"error": "unknown data centre"})
        path = path.removeprefix(f"/zoho/{code}").strip("/")
        if path == "crm/v8/settings/modules":
            return self._modules(code, request.headers.get("authorization", ""))
        operation = self._operations.get(f"{request.method} {path}")
        if operation is None:
            return json_answer(404, {"error": "not_found"})
        return operation(code, parameters(request))

    def accepts(self, params: Mapping[str, str]) -> bool:
        """Whether a connection with these parameters gets in; yes while no client is known."""
        if not self._clients:
            return True
        code = datacentres.of_url(params.get("accountsUrl", ""), self._origins)
        held = self._refresh.get((code or "", params.get("refreshToken", "")))
        given = (params.get("clientId"), params.get("clientSecret"))
        return held is not None and given == (held.client.id, held.client.secret)

    def generate_code(self, client_id: str, data_centre: str, *, offline: bool = True) -> str:
        """Return a self client's grant code, as the API console of a data centre makes it.

        Raises ``ValueError`` for a client that this console does not have.
        """
        client = self._client(data_centre, {"client_id": client_id})
        if client is None:
            raise ValueError(f"{client_id!r} is no client of {data_centre!r}")
        return self._new_grant(client, data_centre, life=SELF_CLIENT_LIFE, offline=offline)

    def issued(self, token: str, data_centre: str) -> list[str]:
        """Return the access tokens of a refresh token, the oldest first."""
        return [access for access, _ in self._refresh[data_centre, token].access]

    def spend(self, token: str, data_centre: str) -> None:
        """Have as many access tokens made of a refresh token as are made for now."""
        held = self._refresh[data_centre, token]
        held.requests.extend([self._agenda.now()] * (REQUESTS - len(held.requests)))

    def withdraw(self, token: str) -> bool:
        """Revoke a refresh token wherever it was issued; tell whether there was one."""
        mine = [key for key in self._refresh if key[1] == token]
        for key in mine:
            del self._refresh[key]
        return bool(mine)

    # --- operations --------------------------------------------------------------------------

    def _serverinfo(self, code: str, asked: Mapping[str, str]) -> Answer:
        del code, asked
        hosts = {name: f"https://{host}" for name, host in datacentres.ACCOUNTS.items()}
        return json_answer(200, {"result": "success", "locations": hosts})

    def _authorize(self, code: str, asked: Mapping[str, str]) -> Answer:
        client = self._client(code, asked)
        if client is None or "redirect_uri" not in asked:
            return _refusal("invalid_client" if client is None else "invalid_redirect_uri")
        offline = asked.get("access_type") == "offline"
        grant = self._new_grant(client, code, life=GRANT_LIFE, offline=offline)
        query = {
            "code": grant,
            "location": code,
            "accounts-server": f"https://{datacentres.ACCOUNTS[code]}",
        }
        target = f"{asked['redirect_uri']}?{urlencode(query)}"
        return Answer(status=302, headers=(("Location", target),))

    def _token(self, code: str, asked: Mapping[str, str]) -> Answer:
        client = self._client(code, asked)
        if client is None:
            return _refusal("invalid_client")
        if asked.get("client_secret") != client.secret:
            legacy = self.switches.zoho_legacy_errors
            return _refusal("invalid_client" if legacy else "invalid_client_secret")
        match asked.get("grant_type"):
            case "refresh_token":
                return self._refreshed(code, client, asked.get("refresh_token", ""))
            case "authorization_code":
                return self._exchanged(code, client, asked.get("code", ""))
            case "client_credentials" if "soid" not in asked:
                return _refusal("missing_org_info")
            case "client_credentials":
                return self._granted(_Refresh(client, code))
            case _:
                return _refusal("unsupported_grant_type")

    def _refreshed(self, code: str, client: ZohoClient, token: str) -> Answer:
        held = self._refresh.get((code, token))
        if held is None or held.client != client:
            return _refusal("invalid_code")
        now = self._agenda.now()
        while held.requests and held.requests[0] <= now - WINDOW:
            held.requests.popleft()
        if len(held.requests) >= REQUESTS:
            return _throttled(localized=self.switches.localized_throttling)
        held.requests.append(now)
        return self._granted(held)

    def _exchanged(self, code: str, client: ZohoClient, grant: str) -> Answer:
        held = self._grants.pop(grant, None)
        if held is None or (held.client, held.data_centre) != (client, code):
            return _refusal("invalid_code")
        if held.ends <= self._agenda.now():
            return _refusal("invalid_code")
        if not held.offline:
            return self._granted(_Refresh(client, code))
        mine = [key for key, held in self._refresh.items() if held.client == client]
        if len(mine) >= REFRESH_TOKENS:
            del self._refresh[mine[0]]
        token = self._new_token()
        self._refresh[code, token] = _Refresh(client, code)
        return self._granted(self._refresh[code, token], refresh_token=token)

    def _granted(self, held: _Refresh, **more: str) -> Answer:
        token = self._new_token()
        held.access.append((token, self._agenda.now() + LIFE))
        while len(held.access) > LIVE_TOKENS:
            held.access.popleft()
        answer = {
            "access_token": token,
            **more,
            "scope": held.client.scope,
            "api_domain": datacentres.APIS[held.data_centre],
            "token_type": "Bearer",
            "expires_in": LIFE,
        }
        return json_answer(200, answer)

    def _revoke(self, code: str, asked: Mapping[str, str]) -> Answer:
        if self._refresh.pop((code, asked.get("token", "")), None) is None:
            return json_answer(400, {"status": "failure", "error": "invalid_token"})
        return json_answer(200, {"status": "success"})

    def _modules(self, code: str, authorization: str) -> Answer:
        token = authorization.removeprefix("Zoho-oauthtoken ").removeprefix("Bearer ")
        now = self._agenda.now()
        for held in self._refresh.values():
            if held.data_centre == code and any(t == token and e > now for t, e in held.access):
                return json_answer(200, {"modules": [{"api_name": "Leads"}]})
        error = {"code": "INVALID_TOKEN", "details": {}, "message": "invalid oauth token"}
        return json_answer(401, {**error, "status": "error"})

    def _client(self, code: str, asked: Mapping[str, str]) -> ZohoClient | None:
        client = self._clients.get(asked.get("client_id", ""))
        return client if client is not None and code in client.data_centres else None

    def _new_grant(self, client: ZohoClient, code: str, *, life: float, offline: bool) -> str:
        grant = self._new_token()
        self._grants[grant] = _Grant(
            client=client, data_centre=code, ends=self._agenda.now() + life, offline=offline
        )
        return grant

    def _new_token(self) -> str:
        return f"1000.{self._chance.randbytes(16).hex()}.{self._chance.randbytes(16).hex()}"


def _refusal(error: str) -> Answer:
    return json_answer(200, {"error": error})


def _throttled(*, localized: bool) -> Answer:
    text = "You have made too many requests continuously. Please try again after some time."
    error = "Access Denied"
    if localized:
        text, error = "您连续发出的请求过多。请稍后再试。", "拒绝访问"
    return json_answer(400, {"error_description": text, "error": error, "status": "failure"})
