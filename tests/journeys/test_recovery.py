"""Runs that cannot save, and the way back from there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.core import state_document
from reconciler.model.addresses import Address, RemoteId
from reconciler.simulator.effects import Scene
from reconciler.simulator.exchanges import Answer
from tests.journeys.test_rows import AT, settled
from tests.journeys.worlds import Ended, World, crm

OTHER = RemoteId("2484f2df-c057-4ab5-84f2-dfc0577ab592")


@pytest.fixture(autouse=True)
def _here(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world.folder)


def blocking(folder: Path) -> Callable[[Scene], Answer]:
    """Have the folder of the state make way for a file just before the service acts."""

    def effect(scene: Scene) -> Answer:
        if folder.is_dir():
            folder.rename(folder.with_name("hidden"))
            folder.touch()
        return scene.serve(scene.request)

    return effect


def saving(world: World, name: str = "theirs") -> Callable[[Scene], Answer]:
    """Have somebody else save the state, with a record of their own, before the service acts."""

    def effect(scene: Scene) -> Answer:
        recorded = state_document.decode(world.state or b"")
        kept = next(iter(recorded.records.values()))
        theirs = {Address("ZohoCrmConnection", name): replace(kept, id=OTHER)}
        after = replace(recorded.with_records(theirs), serial=recorded.serial + 1)
        (world.folder / "state" / "dev.json").write_text(state_document.encode(after))
        return scene.serve(scene.request)

    return effect


def unsaved(world: World) -> tuple[Ended, Path]:
    """Apply while the state cannot be saved; return how that ended, and the dump."""
    folder = world.folder / "state"
    world.service.fault(blocking(folder), kind="create")
    ended = world.apply("-parallelism=1")
    folder.unlink()
    folder.with_name("hidden").rename(folder)
    (dump,) = world.folder.glob("dev.errored-*.json")
    return ended, dump


def test_what_could_not_be_saved_is_merged_by_the_line_that_is_printed(world: World) -> None:
    world.declare(crm(), crm("z"))
    ended, dump = unsaved(world)
    assert ended.code == 6
    assert "Error: Failed to save state" in ended.err
    assert f"reconciler -C {world.folder} state recover {dump}\n" in ended.err
    (live,) = world.connections()
    assert json.loads(dump.read_text())["resources"][AT]["id"] == live["id"]
    assert (world.ids, world.intents) == ({}, ["crm"])
    recovered = world.run("state", "recover", str(dump))
    assert recovered.code == 0
    assert recovered.out.splitlines() == [
        f"{AT}: Recovery complete [id={live['id']}]",
        "",
        "Recovery successful! The next plan shows what differs from the manifests.",
    ]
    assert (world.ids, world.intents) == ({"crm": live["id"]}, [])
    assert world.apply().code == 0
    assert world.titles == ["CRM crm", "CRM z"]
    settled(world)


def test_a_dump_that_was_merged_adds_nothing_again(world: World) -> None:
    world.declare(crm())
    _, dump = unsaved(world)
    assert world.run("state", "recover", dump.name).code == 0
    before = world.state
    again = world.run("state", "recover", dump.name)
    assert (again.code, world.state) == (0, before)
    assert again.out == f"Nothing to recover: state/dev.json has all that {dump.name} adds.\n"


def test_without_a_state_the_dump_becomes_it_unless_the_state_was_lost(world: World) -> None:
    world.declare(crm())
    _, dump = unsaved(world)
    state = world.folder / "state" / "dev.json"
    state.unlink()
    backup = state.with_name("dev.json.backup")
    assert backup.exists() is False
    backup.write_text("{")
    lost = world.run("state", "recover", dump.name)
    assert lost.code == 1
    assert "was lost, not new" in lost.told
    backup.unlink()
    assert world.run("state", "recover", dump.name).code == 0
    assert list(world.ids) == ["crm"]
    settled(world)


def test_a_run_whose_state_somebody_else_saved_loses_nothing_of_either(world: World) -> None:
    world.applied(crm())
    world.declare(crm(), crm("z"))
    world.service.fault(saving(world), kind="create", times=1)
    ended = world.apply()
    assert ended.code == 6
    assert "Error: State has moved" in ended.err
    assert "another run has saved it meanwhile. It was not overwritten." in ended.told
    (dump,) = (world.folder / "state").glob("dev.errored-*.json")
    assert f"state recover {dump}\n" in ended.err
    assert set(world.ids) == {"crm", "theirs"}
    assert world.run("state", "recover", str(dump)).code == 0
    assert set(world.ids) == {"crm", "theirs", "z"}
    assert world.intents == []
    assert {world.ids["crm"], world.ids["z"]} == {one["id"] for one in world.connections()}


def test_an_address_that_somebody_else_gave_another_id_is_left_to_a_person(world: World) -> None:
    world.applied(crm())
    world.declare(crm(), crm("y"), crm("z"))
    world.service.fault(saving(world, name="z"), kind="create", times=1)
    assert world.apply("-parallelism=1").code == 6
    (dump,) = (world.folder / "state").glob("dev.errored-*.json")
    document = json.loads(dump.read_text())
    (made,) = (one["id"] for one in world.connections() if one["name"] == "CRM y")
    mine = {**document["resources"][AT], "id": "f" * 8 + made[8:]}
    document["resources"]["ZohoCrmConnection.z"] = mine
    dump.write_text(json.dumps(document))
    ended = world.run("state", "recover", str(dump))
    assert ended.code == 4
    assert "Address records another connection" in ended.err
    assert OTHER in ended.told
    assert "f" * 8 + made[8:] in ended.told
    assert (world.ids["z"], world.ids["y"]) == (OTHER, made)


def test_a_dump_that_holds_a_secret_is_refused_and_not_merged(world: World) -> None:
    world.declare(crm())
    _, dump = unsaved(world)
    document = json.loads(dump.read_text())
    document["resources"][AT]["spec"]["auth"]["params"]["clientSecret"] = "pasted-in"
    dump.write_text(json.dumps(document))
    ended = world.run("state", "recover", dump.name)
    assert (ended.code, world.ids) == (1, {})
    assert "Secret in the state" in ended.err
    assert "pasted-in" not in ended.told


@pytest.mark.parametrize(
    ("address", "lacking", "words"),
    [
        pytest.param("OtherConnection.crm", None, "no schema file describes it", id="kind"),
        pytest.param(AT, "name", "does not say its name", id="name"),
        pytest.param(AT, "connectionSpec", "say its connectionSpec.id", id="connection-spec"),
    ],
)
def test_a_dump_after_which_no_plan_could_be_made_is_refused_and_not_merged(
    world: World, address: str, lacking: str | None, words: str
) -> None:
    world.declare(crm())
    _, dump = unsaved(world)
    document = json.loads(dump.read_text())
    record = document["resources"].pop(AT)
    record["spec"].pop(lacking, None)
    dump.write_text(json.dumps({**document, "resources": {address: record}}))
    before = world.state
    ended = world.run("state", "recover", dump.name)
    assert (ended.code, world.state) == (1, before)
    assert words in ended.told
    assert world.plan().code == 2


def test_a_file_that_is_no_dump_is_refused(world: World) -> None:
    world.applied(crm())
    before = world.state
    world.write("torn.json", '{"format_version": "1.0", ')
    ended = world.run("state", "recover", "torn.json")
    assert (ended.code, world.state) == (1, before)
    assert "torn.json cannot be read. It is cut off at line 1." in ended.told


def test_a_world_writable_folder_is_refused_before_anything_is_sent(world: World) -> None:
    world.declare(crm())
    (world.folder / "state").mkdir()
    (world.folder / "state").chmod(0o777)
    ended = world.apply()
    assert ended.code == 1
    assert "chmod o-w state" in ended.err
    assert world.writes == []
