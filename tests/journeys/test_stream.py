"""``-json``: a program follows a run line by line, and learns all that a person would."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.simulator.effects import Reset, Status
from tests.journeys.worlds import SECRETS, Ended, World, crm

APPLY = ("apply", "-auto-approve", "-json", "-settle-timeout=0s")
MEMBERS = {"@level", "@message", "@module", "@timestamp", "type"}
AT = "ZohoCrmConnection.crm"


def told(ended: Ended) -> list[dict[str, Any]]:
    """Return the events of a run; every line is one, and nothing is said beside them."""
    found = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.err == ""
    assert all(event.keys() >= MEMBERS for event in found)
    assert found[0]["type"] == "version"
    return found


def kinds(ended: Ended) -> list[str]:
    return [event["type"] for event in told(ended)]


def only(ended: Ended, kind: str) -> dict[str, Any]:
    (found,) = [event for event in told(ended) if event["type"] == kind]
    return found


def test_a_plan_is_told_change_by_change(world: World) -> None:
    world.declare(crm())
    ended = world.run("plan", "-json", "-detailed-exitcode")
    assert ended.code == 2
    assert kinds(ended) == ["version", "planned_change", "change_summary", "diagnostic"]
    change = only(ended, "planned_change")["change"]
    assert change["action"] == "create"
    assert change["resource"]["addr"] == AT
    assert only(ended, "change_summary")["changes"] == {
        "add": 1,
        "change": 0,
        "import": 0,
        "remove": 0,
        "operation": "plan",
        "digest": only(ended, "change_summary")["changes"]["digest"],
    }


def test_drift_is_told_before_what_undoes_it(world: World) -> None:
    world.applied(crm(description="ours"))
    world.service.edit(world.ids["crm"], description="theirs")
    assert kinds(world.run("plan", "-json"))[:3] == ["version", "resource_drift", "planned_change"]


def test_an_apply_is_told_from_beginning_to_end(world: World) -> None:
    world.applied(crm("goes", title="Goes"), crm("stays", title="Stays"))
    world.declare(crm("stays", title="Stays", description="new"), crm("new", title="New"))
    ended = world.run(*APPLY)
    assert ended.code == 0
    events = told(ended)
    ends = {
        event["hook"]["resource"]["resource_name"]: event["hook"]["action"]
        for event in events
        if event["type"] == "apply_complete"
    }
    assert ends == {"new": "create", "stays": "update", "goes": "delete"}
    last = [event for event in events if event["type"] == "change_summary"][-1]
    assert last["@message"] == "Apply complete! Resources: 1 added, 1 changed, 1 destroyed."
    assert last["changes"] == {
        "add": 1, "change": 1, "import": 0, "remove": 1, "operation": "apply",
    }  # fmt: skip


def test_the_id_of_what_was_made_is_told(world: World) -> None:
    world.declare(crm())
    hook = only(world.run(*APPLY), "apply_complete")["hook"]
    assert (hook["id_key"], hook["id_value"]) == ("id", world.ids["crm"])


def test_a_failure_is_an_error_and_says_why(world: World) -> None:
    world.declare(crm())
    world.service.fault(Status(status=400), kind="create")
    ended = world.run(*APPLY)
    assert ended.code == 3
    assert only(ended, "apply_errored")["@level"] == "error"
    said = [event for event in told(ended) if event["type"] == "diagnostic"]
    assert [event["diagnostic"]["address"] for event in said if event["@level"] == "error"] == [AT]


def test_a_create_in_doubt_is_told_and_later_what_became_of_it(world: World) -> None:
    world.declare(crm())
    world.service.fault(Reset(commit=True), kind="create")
    ended = world.run(*APPLY)
    assert (ended.code, only(ended, "settled")["id"]) == (0, world.ids["crm"])


def test_a_destruction_is_told_as_one(world: World) -> None:
    world.applied(crm())
    ended = world.run("destroy", "-auto-approve", "-json")
    assert ended.code == 0
    last = [event for event in told(ended) if event["type"] == "change_summary"][-1]
    assert (last["changes"]["operation"], last["changes"]["remove"]) == ("destroy", 1)


def test_what_is_wrong_with_the_input_is_told_with_its_place(world: World) -> None:
    world.declare(crm(params={"endpoint": "https://evil.example"}))
    for words in (("plan", "-json"), APPLY):
        ended = world.run(*words)
        assert ended.code == 1
        said = only(ended, "diagnostic")
        assert said["diagnostic"]["range"]["filename"] == "connections/1.yaml"
        assert said["@message"] == "Error: Host not allowed"


def test_a_refused_plan_is_told_whole(world: World) -> None:
    world.applied(crm())
    world.declare()
    ended = world.run(*APPLY)
    assert ended.code == 1
    assert "planned_change" in kinds(ended)
    assert any(event["@level"] == "error" for event in told(ended))


def test_nobody_is_asked(world: World) -> None:
    world.declare(crm())
    ended = world.run("apply", "-json")
    assert ended.code == 1
    assert only(ended, "diagnostic")["diagnostic"]["summary"] == "Nobody to ask"
    assert not world.writes


def test_a_saved_plan_needs_no_approval(world: World) -> None:
    world.declare(crm())
    assert "version" in kinds(world.run("plan", "-json", "-out=p.json"))
    ended = world.run("apply", "-json", "p.json")
    assert ended.code == 0
    assert kinds(ended) == [
        "version", "planned_change", "apply_start", "apply_complete", "change_summary",
    ]  # fmt: skip


def test_a_saved_plan_that_is_refused_says_so_and_nothing_else(world: World) -> None:
    world.declare(crm())
    world.run("plan", "-out=p.json", "-refresh=false")
    ended = world.run("apply", "-json", "p.json")
    assert (ended.code, kinds(ended)) == (1, ["version", "diagnostic"])
    assert only(ended, "diagnostic")["diagnostic"]["summary"] == "Saved plan refused"


def test_what_differs_from_a_review_is_told_line_by_line(world: World) -> None:
    world.declare(crm())
    world.run("plan", "-out=p.json")
    world.declare(crm(), crm("more", title="More"))
    ended = world.run(*APPLY, "-expect=p.json")
    assert ended.code == 1
    said = told(ended)[-1]["diagnostic"]
    assert said["summary"] == "Plan is not what was reviewed"
    assert said["detail"].endswith("\nZohoCrmConnection.more: create, which was not reviewed")


@pytest.mark.parametrize("words", [("plan", "-json"), APPLY], ids=["plan", "apply"])
def test_no_plan_at_all_is_told_by_its_reason(world: World, words: tuple[str, ...]) -> None:
    world.declare(crm())
    ended = world.run(*words, env={"AEP_CLIENT_SECRET": "canary9b1f-not-that-one"})
    assert (ended.code, kinds(ended)) == (1, ["version", "diagnostic"])


def test_several_environments_are_not_told_in_one_stream(world: World) -> None:
    world.declare(crm())
    ended = world.run("plan", "-json", "-e", "all")
    assert ended.code == 1
    assert only(ended, "diagnostic")["diagnostic"]["summary"] == "Several plans, one stream"


def test_another_plan_than_the_reviewed_one_is_not_carried_out(world: World) -> None:
    world.declare(crm())
    ended = world.run(*APPLY, f"-expect={'0' * 64}")
    assert ended.code == 1
    assert told(ended)[-1]["diagnostic"]["summary"] == "Plan is not what was reviewed"
    assert not world.writes


def test_json_is_a_format_of_its_own(world: World) -> None:
    world.declare(crm())
    ended = world.run("plan", "-json", "-format=markdown")
    assert ended.code == 1
    assert "-json is a format of its own" in ended.err


@pytest.mark.parametrize("secret", SECRETS.values())
def test_a_secret_that_the_service_shows_is_masked(world: World, secret: str) -> None:
    world.applied(crm())
    world.service.edit(world.ids["crm"], description=secret, name=secret)
    ended = world.run("plan", "-json")
    assert ended.code == 0
    assert told(ended)
