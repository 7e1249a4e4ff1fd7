"""What is recorded of an update, and what an update that nobody answers counts as."""

from __future__ import annotations

from reconciler.simulator.effects import Reset
from tests.journeys.worlds import World, crm


def test_the_etag_that_an_update_was_answered_with_is_recorded(world: World) -> None:
    world.applied(crm())
    world.applied(crm(description="new"))
    (record,) = world.document["resources"].values()
    assert record["etag"] == world.connection()["etag"]


def test_an_update_that_is_never_answered_has_failed_and_is_in_no_doubt(world: World) -> None:
    world.applied(crm())
    world.declare(crm(description="new"))
    world.service.fault(Reset(), kind="patch", times=None)
    ended = world.apply()
    assert ended.code == 3
    assert "1 failed" in ended.out
    assert "in doubt" not in ended.told
    assert world.intents == []


def test_what_the_service_says_of_a_disabled_connection_is_told(world: World) -> None:
    world.applied(crm())
    world.service.edit(world.ids["crm"], state="disabled")
    ended = world.plan()
    assert "Connection is not enabled" in ended.err
    assert '"disabled"' in ended.told


def test_an_adoption_is_recorded_whatever_is_changed_before_it(world: World) -> None:
    world.applied(crm("a", title="A"))
    theirs = world.plant("B", description="ours")
    world.declare(crm("a", title="A", description="new"), crm("b", title="B", adopt={"id": theirs}))
    assert world.apply().code == 0
    assert world.ids["b"] == theirs


def test_what_is_known_of_the_credentials_outlives_an_update_that_sends_none(world: World) -> None:
    key = {"RECONCILER_KEY": "ab" * 32}
    versioned = {"credentialsVersion": "2026-11"}
    world.declare(crm(metadata=versioned))
    assert world.apply(env=key).code == 0
    (before,) = world.document["resources"].values()
    world.declare(crm(metadata=versioned, description="new"))
    assert world.apply(env=key).code == 0
    (after,) = world.document["resources"].values()
    known = ("fingerprints", "credentials_version")
    assert before["fingerprints"]
    assert {name: after[name] for name in known} == {name: before[name] for name in known}
    assert after["spec"]["description"] == "new"
