"""Patches and deletes: preconditions, the rules of JSON Patch, and what stands in the way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.callers import SECRETS, VISIBLE, Caller, caller

RENAME = {"op": "replace", "path": "/name", "value": "renamed"}


def secrets(calling: Caller) -> dict[str, Any]:
    """Return the secrets that the only connection holds."""
    (found,) = calling.origin.stage.world.everything()
    return dict(found.secrets)


def test_a_patch_answers_id_and_a_new_etag_and_moves_the_update() -> None:
    calling = caller()
    made = calling.create()
    calling.clock.seconds += 10
    reply = calling.patch(made, RENAME)
    assert (reply.status, sorted(reply.json)) == (200, ["etag", "id"])
    assert reply.json["etag"] != made["etag"]
    item = calling.item(made["id"])
    assert (item["name"], item["etag"]) == ("renamed", reply.json["etag"])
    assert item["updatedAt"] - item["createdAt"] == 10_000
    assert secrets(calling) == SECRETS


def test_the_description_can_be_added_replaced_and_removed() -> None:
    calling = caller()
    made = calling.create(description=None)
    add = {"op": "add", "path": "/description", "value": "one"}
    made = calling.patch(made, add).json
    made = calling.patch(made, {**add, "value": "two"}).json
    assert calling.item(made["id"])["description"] == "two"
    made = calling.patch(made, {"op": "remove", "path": "/description"}).json
    assert "description" not in calling.item(made["id"])


def test_params_are_replaced_whole() -> None:
    calling = caller()
    made = calling.create()
    params = {**VISIBLE, **SECRETS, "clientSecret": "canary9b1f-rotated", "extra": "x"}
    made = calling.patch(made, {"op": "replace", "path": "/auth/params", "value": params}).json
    assert calling.item(made["id"])["auth"]["params"] == {**VISIBLE, "extra": "x"}
    del params["extra"]
    calling.patch(made, {"op": "replace", "path": "/auth/params", "value": params})
    assert calling.item(made["id"])["auth"]["params"] == VISIBLE
    assert secrets(calling)["clientSecret"] == "canary9b1f-rotated"


@pytest.mark.parametrize(
    ("etag", "status", "code"),
    [
        pytest.param(None, 400, "FLOW-1403-400", id="missing"),
        pytest.param('"00000000-0000-0200-0000-000000000000"', 412, "FLOW-1404-412", id="stale"),
        pytest.param("*", 412, "FLOW-1404-412", id="any"),
        pytest.param("unquoted", 412, "FLOW-1404-412", id="without its quotes"),
    ],
)
def test_a_patch_without_the_current_etag_changes_nothing(
    etag: str | None, status: int, code: str
) -> None:
    calling = caller()
    made = calling.create()
    sent = made["etag"].strip('"') if etag == "unquoted" else etag
    reply = calling.call("PATCH", f"/connections/{made['id']}", [RENAME], if_match=sent)
    assert (reply.status, reply.code) == (status, code)
    assert calling.item(made["id"])["etag"] == made["etag"]


@pytest.mark.parametrize(
    ("instruction", "code"),
    [
        pytest.param({**RENAME, "op": "REPLACE"}, 1434, id="upper case"),
        pytest.param({"op": "move", "path": "/name", "from": "/description"}, 1434, id="move"),
        pytest.param({**RENAME, "path": "/connectionSpec/version"}, 1414, id="spec"),
        pytest.param({**RENAME, "path": "/connectionSpec"}, 1414, id="whole spec"),
        pytest.param({**RENAME, "path": "/etag"}, 1455, id="the service's own"),
        pytest.param({**RENAME, "path": "name"}, 1455, id="no pointer"),
        pytest.param({"op": "replace", "path": "/name"}, 1455, id="no value"),
        pytest.param({"op": "remove", "path": "/auth/params/nope"}, 1455, id="nothing to remove"),
        pytest.param({**RENAME, "path": "/auth/nope/deep"}, 1455, id="nothing on the way"),
        pytest.param({"op": "remove", "path": "/name"}, 1455, id="the name"),
        pytest.param({**RENAME, "value": 7}, 1455, id="a name that is no text"),
        pytest.param({**RENAME, "path": "/state", "value": "gone"}, 1456, id="no such state"),
        pytest.param({"op": "remove", "path": "/auth/params"}, 1304, id="no params"),
        pytest.param({"op": "remove", "path": "/auth"}, 1304, id="no auth"),
        pytest.param({"op": "remove", "path": "/auth/params/clientSecret"}, 1304, id="a secret"),
        pytest.param("rename", 1455, id="no instruction"),
    ],
)
def test_a_wrong_instruction_changes_nothing(instruction: object, code: int) -> None:
    calling = caller()
    made = calling.create()
    description = {"op": "replace", "path": "/description", "value": "changed"}
    assert calling.patch(made, description, instruction).code == f"FLOW-{code}-400"
    assert calling.item(made["id"])["description"] == "ours"
    assert secrets(calling) == SECRETS


@pytest.mark.parametrize("document", [RENAME, [], None])
def test_a_patch_is_an_array_that_is_not_empty(document: object) -> None:
    calling = caller()
    made = calling.create()
    path = f"/connections/{made['id']}"
    assert calling.call("PATCH", path, document, if_match=made["etag"]).status == 400


def test_the_etag_may_move_by_itself_after_a_write() -> None:
    calling = caller(etag_moves_after=4.0)
    made = calling.create()
    assert calling.item(made["id"])["etag"] == made["etag"]
    calling.clock.seconds += 9
    item = calling.item(made["id"])
    assert item["etag"] != made["etag"]
    assert (item["updatedAt"] - item["createdAt"], item["updatedClient"]) == (4000, "simulator")
    assert calling.item(made["id"])["etag"] == item["etag"]


@pytest.mark.parametrize("status", [202, 204])
def test_a_deleted_connection_is_gone_and_stays_so(status: int) -> None:
    calling = caller(delete_status=status)
    path = f"/connections/{calling.create()['id']}"
    reply = calling.call("DELETE", path + "/")
    assert (reply.status, reply.answer.body) == (status, b"")
    assert calling.call("GET", path).code == "FLOW-1439-404"
    assert calling.call("DELETE", path).code == "FLOW-1439-404"
    assert calling.names() == []


def test_a_connection_that_goes_slowly_takes_no_more_orders() -> None:
    calling = caller(delete_seconds=5.0)
    made = calling.create()
    path = f"/connections/{made['id']}"
    assert calling.call("DELETE", path).status == 204
    item = calling.item(made["id"])
    assert item["state"] == "delete-finalizing"
    assert calling.patch(item, RENAME).code == "FLOW-1457-400"
    assert calling.call("DELETE", path).code == "FLOW-1458-400"
    calling.clock.seconds += 5
    assert calling.call("GET", path).status == 404


def test_a_connection_that_a_flow_uses_cannot_be_deleted() -> None:
    calling = caller()
    made = calling.create()
    plant = calling.origin.stage.plant_other
    source = {"id": "s1", "baseConnectionId": made["id"], "sandboxName": "dev"}
    plant("sourceConnections", source)
    path = f"/connections/{made['id']}"
    plant("flows", {"sourceConnectionIds": ["s1"], "sandboxName": "dev"})
    reply = calling.call("DELETE", path)
    assert reply.code == "FLOW-1418-400"
    assert made["id"] in reply.json["errorMessage"]
    assert calling.call("GET", path).status == 200


def test_a_source_connection_without_a_flow_does_not_keep_its_base() -> None:
    calling = caller()
    made = calling.create()
    source = {"id": "s1", "baseConnectionId": made["id"], "sandboxName": "dev"}
    calling.origin.stage.plant_other("sourceConnections", source)
    assert calling.call("DELETE", f"/connections/{made['id']}").status == 204


def test_the_tables_behind_a_connection_can_be_explored() -> None:
    calling = caller()
    path = f"/connections/{calling.create()['id']}/explore"
    tables = calling.call("GET", f"{path}?objectType=root").json
    assert {"Accounts", "Leads"} <= {one["path"] for one in tables}
    table = calling.call("GET", f"{path}?objectType=TABLE&object=Leads").json
    assert {"name": "Email", "type": "string", "xdm": {"type": "string"}} in table["schema"][
        "columns"
    ]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        pytest.param("", 1359, id="no type"),
        pytest.param("?objectType=view", 1358, id="no such type"),
        pytest.param("?objectType=table", 1359, id="no table"),
        pytest.param("?objectType=table&object=Nope", 1330, id="no such table"),
    ],
)
def test_what_cannot_be_explored_is_refused(query: str, code: int) -> None:
    calling = caller()
    path = f"/connections/{calling.create()['id']}/explore{query}"
    assert calling.call("GET", path).code == f"FLOW-{code}-400"
