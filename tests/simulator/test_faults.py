"""Faults: whom a rule befalls and how often, and what each effect does to world and answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.simulator.exchanges import Ending
from tests.simulator.callers import Caller, Reply, body, caller


def fault(calling: Caller, do: str, kind: str | None = None, **members: Any) -> None:
    """Add a rule by the control API."""
    match = {} if kind is None else {"kind": kind}
    reply = calling.send("POST", "/_simulator/faults", {"do": do, "match": match, **members})
    assert reply.status == 200, reply.json


def create(calling: Caller) -> Reply:
    """Try to create a connection."""
    return calling.call("POST", "/connections", body())


# --- rules --------------------------------------------------------------------------------------


def test_a_rule_skips_then_befalls_then_is_used_up() -> None:
    calling = caller()
    fault(calling, "status", "list", status=503, after=1, times=2)
    statuses = [calling.call("GET", "/connections").status for _ in range(5)]
    assert statuses == [200, 503, 503, 200, 200]
    assert calling.send("GET", "/_simulator/faults").json == {"faults": []}


def test_rules_apply_in_the_order_of_their_registration() -> None:
    calling = caller()
    fault(calling, "status", status=500)
    fault(calling, "status", status=503)
    assert [calling.call("GET", "/connections").status for _ in range(3)] == [500, 503, 200]


@pytest.mark.parametrize(
    "match",
    [
        pytest.param({"kind": "create"}, id="another operation"),
        pytest.param({"method": "PATCH"}, id="another method"),
        pytest.param({"path": "/flows$"}, id="another path"),
    ],
)
def test_a_rule_leaves_other_requests_alone(match: dict[str, str]) -> None:
    calling = caller()
    fault(calling, "status", status=500, match=match)
    assert calling.call("GET", "/connections").status == 200


def test_a_rule_without_end_stays_until_it_is_dropped() -> None:
    calling = caller()
    fault(calling, "status", status=500, times=None)
    assert {calling.call("GET", "/connections").status for _ in range(5)} == {500}
    calling.send("DELETE", "/_simulator/faults")
    assert calling.call("GET", "/connections").status == 200


# --- answers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "code"),
    [
        pytest.param({"status": 404}, "FLOW-1439-404", id="404"),
        pytest.param({"status": 503}, "FLOW-1103-503", id="503"),
        pytest.param({"status": 418}, "FLOW-1100-418", id="418"),
        pytest.param({"status": 400, "code": 1445}, "FLOW-1445-400", id="a code of its own"),
        pytest.param({"status": 401}, "401013", id="401 of the gateway"),
        pytest.param({"status": 429}, "429050", id="429 of the gateway"),
        pytest.param({"status": 502, "form": "gateway"}, "502000", id="502 of the gateway"),
    ],
)
def test_a_status_has_the_body_that_goes_with_it(members: dict[str, Any], code: str) -> None:
    calling = caller()
    fault(calling, "status", **members)
    reply = create(calling)
    assert (reply.status, reply.code) == (members["status"], code)
    assert calling.names() == []


@pytest.mark.parametrize("form", ["html", "empty"])
def test_a_status_may_come_without_json(form: str) -> None:
    calling = caller()
    fault(calling, "status", status=599, form=form, retry_after="2")
    reply = create(calling)
    assert (reply.status, reply.headers["Retry-After"]) == (599, "2")
    with pytest.raises(json.JSONDecodeError):
        assert reply.json


@pytest.mark.parametrize(
    ("do", "members", "made"),
    [
        pytest.param("status", {"status": 500}, 0, id="500 before the commit"),
        pytest.param("status", {"status": 500, "commit": True}, 1, id="500 after it"),
        pytest.param("reset", {}, 0, id="reset before"),
        pytest.param("reset", {"commit": True}, 1, id="reset after"),
        pytest.param("reply", {"json": {}}, 0, id="a reply"),
        pytest.param("reply", {"text": "{", "commit": True}, 1, id="a reply after"),
        pytest.param("redirect", {"to": "http://127.0.0.1:1/"}, 0, id="elsewhere"),
        pytest.param("truncate", {}, 1, id="truncated"),
        pytest.param("garbage", {}, 1, id="garbage"),
        pytest.param("delay", {"seconds": 1}, 1, id="late"),
        pytest.param("twice", {}, 2, id="twice"),
    ],
)
def test_an_effect_commits_or_does_not_and_the_log_tells(
    do: str, members: dict[str, Any], made: int
) -> None:
    calling = caller()
    fault(calling, do, "create", **members)
    create(calling)
    assert len(calling.names()) == made
    entry = next(one for one in calling.origin.stage.journal if one.kind == "create")
    assert (entry.fault, entry.committed is not None) == (do, made > 0)


@pytest.mark.parametrize(
    ("do", "members", "name", "value"),
    [
        pytest.param("reset", {}, "ending", Ending.RESET),
        pytest.param("truncate", {}, "ending", Ending.TRUNCATED),
        pytest.param("delay", {"seconds": 2}, "delay", 2.0),
        pytest.param("trickle", {"seconds": 0.5}, "pace", 0.5),
        pytest.param("huge", {"bytes": 5}, "padding", 5),
    ],
)
def test_what_befalls_the_wire_is_told_to_whoever_carries_the_answer(
    do: str, members: dict[str, Any], name: str, value: object
) -> None:
    calling = caller()
    fault(calling, do, **members)
    assert getattr(create(calling).answer, name) == value


def test_garbage_has_the_right_status_and_no_json() -> None:
    calling = caller()
    fault(calling, "garbage")
    reply = create(calling)
    assert (reply.status, reply.answer.body[:6]) == (201, b"<html>")


def test_a_redirect_names_its_target() -> None:
    calling = caller()
    fault(calling, "redirect", to="http://127.0.0.1:1/", status=302)
    reply = create(calling)
    assert (reply.status, reply.headers["Location"]) == (302, "http://127.0.0.1:1/")


def test_a_late_commit_happens_at_its_own_time() -> None:
    calling = caller()
    fault(calling, "late_commit", "create", seconds=90)
    assert create(calling).code == "FLOW-1104-504"
    calling.clock.seconds += 89
    assert calling.names() == []
    calling.clock.seconds += 60
    (item,) = calling.call("GET", "/connections").json["items"]
    assert calling.clock.seconds * 1000 - item["createdAt"] == 59_000


# --- lists and objects --------------------------------------------------------------------------


def test_a_stale_list_hides_what_was_made_last_and_nothing_else() -> None:
    calling = caller()
    for name in ("old", "new"):
        calling.create(name)
    fault(calling, "stale_list", "list")
    assert calling.names() == ["old"]
    assert calling.names() == ["new", "old"]


def test_endless_pages_never_repeat_a_token() -> None:
    calling = caller()
    calling.create()
    fault(calling, "endless_pages", "list", times=None)
    hrefs = set()
    href = "/connections?limit=1"
    for _ in range(5):
        page = calling.call("GET", href).json
        assert [one["name"] for one in page["items"]] == ["crm"]
        href = page["_links"]["next"]["href"]
        hrefs.add(href)
    assert len(hrefs) == 5


def test_a_token_loop_has_two_tokens() -> None:
    calling = caller()
    fault(calling, "token_loop", "list", times=None)
    href = "/connections"
    seen = []
    for _ in range(4):
        href = calling.call("GET", href).json["_links"]["next"]["href"]
        seen.append(href.rpartition("=")[2])
    assert seen == ["loop-a", "loop-b", "loop-a", "loop-b"]


@pytest.mark.parametrize(
    ("items", "document"),
    [
        pytest.param("null", {"items": None, "_links": {}}),
        pytest.param("object", {"items": {}, "_links": {}}),
        pytest.param("missing", {"_links": {}}),
    ],
)
def test_a_list_may_come_in_the_wrong_shape(items: str, document: object) -> None:
    calling = caller()
    fault(calling, "misshape", "list", items=items)
    assert calling.call("GET", "/connections").json == document


def test_an_etag_can_move_between_a_read_and_a_write() -> None:
    calling = caller()
    made = calling.create()
    fault(calling, "edit", "patch")
    rename = {"op": "replace", "path": "/name", "value": "renamed"}
    assert calling.patch(made, rename).code == "FLOW-1404-412"
    item = calling.item(made["id"])
    assert (item["updatedClient"], item["name"]) == ("simulator", "crm")


def test_somebody_else_can_be_quicker() -> None:
    calling = caller()
    made = calling.create()
    fault(calling, "edit", "delete", changes={"description": "theirs"})
    fault(calling, "edit", "delete", changes={"description": "theirs"})
    calling.call("DELETE", f"/connections/{made['id']}")
    written = [verb for verb, _ in calling.origin.stage.world.writes]
    assert written == ["create", "edit", "delete"]
    assert calling.call("DELETE", f"/connections/{made['id']}").status == 404


# --- rules as JSON ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        pytest.param([], None, id="no rules at all"),
        pytest.param(7, "$[0]: expected an object", id="no object"),
        pytest.param({"do": "explode"}, "$[0].do: expected one of", id="unknown effect"),
        pytest.param({"do": "status"}, "$[0].status: missing", id="missing member"),
        pytest.param({"do": "reset", "x": 1}, "$[0].x: no such member", id="unknown member"),
        pytest.param({"do": "reset", "times": 0}, "$[0].times: expected 1", id="never"),
        pytest.param({"do": "reset", "after": -1}, "$[0].after: expected 0", id="before"),
        pytest.param(
            {"do": "reset", "match": {"path": "("}}, "$[0].match.path: ", id="bad expression"
        ),
        pytest.param({"do": "delay", "seconds": "1"}, "$[0].seconds: expected a number", id="text"),
        pytest.param({"do": "reset", "commit": 1}, "$[0].commit: expected true", id="truth"),
        pytest.param({"do": "huge", "bytes": True}, "$[0].bytes: expected a whole", id="number"),
        pytest.param(
            {"do": "misshape", "items": "x"}, "$[0].items: expected one of null", id="choice"
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_its_path(
    rule: object, complaint: str | None
) -> None:
    reply = caller().send("POST", "/_simulator/faults", rule)
    if complaint is None:
        assert (reply.status, reply.json) == (200, {"faults": []})
    else:
        assert reply.status == 400
        assert reply.json["error"].startswith(complaint)
