"""Connections that move between the plan and the apply: by themselves, or by somebody's hand."""

from __future__ import annotations

import pytest

from reconciler.simulator.distortions import Edit
from reconciler.simulator.effects import Status
from tests.journeys.test_rows import AT, settled
from tests.journeys.worlds import World, crm

PLAN = "crm.plan.json"
WHO = "0A1B2C3D4E5F60718293A4B5@AdobeID with exc_app at 20"


@pytest.fixture
def planned(world: World) -> World:
    """A plan is saved that changes two connections and deletes a third."""
    world.applied(crm("a"), crm(), crm("gone"))
    world.declare(crm("a", description="new"), crm(description="new"))
    assert world.run("plan", f"-out={PLAN}").code == 0
    return world


def left(world: World) -> str:
    """Claim that the saved plan leaves ``crm`` alone and does everything else; return its words."""
    before = world.connection()
    ended = world.run("apply", PLAN)
    assert (ended.code, f"{AT}: Left alone" in ended.out) == (4, True), ended
    assert world.connection() == before
    assert world.connection("a")["description"] == "new"
    assert "gone" not in world.ids
    assert "Resources: 0 added, 1 changed, 1 destroyed, 1 left alone." in ended.out
    return ended.told


# --- by themselves ------------------------------------------------------------------------------


def test_etags_that_move_after_each_write_stop_no_saved_plan(world: World) -> None:
    world.service.switch(etag_moves_after=60)
    world.applied(crm("a"), crm(), crm("gone"))
    world.declare(crm("a", description="new"), crm(description="new"))
    assert world.run("plan", f"-out={PLAN}").code == 0
    pinned = {one["name"]: one["etag"] for one in world.connections()}
    world.hours.slept += 61
    ended = world.run("apply", PLAN)
    assert (ended.code, world.titles) == (0, ["CRM a", "CRM crm"]), ended
    assert world.connection()["etag"] != pinned["CRM crm"]
    world.hours.slept += 61
    settled(world)


def test_an_etag_that_moves_before_each_request_to_an_object_is_no_conflict(
    planned: World,
) -> None:
    for kind in ("get", "patch", "delete"):
        planned.service.fault(Edit(), kind=kind)
    assert (planned.run("apply", PLAN).code, planned.titles) == (0, ["CRM a", "CRM crm"])
    settled(planned)


def test_a_second_412_leaves_the_connection_and_says_what_it_was(planned: World) -> None:
    planned.service.fault(Edit(), kind="patch", after=1, times=2)
    ended = planned.run("apply", "-parallelism=1", PLAN)
    assert (ended.code, f"{AT}: Left alone" in ended.out) == (4, True)
    assert "FLOW-1404-412" in ended.err
    assert len([entry for entry in planned.writes if entry.status == 412]) == 2
    assert (planned.apply().code, planned.titles) == (0, ["CRM a", "CRM crm"])
    settled(planned)


def test_a_412_that_means_nothing_is_asked_about_once(planned: World) -> None:
    planned.service.fault(Status(status=412), kind="patch", after=1)
    assert planned.run("apply", "-parallelism=1", PLAN).code == 0
    assert planned.connection()["description"] == "new"
    settled(planned)


# --- by somebody's hand -------------------------------------------------------------------------


def test_a_visible_change_stops_its_connection_alone_with_who_and_when(planned: World) -> None:
    planned.service.edit(planned.ids["crm"], description="theirs")
    assert f"It was changed by {WHO}" in left(planned)
    shown = planned.plan()
    assert (shown.code, '"theirs" -> "new"' in shown.out) == (2, True)
    assert planned.apply().code == 0
    settled(planned)


def test_credentials_that_somebody_sent_again_stop_it_though_nothing_visible_differs(
    planned: World,
) -> None:
    planned.service.edit(planned.ids["crm"], auth={"params": {"clientSecret": "theirs"}})
    assert f"It was changed by {WHO}" in left(planned)


def test_a_change_that_was_taken_back_stops_it_as_well(planned: World) -> None:
    planned.service.edit(planned.ids["crm"], description="theirs")
    planned.service.edit(planned.ids["crm"], description="ours")
    assert f"It was changed by {WHO}" in left(planned)


def test_what_a_person_changes_outside_of_what_is_managed_counts_by_its_author(
    planned: World,
) -> None:
    planned.service.edit(planned.ids["crm"], auth={"params": {"scope": "theirs"}})
    assert f"It was changed by {WHO}" in left(planned)


def test_what_is_gone_since_the_plan_fails_alone_and_is_made_anew_by_the_next(
    planned: World,
) -> None:
    planned.service.uproot(planned.ids["crm"])
    ended = planned.run("apply", PLAN)
    assert (ended.code, "It is gone from the service. Plan again." in ended.told) == (3, True)
    assert planned.connection("a")["description"] == "new"
    assert planned.apply().code == 0
    settled(planned)


def test_a_deletion_stops_where_somebody_has_changed_what_it_would_delete(planned: World) -> None:
    gone = planned.ids["gone"]
    planned.service.edit(gone, auth={"params": {"clientSecret": "theirs"}})
    ended = planned.run("apply", PLAN)
    assert (ended.code, "ZohoCrmConnection.gone: Left alone" in ended.out) == (4, True)
    assert planned.ids["gone"] == gone
    assert planned.titles == ["CRM a", "CRM crm", "CRM gone"]
