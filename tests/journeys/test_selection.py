"""``-target``, ``-exclude`` and ``-l``: what they leave out is not touched in any way."""

from __future__ import annotations

import json

import pytest

from tests.journeys.test_rows import AT, settled
from tests.journeys.worlds import World, crm

EU = {"labels": {"region": "eu", "tier": "gold"}}
US = {"labels": {"region": "us"}}


@pytest.fixture
def three(world: World) -> World:
    """Three connections are recorded; all are declared otherwise, and one is to go."""
    world.applied(crm("a", metadata=EU), crm(metadata=EU), crm("gone"))
    world.declare(crm("a", metadata=EU, description="new"), crm(metadata=US, description="new"))
    return world


def test_a_target_is_all_that_a_plan_is_about(three: World) -> None:
    ended = three.plan("-target", AT)
    assert ended.code == 2
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in ended.out
    assert "Resource targeting is in effect" in ended.err
    assert "The plan is about 1 of 3 addresses" in ended.told
    document = json.loads(three.plan(f"-target={AT}", "-format=json").out)
    assert (document["complete"], document["applyable"]) == (False, True)
    before = three.document["resources"]
    assert three.apply(f"-target={AT}").code == 0
    after = three.document["resources"]
    assert {at for at in after if after[at] != before[at]} == {AT}
    assert three.connection("a")["description"] == "ours"
    assert three.apply().code == 0
    settled(three)


def test_what_is_excluded_stands_in_nobodys_way(three: World) -> None:
    theirs = three.plant("CRM taken")
    three.declare(crm("a", metadata=EU), crm(metadata=EU), crm("taken"))
    assert three.apply().code == 1
    ended = three.apply("-exclude=ZohoCrmConnection.taken")
    assert (ended.code, sorted(three.ids)) == (0, ["a", "crm"])
    assert theirs in {one["id"] for one in three.connections()}


def test_labels_must_all_be_worn_and_what_is_not_declared_wears_none(three: World) -> None:
    assert "Plan: 0 to add, 2 to change, 1 to destroy." in three.plan().out
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in three.plan("-l", "region=eu").out
    assert "Plan: 0 to add, 1 to change" in three.plan("-l=region=eu", "-l=tier=gold").out
    ended = three.plan("-l", "region=us", "-l", "tier=gold")
    assert (ended.code, "0 of 3 addresses" in ended.told) == (0, True)


def test_destroying_by_label_deletes_what_is_declared_with_it(three: World) -> None:
    ended = three.run("destroy", "-auto-approve", "-l", "region=us")
    assert (ended.code, sorted(three.ids)) == (0, ["a", "gone"])


def test_a_guard_counts_what_the_plan_is_about(three: World) -> None:
    three.declare(crm("a", metadata=EU))
    assert three.plan().code == 1
    assert three.plan("-exclude=ZohoCrmConnection.gone").code == 2


def test_a_moved_address_goes_by_its_old_name_too_and_moves_only_if_it_is_left_in(
    world: World,
) -> None:
    world.applied(crm("old"), crm("z"))
    world.configure(moved=[{"from": "ZohoCrmConnection.old", "to": "ZohoCrmConnection.new"}])
    world.declare(crm("new", title="CRM old"), crm("z", description="new"))
    assert world.apply("-target=ZohoCrmConnection.z").code == 0
    assert sorted(world.ids) == ["old", "z"]
    assert world.apply("-target=ZohoCrmConnection.old").code == 0
    assert sorted(world.ids) == ["new", "z"]
    settled(world)


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("-target=ZohoCrmConnection.amce", 'Did you mean "ZohoCrmConnection.acme"?'),
        ("-exclude=ZohoCrmConnection.amce", "neither declared nor recorded"),
        ("-replace=ZohoCrmConnection.amce", "nothing to make anew"),
        ("-target=acme", "one reads KIND.NAME"),
        ("-l=eu", "one reads KEY=VALUE"),
    ],
)
def test_a_flag_that_names_nothing_is_an_error(world: World, flag: str, said: str) -> None:
    world.applied(crm("acme"))
    before = world.state
    for command in (["plan"], ["apply", "-auto-approve"]):
        ended = world.run(*command, flag)
        assert (ended.code, said in ended.told) == (1, True), ended
    assert world.state == before


def test_one_label_cannot_have_two_values_nor_a_plan_two_modes(world: World) -> None:
    world.applied(crm())
    ended = world.run("plan", "-l", "region=eu", "-l", "region=us")
    assert (ended.code, "nothing has both" in ended.told) == (1, True)
    ended = world.run("plan", "-destroy", "-refresh-only")
    assert (ended.code, "Plan modes exclude each other" in ended.told) == (1, True)
    assert world.run("plan", "-refresh-only", "-refresh=false").code == 1
