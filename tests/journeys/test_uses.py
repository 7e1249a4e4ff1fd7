"""Connections that flows or source connections are built on: what may be deleted, and what not."""

from __future__ import annotations

import pytest

from reconciler.simulator.effects import Status
from tests.journeys.test_rows import AT, refused, settled
from tests.journeys.worlds import World, crm


def based(world: World, name: str = "crm") -> str:
    """Have somebody base a source connection on a connection."""
    return world.service.plant_other(
        "sourceConnections", sandboxName="dev", name="Accounts", baseConnectionId=world.ids[name]
    )


def flowing(world: World, source: str) -> str:
    """Have somebody build a flow on a source connection."""
    return world.service.plant_other(
        "flows", sandboxName="dev", name="Nightly", sourceConnectionIds=[source]
    )


@pytest.fixture
def doomed(world: World) -> World:
    """One of two connections is no longer declared."""
    world.applied(crm(), crm("z"))
    world.declare(crm("z"))
    return world


def test_a_connection_that_a_flow_uses_is_not_deleted_and_no_flag_helps(doomed: World) -> None:
    flow = flowing(doomed, based(doomed))
    for flags in ([], ["-allow-destroy=1"], ["-destroy", "-allow-destroy=2"]):
        told = refused(doomed, *flags)
        assert "Error: Connection is in use" in told
        assert f'{flow} "Nightly"' in told
    ended = doomed.apply(f"-exclude={AT}")
    assert (ended.code, sorted(doomed.ids)) == (0, ["crm", "z"])


def test_source_connections_alone_are_told_of(doomed: World) -> None:
    source = based(doomed)
    ended = doomed.plan()
    assert ended.code == 2
    assert "Warning: Source connections are based on it" in ended.told
    assert f'{source} "Accounts"' in ended.told
    assert doomed.apply().code == 0
    settled(doomed)


def test_a_replacement_of_what_a_flow_uses_is_refused(world: World) -> None:
    world.applied(crm())
    flowing(world, based(world))
    assert "Error: Connection is in use" in refused(world, f"-replace={AT}")


def test_what_uses_many_deletions_is_read_in_one_pass(world: World) -> None:
    names = [f"c{number}" for number in range(30)]
    world.applied(*map(crm, names))
    based(world, "c7")
    world.declare()
    before = len(world.service.log)
    assert world.plan("-destroy", "-allow-destroy=30").code == 2
    kinds = [entry.kind for entry in world.service.log[before:]]
    assert (kinds.count("sourceConnections"), kinds.count("flows")) == (1, 1)


def test_where_use_cannot_be_read_the_plan_says_so_and_the_service_decides(doomed: World) -> None:
    flow = flowing(doomed, based(doomed))
    doomed.service.fault(Status(status=403), kind="sourceConnections", times=2)
    ended = doomed.plan()
    assert (ended.code, "Warning: Use is not known" in ended.told) == (2, True)
    ended = doomed.apply()
    assert (ended.code, sorted(doomed.ids)) == (3, ["crm", "z"])
    assert "FLOW-1418-400" in ended.err
    assert f"It is used by: {flow}." in ended.told


def test_a_flow_that_was_built_after_the_review_keeps_the_connection(doomed: World) -> None:
    assert doomed.run("plan", "-out=plan.json").code == 0
    flow = flowing(doomed, based(doomed))
    ended = doomed.run("apply", "plan.json")
    assert (ended.code, sorted(doomed.ids)) == (3, ["crm", "z"])
    assert f"It is used by: {flow}." in ended.told


def test_a_plan_without_the_service_asks_nobody(doomed: World) -> None:
    flowing(doomed, based(doomed))
    before = len(doomed.service.log)
    assert doomed.plan("-refresh=false").code == 2
    assert len(doomed.service.log) == before
