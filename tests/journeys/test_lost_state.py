"""The state is lost, its backup as well, and docs/state.md says how to get it back."""

from __future__ import annotations

import shlex

import pytest

from tests.docs.pages import ROOT, Page
from tests.journeys.test_rows import AT, settled
from tests.journeys.worlds import World, crm

COUNT = 60
(STEPS,) = (
    block for block in Page(ROOT / "docs" / "state.md").commands if "import -matching" in block
)


@pytest.fixture
def lost(world: World) -> World:
    """A state is gone that recorded many connections, while somebody made one of their own."""
    names = [f"crm-{number:02}" for number in range(COUNT)]
    guarded = crm("guarded", lifecycle={"prevent_destroy": True})
    world.applied(*map(crm, names), guarded, crm())
    world.plant("Theirs")
    for path in (world.folder / "state").glob("dev.json*"):
        path.unlink()
    return world


def test_the_documented_steps_recover_a_lost_state(lost: World) -> None:
    held = {one["name"]: one["id"] for one in lost.connections()}
    writes = len(lost.writes)
    for line in STEPS.splitlines():
        command, *words = shlex.split(line.partition("||")[0])
        if command == "reconciler":
            asked = len(lost.service.log)
            ended = lost.run(*words)
            assert ended.code == ("||" in line), ended
            assert len(lost.service.log) - asked < 5
    assert lost.ids == {name[4:]: one for name, one in held.items() if name != "Theirs"}
    assert lost.document["resources"]["ZohoCrmConnection.guarded"]["prevent_destroy"]
    assert len(lost.writes) == writes
    settled(lost)


def test_the_plan_in_between_names_the_way_and_would_create_nothing(lost: World) -> None:
    planned = lost.plan()
    assert planned.code == 1
    assert "Warning: The state may be lost" in planned.err
    assert "import -matching" in planned.err
    assert "Plan:" not in planned.out
    assert lost.apply().code == 1
    assert len(lost.connections()) == COUNT + 3


def test_what_was_changed_while_there_was_no_state_is_shown_by_the_plan_after(
    lost: World,
) -> None:
    (at,) = (one["id"] for one in lost.connections() if one["name"] == "CRM crm")
    lost.service.edit(at, description="theirs")
    assert lost.run("import", "-matching").code == 0
    planned = lost.plan()
    assert (planned.code, '"theirs" -> "ours"' in planned.out) == (2, True)
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in planned.out
    assert lost.apply().code == 0
    settled(lost)


def test_two_of_one_name_are_left_to_a_person_with_the_lines_to_paste(lost: World) -> None:
    other = lost.plant("CRM crm")
    imported = lost.run("import", "-matching")
    assert (imported.code, f"{COUNT + 1} connections imported." in imported.out) == (4, True)
    assert f"import: {{id: {other}}}" in imported.told
    (ours,) = {one["id"] for one in lost.connections() if one["name"] == "CRM crm"} - {other}
    assert lost.run("import", AT, ours).code == 0
    assert lost.ids["crm"] == ours


def test_credentials_of_a_declared_version_are_sent_once_more(world: World) -> None:
    declared = crm(metadata={"credentialsVersion": "2026-11"})
    world.applied(declared)
    for path in (world.folder / "state").glob("dev.json*"):
        path.unlink()
    assert world.run("import", "-matching").code == 0
    planned = world.plan()
    assert (planned.code, "all credentials are sent again" in planned.out) == (2, True)
    assert world.apply().code == 0
    settled(world)


def test_a_state_of_before_a_replacement_is_brought_up_to_date_by_what_the_plan_says(
    world: World,
) -> None:
    world.applied(crm(), crm("z"))
    old = world.state or b""
    assert world.apply(f"-replace={AT}").code == 0
    new = world.ids["crm"]
    world.write("state/dev.json", old)
    planned = world.plan()
    assert (planned.code, "The state may be lost" in planned.err) == (1, False)
    assert f"by reconciler state rm {AT}, and then say reconciler import {AT} ID" in planned.told
    assert "import: {id:" not in planned.err
    assert world.run("state", "rm", AT).code == 0
    assert world.run("import", AT, new).code == 0
    assert world.ids["crm"] == new
    settled(world)
