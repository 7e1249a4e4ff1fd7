"""The control API and seeds: what a person does to the world, and what is shown of it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.simulator import seeds
from reconciler.simulator.seeds import Settings
from reconciler.simulator.sources import ZOHO
from tests import canaries
from tests.simulator.callers import FORM, ORGANIZATION, SECRETS, VISIBLE, Caller, body, caller


def test_an_edit_is_somebody_elses() -> None:
    calling = caller()
    made = calling.create()
    changes = {"description": None, "auth": {"params": {"endpoint": "https://elsewhere"}}}
    assert calling.send("POST", f"/_simulator/connections/{made['id']}", changes).status == 200
    item = calling.item(made["id"])
    assert "description" not in item
    assert item["auth"]["params"] == {**VISIBLE, "endpoint": "https://elsewhere"}
    assert item["etag"] != made["etag"]
    assert (item["updatedClient"], item["createdClient"]) == ("exc_app", "simulator")
    assert item["updatedBy"].endswith("@AdobeID")


def test_an_edit_may_say_whose_it_is() -> None:
    calling = caller()
    made = calling.create()
    calling.origin.stage.edit(made["id"], {"name": "x", "updatedBy": "me", "updatedClient": "mine"})
    item = calling.item(made["id"])
    assert (item["updatedBy"], item["updatedClient"]) == ("me", "mine")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param({"id": "x"}, "$.id: stays as it is", id="id"),
        pytest.param({"connectionSpec": {}}, "$.connectionSpec: stays as it is", id="spec"),
        pytest.param({"nope": 1}, "$.nope: no member of a connection", id="unknown"),
        pytest.param({"auth": "x"}, "$.auth: expected an object", id="auth"),
        pytest.param({"name": 1}, "$.name: expected text", id="name"),
        pytest.param(None, "$: expected an object", id="nothing"),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(changes: object, complaint: str) -> None:
    calling = caller()
    reply = calling.send("POST", f"/_simulator/connections/{calling.create()['id']}", changes)
    assert (reply.status, reply.json["error"]) == (400, complaint)


def test_a_connection_made_by_hand_is_there_and_is_nobody_of_ours() -> None:
    calling = caller()
    sent = {**body("theirs"), "id": "fixed", "sandboxName": "dev", "state": "disabled"}
    assert calling.send("POST", "/_simulator/connections", sent).status == 200
    item = calling.item("fixed")
    assert (item["createdClient"], item["state"]) == ("exc_app", "disabled")
    again = calling.send("POST", "/_simulator/connections", sent)
    assert (again.status, "fixed" in again.json["error"]) == (400, True)
    assert calling.send("DELETE", "/_simulator/connections/fixed").status == 200
    assert calling.send("DELETE", "/_simulator/connections/fixed").status == 404


def test_secrets_are_shown_as_digests_alone() -> None:
    calling = caller()
    calling.create()
    reply = calling.send("GET", "/_simulator/connections")
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in SECRETS.items()}
    assert reply.json["connections"][0]["secrets"] == digests
    assert b"canary9b1f" not in reply.answer.body


def test_the_log_tells_what_was_asked_and_no_secret() -> None:
    calling = caller()
    made = calling.create()
    rotate = {"op": "replace", "path": "/auth/params", "value": {**VISIBLE, **SECRETS}}
    calling.patch(made, rotate)
    query = "client_secret=canary9b1f-in-query&grant_type=client_credentials"
    calling.send(
        "POST", f"/ims/token/v3?{query}", raw=b"x=canary9b1f", headers={"content-type": FORM}
    )
    calling.call("GET", "/connections?limit=5")
    reply = calling.send("GET", "/_simulator/log")
    assert b"canary9b1f" not in reply.answer.body
    create, patch, token, listing = reply.json["requests"]
    assert (create["kind"], create["committed"]) == ("create", made["id"])
    assert create["body"] == ["auth", "connectionSpec", "description", "name"]
    assert (create["status"], create["sandbox"], create["number"]) == (201, "dev", 1)
    assert (patch["status"], patch["body"]) == (200, ["replace /auth/params"])
    assert token["query"] == [["client_secret", ""], ["grant_type", ""]]
    assert listing["query"] == [["limit", "5"]]


def test_no_secret_is_in_a_repr() -> None:
    calling = caller()
    calling.create()
    (found,) = calling.origin.stage.world.everything()
    assert "canary9b1f" not in repr(found)
    assert "simulator-secret" not in repr(calling.settings)


def test_switches_change_one_by_one_and_are_shown() -> None:
    calling = caller()
    changed = calling.send("POST", "/_simulator/switches", {"delete_status": 202}).json
    assert (changed["delete_status"], changed["page_size"]) == (202, 20)
    calling.send("POST", "/_simulator/switches", {"etag_moves_after": 0})
    shown = calling.send("GET", "/_simulator/switches").json
    assert (shown["delete_status"], shown["etag_moves_after"]) == (202, 0.0)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param({"nope": 1}, "$.nope: no such member", id="unknown"),
        pytest.param({"delete_status": 200}, "$.delete_status: expected one of", id="choice"),
        pytest.param({"latency": "1"}, "$.latency: expected a number", id="type"),
        pytest.param({"retired_specs": [1]}, "$.retired_specs[0]: expected text", id="item"),
        pytest.param({"extra_params": []}, "$.extra_params: expected an object", id="object"),
    ],
)
def test_a_switch_that_makes_no_sense_is_refused(changes: object, complaint: str) -> None:
    reply = caller().send("POST", "/_simulator/switches", changes)
    assert reply.status == 400
    assert reply.json["error"].startswith(complaint)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/_simulator"), ("PUT", "/_simulator/switches")]
)
def test_an_unknown_operation_is_not_found(method: str, path: str) -> None:
    assert caller().send(method, path).status == 404


def test_a_body_that_is_no_json_is_refused() -> None:
    assert caller().send("POST", "/_simulator/switches", raw=b"{").status == 400


def test_flows_can_be_made_by_hand() -> None:
    calling = caller()
    reply = calling.send("POST", "/_simulator/flows", {"name": "f", "sandboxName": "dev"})
    assert calling.call("GET", f"/flows/{reply.json['id']}").json["items"][0]["name"] == "f"


def test_a_reset_goes_back_to_the_seed() -> None:
    calling = Caller(Settings(connections=({**body("seeded"), "sandboxName": "dev"},)))
    calling.create("later")
    calling.send("POST", "/_simulator/faults", {"do": "status", "status": 500, "times": None})
    calling.send("POST", "/_simulator/reset")
    assert list(calling.origin.stage.journal) == []
    calling.headers["authorization"] = f"Bearer {calling.origin.stage.token()}"
    assert calling.names() == ["seeded"]


# --- seeds --------------------------------------------------------------------------------------

SEED: dict[str, Any] = {
    "clients": [{"id": "ci", "secrets": ["s1", "s2"], "organization": ORGANIZATION}],
    "zohoClients": [{"id": "1000.X", "secret": "z", "data_centres": ["eu"]}],
    "sandboxes": ["dev"],
    "switches": {"secrets_on_read": "mask", "etag_moves_after": 1},
    "connectionSpecs": [
        {
            "id": "own",
            "version": "2",
            "authSpec": [{"name": "Key", "spec": {"properties": {"k": {"format": "password"}}}}],
        }
    ],
    "connections": [
        body("zoho"),
        body(
            "own",
            auth={"specName": "Key", "params": {"k": "canary9b1f"}},
            connectionSpec={"id": "own", "version": "2"},
            etag='"0a1b2c3d-aaaa-bbbb-cccc-000000000000"',
        ),
    ],
    "sourceConnections": [{"id": "s1"}],
    "flows": [{"sourceConnectionIds": ["s1"]}],
    "faults": [{"do": "status", "status": 503, "match": {"kind": "flows"}}],
}


def test_a_seed_file_says_everything(tmp_path: Path) -> None:
    path = tmp_path / "seed.json"
    canaries.write(path, json.dumps(SEED))
    calling = Caller(seeds.read(path))
    calling.headers["x-api-key"] = "ci"
    own, zoho = calling.call("GET", "/connections").json["items"]
    assert (own["name"], own["auth"]["params"]) == ("own", {"k": "xxxx"})
    assert (own["etag"], zoho["connectionSpec"]["id"]) == (SEED["connections"][1]["etag"], ZOHO)
    assert calling.call("GET", "/flows").status == 503
    assert len(calling.call("GET", "/flows").json["items"]) == 1


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param({"nope": []}, "$.nope: no such member", id="unknown"),
        pytest.param({"sandboxes": "dev"}, "$.sandboxes: expected a list", id="no list"),
        pytest.param({"sandboxes": []}, "$.sandboxes: expected one or more", id="no sandbox"),
        pytest.param({"clients": []}, "$.clients: expected one or more", id="no client"),
        pytest.param({"clients": [{"secrets": [7]}]}, "$.clients[0].secrets[0]: ", id="a secret"),
        pytest.param({"switches": {"x": 1}}, "$.switches.x: no such member", id="switch"),
        pytest.param({"faults": [{}]}, "$.faults[0].do: expected one of", id="fault"),
        pytest.param({"zohoClients": [{"id": "x"}]}, "$.zohoClients[0].secret: missing", id="zoho"),
        pytest.param({"connections": [{}]}, "$.connections[0].name: expected text", id="name"),
        pytest.param(
            {"connections": [{"name": "x"}]},
            "$.connections[0].connectionSpec: expected an object",
            id="no spec",
        ),
        pytest.param(
            {"connections": [body(connectionSpec={"id": "x"})]},
            "$.connections[0].connectionSpec.id: expected one of",
            id="unknown spec",
        ),
        pytest.param(
            {"connections": [body(), body(sandboxName="qa")]},
            "$.connections[1].sandboxName: expected one of dev",
            id="unknown sandbox",
        ),
        pytest.param(
            {"connections": [body(createdAt="now")]},
            "$.connections[0].createdAt: expected a whole number",
            id="no time",
        ),
        pytest.param(
            {"connections": [body(auth={"params": 7})]},
            "$.connections[0].auth.params: expected an object",
            id="no params",
        ),
        pytest.param(
            {"connectionSpecs": [{"id": "x", "version": "1", "authSpec": [{"name": "n"}]}]},
            "$.connectionSpecs[0].authSpec[0].spec: expected an object",
            id="no schema",
        ),
        pytest.param(
            {
                "connectionSpecs": [
                    {"id": "x", "version": "1", "authSpec": [{"name": "n", "spec": {"type": 7}}]}
                ]
            },
            "$.connectionSpecs[0].authSpec[0].spec: ",
            id="bad schema",
        ),
        pytest.param({"flows": [7]}, "$.flows[0]: expected an object", id="no flow"),
    ],
)
def test_a_bad_seed_is_refused_by_its_path(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=r"^\$") as error:
        seeds.parse({**SEED, **changes})
    assert str(error.value).startswith(complaint)
    assert "canary9b1f" not in str(error.value)


def test_a_seed_file_that_is_no_json_says_so(tmp_path: Path) -> None:
    path = tmp_path / "seed.json"
    path.write_text("{")
    with pytest.raises(ValueError, match="is not JSON"):
        seeds.read(path)


# --- determinism --------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes() -> None:
    def story(seed: int) -> list[bytes]:
        calling = Caller(seed=seed)
        calling.send("POST", "/_simulator/faults", {"do": "twice", "match": {"kind": "create"}})
        made = calling.create()
        calling.clock.seconds += 1
        replies = [
            calling.call("GET", "/connections?limit=1"),
            calling.patch(made, {"op": "add", "path": "/description", "value": "x"}),
            calling.call("GET", "/connections/none"),
            calling.send("GET", "/_simulator/log"),
        ]
        return [reply.answer.body for reply in replies]

    assert story(1) == story(1)
    assert story(1) != story(2)
