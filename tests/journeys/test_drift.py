"""Somebody changes a connection by hand: seen, accepted, or put back."""

from __future__ import annotations

import json

from tests.journeys.test_rows import AT, settled
from tests.journeys.worlds import World, crm

STILL = "No changes. Your infrastructure still matches the configuration."
THEIRS = {"updatedClient": "exc_app", "updatedBy": "0A1B2C3D4E5F60718293A4B5@AdobeID"}


def drifted(world: World) -> None:
    """Have a person change two connections: one visibly."""
    world.applied(crm(), crm("z"))
    world.service.edit(world.ids["crm"], description="theirs", **THEIRS)


def test_drift_is_told_by_itself_with_who_and_when(world: World) -> None:
    drifted(world)
    ended = world.plan("-refresh-only")
    assert ended.code == 2
    assert "Note: Objects have changed outside of Terraform" in ended.out
    assert f"  # {AT} has changed" in ended.out
    assert "(by 0A1B2C3D4E5F60718293A4B5@AdobeID with exc_app at 20" in ended.out
    assert '~ description = "ours" -> "theirs"' in ended.out
    assert "This is a refresh-only plan" in ended.out
    assert "Plan: 0 to add, 0 to change, 0 to destroy." in ended.out
    document = json.loads(world.plan("-refresh-only", "-format=json").out)
    assert [each["change"]["actions"] for each in document["resource_changes"]] == [["no-op"]]
    assert [each["address"] for each in document["resource_drift"]] == [AT]


def test_drift_that_is_accepted_stands_in_the_state_and_is_put_back_by_the_next_apply(
    world: World,
) -> None:
    drifted(world)
    writes = len(world.writes)
    ended = world.apply("-refresh-only")
    assert (ended.code, len(world.writes)) == (0, writes)
    assert f"{AT}: Recorded as it is" in ended.out
    assert "Apply complete! Resources: 0 added, 0 changed, 0 destroyed." in ended.out
    record = world.document["resources"][AT]
    assert record["spec"]["description"] == "theirs"
    assert record["etag"] == world.connection()["etag"]
    assert record["spec"]["auth"]["params"]["clientSecret"] is None
    ended = world.plan("-refresh-only")
    assert (ended.code, STILL in ended.out) == (0, True)
    planned = world.plan()
    assert '~ description = "theirs" -> "ours"\n' in planned.out
    assert "Objects have changed" not in planned.out
    assert world.apply().code == 0
    settled(world)


def test_drift_that_is_accepted_and_declared_is_no_change(world: World) -> None:
    drifted(world)
    assert world.apply("-refresh-only").code == 0
    world.declare(crm(description="theirs"), crm("z"))
    settled(world)


def test_drift_that_is_not_accepted_is_reverted(world: World) -> None:
    drifted(world)
    assert '"theirs" -> "ours" # drift' in world.plan().out
    assert world.apply().code == 0
    assert world.connection()["description"] == "ours"
    settled(world)


def test_what_has_vanished_is_let_go_and_declared_anew(world: World) -> None:
    world.applied(crm(), crm("y"), crm("z"), crm("zz"))
    world.service.uproot(world.ids["crm"])
    ended = world.apply("-refresh-only")
    assert (ended.code, sorted(world.ids)) == (0, ["y", "z", "zz"])
    assert "Plan: 1 to add" in world.plan().out


def test_a_wrong_tenant_is_not_accepted(world: World) -> None:
    world.applied(crm(), crm("z"))
    for remote_id in world.ids.values():
        world.service.uproot(remote_id)
    before = world.state
    ended = world.apply("-refresh-only")
    assert (ended.code, world.state) == (1, before)
    assert "-allow-recreate=2" in ended.told


def test_credentials_that_may_have_been_changed_are_no_longer_warned_of_once_accepted(
    world: World,
) -> None:
    world.applied(crm())
    world.service.edit(world.ids["crm"], **THEIRS)
    assert "credentials may have been changed by" in world.plan().told
    ended = world.plan("-refresh-only")
    assert (ended.code, STILL in ended.out) == (0, True)
    assert world.apply("-refresh-only").code == 0
    settled(world)


def test_a_saved_acceptance_records_nothing_that_changed_since(world: World) -> None:
    drifted(world)
    assert world.run("plan", "-refresh-only", "-out=drift.json").code == 0
    assert "This is a refresh-only plan" in world.run("show", "drift.json").out
    world.service.edit(world.ids["crm"], description="again", **THEIRS)
    before = world.state
    ended = world.run("apply", "drift.json")
    assert (ended.code, world.state) == (4, before)
    assert world.run("plan", "-refresh-only", "-out=drift.json").code == 0
    assert world.run("apply", "drift.json").code == 0
    assert world.document["resources"][AT]["spec"]["description"] == "again"


def test_a_person_is_asked_before_the_state_follows(world: World) -> None:
    drifted(world)
    before = world.state
    ended = world.run("apply", "-refresh-only", stdin="no\n", terminal=True)
    assert (ended.code, world.state) == (1, before)
    assert "Do you want the state to record these detected changes?" in ended.err
    assert world.run("apply", "-refresh-only", stdin="yes\n", terminal=True).code == 0


# --- what nobody manages ------------------------------------------------------------------------


def test_what_is_unmanaged_cannot_be_listed_without_asking(world: World) -> None:
    world.applied(crm())
    ended = world.plan("-unmanaged", "-refresh=false")
    assert (ended.code, "-unmanaged asks the service" in ended.err) == (1, True)


def test_what_is_unmanaged_is_counted_and_listed_where_that_is_asked_for(world: World) -> None:
    world.applied(crm(), crm("z"))
    assert "Coverage" not in world.plan().out
    full = "Coverage: 2 of 2 live connections are managed here (100 %)."
    assert full in world.plan("-unmanaged").out
    theirs = world.plant("Theirs")
    ended = world.plan()
    assert (ended.code, theirs in ended.out) == (0, False)
    told = "Coverage: 2 of 3 live connections are managed here (66 %)."
    assert f"{told} -unmanaged lists the others." in ended.out
    ended = world.plan("-unmanaged")
    assert f'{told}\n  {theirs}  "Theirs"' in ended.out
    assert f'{theirs}  "Theirs"' in world.run("plan", "-unmanaged", "-format=html").out.replace(
        "&#34;", '"'
    )
    document = json.loads(world.plan("-unmanaged", "-format=json").out)
    assert document["reconciler"]["coverage"] == {
        "managed": 2,
        "unmanaged": 1,
        "percent": 66,
        "listed": [
            {
                "id": theirs,
                "name": "Theirs",
                "connection_spec": "929e4450-0237-4ed2-9404-b7e1e0a00309",
            }
        ],
    }
