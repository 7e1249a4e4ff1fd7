"""What shows up during an apply stops its connection alone, and a rerun puts it right."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from reconciler.simulator.connections import Author
from reconciler.simulator.distortions import Edit
from reconciler.simulator.effects import (
    Delay,
    Effect,
    Garbage,
    LateCommit,
    Redirect,
    Reply,
    Reset,
    Scene,
    Status,
    Truncate,
    Twice,
)
from reconciler.simulator.exchanges import Answer
from tests.journeys.test_rows import AT, NOTHING, settled
from tests.journeys.worlds import World, crm


@pytest.fixture
def three(world: World) -> World:
    """Three connections are declared, the middle one of which will fare badly."""
    world.declare(crm("a"), crm(), crm("z"))
    return world


# --- a definite no ------------------------------------------------------------------------------


def test_an_unset_secret_fails_its_connection_and_the_others_go_on(three: World) -> None:
    reference = {"clientSecret": {"secret": "env:NOT_SET"}}
    three.declare(crm("a"), crm(params=reference), crm("z"))
    ended = three.apply()
    assert (ended.code, sorted(three.ids)) == (3, ["a", "z"])
    assert f"Error: Secret not available connections/2.yaml:16:11 {AT}" in ended.told
    assert (
        "spec.auth.params.clientSecret: env:NOT_SET is not set in the environment. Provide it "
        "where the apply runs, or change the manifest." in ended.told
    )
    assert "Apply incomplete. Resources: 2 added, 0 changed, 0 destroyed, 1 failed." in ended.out
    three.secrets.append("canary9b1f-late-secret")
    assert three.apply(env={"NOT_SET": "canary9b1f-late-secret"}).code == 0
    settled(three)


def test_all_unset_secrets_of_a_connection_are_named_at_once(world: World) -> None:
    world.declare(crm(params={"clientSecret": {"var": "late"}}))
    world.configure(variables={"late": {"secret": "env:LATE"}})
    ended = world.apply(env={"ZOHO_ACCESS_TOKEN": None, "ZOHO_REFRESH_TOKEN": ""})
    assert ended.code == 3
    assert ended.err.count("Secret not available") == 1
    for said in (
        "spec.auth.params.accessToken (connections/1.yaml:19:11): env:ZOHO_ACCESS_TOKEN is not set",
        "spec.auth.params.clientSecret (reconciler.yaml:25:7): env:LATE is not set",
        "spec.auth.params.refreshToken (connections/1.yaml:22:11): env:ZOHO_REFRESH_TOKEN is empty",
        "Provide them where the apply runs, or change the manifest.",
    ):
        assert said in ended.told, ended.told


def test_a_saved_plan_points_at_the_manifest_of_an_unset_secret(world: World) -> None:
    world.declare(crm())
    assert world.run("plan", "-out=crm.plan").code == 0
    ended = world.run("apply", "crm.plan", env={"ZOHO_CLIENT_SECRET": None})
    assert ended.code == 3
    assert f"Error: Secret not available connections/1.yaml:1:1 {AT}" in ended.told
    assert "spec.auth.params.clientSecret: env:ZOHO_CLIENT_SECRET is not set" in ended.told


def test_a_refusal_shows_code_words_and_request_and_nothing_that_moves_the_cursor(
    three: World,
) -> None:
    body = {"type": "/x/FLOW-1308-400", "title": "Bad \x1b[31mvalue\nError: fake", "status": 400}
    body |= {"report": {"additionalContext": "", "tracing": "abc"}}
    three.service.fault(Reply(status=400, json=body), kind="create", after=1)
    ended = three.apply("-parallelism=1")
    assert (ended.code, sorted(three.ids)) == (3, ["a", "z"])
    assert "Error: Request refused" in ended.err
    assert "\x1b" not in ended.err
    assert "\\u{1b}[31mvalue\\u{a}Error: fake" in ended.err
    assert (three.intents, three.apply().code) == ([], 0)
    settled(three)


def test_a_refusal_of_adobes_own_is_told_with_its_code_and_request(three: World) -> None:
    three.service.fault(Status(status=400, code=1308), kind="create", after=1)
    ended = three.apply("-parallelism=1")
    assert (ended.code, three.intents) == (3, [])
    refusal = next(entry for entry in three.writes if entry.status == 400)
    assert "FLOW-1308-400" in ended.err
    assert refusal.request_id in ended.err


# --- in doubt -----------------------------------------------------------------------------------

SILENCES = [
    pytest.param(Garbage(), True, id="no-json"),
    pytest.param(Truncate(), True, id="truncated"),
    pytest.param(Reset(commit=True), True, id="reset-after-commit"),
    pytest.param(Reset(), False, id="reset-before-commit"),
    pytest.param(Status(status=504, commit=True), True, id="504-after-commit"),
    pytest.param(Status(status=504), False, id="504-before-commit"),
    pytest.param(Status(status=400, form="html", commit=True), True, id="400-by-a-proxy"),
    pytest.param(Reply(status=201, json={}, commit=True), True, id="no-id"),
    pytest.param(Reply(status=201, json={"id": "../x"}, commit=True), True, id="evil-id"),
    pytest.param(Redirect(to="https://evil.example/"), False, id="redirect"),
    pytest.param(LateCommit(seconds=20), True, id="commit-after-the-answer"),
]


@pytest.mark.parametrize(("effect", "happened"), SILENCES)
def test_a_create_in_doubt_is_noted_and_the_next_run_finds_out(
    three: World, effect: Effect, *, happened: bool
) -> None:
    three.configure(policy={"quarantine": 235})
    three.service.fault(effect, kind="create", after=1)
    # Nothing is looked up before the run ends: the service cannot be listed any more.
    three.service.fault(Status(status=503), kind="list", after=1, times=4)
    ended = three.apply("-parallelism=1")
    assert (ended.code, sorted(three.ids), three.intents) == (4, ["a", "z"], ["crm"])
    assert f"{AT}: Create in doubt" in ended.out
    assert "Warning: Create in doubt" in ended.err
    three.hours.slept += 239
    again = three.apply()
    assert again.code == 0
    words = "an earlier create made it" if happened else "an earlier create never happened"
    assert f"{AT}: Settled: {words}" in again.out
    assert three.titles == ["CRM a", "CRM crm", "CRM z"]
    settled(three)


def test_a_create_in_doubt_that_shows_up_at_once_is_settled_by_the_same_run(three: World) -> None:
    three.configure(policy={"quarantine": 235})
    three.service.fault(Reset(commit=True), kind="create", after=1)
    ended = three.run("apply", "-auto-approve", "-parallelism=1")
    assert (ended.code, three.intents) == (0, [])
    assert f"{AT}: Settled: an earlier create made it" in ended.out
    assert "Apply complete! Resources: 3 added, 0 changed, 0 destroyed." in ended.out
    assert three.titles == ["CRM a", "CRM crm", "CRM z"]
    settled(three)


def test_a_create_that_is_known_to_have_left_no_trace_has_failed(three: World) -> None:
    three.service.fault(Reset(), kind="create", after=1)
    ended = three.apply("-parallelism=1", "-settle-timeout=4s")
    assert (ended.code, three.intents, sorted(three.ids)) == (3, [], ["a", "z"])
    assert "Error: No usable answer" in ended.err
    assert "It was not answered, was looked for, and never happened." in ended.told
    assert "took effect" not in ended.told
    assert three.apply().code == 0
    settled(three)


def test_all_looking_together_takes_no_longer_than_it_may(three: World) -> None:
    three.configure(policy={"quarantine": 235})
    three.service.fault(Reset(), kind="create", times=2)
    before = three.hours.slept
    assert three.run("apply", "-auto-approve", "-parallelism=1", "-settle-timeout=0s").code == 4
    assert three.run("apply", "-auto-approve", "-settle-timeout=20s").code == 4
    assert three.hours.slept - before <= 20


def test_a_create_that_a_proxy_sent_twice_leaves_a_second_one_to_a_person(world: World) -> None:
    world.declare(crm())
    world.service.fault(Twice(), kind="create")
    assert world.apply().code == 0
    assert world.titles == ["CRM crm", "CRM crm"]
    ended = world.plan()
    assert (ended.code, NOTHING in ended.out) == (0, True)


def test_a_late_answer_is_an_answer(world: World) -> None:
    world.declare(crm())
    world.service.fault(Delay(seconds=0.3), kind="create")
    assert world.apply().code == 0
    settled(world)


@pytest.mark.parametrize("commit", [True, False])
def test_an_update_without_an_answer_is_sent_again_and_does_no_harm(
    world: World, *, commit: bool
) -> None:
    world.applied(crm())
    world.declare(crm(description="new"))
    world.service.fault(Reset(commit=commit), kind="patch")
    ended = world.apply()
    assert ended.code == 0, ended
    assert world.connection()["description"] == "new"
    settled(world)


def another_runner(scene: Scene) -> Answer:
    """Have a run with the same API client write all that is visible of the change, and no more."""
    assert scene.target is not None
    (ours,) = scene.world.everything()
    author = Author(by=ours.document["updatedBy"], client=ours.document["updatedClient"])
    scene.world.edit(scene.target, {"description": "new"}, author=author)
    return scene.serve(scene.request)


def test_what_another_run_of_ours_wrote_is_not_taken_for_the_secret_as_well(world: World) -> None:
    world.applied(crm())
    world.declare(crm(description="new", metadata={"credentialsVersion": "2"}))
    world.secrets.append("canary9b1f-rotated-secret")
    rotated = {"ZOHO_CLIENT_SECRET": "canary9b1f-rotated-secret"}
    world.service.fault(another_runner, kind="patch")
    ended = world.apply(env=rotated)
    assert (ended.code, f"{AT}: Left alone" in ended.out) == (4, True)
    assert world.apply(env=rotated).code == 0
    sent = hashlib.sha256(b"canary9b1f-rotated-secret").hexdigest()
    assert world.connection()["secrets"]["clientSecret"] == sent
    settled(world)


@pytest.mark.parametrize("commit", [True, False])
def test_a_secret_of_which_nobody_heard_whether_it_arrived_is_sent_again(
    world: World, *, commit: bool
) -> None:
    world.applied(crm())
    world.declare(crm(description="new", metadata={"credentialsVersion": "2"}))
    world.secrets.append("canary9b1f-rotated-secret")
    world.service.fault(Reset(commit=commit), kind="patch", times=4)
    ended = world.apply(env={"ZOHO_CLIENT_SECRET": "canary9b1f-rotated-secret"})
    assert ended.code == 0, ended
    sent = hashlib.sha256(b"canary9b1f-rotated-secret").hexdigest()
    assert world.connection()["secrets"]["clientSecret"] == sent
    settled(world)


def test_an_id_that_was_there_before_is_no_answer_to_a_create(world: World) -> None:
    theirs = world.plant("Another")
    world.declare(crm())
    world.service.fault(Reply(status=201, json={"id": theirs}, commit=True), kind="create")
    ended = world.run("apply", "-auto-approve", "-settle-timeout=0s")
    assert ended.code == 0, ended
    assert world.ids["crm"] != theirs
    assert world.titles == ["Another", "CRM crm"]


# --- connections that move ----------------------------------------------------------------------


def test_an_update_of_what_somebody_changed_meanwhile_is_left_with_who_and_when(
    world: World,
) -> None:
    world.applied(crm("a"), crm())
    world.declare(crm("a", description="new"), crm(description="new"))
    world.service.fault(Edit(changes={"description": "theirs"}), kind="patch", after=1)
    ended = world.apply("-parallelism=1")
    assert ended.code == 4
    assert f"{AT}: Left alone" in ended.out
    assert "It was changed by 0A1B2C3D4E5F60718293A4B5@AdobeID with exc_app at 20" in ended.told
    assert world.connection()["description"] == "theirs"
    assert world.connection("a")["description"] == "new"
    assert world.plan().code == 2
    assert world.apply().code == 0
    settled(world)


def test_an_etag_that_moves_by_itself_is_no_conflict(world: World) -> None:
    world.applied(crm())
    world.declare(crm(description="new"))
    world.service.fault(Edit(), kind="patch")
    assert world.apply().code == 0
    assert world.connection()["description"] == "new"
    settled(world)


def test_an_etag_that_goes_on_moving_leaves_its_connection_to_a_person(world: World) -> None:
    world.applied(crm())
    world.declare(crm(description="new"))
    world.service.fault(Edit(), kind="patch", times=2)
    ended = world.apply()
    assert (ended.code, f"{AT}: Left alone" in ended.out) == (4, True)
    assert world.apply().code == 0
    settled(world)


def test_etags_that_move_after_each_write_are_no_drift(world: World) -> None:
    world.service.switch(etag_moves_after=0)
    world.applied(crm())
    settled(world)


def test_a_deletion_of_what_somebody_changed_meanwhile_is_left(world: World) -> None:
    world.applied(crm(), crm("z"))
    at = world.ids["crm"]
    world.declare(crm("z"))
    world.service.fault(Edit(changes={"description": "theirs"}), kind="get")
    ended = world.apply()
    assert (ended.code, world.ids["crm"]) == (4, at)
    assert "since the plan was made, so this change was not sent" in ended.told


@pytest.mark.parametrize(
    "switches",
    [
        pytest.param({"delete_status": 204}, id="204"),
        pytest.param({"delete_status": 202}, id="202"),
        pytest.param({"delete_status": 202, "delete_seconds": 3}, id="202-and-gone-later"),
    ],
)
def test_a_deletion_is_done_however_it_is_accepted(
    world: World, switches: dict[str, object]
) -> None:
    world.applied(crm(), crm("z"))
    world.service.switch(**switches)
    world.declare(crm("z"))
    ended = world.apply()
    assert (ended.code, list(world.ids)) == (0, ["z"]), ended
    world.hours.slept += 5
    settled(world)
    assert world.titles == ["CRM z"]


def test_what_was_deleted_meanwhile_counts_as_deleted(world: World) -> None:
    world.applied(crm(), crm("z"))
    world.declare(crm("z"))
    world.service.fault(Status(status=404, commit=True), kind="delete")
    assert (world.apply().code, list(world.ids)) == (0, ["z"])


# --- the service's habits -----------------------------------------------------------------------


@pytest.mark.parametrize("shown", ["omit", "mask", "clear"])
def test_whatever_reads_show_of_secrets_a_second_plan_is_empty(world: World, shown: str) -> None:
    world.service.switch(secrets_on_read=shown)
    world.applied(crm())
    settled(world)
    world.applied(crm(description="new", params={"clientId": "1000.NEW"}))
    settled(world)


@pytest.mark.parametrize("shown", ["no-params", "none"])
def test_what_reads_do_not_show_at_all_is_no_drift_and_still_changed(
    world: World, shown: str
) -> None:
    world.service.switch(auth_on_read=shown)
    world.applied(crm())
    settled(world)
    world.applied(crm(params={"clientId": "1000.NEW"}))
    settled(world)
    world.service.switch(auth_on_read="whole")
    settled(world)


def test_members_that_the_service_adds_are_no_drift(world: World) -> None:
    added = {"authorizedDate": "today"}
    world.service.switch(extra_params=added, extra_members={"flavour": "x"})
    world.applied(crm())
    settled(world)


def test_members_that_a_change_of_credentials_drops_are_named_before(world: World) -> None:
    world.applied(crm())
    world.service.edit(world.ids["crm"], auth={"params": {"scope": "ZohoCRM.modules.ALL"}})
    world.declare(crm(params={"clientId": "1000.NEW"}))
    ended = world.plan()
    assert "Warning: Members will be dropped" in ended.err
    assert "auth.params.scope" in ended.err


def capped(size: int) -> Effect:
    """Give no more than that many items a page, whatever the request would like."""

    def effect(scene: Scene) -> Answer:
        query = dict(scene.request.query) | {"limit": str(size)}
        return scene.serve(replace(scene.request, query=tuple(query.items())))

    return effect


@pytest.mark.parametrize(("size", "others"), [(1, 30), (20, 250), (100, 250)])
def test_pages_of_any_size_make_one_listing(world: World, size: int, others: int) -> None:
    for number in range(others):
        world.plant(f"Theirs {number}")
    world.applied(crm())
    world.service.fault(capped(size), kind="list", times=None)
    before = len(world.service.log)
    settled(world)
    listings = [entry for entry in world.service.log[before:] if entry.kind == "list"]
    assert len(listings) == 2 * -(-(others + 1) // size)


def test_a_source_that_is_no_longer_listed_refuses_creates_and_nothing_else(world: World) -> None:
    world.applied(crm("a"), crm("z"))
    world.service.switch(retired_specs=["929e4450-0237-4ed2-9404-b7e1e0a00309"])
    world.declare(crm("a", description="new"), crm())
    ended = world.apply()
    assert (ended.code, sorted(world.ids)) == (3, ["a"])
    assert "Error: Source is no longer offered" in ended.err
    assert world.connection("a")["description"] == "new"
    assert sorted(entry.kind for entry in world.writes[2:]) == ["delete", "patch"]


def test_a_second_run_after_a_partial_failure_converges(world: World) -> None:
    manifests = [crm(f"n{number:02}") for number in range(12)]
    world.declare(*manifests)
    world.service.fault(Status(status=400, code=1308), kind="create", after=3, times=4)
    first = world.apply()
    assert (first.code, len(world.ids)) == (3, 8)
    assert world.apply().code == 0
    assert world.titles == sorted(f"CRM n{number:02}" for number in range(12))
    settled(world)
