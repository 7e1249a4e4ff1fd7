"""Connections are tried, and what lies behind them is looked at; neither changes anything."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.simulator.effects import Effect, Reply, Status
from tests.hostile import HOSTILE
from tests.journeys.worlds import World, crm

AT = "ZohoCrmConnection.crm"
CANARY = "canary9b1f-told-by-the-source"


def tried(world: World, *words: str) -> dict[str, tuple[str, str]]:
    """Return how each connection fared, by ``metadata.name``."""
    ended = world.run("test", "-json", *words)
    document = json.loads(ended.out)
    assert ended.code == int(any(one["state"] != "ok" for one in document["results"]))
    return {
        one["address"].partition(".")[2]: (one["state"], one["message"])
        for one in document["results"]
    }


def test_every_recorded_connection_is_tried_once(world: World) -> None:
    names = [f"crm-{number}" for number in range(12)]
    world.applied(*map(crm, names))
    before = world.state
    assert tried(world) == dict.fromkeys(sorted(names), ("ok", ""))
    assert sum(entry.kind == "test" for entry in world.service.log) == len(names)
    assert world.state == before


def test_a_table_tells_which_connections_work(world: World) -> None:
    world.applied(crm("a"), crm("b"))
    world.service.fault(Reply(json={"result": False}), path=f"{world.ids['b']}/test")
    ended = world.run("test")
    assert (ended.code, ended.err) == (1, "")
    assert ended.out == (
        "ADDRESS              STATE   MESSAGE\n"
        "ZohoCrmConnection.a  ok\n"
        "ZohoCrmConnection.b  failed  The service tried the connection, and the source did not let"
        " it in.\n"
        "\n"
        "1 of 2 connections works.\n"
    ).replace("connections works", "connections work")


def test_only_the_named_ones_are_tried_each_once(world: World) -> None:
    world.applied(crm("a"), crm("b"))
    address = "ZohoCrmConnection.b"
    assert tried(world, address, address) == {"b": ("ok", "")}
    assert [entry.kind for entry in world.service.log].count("test") == 1


CASES: list[Any] = [
    pytest.param(Status(status=400, code=1308), "failed", "FLOW-1308-400", id="refused"),
    pytest.param(Status(status=403), "unknown", "403", id="no-permission"),
    pytest.param(Status(status=500), "unknown", "500", id="broken"),
    pytest.param(Reply(json={}), "unknown", "showed no result", id="no-result"),
]


@pytest.mark.parametrize(("effect", "state", "said"), CASES)
def test_a_connection_that_does_not_work_is_told_from_a_service_that_does_not_say(
    world: World, effect: Effect, state: str, said: str
) -> None:
    world.applied(crm("a"), crm("b"))
    world.service.fault(effect, path=f"{world.ids['a']}/test", times=None)
    found = tried(world)
    assert found["b"] == ("ok", "")
    assert found["a"][0] == state
    assert said in found["a"][1]


def test_one_that_is_gone_does_not_work(world: World) -> None:
    world.applied(crm("a"))
    world.service.uproot(world.ids["a"])
    state, message = tried(world)["a"]
    assert (state, "no such connection any more" in message) == ("failed", True)


def test_without_credentials_nothing_is_known_of_any(world: World) -> None:
    world.applied(crm("a"), crm("b"))
    ended = world.run("test", env={"AEP_CLIENT_SECRET": "wrong"})
    assert ended.code == 1
    assert ended.out.count("unknown") == 2


def test_where_nothing_is_recorded_nothing_is_tried(world: World) -> None:
    ended = world.run("test")
    assert (ended.code, ended.out) == (0, "The state records no connections.\n")
    assert json.loads(world.run("test", "-json").out)["results"] == []
    assert world.service.log == ()


@pytest.mark.parametrize("command", ["test", "explore"])
def test_an_address_that_is_not_recorded_is_refused_with_a_guess(
    world: World, command: str
) -> None:
    world.applied(crm())
    before = len(world.service.log)
    ended = world.run(command, "ZohoCrmConnection.crn")
    assert (ended.code, len(world.service.log)) == (1, before)
    assert f'Did you mean "{AT}"?' in ended.told
    assert "no address" in world.run(command, "crm").told


def test_what_lies_behind_a_connection_is_shown_table_by_table(world: World) -> None:
    world.applied(crm())
    ended = world.run("explore", AT)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[:2] == [
        "NAME      PATH      TYPE",
        "Accounts  Accounts  table",
    ]
    ended = world.run("explore", AT, "Leads")
    assert ended.out.splitlines()[::5] == [
        "NAME          TYPE    FORMAT",
        "Created_Time  string  date-time",
    ]


def test_a_program_gets_the_same_as_json(world: World) -> None:
    world.applied(crm())
    tables = json.loads(world.run("explore", AT, "-json").out)
    assert (tables["address"], tables["id"]) == (AT, world.ids["crm"])
    assert tables["tables"][0] == {"name": "Accounts", "path": "Accounts", "type": "table"}
    columns = json.loads(world.run("explore", AT, "Leads", "-json").out)
    assert columns["path"] == "Leads"
    assert columns["columns"][0] == {"name": "id", "type": "string", "format": ""}


def test_a_table_that_there_is_not_is_an_error_in_words(world: World) -> None:
    world.applied(crm())
    ended = world.run("explore", AT, "Nothing")
    assert (ended.code, ended.out) == (1, "")
    assert "No columns were found for table Nothing" in ended.told


def test_what_a_source_calls_its_tables_does_nothing_to_whoever_reads_it(world: World) -> None:
    world.applied(crm())
    texts = [text for text in HOSTILE if text == text.encode(errors="ignore").decode()]
    tables = [{"name": text, "path": text, "type": text} for text in texts]
    columns = [{"name": text, "type": text, "xdm": {"format": text}} for text in texts]
    world.service.fault(Reply(json=tables), kind="explore", times=2)
    for flags in ((), ("-json",)):
        assert world.run("explore", AT, *flags).code == 0
    world.service.fault(Reply(json={"schema": {"columns": columns}}), kind="explore", times=2)
    for flags in ((), ("-json",)):
        assert world.run("explore", AT, "Leads", *flags).code == 0


def test_a_secret_that_a_source_repeats_is_not_shown(world: World) -> None:
    world.applied(crm())
    told = world.environ["AEP_CLIENT_SECRET"]
    listed = [{"name": told, "path": told, "type": "table"}]
    world.service.fault(Reply(json=listed), kind="explore", times=2)
    for flags in ((), ("-json",)):
        assert "(sensitive value)" in world.run("explore", AT, *flags).out


# --- apply -verify ------------------------------------------------------------------------------


def test_what_an_apply_has_changed_is_tried_and_nothing_else(world: World) -> None:
    world.applied(crm("a"), crm("b"))
    world.declare(crm("a"), crm("b", description="new"), crm("c"))
    before = len(world.service.log)
    ended = world.apply("-verify")
    assert ended.code == 0
    assert "ZohoCrmConnection.b  ok" in ended.out
    assert "2 of 2 connections work." in ended.out
    assert [entry.kind for entry in world.service.log[before:]].count("test") == 2
    ended = world.apply("-verify")
    assert (ended.code, "connections work" in ended.out) == (0, False)


def test_an_apply_whose_connections_do_not_work_has_failed_and_is_recorded(world: World) -> None:
    world.declare(crm("a"), crm("b"))
    world.service.fault(Reply(json={"result": False}), kind="test")
    ended = world.apply("-verify", "-parallelism=1")
    assert (ended.code, sorted(world.ids)) == (3, ["a", "b"])
    assert "Apply complete! Resources: 2 added" in ended.out
    assert "1 of 2 connections work." in ended.out


def test_a_program_is_told_how_what_was_changed_fares(world: World) -> None:
    world.declare(crm())
    world.service.fault(Reply(json={"result": False}), kind="test")
    ended = world.apply("-verify", "-json")
    assert ended.code == 3
    (told,) = [
        event for event in map(json.loads, ended.out.splitlines()) if event["type"] == "verified"
    ]
    assert (told["@level"], told["trial"]["state"]) == ("error", "failed")
    assert told["trial"]["resource"]["addr"] == AT


def test_nothing_is_tried_where_nothing_was_done(world: World) -> None:
    world.declare(crm())
    world.service.fault(Status(status=400, code=1308), kind="create")
    before = len(world.service.log)
    assert world.apply("-verify").code == 3
    assert "test" not in {entry.kind for entry in world.service.log[before:]}
