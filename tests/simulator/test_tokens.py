"""Token servers: IMS says 400 where Zoho says 200 with an error in it, and both remember."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from reconciler.simulator.ims import SCOPES, Client
from reconciler.simulator.seeds import Settings
from reconciler.simulator.zoho import ZohoClient
from tests.simulator.callers import FORM, SECRETS, VISIBLE, Caller, Reply, body, caller

ASKED = {
    "grant_type": "client_credentials",
    "client_id": "simulator",
    "client_secret": "simulator-secret",
    "scope": ",".join(SCOPES),
}
ZOHO_CLIENT = ZohoClient(
    id=VISIBLE["clientId"],
    secret=SECRETS["clientSecret"],
    data_centres=("eu",),
    refresh_tokens=(SECRETS["refreshToken"],),
)
REFRESH = {
    "grant_type": "refresh_token",
    "client_id": ZOHO_CLIENT.id,
    "client_secret": ZOHO_CLIENT.secret,
    "refresh_token": SECRETS["refreshToken"],
}


def post(calling: Caller, path: str, form: dict[str, str], **headers: str | None) -> Reply:
    """Send a form."""
    sent = {"content-type": FORM, **headers}
    return calling.send("POST", path, raw=urlencode(form).encode(), headers=sent)


@pytest.fixture
def zoho() -> Caller:
    return Caller(Settings(zoho_clients=(ZOHO_CLIENT,)))


# --- IMS ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["v2", "v3", "v4"])
def test_ims_answers_a_token_that_opens_flow_service(version: str) -> None:
    calling = caller()
    answer = post(calling, f"/ims/token/{version}", ASKED).json
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 86399)
    claims = answer["access_token"].split(".")[1]
    decoded = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert decoded["client_id"] == "simulator"
    header = f"Bearer {answer['access_token']}"
    assert calling.call("GET", "/connections", authorization=header).status == 200


def test_ims_takes_parameters_from_query_and_multipart_too() -> None:
    calling = caller()
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in ASKED.items()
        if name != "client_id"
    )
    reply = calling.send(
        "POST",
        "/ims/token/v4?client_id=simulator",
        raw=f"{parts}--x--\r\n".encode(),
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert "access_token" in reply.json


@pytest.mark.parametrize(
    ("changed", "error", "named"),
    [
        pytest.param({"client_secret": "x"}, "invalid_client", "client_secret", id="secret"),
        pytest.param({"client_id": "x"}, "invalid_client", "client_id", id="client"),
        pytest.param({"scope": "openid,admin"}, "invalid_scope", "scope", id="scope"),
        pytest.param({"scope": ""}, "invalid_scope", "scope", id="no scope"),
        pytest.param({"grant_type": "password"}, "unsupported_grant_type", "", id="grant"),
    ],
)
def test_ims_refuses_with_400_and_an_error(changed: dict[str, str], error: str, named: str) -> None:
    reply = post(caller(), "/ims/token/v3", {**ASKED, **changed})
    assert (reply.status, reply.json["error"]) == (400, error)
    assert named in reply.json["error_description"]


def test_ims_wants_a_grant_type_a_post_and_a_version() -> None:
    calling = caller()
    assert post(calling, "/ims/token/v3", {}).json["error"] == "invalid_request"
    assert calling.send("GET", "/ims/token/v3").status == 405
    assert post(calling, "/ims/token/v9", ASKED).status == 404


def test_each_secret_of_a_client_opens() -> None:
    calling = Caller(Settings(clients=(Client(secrets=("old", "new")),)))
    for secret in ("old", "new"):
        reply = post(calling, "/ims/token/v3", {**ASKED, "client_secret": secret})
        assert reply.status == 200


def test_a_token_ends_with_its_life_or_when_it_is_revoked() -> None:
    calling = caller(token_seconds=60)
    calling.clock.seconds += 61
    assert calling.call("GET", "/connections").code == "401013"
    fresh = f"Bearer {calling.origin.stage.token()}"
    assert calling.call("GET", "/connections", authorization=fresh).status == 200
    calling.send("DELETE", "/_simulator/tokens")
    assert calling.call("GET", "/connections", authorization=fresh).code == "401013"


def test_a_life_in_milliseconds_is_a_switch() -> None:
    calling = caller(tokens_in_milliseconds=True)
    assert post(calling, "/ims/token/v3", ASKED).json["expires_in"] == 86399000


# --- Zoho ---------------------------------------------------------------------------------------


def test_zoho_refreshes_at_the_data_centre_of_the_client_alone(zoho: Caller) -> None:
    answer = post(zoho, "/zoho/eu/oauth/v2/token", REFRESH).json
    assert answer["api_domain"] == "https://www.zohoapis.eu"
    assert (answer["expires_in"], "refresh_token" in answer) == (3600, False)
    elsewhere = post(zoho, "/zoho/us/oauth/v2/token", REFRESH)
    assert (elsewhere.status, elsewhere.json) == (200, {"error": "invalid_client"})


def test_zoho_answers_by_host_too(zoho: Caller) -> None:
    reply = post(zoho, "/oauth/v2/token", REFRESH, host="accounts.zoho.eu:443")
    assert "access_token" in reply.json


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        pytest.param({"client_id": "x"}, "invalid_client", id="client"),
        pytest.param({"client_secret": "x"}, "invalid_client_secret", id="secret"),
        pytest.param({"refresh_token": "x"}, "invalid_code", id="refresh token"),
        pytest.param({"grant_type": "authorization_code"}, "invalid_code", id="no code"),
        pytest.param({"grant_type": "client_credentials"}, "missing_org_info", id="no soid"),
        pytest.param({"grant_type": "x"}, "unsupported_grant_type", id="grant"),
    ],
)
def test_zoho_refuses_with_200_and_an_error(
    zoho: Caller, changed: dict[str, str], error: str
) -> None:
    reply = post(zoho, "/zoho/eu/oauth/v2/token", {**REFRESH, **changed})
    assert (reply.status, reply.json) == (200, {"error": error})


def test_a_wrong_zoho_secret_was_once_an_invalid_client(zoho: Caller) -> None:
    zoho.switch(zoho_legacy_errors=True)
    reply = post(zoho, "/zoho/eu/oauth/v2/token", {**REFRESH, "client_secret": "x"})
    assert reply.json == {"error": "invalid_client"}


def test_zoho_throttles_the_eleventh_refresh_within_ten_minutes(zoho: Caller) -> None:
    for _ in range(10):
        assert post(zoho, "/zoho/eu/oauth/v2/token", REFRESH).status == 200
    reply = post(zoho, "/zoho/eu/oauth/v2/token", REFRESH)
    assert (reply.status, reply.json["status"]) == (400, "failure")
    zoho.clock.seconds += 601
    assert post(zoho, "/zoho/eu/oauth/v2/token", REFRESH).status == 200


def test_the_eleventh_access_token_ends_the_first(zoho: Caller) -> None:
    def opens(token: str) -> int:
        header = {"authorization": f"Zoho-oauthtoken {token}"}
        return zoho.send("GET", "/zoho/eu/crm/v8/settings/modules", headers=header).status

    first = post(zoho, "/zoho/eu/oauth/v2/token", REFRESH).json["access_token"]
    assert opens(first) == 200
    zoho.clock.seconds += 601
    for _ in range(10):
        post(zoho, "/zoho/eu/oauth/v2/token", REFRESH)
    assert opens(first) == 401


def test_a_grant_code_earns_a_refresh_token_once(zoho: Caller) -> None:
    asked = {"client_id": ZOHO_CLIENT.id, "redirect_uri": "https://example.org/back"}
    query = urlencode({**asked, "access_type": "offline"})
    location = zoho.send("GET", f"/zoho/eu/oauth/v2/auth?{query}").headers["Location"]
    assert "accounts-server=https%3A%2F%2Faccounts.zoho.eu" in location
    code = location.partition("code=")[2].partition("&")[0]
    exchange = {**REFRESH, "grant_type": "authorization_code", "code": code}
    token = post(zoho, "/zoho/eu/oauth/v2/token", exchange).json["refresh_token"]
    assert post(zoho, "/zoho/eu/oauth/v2/token", exchange).json == {"error": "invalid_code"}
    fresh = {**REFRESH, "refresh_token": token}
    assert "access_token" in post(zoho, "/zoho/eu/oauth/v2/token", fresh).json
    for path in ("oauth/v2/token/revoke", "oauth/v2/revoke/token"):
        assert post(zoho, f"/zoho/eu/{path}", {"token": "unknown"}).status == 400
    assert post(zoho, "/zoho/eu/oauth/v2/token/revoke", {"token": token}).status == 200
    assert post(zoho, "/zoho/eu/oauth/v2/token", fresh).json == {"error": "invalid_code"}


def test_a_grant_code_for_online_access_earns_no_refresh_token(zoho: Caller) -> None:
    asked = {"client_id": ZOHO_CLIENT.id, "redirect_uri": "https://example.org/back"}
    location = zoho.send("GET", f"/zoho/eu/oauth/v2/auth?{urlencode(asked)}").headers["Location"]
    code = location.partition("code=")[2].partition("&")[0]
    exchange = {**REFRESH, "grant_type": "authorization_code", "code": code}
    answer = post(zoho, "/zoho/eu/oauth/v2/token", exchange).json
    assert "access_token" in answer
    assert "refresh_token" not in answer


def test_a_code_of_the_console_earns_a_refresh_token_for_three_minutes(zoho: Caller) -> None:
    asked = {"client": ZOHO_CLIENT.id, "dataCentre": "eu"}
    code = zoho.send("POST", "/_simulator/codes", asked).json["code"]
    exchange = {**REFRESH, "grant_type": "authorization_code", "code": code}
    assert "refresh_token" in post(zoho, "/zoho/eu/oauth/v2/token", exchange).json
    exchange["code"] = zoho.send("POST", "/_simulator/codes", asked).json["code"]
    zoho.clock.seconds += 180
    assert post(zoho, "/zoho/eu/oauth/v2/token", exchange).json == {"error": "invalid_code"}
    assert "error" in zoho.send("POST", "/_simulator/codes", {**asked, "dataCentre": "us"}).json


def test_throttling_may_speak_another_language(zoho: Caller) -> None:
    zoho.send("POST", "/_simulator/switches", {"localized_throttling": True})
    for _ in range(10):
        post(zoho, "/zoho/eu/oauth/v2/token", REFRESH)
    reply = post(zoho, "/zoho/eu/oauth/v2/token", REFRESH)
    assert (reply.status, reply.json["error"]) == (400, "拒绝访问")


def test_zoho_lists_its_accounts_servers(zoho: Caller) -> None:
    answer = zoho.send("GET", "/zoho/us/oauth/serverinfo").json
    assert answer["locations"]["ca"] == "https://accounts.zohocloud.ca"


@pytest.mark.parametrize("path", ["/zoho/xx/oauth/v2/token", "/zoho/eu/nothing", "/nothing"])
def test_what_is_not_played_is_not_found(zoho: Caller, path: str) -> None:
    assert post(zoho, path, REFRESH).status == 404


# --- credentials --------------------------------------------------------------------------------


def with_params(**params: str) -> dict[str, Any]:
    """Return a create with other parameters."""
    sent = body()
    sent["auth"]["params"] |= params
    return sent


@pytest.mark.parametrize(
    ("params", "result"),
    [
        pytest.param({}, True, id="right"),
        pytest.param({"clientSecret": "x"}, False, id="wrong secret"),
        pytest.param({"accountsUrl": "https://accounts.zoho.com"}, False, id="wrong region"),
        pytest.param({"accountsUrl": "http://127.0.0.1:1/zoho/eu"}, True, id="our own region"),
    ],
)
def test_a_connections_credentials_are_tried_against_zoho(
    zoho: Caller, params: dict[str, str], *, result: bool
) -> None:
    made = zoho.call("POST", "/connections", with_params(**params)).json
    assert zoho.call("GET", f"/connections/{made['id']}/test").json == {"result": result}


def test_a_create_may_try_the_credentials_and_be_refused(zoho: Caller) -> None:
    zoho.switch(validate_credentials=True)
    assert zoho.call("POST", "/connections", with_params()).status == 201
    assert zoho.call("POST", "/connections", with_params(clientSecret="x")).code == "FLOW-1308-400"


def test_all_credentials_work_while_no_zoho_client_is_known() -> None:
    calling = caller(validate_credentials=True)
    made = calling.create()
    assert calling.call("GET", f"/connections/{made['id']}/test").json == {"result": True}
