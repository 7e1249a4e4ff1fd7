"""How changes end that the service answers in an unusual way, or that reconciler itself spoils."""

from __future__ import annotations

import pytest

from reconciler.cli import main
from reconciler.flowservice.client import FlowService
from reconciler.simulator.effects import Effect, Scene, Status
from reconciler.simulator.exchanges import Answer
from tests.journeys.test_rows import settled
from tests.journeys.worlds import World, crm


def uprooting(then: Effect | None = None) -> Effect:
    """Have somebody delete the connection just before the request arrives."""

    def effect(scene: Scene) -> Answer:
        assert scene.target is not None
        scene.world.uproot(scene.target)
        return scene.serve(scene.request) if then is None else then(scene)

    return effect


def test_an_update_of_what_is_gone_meanwhile_fails_and_the_next_plan_makes_it_again(
    world: World,
) -> None:
    world.applied(crm())
    world.declare(crm(description="new"))
    world.service.fault(uprooting(Status(status=412)), kind="patch")
    ended = world.apply()
    assert (ended.code, "It is gone from the service. Plan again." in ended.told) == (3, True)
    assert world.apply().code == 0
    settled(world)


def test_a_deletion_of_what_is_gone_meanwhile_is_done(world: World) -> None:
    world.applied(crm(), crm("z"))
    world.declare(crm("z"))
    world.service.fault(uprooting(), kind="get")
    assert (world.apply().code, sorted(world.ids)) == (0, ["z"])
    assert "delete" not in {entry.kind for entry in world.service.log}
    settled(world)


def test_a_deletion_that_is_refused_has_failed_and_stays_recorded(world: World) -> None:
    world.applied(crm(), crm("z"))
    world.declare(crm("z"))
    world.service.fault(Status(status=400, code=1308), kind="delete")
    ended = world.apply()
    assert (ended.code, sorted(world.ids)) == (3, ["crm", "z"])
    assert "FLOW-1308-400" in ended.err
    assert world.apply().code == 0
    settled(world)


def test_what_flows_use_is_kept_also_where_the_flows_cannot_be_listed(world: World) -> None:
    world.applied(crm(), crm("z"))
    at = world.ids["crm"]
    source = world.service.plant_other("sourceConnections", sandboxName="dev", baseConnectionId=at)
    world.service.plant_other("flows", sandboxName="dev", sourceConnectionIds=[source])
    world.service.fault(Status(status=403), kind="sourceConnections", times=None)
    world.declare(crm("z"))
    ended = world.apply()
    assert (ended.code, sorted(world.ids)) == (3, ["crm", "z"])
    assert "FLOW-1418-400" in ended.err
    assert "It is used by" not in ended.told
    assert "Delete those flows first, or keep the connection." in ended.told


def test_a_spec_that_cannot_be_looked_up_keeps_nobody_from_trying(world: World) -> None:
    world.declare(crm())
    world.service.fault(Status(status=403), kind="spec", times=None)
    assert world.apply().code == 0
    settled(world)


def test_a_saved_adoption_of_what_has_changed_since_is_left(world: World) -> None:
    theirs = world.plant("CRM crm", description="ours")
    world.declare(crm(adopt={"id": theirs}))
    assert world.run("plan", "-out=adopt.plan").code == 0
    world.service.edit(theirs, description="theirs")
    ended = world.run("apply", "adopt.plan")
    assert (ended.code, world.ids) == (4, {})
    assert "It was changed or deleted since the plan was made, so it was not adopted." in ended.told


@pytest.mark.parametrize(
    ("method", "code"),
    [
        pytest.param("create", 4, id="create"),
        pytest.param("update", 3, id="update"),
        pytest.param("delete", 3, id="delete"),
    ],
)
def test_a_bug_of_ours_ends_its_change_alone_and_leaves_a_create_in_doubt(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    method: str,
    code: int,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("canary")

    world.configure(policy={"quarantine": 235})
    world.applied(crm("updated"), crm("deleted"))
    world.declare(crm(), crm("updated", description="new"))
    for name, value in world.environ.items():
        monkeypatch.setenv(name, value)
    with monkeypatch.context() as patched:
        patched.setattr(FlowService, method, broken)
        words = ["-C", str(world.folder), "apply", "-auto-approve", "-settle-timeout=0s"]
        assert main.run(words) == code
    told = capsys.readouterr().err
    if method != "create":  # which is told of as a doubt
        assert "This is a bug in reconciler: RuntimeError" in " ".join(told.split())
    assert "canary" not in told
    assert world.intents == (["crm"] if method == "create" else [])
    assert len(world.writes) == 2 + 2
    world.hours.slept += 239
    assert world.apply().code == 0
    settled(world)
