"""Who is let in: each missing or wrong header has the refusal that Adobe documents for it."""

from __future__ import annotations

import pytest

from reconciler.simulator.ims import Client
from reconciler.simulator.seeds import Settings
from tests.simulator.callers import Caller, caller


@pytest.mark.parametrize(
    ("header", "value", "status", "code"),
    [
        pytest.param("authorization", None, 403, "403010", id="no token"),
        pytest.param("authorization", "Bearer ey.ey.ey", 401, "401013", id="unknown token"),
        pytest.param("authorization", "Basic abc", 401, "401013", id="no bearer"),
        pytest.param("x-api-key", None, 403, "403000", id="no key"),
        pytest.param("x-api-key", "other", 403, "403003", id="unknown key"),
        pytest.param("x-gw-ims-org-id", None, 400, "400003", id="no organisation"),
        pytest.param("x-gw-ims-org-id", "acme", 403, "403027", id="malformed organisation"),
        pytest.param("x-gw-ims-org-id", f"{'F' * 24}@AdobeOrg", 403, "403025", id="foreign"),
        pytest.param("x-sandbox-name", None, 400, "FLOW-2105-400", id="no sandbox"),
        pytest.param("x-sandbox-name", "nope", 404, "FLOW-2100-404", id="unknown sandbox"),
        pytest.param("x-sandbox-name", "*", 403, "FLOW-2111-403", id="every sandbox"),
        pytest.param("x-sandbox-id", "1", 400, "FLOW-2110-400", id="sandbox by id"),
    ],
)
def test_a_caller_without_the_right_header_is_refused(
    header: str, value: str | None, status: int, code: str
) -> None:
    reply = caller().send(
        "GET", "/data/foundation/flowservice/connections", headers={header: value}
    )
    assert (reply.status, reply.code) == (status, code)


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_declared_as_json_is_refused_in_the_frameworks_form(
    kind: str | None,
) -> None:
    reply = caller().call("POST", "/connections", {}, content_type=kind)
    assert reply.status == 400
    assert reply.json["title"] == "BadRequestError"
    assert "content-type" in reply.json["detail"]


def test_a_content_type_may_carry_a_parameter() -> None:
    reply = caller().call("POST", "/connections", {}, content_type="application/json; charset=x")
    assert reply.code == "FLOW-1405-400"


@pytest.mark.parametrize("target", ["/connections?testParam=1", "/connections/1?limit=1"])
def test_an_unknown_query_parameter_is_refused(target: str) -> None:
    assert caller().call("GET", target).code == "FLOW-1451-400"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/nothing", 404, id="no such resource"),
        pytest.param("PUT", "/connections/1", 405, id="there is no PUT on connections"),
    ],
)
def test_what_the_api_does_not_have_is_not_found(method: str, path: str, status: int) -> None:
    assert caller().call(method, path, {}).status == status


def test_organisations_and_sandboxes_do_not_see_each_other() -> None:
    other = Client(id="other", organization=f"{'A' * 24}@AdobeOrg")
    calling = Caller(Settings(clients=(Client(), other)))
    made = calling.create()
    path = f"/connections/{made['id']}"
    assert calling.call("GET", path, x_sandbox_name="prod").status == 404
    foreign = {
        "authorization": f"Bearer {calling.origin.stage.token('other')}",
        "x_api_key": "other",
        "x_gw_ims_org_id": other.organization,
    }
    assert calling.call("GET", path, **foreign).status == 404
    assert calling.call("GET", "/connections", **foreign).json["items"] == []
    assert calling.call("GET", path).status == 200


def test_every_answer_has_the_services_time_and_a_request_id() -> None:
    calling = caller(clock_offset=3600.0)
    headers = calling.call("GET", "/connections").headers
    assert headers["Date"] == "Tue, 14 Nov 2023 23:13:20 GMT"
    assert len(headers["X-Request-Id"]) == 32
