"""What does not show up is not gone: reads may lag behind what was made a moment before."""

from __future__ import annotations

import pytest

from reconciler.core.settling import LAG
from reconciler.simulator.effects import Scene, Status
from reconciler.simulator.exchanges import Answer
from tests.journeys.test_rows import AT, settled
from tests.journeys.worlds import World, crm

LOOKING_AGAIN = f"{AT} does not show up on the service. Looking again in 30 s"


@pytest.fixture
def fresh(world: World) -> World:
    """Return a world in which a connection was made that neither list nor look-up shows yet."""
    world.applied(crm())
    world.service.switch(listing_lag=20)
    world.service.fault(Status(status=404), kind="get")
    return world


def test_an_apply_makes_no_second_connection_because_the_first_does_not_show_yet(
    fresh: World,
) -> None:
    before = fresh.state
    ended = fresh.apply()
    assert ended.code == 0, ended
    assert LOOKING_AGAIN in ended.told
    assert "No changes." in ended.out
    assert (fresh.titles, fresh.state) == (["CRM crm"], before)


def test_an_apply_does_not_forget_what_it_is_to_delete_because_it_does_not_show_yet(
    fresh: World,
) -> None:
    fresh.declare(crm("other"))
    ended = fresh.apply()
    assert ended.code == 0, ended
    assert LOOKING_AGAIN in ended.told
    assert fresh.titles == ["CRM other"]


@pytest.mark.parametrize(
    ("manifest", "words"),
    [(crm(), "so no second one was made"), (crm("other"), "was kept")],
    ids=["create", "forget"],
)
def test_a_saved_plan_that_took_something_for_gone_leaves_it_alone(
    fresh: World, manifest: str, words: str
) -> None:
    fresh.declare(manifest)
    fresh.run("plan", "-out=plan.json")
    recorded = fresh.ids["crm"]
    ended = fresh.run("apply", "plan.json")
    assert ended.code == 4, ended
    assert "Error: Connection is there after all" in ended.err
    assert words in ended.told
    assert fresh.ids["crm"] == recorded
    assert "CRM crm" in fresh.titles
    assert fresh.apply().code == 0
    settled(fresh)


def test_what_is_truly_gone_is_made_again_after_the_second_look(world: World) -> None:
    world.applied(crm())
    world.service.uproot(world.ids["crm"])
    ended = world.apply()
    assert ended.code == 0, ended
    assert LOOKING_AGAIN in ended.told
    assert world.titles == ["CRM crm"]
    settled(world)


def test_a_plan_does_not_wait(fresh: World) -> None:
    slept = fresh.hours.slept
    assert fresh.plan().code == 2
    assert fresh.hours.slept == slept


def test_a_deletion_that_finds_nothing_looks_again_before_it_believes_it(world: World) -> None:
    world.applied(crm(), crm("z"))
    world.declare(crm("z"))
    world.service.fault(Status(status=404), kind="get")
    assert world.apply().code == 0
    assert world.titles == ["CRM z"]
    settled(world)


def test_what_was_made_a_moment_ago_and_shows_nowhere_yet_is_not_taken_for_deleted(
    world: World,
) -> None:
    """The deletion and the read after it both see a replica that does not know it yet."""
    world.applied(crm(), crm("z"))
    world.declare(crm("z"))
    world.service.fault(Status(status=404), kind="delete")
    before = world.hours.slept

    def lagging(scene: Scene) -> Answer:
        late = world.hours.slept - before >= LAG
        return scene.serve(scene.request) if late else Status(status=404)(scene)

    world.service.fault(lagging, kind="get", after=1, times=None)
    ended = world.apply()
    assert (ended.code, "still showed it at last look" in ended.told) == (3, True), ended
    assert (world.titles, sorted(world.ids)) == (["CRM crm", "CRM z"], ["crm", "z"])
    assert world.apply().code == 0
    settled(world)


def test_a_deletion_that_is_told_there_is_nothing_to_delete_sees_for_itself(world: World) -> None:
    world.applied(crm(), crm("z"))
    world.declare(crm("z"))
    world.service.fault(Status(status=404), kind="delete")
    ended = world.apply()
    assert ended.code == 3, ended
    assert "still showed it at last look" in ended.told
    assert (world.titles, sorted(world.ids)) == (["CRM crm", "CRM z"], ["crm", "z"])
    assert world.apply().code == 0
    settled(world)
