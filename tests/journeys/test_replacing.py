"""``-replace``: another connection is made, then the old one is deleted, whatever comes between."""

from __future__ import annotations

import json

import pytest

from reconciler.simulator.distortions import StaleList
from reconciler.simulator.effects import Reset, Status
from tests.journeys.test_rows import AT, NOTHING, refused, settled
from tests.journeys.worlds import World, crm

REPLACE = f"-replace={AT}"


@pytest.fixture
def one(world: World) -> World:
    """One connection is recorded, and another that nobody touches."""
    world.applied(crm(), crm("z"))
    return world


def deposed(world: World) -> list[str]:
    """Return the ids of what the state says was replaced."""
    return [one["id"] for some in world.document.get("deposed", {}).values() for one in some]


def test_a_replacement_is_planned_in_terraforms_words(one: World) -> None:
    old = one.ids["crm"]
    ended = one.plan(REPLACE)
    assert ended.code == 2
    assert "+/- create replacement and then destroy" in ended.out
    assert f"  # {AT} will be replaced, as requested\n" in ended.out
    assert '+/- resource "ZohoCrmConnection" "crm" {' in ended.out
    assert f'~ id   = "{old}" -> (known after apply)' in ended.out
    assert "Plan: 1 to add, 0 to change, 1 to destroy." in ended.out
    assert "Deletion may be final" in ended.err
    document = json.loads(one.plan(REPLACE, "-format=json").out)
    (change,) = document["resource_changes"]
    assert change["change"]["actions"] == ["create", "delete"]
    assert change["change"]["after_unknown"] == {"id": True}
    assert change["action_reason"] == "replace_by_request"
    assert json.loads(one.plan(REPLACE, "-format=gitlab").out) == {
        "create": 1,
        "update": 0,
        "delete": 1,
    }


def test_the_new_one_is_made_and_recorded_before_the_old_one_is_deleted(one: World) -> None:
    old = one.ids["crm"]
    ended = one.apply(REPLACE)
    assert ended.code == 0, ended
    assert f"{AT}: Creation complete" in ended.out
    assert f"{AT} (deposed object {old}): Destruction complete" in ended.out
    assert "Apply complete! Resources: 1 added, 0 changed, 1 destroyed." in ended.out
    assert [entry.kind for entry in one.writes][-2:] == ["create", "delete"]
    assert one.ids["crm"] != old
    assert old not in (one.state or b"").decode()
    assert one.titles == ["CRM crm", "CRM z"]
    settled(one)


@pytest.mark.parametrize("saved", [False, True])
def test_a_field_that_cannot_change_in_place_is_changed_by_a_replacement(
    one: World, *, saved: bool
) -> None:
    one.service.edit(one.ids["crm"], auth={"specName": "OAuth2"})
    assert REPLACE in refused(one)
    if saved:
        assert one.run("plan", REPLACE, "-out=plan.json").code == 0
        assert "will be replaced, as requested" in one.run("show", "plan.json").out
        assert one.run("apply", "plan.json").code == 0
    else:
        assert one.apply(REPLACE).code == 0
    settled(one)


def test_what_the_service_refuses_to_make_stays_what_it_was(one: World) -> None:
    before = one.document["resources"]
    one.service.fault(Status(status=400, code=1308), kind="create")
    ended = one.apply(REPLACE)
    assert ended.code == 3
    assert (one.document["resources"], one.intents, deposed(one)) == (before, [], [])
    settled(one)


def test_what_cannot_be_deleted_is_kept_in_mind_and_deleted_by_the_next_apply(one: World) -> None:
    old = one.ids["crm"]
    one.service.fault(Status(status=403), kind="delete")
    ended = one.apply(REPLACE)
    assert (ended.code, deposed(one)) == (3, [old]), ended
    assert "Resources: 1 added, 0 changed, 0 destroyed, 1 failed." in ended.out
    new = one.ids["crm"]
    ended = one.plan()
    assert ended.code == 2
    assert f"  # {AT} (deposed object {old}) will be destroyed\n" in ended.out
    assert "left over from a replacement" in ended.out
    document = json.loads(one.plan("-format=json").out)
    assert [each["deposed"] for each in document["resource_changes"]] == [old]
    for form in ("markdown", "html", "github"):
        assert old in one.plan(f"-format={form}").out
    assert one.apply(f"-exclude={AT}").code == 0
    assert deposed(one) == [old]
    assert one.apply().code == 0
    assert (one.ids["crm"], deposed(one), one.titles) == (new, [], ["CRM crm", "CRM z"])
    settled(one)


def test_what_is_deposed_can_be_deleted_by_a_saved_plan_and_is_forgotten_where_it_is_gone(
    one: World,
) -> None:
    for gone in (False, True):
        old = one.ids["crm"]
        one.service.fault(Status(status=403), kind="delete")
        assert one.apply(REPLACE).code == 3
        if gone:
            one.service.uproot(old)
            ended = one.plan()
            assert f"# {AT} (deposed object {old}) will no longer be managed" in ended.out
        assert one.run("plan", "-out=plan.json").code == 0
        assert one.run("apply", "plan.json").code == 0
        assert deposed(one) == []
        settled(one)


def test_while_the_new_one_is_in_doubt_the_old_one_is_kept(one: World) -> None:
    old = one.ids["crm"]
    one.configure(policy={"quarantine": 235})
    one.service.fault(Reset(commit=True), kind="create")
    one.service.fault(StaleList(), kind="list", after=1)
    ended = one.apply(REPLACE)
    assert (ended.code, one.intents, deposed(one)) == (4, ["crm"], [old]), ended
    assert old in {each["id"] for each in one.connections()}
    ended = one.apply()
    assert (ended.code, one.intents, deposed(one)) == (0, [], []), ended
    assert one.ids["crm"] != old
    assert one.titles == ["CRM crm", "CRM z"]
    settled(one)


def test_a_replacement_that_never_happened_leaves_the_old_one_in_its_place(one: World) -> None:
    before = one.document["resources"]
    one.configure(policy={"quarantine": 235})
    one.service.fault(Reset(), kind="create")
    ended = one.apply(REPLACE)
    assert (ended.code, one.intents) == (4, ["crm"])
    assert AT not in one.document["resources"]
    assert "deposed object" not in one.plan().out
    one.hours.slept += 300
    ended = one.apply()
    assert (ended.code, deposed(one), one.document["resources"]) == (0, [], before), ended
    settled(one)


def test_a_create_that_is_found_after_all_leaves_its_predecessor_to_the_next_apply(
    one: World,
) -> None:
    old = one.ids["crm"]
    one.service.fault(Reset(commit=True), kind="create")
    ended = one.apply(REPLACE)
    assert (ended.code, deposed(one)) == (3, [old]), ended
    assert "Replaced connection is still there" in ended.told
    assert one.apply().code == 0
    settled(one)


def test_a_connection_that_moved_since_the_review_is_not_replaced(one: World) -> None:
    assert one.run("plan", REPLACE, "-out=plan.json").code == 0
    one.service.edit(one.ids["crm"], description="theirs", updatedClient="exc_app")
    before, writes = one.state, len(one.writes)
    ended = one.run("apply", "plan.json")
    assert (ended.code, one.state, len(one.writes)) == (4, before, writes)
    assert "so it was not replaced" in ended.told


def test_what_must_not_be_destroyed_is_not_replaced(world: World) -> None:
    world.applied(crm(lifecycle={"prevent_destroy": True}))
    assert "Connection must not be destroyed" in refused(world, REPLACE)


def test_replacements_that_were_cut_short_after_their_deletions_need_no_flag(one: World) -> None:
    one.service.fault(Status(status=403), kind="delete", times=2)
    assert one.apply(REPLACE, "-replace=ZohoCrmConnection.z", "-allow-destroy=2").code == 3
    offline = one.run("plan", "-refresh=false")
    assert "Plan: 0 to add, 0 to change, 2 to destroy." in offline.out
    assert (offline.code, "are gone" in offline.told) == (0, False)
    for old in deposed(one):
        one.service.uproot(old)
    ended = one.plan()
    assert (ended.code, "2 to forget" in ended.out) == (2, True), ended
    assert one.apply().code == 0
    settled(one)


def test_what_was_replaced_counts_as_gone_with_its_successor(one: World) -> None:
    one.service.fault(Status(status=403), kind="delete")
    assert one.apply(REPLACE).code == 3
    for gone in (*deposed(one), one.ids["crm"]):
        one.service.uproot(gone)
    assert "2 of 3 recorded connections are not on the service" in refused(one)


def test_what_an_import_entry_names_is_not_replaced_before_the_entry_is_gone(world: World) -> None:
    adopted = world.plant(description="ours")
    world.applied(crm(adopt={"id": adopted}), crm("z"))
    assert "Connection to import is replaced" in refused(world, REPLACE)
    world.declare(crm(), crm("z"))
    assert world.apply(REPLACE).code == 0
    settled(world)


def test_an_import_entry_brings_back_nothing_that_a_create_in_doubt_replaces(one: World) -> None:
    old = one.ids["crm"]
    one.configure(policy={"quarantine": 235})
    one.service.fault(Reset(commit=True), kind="create")
    one.service.fault(StaleList(), kind="list", after=1)
    assert one.apply(REPLACE).code == 4
    one.declare(crm(adopt={"id": old}), crm("z"))
    ended = one.plan()
    assert (ended.code, "Connection to import is replaced" in ended.told) == (1, True)
    one.declare(crm(), crm("z"))
    assert one.apply().code == 0
    assert (deposed(one), one.titles) == ([], ["CRM crm", "CRM z"])
    settled(one)


def test_what_is_made_anew_beside_its_import_entry_is_warned_of_before_the_entry_is_refused(
    world: World,
) -> None:
    adopted = world.plant(description="ours")
    world.applied(crm(adopt={"id": adopted}), crm("z"))
    world.service.uproot(adopted)
    ended = world.plan()
    assert (ended.code, "Warning: Connection to import is gone" in ended.told) == (2, True)
    assert adopted in ended.err
    assert world.apply().code == 0
    assert "Address records another connection" in refused(world)
    world.declare(crm(), crm("z"))
    settled(world)


def test_what_is_declared_not_to_be_destroyed_is_kept_before_any_apply_has_recorded_that(
    one: World,
) -> None:
    one.declare(crm(lifecycle={"prevent_destroy": True}), crm("z"))
    for flags in ([REPLACE], ["-destroy", "-allow-destroy=2"]):
        assert "Connection must not be destroyed" in refused(one, *flags)


def test_replacements_count_as_deletions(one: World) -> None:
    both = [REPLACE, "-replace=ZohoCrmConnection.z"]
    assert "Too many deletions" in refused(one, *both)
    assert one.apply(*both, "-allow-destroy=2").code == 0
    settled(one)


def test_a_name_that_others_hold_is_not_taken_by_a_replacement(one: World) -> None:
    one.plant("Theirs")
    one.declare(crm(title="Theirs"), crm("z"))
    assert "New name is taken" in refused(one, REPLACE)


def test_what_was_left_over_goes_with_the_address(one: World) -> None:
    old = one.ids["crm"]
    one.service.fault(Status(status=403), kind="delete")
    assert one.apply(REPLACE).code == 3
    one.declare(crm("z"))
    ended = one.apply()
    assert (ended.code, sorted(one.ids), deposed(one)) == (0, ["z"], []), ended
    assert old not in {each["id"] for each in one.connections()}
    assert NOTHING in one.plan().out


def test_a_connection_that_moves_is_replaced_by_its_old_name_too(one: World) -> None:
    old = one.ids["crm"]
    one.configure(moved=[{"from": AT, "to": "ZohoCrmConnection.new"}])
    one.declare(crm("new", title="CRM crm"), crm("z"))
    assert one.apply(REPLACE).code == 0
    assert sorted(one.ids) == ["new", "z"]
    assert one.ids["new"] != old
    settled(one)
