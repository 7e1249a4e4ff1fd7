"""Creates and reads: the documented answer, every refusal, and what a read shows of secrets."""

from __future__ import annotations

import re
from typing import Any

import pytest

from reconciler.simulator.sources import GENERIC_REST, SALESFORCE, ZOHO
from tests.simulator.callers import SECRETS, START, VISIBLE, body, caller

ETAG = re.compile(r'"[0-9a-f]{8}-0000-0200-0000-([0-9a-f]{8})0000"')


def test_a_create_answers_201_a_location_and_nothing_but_id_and_etag() -> None:
    reply = caller().call("POST", "/connections", body())
    assert reply.status == 201
    assert sorted(reply.json) == ["etag", "id"]
    assert reply.headers["Location"].endswith(f"/connections/{reply.json['id']}")


def test_an_etag_holds_its_quotes_and_the_second_of_the_write() -> None:
    match = ETAG.fullmatch(caller().create()["etag"])
    assert match is not None
    assert int(match[1], 16) == int(START)


def test_a_read_is_a_list_of_one_with_the_services_own_members() -> None:
    calling = caller()
    made = calling.create(description=None)
    item = calling.item(made["id"])
    assert "description" not in item
    assert item["etag"] == item["version"] == made["etag"]
    assert item["createdAt"] == item["updatedAt"] == int(START * 1000)
    assert (item["createdClient"], item["sandboxName"]) == ("simulator", "dev")
    assert (item["state"], item["connectionSpec"]) == ("enabled", {"id": ZOHO, "version": "1.0"})


@pytest.mark.parametrize(
    ("mode", "shown"),
    [
        pytest.param("omit", {}, id="omitted"),
        pytest.param("mask", dict.fromkeys(SECRETS, "xxxx"), id="masked"),
        pytest.param("clear", SECRETS, id="in the clear"),
    ],
)
def test_secrets_are_shown_as_the_switch_says(mode: str, shown: dict[str, str]) -> None:
    calling = caller(secrets_on_read=mode)
    item = calling.item(calling.create()["id"])
    assert item["auth"]["params"] == {**VISIBLE, **shown}


@pytest.mark.parametrize(
    ("members", "code"),
    [
        pytest.param({"connectionSpec": None}, "FLOW-1413-400", id="no spec"),
        pytest.param({"connectionSpec": {"id": "x", "version": "1.0"}}, "FLOW-1413-400", id="bad"),
        pytest.param({"connectionSpec": {"id": ZOHO, "version": "9"}}, "FLOW-1413-400", id="old"),
        pytest.param({"name": None}, "FLOW-1304-400", id="no name"),
        pytest.param({"name": 7}, "FLOW-1100-400", id="name is no text"),
        pytest.param({"auth": None}, "FLOW-1304-400", id="no auth"),
        pytest.param({"auth": {"params": {}}}, "FLOW-1304-400", id="no auth spec"),
        pytest.param({"auth": {"specName": "OAuth", "params": {}}}, "FLOW-1415-400", id="wrong"),
        pytest.param({"auth": {"specName": "Basic Authentication"}}, "FLOW-1304-400", id="bare"),
    ],
)
def test_a_create_that_lacks_something_is_refused_by_code(
    members: dict[str, Any], code: str
) -> None:
    assert caller().call("POST", "/connections", body(**members)).code == code


@pytest.mark.parametrize("missing", [*VISIBLE, *SECRETS])
def test_each_parameter_of_the_zoho_spec_is_mandatory(missing: str) -> None:
    sent = body()
    del sent["auth"]["params"][missing]
    reply = caller().call("POST", "/connections", sent)
    assert reply.code == "FLOW-1304-400"
    assert missing in reply.json["report"]["detailed-message"]


def test_a_parameter_of_the_wrong_type_is_refused_without_showing_it() -> None:
    sent = body()
    sent["auth"]["params"]["clientSecret"] = [SECRETS["clientSecret"]]
    reply = caller().call("POST", "/connections", sent)
    assert reply.code == "FLOW-1308-400"
    assert b"canary9b1f" not in reply.answer.body


REST = {"id": GENERIC_REST, "version": "1.0"}


def rest(**params: object) -> dict[str, Any]:
    """Return the body of a create whose parameters hold parameters."""
    auth = {"specName": "oAuth2RefreshCode", "params": {"accessToken": "t", **params}}
    return body(auth=auth, connectionSpec=REST)


def test_a_parameter_within_a_parameter_is_checked_and_named_by_its_path() -> None:
    calling = caller()
    sent = rest(requestParameterOverride={"authenticationMethod": "PUT"})
    reply = calling.call("POST", "/connections", sent)
    assert reply.code == "FLOW-1308-400"
    message = reply.json["report"]["detailed-message"]
    assert "requestParameterOverride.authenticationMethod" in message
    sent = rest(requestParameterOverride={"authenticationMethod": "GET"})
    assert calling.call("POST", "/connections", sent).status == 201


def test_a_spec_without_version_is_unprocessable() -> None:
    reply = caller().call("POST", "/connections", body(connectionSpec={"id": ZOHO}))
    assert (reply.status, "version" in reply.json["errorMessage"]) == (422, True)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        pytest.param(b"", 400, id="nothing"),
        pytest.param(b"null", 400, id="null"),
        pytest.param(b"{}", 400, id="an empty object"),
        pytest.param(b"[1]", 400, id="a list"),
        pytest.param(b"{", 400, id="no JSON"),
        pytest.param(b"[" * 100_000, 400, id="a deep hole"),
    ],
)
def test_a_body_that_is_no_object_is_refused(raw: bytes, status: int) -> None:
    target = "/data/foundation/flowservice/connections"
    assert caller().send("POST", target, raw=raw).status == status


def test_names_are_not_unique_unless_the_switch_says_so() -> None:
    calling = caller()
    assert calling.create()["id"] != calling.create()["id"]
    calling.switch(duplicate_names="refuse")
    assert calling.call("POST", "/connections", body()).status == 409
    assert calling.call("POST", "/connections", body("another")).status == 201


def test_a_draft_is_made_on_request_and_by_no_other_word() -> None:
    calling = caller()
    draft = calling.call("POST", "/connections?mode=draft", body())
    assert calling.item(draft.json["id"])["state"] == "draft"
    assert calling.call("POST", "/connections?mode=later", body()).status == 400


def test_a_retired_spec_is_not_listed_and_refuses_creates_while_its_connections_live_on() -> None:
    calling = caller()
    made = calling.create()
    calling.switch(retired_specs=[ZOHO])
    listed = [one["id"] for one in calling.call("GET", "/connectionSpecs").json["items"]]
    assert SALESFORCE in listed
    assert ZOHO not in listed
    assert calling.call("GET", f"/connectionSpecs/{ZOHO}").status == 404
    assert calling.call("POST", "/connections", body()).code == "FLOW-1413-400"
    rename = {"op": "replace", "path": "/name", "value": "renamed"}
    assert calling.patch(made, rename).status == 200
    assert calling.call("DELETE", f"/connections/{made['id']}").status == 204


def test_a_connection_may_take_a_while_to_be_enabled() -> None:
    calling = caller(create_seconds=3.0)
    made = calling.create()
    assert calling.item(made["id"])["state"] == "initializing"
    calling.clock.seconds += 3
    item = calling.item(made["id"])
    assert (item["state"], item["etag"] != made["etag"]) == ("enabled", True)


def test_the_service_may_add_members_of_its_own() -> None:
    calling = caller(extra_params={"authorizedDate": 1}, extra_members={"tags": []})
    made = calling.create()
    item = calling.item(made["id"])
    assert (item["auth"]["params"]["authorizedDate"], item["tags"]) == (1, [])
    rotated = {"op": "replace", "path": "/auth/params", "value": {**VISIBLE, **SECRETS}}
    assert calling.patch(made, rotated).status == 200


@pytest.mark.parametrize(
    ("form", "members"),
    [
        pytest.param("new", ["errorDetails", "errorMessage", "report", "status", "title", "type"]),
        pytest.param("old", ["errorDetails", "errorMessage"]),
    ],
)
def test_an_unknown_connection_is_not_found_in_either_form(form: str, members: list[str]) -> None:
    reply = caller(error_form=form).call("GET", "/connections/none")
    assert (reply.status, sorted(reply.json)) == (404, members)
    assert "none" in reply.json["errorMessage"]


def test_a_refusal_names_the_request_it_belongs_to() -> None:
    reply = caller().call("GET", "/connections/none")
    assert reply.json["report"] == {
        "detailed-message": reply.json["errorMessage"],
        "request-id": reply.headers["X-Request-Id"],
        "id": "none",
        "type": "connections",
    }


def test_the_old_form_of_a_bad_spec_is_a_message_alone() -> None:
    reply = caller(error_form="old").call("POST", "/connections", body(connectionSpec=None))
    assert reply.json == {"message": "Please provide a valid spec id"}


def test_a_connectors_error_has_the_prefix_of_the_switch() -> None:
    reply = caller(provider_prefix="CONN").call("POST", "/connections", body(name=None))
    assert reply.code == "CONN-1304-400"
