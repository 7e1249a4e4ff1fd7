"""All credentials are rotated, with a key and without; then the key itself."""

from __future__ import annotations

import pytest

from reconciler.simulator.effects import Status
from tests.journeys.test_credentials import KEY, OTHER_KEY, sha
from tests.journeys.test_rows import settled
from tests.journeys.worlds import World, crm

NAMES = ("billing", "crm", "events")
OLD = {"RECONCILER_OLD_KEY": KEY["RECONCILER_KEY"]}
MOVED = {**OTHER_KEY, **OLD}


def declared(world: World, version: str | None = None) -> None:
    """Declare three connections, each with secrets of its own, and give the world the secrets."""
    metadata = {} if version is None else {"credentialsVersion": version}
    world.declare(*(_manifest(name, metadata) for name in NAMES))
    if f"SECRET_{NAMES[0]}" not in world.environ:
        rotate(world, "first", *NAMES)


def rotate(world: World, turn: str, *names: str) -> None:
    """Give these connections other client secrets and refresh tokens."""
    for name in names:
        for what in ("SECRET", "TOKEN"):
            world.environ[f"{what}_{name}"] = f"canary9b1f-{turn}-{what.lower()}-{name}"
            world.secrets.append(world.environ[f"{what}_{name}"])


def held(world: World) -> dict[str, str]:
    """Return what the service has for a client secret, by name."""
    return {name: world.connection(name)["secrets"]["clientSecret"] for name in NAMES}


def expected(world: World) -> dict[str, str]:
    return {name: sha(world.environ[f"SECRET_{name}"]) for name in NAMES}


def keys(world: World) -> set[str]:
    """Return the ids of the keys that made the fingerprints of the state."""
    records = world.document["resources"].values()
    return {mark.split(":")[0] for record in records for mark in record["fingerprints"].values()}


def _manifest(name: str, metadata: dict[str, str]) -> str:
    params = {
        "clientSecret": {"secret": f"env:SECRET_{name}"},
        "refreshToken": {"secret": f"env:TOKEN_{name}"},
    }
    return crm(name, params=params, metadata=metadata)


def test_with_a_key_a_plan_shows_exactly_what_was_rotated(world: World) -> None:
    world.environ |= KEY
    declared(world)
    assert world.apply().code == 0
    settled(world)
    rotate(world, "second", "billing", "events")
    planned = world.plan()
    assert planned.code == 2
    assert "Plan: 0 to add, 2 to change, 0 to destroy." in planned.out
    for name, changes in (("billing", True), ("crm", False), ("events", True)):
        shown = f"ZohoCrmConnection.{name} will be updated in-place" in planned.out
        assert shown is changes
    assert planned.out.count("~ clientSecret = (sensitive value)") == 2
    assert planned.out.count("~ refreshToken = (sensitive value)") == 2
    assert world.apply().code == 0
    assert held(world) == expected(world)
    rotate(world, "third", *NAMES)
    assert "Plan: 0 to add, 3 to change, 0 to destroy." in world.plan().out
    assert world.apply().code == 0
    assert held(world) == expected(world)
    settled(world)


def test_without_a_key_a_new_version_has_them_all_sent(world: World) -> None:
    declared(world, "2026-10")
    assert world.apply().code == 0
    rotate(world, "second", *NAMES)
    assert world.plan().code == 0
    declared(world, "2026-11")
    planned = world.plan()
    assert planned.code == 2
    assert planned.out.count('~ credentialsVersion = "2026-10" -> "2026-11"') == 3
    assert world.apply().code == 0
    assert held(world) == expected(world)
    assert keys(world) == set()
    settled(world)


def test_a_new_key_takes_over_without_a_request(world: World) -> None:
    world.environ |= KEY
    declared(world)
    assert world.apply().code == 0
    (old,) = keys(world)
    world.environ |= MOVED
    before, writes = world.state, len(world.writes)
    planned = world.plan()
    assert planned.code == 0
    assert "Fingerprints of an old key" in planned.err
    assert "ZohoCrmConnection.billing, ZohoCrmConnection.crm, ZohoCrmConn" in planned.told
    assert world.state == before
    assert world.apply().code == 0
    assert len(world.writes) == writes
    (new,) = keys(world)
    assert new != old
    settled(world)  # which says no more of the old key, so it can go
    del world.environ["RECONCILER_OLD_KEY"]
    settled(world)
    rotate(world, "second", "crm")
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in world.plan().out


def test_a_secret_rotated_together_with_the_key_is_sent_and_no_other(world: World) -> None:
    world.environ |= KEY
    declared(world)
    assert world.apply().code == 0
    world.environ |= MOVED
    rotate(world, "second", "crm")
    writes = len(world.writes)
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in world.plan().out
    assert world.apply().code == 0
    assert len(world.writes) == writes + 1
    assert held(world) == expected(world)
    assert len(keys(world)) == 1
    settled(world)


def test_a_rotated_secret_that_could_not_be_sent_keeps_its_old_fingerprint(world: World) -> None:
    world.environ |= KEY
    declared(world)
    assert world.apply().code == 0
    world.environ |= MOVED
    rotate(world, "second", "crm")
    world.service.fault(Status(status=422), kind="patch")
    assert world.apply().code == 3
    assert len(keys(world)) == 2
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in world.plan().out
    assert world.apply().code == 0
    assert held(world) == expected(world)
    settled(world)


def test_a_saved_plan_brings_the_fingerprints_to_the_new_key_too(world: World) -> None:
    world.environ |= KEY
    declared(world)
    assert world.apply().code == 0
    world.environ |= MOVED
    rotate(world, "second", "crm")
    assert world.run("plan", "-out=one.plan").code == 0
    assert world.run("apply", "one.plan").code == 0
    assert len(keys(world)) == 1
    settled(world)


def test_what_is_not_at_hand_keeps_its_fingerprint_until_it_is(world: World) -> None:
    world.environ |= KEY
    declared(world)
    assert world.apply().code == 0
    world.environ |= MOVED
    assert world.apply(env={"SECRET_crm": None}).code == 0
    assert len(keys(world)) == 2
    planned = world.plan()
    assert "made those of ZohoCrmConnection.crm. The next apply" in planned.told
    rotate(world, "second", "crm")
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in world.plan().out
    assert world.apply().code == 0
    settled(world)


def test_what_a_plan_leaves_out_keeps_its_fingerprints(world: World) -> None:
    world.environ |= KEY
    declared(world)
    assert world.apply().code == 0
    world.environ |= MOVED
    before = world.state
    assert world.apply("-target=ZohoCrmConnection.crm").code == 0
    assert world.state == before


def test_a_key_that_is_missing_makes_no_change_and_is_asked_for(world: World) -> None:
    world.environ |= KEY
    declared(world)
    assert world.apply().code == 0
    world.environ |= OTHER_KEY
    rotate(world, "second", *NAMES)
    before = world.state
    planned = world.plan()
    assert planned.code == 0
    assert "Fingerprints of another key" in planned.err
    assert "RECONCILER_OLD_KEY for the next apply" in planned.told
    assert world.apply().code == 0
    assert world.state == before
    assert world.plan(env=OLD).code == 2


@pytest.mark.parametrize("lost", [{}, {"RECONCILER_KEY": ""}, OLD])
def test_a_key_that_is_unset_or_empty_is_asked_for(world: World, lost: dict[str, str]) -> None:
    world.environ |= KEY
    declared(world)
    assert world.apply().code == 0
    assert "without a key" not in world.plan().err
    del world.environ["RECONCILER_KEY"]
    world.environ |= lost
    rotate(world, "second", *NAMES)
    planned = world.plan()
    assert planned.code == 0
    assert "Fingerprints without a key" in planned.err
    assert "fingerprints of ZohoCrmConnection.billing, ZohoCrmConnection.crm, " in planned.told
    assert "without a key" not in world.plan("-refresh=false").err
    world.environ |= KEY
    assert world.plan().code == 2


def test_several_old_keys_stand_side_by_side(world: World) -> None:
    world.environ |= {"RECONCILER_KEY": "ef" * 32}
    declared(world)
    assert world.apply().code == 0
    world.environ |= {**OTHER_KEY, "RECONCILER_OLD_KEY": f"{'ab' * 32}, {'ef' * 32}"}
    assert world.apply().code == 0
    del world.environ["RECONCILER_OLD_KEY"]
    settled(world)


def test_an_old_key_vouches_for_no_saved_plan(world: World) -> None:
    world.environ |= KEY
    declared(world)
    assert world.run("plan", "-out=one.plan").code == 0
    ended = world.run("apply", "one.plan", env=MOVED)
    assert ended.code == 1
    assert "carries no valid MAC" in ended.told
    assert world.connections() == []


def test_an_old_key_that_is_none_is_told_by_its_variable(world: World) -> None:
    world.environ |= {**KEY, "RECONCILER_OLD_KEY": "canary9b1f-short"}
    world.secrets.append("canary9b1f-short")
    declared(world)
    ended = world.plan()
    assert ended.code == 1
    assert "RECONCILER_OLD_KEY must be at least 32 random bytes" in ended.told
