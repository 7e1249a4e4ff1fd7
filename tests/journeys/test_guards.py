"""What a plan may delete, recreate, rename or let go, and who has to say so."""

from __future__ import annotations

import pytest

from tests.journeys.test_rows import AT, NOTHING, refused, settled
from tests.journeys.worlds import World, crm

NAMES = ("a", "b", "c", "d")


@pytest.fixture
def four(world: World) -> World:
    world.applied(*map(crm, NAMES))
    return world


# --- deletions ----------------------------------------------------------------------------------


def test_more_deletions_than_policy_allows_are_refused_with_the_flag_to_use(four: World) -> None:
    four.declare(crm("a"))
    told = refused(four)
    assert "The plan deletes 3 connections, and policy.max_destroy allows 1" in told
    assert "-allow-destroy=3" in told
    for wrong in ("-allow-destroy=2", "-allow-destroy=4", "-allow-destroy=99"):
        refused(four, wrong)
    assert four.apply("-allow-destroy=3").code == 0
    assert (list(four.ids), four.titles) == (["a"], ["CRM a"])
    settled(four)


def test_policy_sets_how_many_go_without_asking(four: World) -> None:
    four.configure(policy={"max_destroy": 0})
    four.declare(*map(crm, NAMES[:3]))
    refused(four)
    four.configure(policy={"max_destroy": 2})
    four.declare(*map(crm, NAMES[:2]))
    assert four.apply().code == 0


def test_a_saved_plan_that_a_flag_allowed_needs_no_flag_again(four: World) -> None:
    four.declare(crm("a"))
    assert four.run("plan", "-allow-destroy=3", "-out=p.json").code == 0
    assert (four.run("apply", "p.json").code, list(four.ids)) == (0, ["a"])


def test_reviewed_consent_is_not_counted(four: World) -> None:
    leaving = [{"from": f"ZohoCrmConnection.{name}", "destroy": True} for name in NAMES[1:]]
    four.configure(removed=leaving)
    four.declare(crm("a"))
    assert four.apply().code == 0
    assert (list(four.ids), four.titles) == (["a"], ["CRM a"])
    settled(four)


def test_nothing_declared_at_all_is_more_likely_an_accident(four: World) -> None:
    four.declare()
    told = refused(four)
    assert "Nothing is declared here" in told
    assert "its state records 4 connections" in told
    told = refused(four, "-allow-destroy=4")
    assert "use -destroy" in told


def test_an_environment_taken_out_of_a_manifest_deletes_there_under_all_guards(
    four: World,
) -> None:
    other = {"sandbox": "prod", "state": "state/prod.json"}
    dev = {"sandbox": "dev", "state": "state/dev.json"}
    four.configure(environments={"dev": dev, "prod": other})
    elsewhere = {"metadata": {"environments": ["prod"]}}
    four.declare(crm("a"), *(crm(name, **elsewhere) for name in NAMES[1:]))
    assert "The plan deletes 3 connections" in refused(four, "-e", "dev")


def test_destroy_deletes_everything_that_is_recorded(four: World) -> None:
    theirs = four.plant("Theirs")
    planned = four.plan("-destroy", "-allow-destroy=4")
    assert (planned.code, "Plan: 0 to add, 0 to change, 4 to destroy." in planned.out) == (2, True)
    assert four.run("destroy", "-auto-approve").code == 1
    ended = four.run("destroy", "-auto-approve", "-allow-destroy=4")
    assert ended.code == 0
    assert "Destroy complete! Resources: 4 destroyed." in ended.out
    assert ([one["id"] for one in four.connections()], four.ids) == ([theirs], {})


def test_a_person_who_types_yes_needs_no_flag(four: World) -> None:
    ended = four.run("destroy", stdin="yes\n", terminal=True)
    assert (ended.code, four.titles) == (0, [])


# --- prevent_destroy ----------------------------------------------------------------------------


def test_prevent_destroy_is_recorded_by_any_apply_and_is_no_change(world: World) -> None:
    world.applied(crm(), crm("z"))
    world.declare(crm(lifecycle={"prevent_destroy": True}), crm("z"))
    planned = world.plan()
    assert (planned.code, NOTHING in planned.out) == (0, True)
    assert world.apply().code == 0
    assert world.document["resources"][AT]["prevent_destroy"] is True
    assert len(world.writes) == 2
    refused(world, "-destroy", "-allow-destroy=2")
    settled(world)


def test_what_must_not_be_destroyed_is_let_go_by_a_removed_entry(world: World) -> None:
    world.applied(crm(lifecycle={"prevent_destroy": True}), crm("z"))
    world.declare(crm("z"))
    world.configure(removed=[{"from": AT, "destroy": False}])
    planned = world.plan()
    assert planned.code == 2
    assert f"# {AT} will no longer be managed by reconciler, but will not be" in planned.out
    assert world.apply().code == 0
    assert (list(world.ids), world.titles) == (["z"], ["CRM crm", "CRM z"])
    settled(world)


def test_consent_to_destroy_does_not_overrule_prevent_destroy(world: World) -> None:
    world.applied(crm(lifecycle={"prevent_destroy": True}), crm("z"))
    world.declare(crm("z"))
    world.configure(removed=[{"from": AT, "destroy": True}])
    refused(world)


# --- many gone at once --------------------------------------------------------------------------


def test_a_third_of_all_connections_gone_at_once_is_more_likely_the_wrong_place(
    four: World,
) -> None:
    for name in ("a", "b"):
        four.service.uproot(four.ids[name])
    told = refused(four)
    assert "2 of 4 recorded connections are not on the service" in told
    refused(four, "-allow-recreate=1")
    refused(four, "-allow-recreate=3")
    assert four.apply("-allow-recreate=2").code == 0
    assert four.titles == [f"CRM {name}" for name in NAMES]
    settled(four)


def test_a_single_one_gone_is_created_again_without_asking(world: World) -> None:
    world.applied(crm())
    world.service.uproot(world.ids["crm"])
    assert world.apply().code == 0


# --- moved and removed --------------------------------------------------------------------------


def test_a_moved_address_keeps_its_connection_and_the_entry_falls_silent(world: World) -> None:
    world.applied(crm())
    before = world.ids["crm"]
    world.configure(moved=[{"from": AT, "to": "ZohoCrmConnection.new"}])
    world.declare(crm("new", title="CRM crm", description="new"))
    planned = world.plan()
    assert planned.code == 2
    assert f"# (moved from {AT})" in planned.out
    assert world.apply().code == 0
    assert (world.ids, world.connection("new")["description"]) == ({"new": before}, "new")
    assert [entry.kind for entry in world.writes] == ["create", "patch"]
    settled(world)


def test_entries_with_nothing_left_to_do_are_silent(world: World) -> None:
    world.configure(
        moved=[{"from": "ZohoCrmConnection.x", "to": "ZohoCrmConnection.y"}],
        removed=[{"from": "ZohoCrmConnection.z", "destroy": True}],
    )
    world.applied(crm())
    settled(world)


def test_a_removed_entry_for_what_is_still_declared_is_refused(world: World) -> None:
    world.applied(crm())
    world.configure(removed=[{"from": AT, "destroy": True}])
    ended = world.plan()
    assert ended.code == 1
    assert "Error: Address still declared" in ended.err
    assert "reconciler.yaml:" in ended.err


# --- deprecated kinds ---------------------------------------------------------------------------


def test_a_deprecated_kind_is_warned_about_once_however_many_there_are(world: World) -> None:
    world.configure(policy={"silence": [], "quarantine": 235})
    world.declare(*map(crm, NAMES))
    for ended in (world.plan(), world.apply(), world.run("validate")):
        assert ended.err.count("Warning: Deprecated kind") == 1
        assert "Data Landing Zone" in ended.err
        assert "silence: [deprecated-source]" in ended.err
    world.configure(policy={"silence": ["deprecated-source"], "quarantine": 235})
    assert world.plan().err == ""


# --- ignore_changes -----------------------------------------------------------------------------


def test_an_ignored_field_is_sent_at_create_and_left_alone_from_then_on(world: World) -> None:
    ignoring = {"lifecycle": {"ignore_changes": ["description"]}}
    world.applied(crm(**ignoring))
    assert world.connection()["description"] == "ours"
    world.service.edit(world.ids["crm"], description="theirs")
    settled(world)
    world.declare(crm(description="new", **ignoring))
    assert world.plan().code == 0


def test_an_ignored_parameter_goes_out_as_observed_with_the_others(world: World) -> None:
    ignoring = {"lifecycle": {"ignore_changes": ["auth.params.endpoint"]}}
    world.applied(crm(**ignoring))
    theirs = "https://developer.zohoapis.eu"
    world.service.edit(world.ids["crm"], auth={"params": {"endpoint": theirs}})
    settled(world)
    world.applied(crm(params={"clientId": "1000.NEW"}, **ignoring))
    params = world.connection()["auth"]["params"]
    assert (params["endpoint"], params["clientId"]) == (theirs, "1000.NEW")
    settled(world)
