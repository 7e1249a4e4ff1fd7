"""The planner's table, a test a row: what plan shows, what apply does, what is recorded then."""

from __future__ import annotations

import json

import pytest

from reconciler.simulator.distortions import StaleList
from reconciler.simulator.effects import Reply, Reset, Status
from tests.journeys.worlds import World, crm

NOTHING = "No changes. Your infrastructure matches the configuration."
AT = "ZohoCrmConnection.crm"


def settled(world: World) -> None:
    """Claim that another plan has nothing to do, and another apply leaves the state alone."""
    ended = world.plan()
    assert (ended.code, NOTHING in ended.out, ended.err) == (0, True, "")
    before, writes = world.state, len(world.writes)
    assert world.apply().code == 0
    assert (world.state, len(world.writes)) == (before, writes)


def refused(world: World, *flags: str) -> str:
    """Claim that plan and apply refuse, send nothing and record nothing; return what they said."""
    before, writes, live = world.state, len(world.writes), world.connections()
    planned, applied = world.plan(*flags), world.apply(*flags)
    assert (planned.code, applied.code) == (1, 1), planned
    document = json.loads(world.plan("--format", "json", *flags).out)
    assert (document["applyable"], document["errored"]) == (False, True)
    assert (world.state, len(world.writes), world.connections()) == (before, writes, live)
    assert "Error: " in applied.err
    return planned.told


def in_doubt(world: World, *manifests: str) -> None:
    """Have one create reach the service whose answer never arrives, and which no list shows yet."""
    world.configure(policy={"quarantine": 235})
    world.declare(*manifests)
    world.service.fault(Reset(commit=True), kind="create")
    world.service.fault(StaleList(), kind="list", after=1)
    ended = world.apply()
    assert ended.code == 4, ended
    assert world.intents == ["crm"]


def test_an_unmanaged_connection_is_left_alone(world: World) -> None:
    world.applied(crm())
    theirs = world.plant("Theirs")
    settled(world)
    assert world.service.connections()[-1]["id"] == theirs
    assert theirs not in (world.state or b"").decode()


def test_what_nobody_has_is_created_and_recorded(world: World) -> None:
    world.declare(crm())
    planned = world.plan()
    assert planned.code == 2
    assert f"  # {AT} will be created\n" in planned.out
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in planned.out
    assert "Warning: New state" in planned.err
    assert world.state is None
    applied = world.apply()
    assert applied.code == 0
    (live,) = world.connections()
    assert world.document["resources"][AT]["id"] == live["id"]
    assert world.document["resources"][AT]["etag"] == live["etag"]
    assert f"{AT}: Creation complete after 0s [id={live['id']}]" in applied.out
    assert "Apply complete! Resources: 1 added, 0 changed, 0 destroyed." in applied.out
    assert set(live["secrets"]) == {"accessToken", "clientSecret", "refreshToken"}
    assert [entry.kind for entry in world.writes] == ["create"]
    settled(world)


def test_plan_without_the_flag_exits_with_zero_though_there_are_changes(world: World) -> None:
    world.declare(crm())
    assert world.run("plan").code == 0


def test_a_name_that_unrecorded_connections_hold_is_refused_with_the_lines_to_add(
    world: World,
) -> None:
    ids = [world.plant("CRM crm"), world.plant("CRM crm")]
    world.declare(crm())
    told = refused(world)
    for each in ids:
        assert f"import: {{id: {each}}}" in told
    assert "Warning: The state may be lost" in told
    assert "import -matching" in told
    assert len(world.connections()) == 2


def test_a_name_under_a_declared_address_is_refused_with_that_address(world: World) -> None:
    world.applied(crm())
    world.declare(crm(title="Renamed"), crm("other", title="CRM crm"))
    told = refused(world)
    assert f"{AT} already records the live connection {world.ids['crm']}" in told
    assert "moved:" not in told


def test_a_name_under_an_address_no_longer_declared_is_refused_with_the_moved_entry(
    world: World,
) -> None:
    world.applied(crm())
    world.declare(crm("other", title="CRM crm"))
    told = refused(world)
    assert f"moved: - {{from: {AT}, to: ZohoCrmConnection.other}}" in told
    world.configure(moved=[{"from": AT, "to": "ZohoCrmConnection.other"}])
    planned = world.plan()
    assert (planned.code, f"# {AT} has moved to ZohoCrmConnection.other" in planned.out) == (
        2,
        True,
    )
    assert world.apply().code == 0
    assert list(world.ids) == ["other"]
    settled(world)


def test_what_import_names_is_adopted_as_it_is(world: World) -> None:
    theirs = world.plant("CRM crm", description="ours")
    world.declare(crm(adopt={"id": theirs}))
    planned = world.plan()
    assert (planned.code, f"# {AT} will be imported" in planned.out) == (2, True), planned
    assert "Plan: 1 to import, 0 to add, 0 to change, 0 to destroy." in planned.out
    applied = world.apply()
    assert applied.code == 0
    assert "Apply complete! Resources: 1 imported, 0 added, 0 changed" in applied.out
    assert (world.ids, world.writes) == ({"crm": theirs}, [])
    settled(world)


def test_what_import_names_is_adopted_and_changed_where_it_differs(world: World) -> None:
    theirs = world.plant("Something else")
    world.declare(crm(adopt={"id": theirs}))
    planned = world.plan()
    assert planned.code == 2
    assert f'# (imported from "{theirs}")' in planned.out
    assert "Plan: 1 to import, 0 to add, 1 to change, 0 to destroy." in planned.out
    assert world.apply().code == 0
    assert (world.ids, world.titles) == ({"crm": theirs}, ["CRM crm"])
    settled(world)


def test_an_import_of_what_another_address_records_is_refused(world: World) -> None:
    world.applied(crm("other"))
    world.declare(crm("other"), crm(adopt={"id": world.ids["other"]}))
    assert "which ZohoCrmConnection.other records" in refused(world)


def test_an_import_of_what_nobody_has_is_refused(world: World) -> None:
    world.declare(crm(adopt={"id": "00000000-0000-4000-8000-000000000000"}))
    assert "Connection to import not found" in refused(world)


def test_an_import_into_an_address_that_records_another_is_refused(world: World) -> None:
    world.applied(crm())
    world.declare(crm(adopt={"id": world.plant("Another")}))
    assert "Address records another connection" in refused(world)


def test_one_that_a_list_leaves_out_is_asked_for_before_it_is_called_gone(world: World) -> None:
    world.applied(crm())
    asked = len(world.service.log)
    world.service.fault(Reply(json={"items": []}), kind="list")
    ended = world.plan()
    assert (ended.code, NOTHING in ended.out) == (0, True), ended
    assert [entry.kind for entry in world.service.log[asked:]] == ["token", "list", "get"]


def test_what_vanished_is_created_again(world: World) -> None:
    world.applied(crm())
    before = world.ids["crm"]
    world.service.uproot(before)
    planned = world.plan()
    assert planned.code == 2
    assert f"# {AT} has been deleted" in planned.out
    assert "# (it no longer exists on the service)" in planned.out
    assert world.apply().code == 0
    assert world.ids["crm"] not in ("", before)
    assert world.titles == ["CRM crm"]
    settled(world)


def test_what_is_the_same_is_not_touched(world: World) -> None:
    world.applied(crm())
    settled(world)
    assert [entry.kind for entry in world.writes] == ["create"]


@pytest.mark.parametrize(
    ("declared", "edited", "origin"),
    [
        pytest.param("new", None, "", id="configuration"),
        pytest.param("ours", "theirs", " # drift", id="drift"),
        pytest.param("new", "theirs", " # configuration and drift", id="both"),
    ],
)
def test_what_differs_is_updated_and_says_why(
    world: World, declared: str, edited: str | None, origin: str
) -> None:
    world.applied(crm())
    if edited is not None:
        world.service.edit(world.ids["crm"], description=edited)
    world.declare(crm(description=declared))
    planned = world.plan()
    assert planned.code == 2
    was = edited or "ours"
    assert f'  ~ description = "{was}" -> "{declared}"{origin}\n' in planned.out
    assert ("exc_app at 20" in planned.out) == (edited is not None)
    assert world.apply().code == 0
    patch = world.writes[-1]
    assert (patch.kind, patch.body) == ("patch", ("replace /description",))
    assert world.connection()["description"] == declared
    settled(world)


def test_credentials_are_sent_again_with_any_change_below_them(world: World) -> None:
    world.applied(crm())
    before = world.connection()
    world.declare(crm(params={"clientId": "1000.NEW"}))
    planned = world.plan()
    assert planned.code == 2
    assert "# all credentials are sent again" in planned.out
    assert world.apply().code == 0
    assert world.writes[-1].body == ("replace /auth/params",)
    after = world.connection()
    assert after["auth"]["params"]["clientId"] == "1000.NEW"
    assert after["secrets"] == before["secrets"]
    settled(world)


def test_what_is_no_longer_declared_of_a_connection_is_removed_from_it(world: World) -> None:
    world.applied(crm())
    world.declare(crm(description=None))
    assert '  - description = "ours" -> null' in world.plan().out
    assert world.apply().code == 0
    assert "description" not in world.connection()
    settled(world)


@pytest.mark.parametrize("recorded", [True, False])
def test_a_new_name_that_a_live_connection_has_is_refused(world: World, *, recorded: bool) -> None:
    world.applied(crm(), *([crm("other", title="Taken")] if recorded else []))
    holder = world.ids["other"] if recorded else world.plant("Taken")
    others = [crm("other", title="Another")] if recorded else []
    world.declare(crm(title="Taken"), *others)
    told = refused(world)
    assert "New name is taken" in told
    assert holder in told


def test_a_change_of_an_immutable_field_is_refused(world: World) -> None:
    world.applied(crm())
    world.service.edit(world.ids["crm"], auth={"specName": "OAuth2"})
    told = refused(world)
    assert "auth.specName cannot be changed on an existing connection" in told


def test_what_is_no_longer_declared_is_deleted(world: World) -> None:
    world.applied(crm(), crm("stays"))
    world.declare(crm("stays"))
    planned = world.plan()
    assert planned.code == 2
    assert f"# {AT} will be destroyed" in planned.out
    assert f"# (because {AT} is not in configuration)" in planned.out
    assert "Warning: Deletion may be final" in planned.err
    applied = world.apply()
    assert (applied.code, list(world.ids), world.titles) == (0, ["stays"], ["CRM stays"])
    assert f"{AT}: Destruction complete after 0s" in applied.out
    settled(world)


def test_a_record_that_forbids_it_refuses_the_deletion_after_its_manifest_is_gone(
    world: World,
) -> None:
    world.applied(crm(lifecycle={"prevent_destroy": True}), crm("stays"))
    world.declare(crm("stays"))
    told = refused(world)
    assert "Connection must not be destroyed" in told
    assert f"removed: - {{from: {AT}, destroy: false}}" in told


def test_what_is_gone_on_both_sides_is_forgotten(world: World) -> None:
    world.applied(crm(), crm("stays"))
    world.service.uproot(world.ids["crm"])
    world.declare(crm("stays"))
    planned = world.plan()
    assert planned.code == 2
    assert "Plan: 0 to add, 0 to change, 0 to destroy, 1 to forget." in planned.out
    assert world.apply().code == 0
    assert list(world.ids) == ["stays"]
    assert [entry.kind for entry in world.writes] == ["create", "create"]
    settled(world)


def test_what_was_reviewed_before_a_lost_create_was_settled_is_what_runs(world: World) -> None:
    world.declare(crm(), crm("z"))
    world.service.fault(Reset(commit=True), kind="create", after=1)
    world.service.fault(Status(status=503), kind="list", after=1, times=4)
    assert world.apply("-parallelism=1").code == 4
    assert world.intents == ["z"]
    world.declare(crm(description="new"), crm("z"))
    document = json.loads(world.run("plan", "-format=json").out)
    digest = document["reconciler"]["digest"]
    assert world.apply(f"-expect={digest}").code == 0
    settled(world)


def test_one_list_without_it_is_not_enough_to_say_that_a_create_never_happened(
    world: World,
) -> None:
    in_doubt(world, crm())
    world.service.fault(StaleList(), kind="list")
    ended = world.apply()
    assert (ended.code, world.titles, world.intents) == (0, ["CRM crm"], [])
    settled(world)


def test_without_asking_the_service_an_import_is_shown_as_one(world: World) -> None:
    at = world.plant()
    world.declare(crm(adopt={"id": at}))
    asked = len(world.service.log)
    ended = world.plan("-refresh=false")
    assert (ended.code, "1 to import" in ended.out) == (2, True)
    assert len(world.service.log) == asked


def test_a_create_whose_answer_was_lost_is_adopted_by_the_next_run(world: World) -> None:
    in_doubt(world, crm())
    planned = world.plan()
    assert (planned.code, "# (an earlier run created it)" in planned.out) == (2, True)
    assert "1 to import" in planned.out
    applied = world.apply()
    assert applied.code == 0
    (live,) = world.connections()
    assert f"{AT}: Settled: an earlier create made it [id={live['id']}]" in applied.out
    assert (world.ids, world.intents) == ({"crm": live["id"]}, [])
    settled(world)


def test_several_connections_that_it_may_have_made_are_left_to_a_person(world: World) -> None:
    in_doubt(world, crm())
    (ours,) = world.connections()
    other = world.plant("CRM crm", createdClient="our-client", createdAt=ours["createdAt"])
    world.declare(crm(), crm("stays"))
    planned = world.plan()
    assert "Warning: Create in doubt" in planned.err
    applied = world.apply()
    assert applied.code == 4
    assert "none that it can have made" not in applied.told
    assert (list(world.ids), world.intents) == (["stays"], ["crm"])
    for each in (ours["id"], other):
        assert f"import: {{id: {each}}}" in planned.told
        assert f"import: {{id: {each}}}" in applied.told
    world.declare(crm(adopt={"id": ours["id"]}), crm("stays"))
    assert world.apply().code == 0
    assert (world.ids["crm"], world.intents) == (ours["id"], [])
    assert f"{other} has the name" in world.plan().told
    world.service.uproot(other)
    settled(world)


def test_a_create_that_left_no_trace_waits_for_its_quarantine_and_is_made_then(
    world: World,
) -> None:
    world.configure(policy={"quarantine": 235})
    world.declare(crm(), crm("stays"))
    world.service.fault(Reset(), kind="create")
    assert world.apply("-parallelism=1").code == 4
    assert (list(world.ids), world.intents) == (["stays"], ["crm"])
    early = world.apply()
    assert early.code == 4
    assert "none that it can have made has shown up yet" in early.told
    assert world.titles == ["CRM stays"]
    world.hours.slept += 239
    late = world.apply()
    assert late.code == 0
    assert f"{AT}: Settled: an earlier create never happened" in late.out
    assert world.titles == ["CRM crm", "CRM stays"]
    settled(world)


def test_what_is_made_comes_before_what_is_changed_and_that_before_what_is_deleted(
    world: World,
) -> None:
    world.applied(crm("a"), crm("m"))
    world.declare(crm("m", description="new"), crm("z"))
    before = len(world.writes)
    assert world.apply("-parallelism=1").code == 0
    assert [entry.kind for entry in world.writes[before:]] == ["create", "patch", "delete"]
    settled(world)
