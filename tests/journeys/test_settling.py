"""What becomes of a create that nobody answered, whatever happens until somebody looks again."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.simulator.distortions import StaleList
from reconciler.simulator.effects import Effect, LateCommit, Reply, Reset, Scene, Status
from reconciler.simulator.exchanges import Answer
from tests.journeys.test_rows import AT, in_doubt, settled
from tests.journeys.worlds import CLIENT, PATIENCE, World, crm

WEEK = 7 * 24 * 3600.0
QUARANTINE = 235


def lost(world: World, *manifests: str, effect: Effect | None = None) -> None:
    """Have the create of ``crm`` be lost: by default before the service acted on it."""
    world.configure(policy={"quarantine": QUARANTINE})
    world.declare(*(manifests or [crm()]))
    world.service.fault(effect or Reset(), kind="create")
    ended = world.apply("-parallelism=1")
    assert (ended.code, world.intents) == (4, ["crm"]), ended


def opened(world: World) -> int:
    told: str = world.document["intents"][AT]["opened"]
    return int(datetime.fromisoformat(told).timestamp())


def planted(world: World, **members: Any) -> str:
    """Have a connection of the lost one's name turn up."""
    facts = {"createdClient": CLIENT, "createdAt": (opened(world) + 1) * 1000, **members}
    return world.plant("CRM crm", **facts)


# --- late ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [60, 300])
def test_a_late_commit_is_adopted_by_whoever_looks_then(world: World, after: float) -> None:
    lost(world, effect=LateCommit(seconds=after))
    world.hours.slept += after + 1
    ended = world.apply()
    assert (ended.code, world.titles) == (0, ["CRM crm"])
    assert f"{AT}: Settled: an earlier create made it" in ended.out
    settled(world)


def test_a_commit_later_than_anybody_waits_for_is_nobodys_and_makes_no_third(world: World) -> None:
    lost(world, effect=LateCommit(seconds=400))
    world.hours.slept += QUARANTINE + 3
    assert world.apply().code == 0
    ours = world.ids["crm"]
    world.hours.slept += 400
    planned = world.plan()
    (late,) = {one["id"] for one in world.connections()} - {ours}
    assert planned.code == 0
    assert "Warning: Name is live more than once" in planned.err
    assert f'{late} has the name "CRM crm" of the recorded connection too' in planned.told
    assert world.apply().code == 0
    assert (world.titles, world.ids["crm"]) == (["CRM crm", "CRM crm"], ours)
    world.service.uproot(late)
    settled(world)


@pytest.mark.parametrize("flags", [[], ["-destroy", "-allow-destroy=1"]])
def test_what_turns_up_after_the_plan_was_made_and_is_not_wanted_is_not_called_done(
    world: World, flags: list[str]
) -> None:
    """The plan knew it as a create in doubt, so that it holds no deletion of it."""
    world.applied(crm("z"))
    in_doubt(world, crm(), crm("z"))
    world.declare(*([crm(), crm("z")] if flags else [crm("z")]))
    world.service.fault(StaleList(), kind="list", times=2)
    ended = world.apply(*flags)
    assert f"{AT}: Settled: an earlier create made it" in ended.out
    assert (ended.code, "Error: Settled after the plan was made" in ended.err) == (3, True), ended
    assert world.apply(*flags[:1]).code == 0
    assert "crm" not in world.ids


@pytest.mark.parametrize(
    ("manifests", "code"),
    [
        pytest.param([crm(), crm("z")], 3, id="declared"),
        pytest.param([crm("z")], 0, id="declared-no-more"),
    ],
)
def test_what_is_settled_only_after_the_plan_was_made_is_not_called_done(
    world: World, manifests: list[str], code: int
) -> None:
    lost(world)
    world.declare(*manifests)
    world.hours.slept += QUARANTINE - 30

    def taking_long(scene: Scene) -> Answer:
        world.hours.slept += 60
        return scene.serve(scene.request)

    world.service.fault(taking_long, kind="create")
    ended = world.apply()
    assert f"{AT}: Settled: an earlier create never happened" in ended.out
    assert ended.code == code, ended
    assert ("Error: Settled after the plan was made" in ended.err) == (code == 3)
    assert (world.titles, world.intents) == (["CRM z"], [])
    assert world.apply().code == 0
    settled(world)


def test_what_a_killed_run_asked_for_in_vain_is_made_once_its_quarantine_is_over(
    world: World,
) -> None:
    arrived = threading.Event()

    def swallowed(scene: Scene) -> Answer:
        arrived.set()
        return replace(Status(status=504)(scene), delay=5.0)

    world.configure(policy={"quarantine": QUARANTINE})
    world.declare(crm())
    world.service.fault(swallowed, kind="create")
    with world.started("apply", "-auto-approve") as run:
        assert arrived.wait(PATIENCE)
        run.kill()
        run.wait(PATIENCE)
    assert (world.apply().code, world.intents, world.titles) == (4, ["crm"], [])
    world.hours.slept += QUARANTINE + 3
    assert (world.apply().code, world.titles) == (0, ["CRM crm"])
    settled(world)


@pytest.mark.parametrize("happened", [True, False])
def test_a_lost_create_is_settled_a_month_later_as_well(world: World, *, happened: bool) -> None:
    lost(world, effect=LateCommit(seconds=1) if happened else Reset())
    world.hours.slept += 5 * WEEK
    ended = world.apply()
    words = "an earlier create made it" if happened else "an earlier create never happened"
    assert (ended.code, words in ended.out, world.titles) == (0, True, ["CRM crm"])
    settled(world)


def test_what_another_pipeline_of_ours_made_weeks_later_is_refused_and_not_adopted(
    world: World,
) -> None:
    lost(world)
    theirs = planted(world, createdAt=int(opened(world) + 3 * WEEK) * 1000)
    world.hours.slept += 4 * WEEK
    ended = world.apply()
    assert (ended.code, world.ids, world.intents) == (1, {}, [])
    assert f"{AT}: Settled: an earlier create never happened" in ended.out
    assert "Error: Connection exists already" in ended.err
    assert f"import: {{id: {theirs}}}" in ended.err
    world.declare(crm(adopt={"id": theirs}))
    assert (world.apply().code, world.ids) == (0, {"crm": theirs})


# --- whose --------------------------------------------------------------------------------------


def test_what_a_person_made_meanwhile_is_not_taken_for_ours(world: World) -> None:
    lost(world)
    theirs = planted(world, createdClient="exc_app")
    early = world.apply()
    assert (early.code, world.ids) == (4, {})
    assert "none that it can have made has shown up yet" in early.told
    world.hours.slept += QUARANTINE + 3
    late = world.apply()
    assert (late.code, world.ids, world.titles) == (1, {}, ["CRM crm"])
    assert f"import: {{id: {theirs}}}" in late.err


@pytest.mark.parametrize("unknown", ["createdClient", "createdAt"])
def test_one_of_which_nobody_says_who_made_it_or_when_is_left_to_a_person(
    world: World, unknown: str
) -> None:
    lost(world, crm(), crm("stays"))
    perhaps = planted(world)
    hidden = [{**one, unknown: None} for one in world.connections() if one["name"] == "CRM crm"]
    stays = next(one for one in world.connections() if one["name"] == "CRM stays")
    world.service.fault(Reply(json={"items": [*hidden, stays]}), kind="list", times=None)
    world.hours.slept += QUARANTINE + 3
    ended = world.apply()
    assert (ended.code, world.intents, sorted(world.ids)) == (4, ["crm"], ["stays"])
    assert f"It may have made {perhaps}, but nothing shows that for certain." in ended.told
    assert f"import: {{id: {perhaps}}}" in ended.err
    world.declare(crm(adopt={"id": perhaps}), crm("stays"))
    assert world.apply().code == 0
    assert (world.ids["crm"], world.intents) == (perhaps, [])


@pytest.mark.parametrize("parallelism", [1, 2])
def test_two_creates_that_are_answered_with_one_id_get_each_its_own(
    world: World, parallelism: int
) -> None:
    world.declare(crm("a"), crm("b"))
    same = Reply(status=201, json={"id": "00000000-0000-4000-8000-000000000001"}, commit=True)
    world.service.fault(same, kind="create", times=2)
    ended = world.apply(f"-parallelism={parallelism}")
    assert (ended.code, ended.out.count("Settled: an earlier create made it")) == (0, 2)
    assert "Apply complete! Resources: 2 added, 0 changed, 0 destroyed." in ended.out
    assert world.ids == {one["name"].removeprefix("CRM "): one["id"] for one in world.connections()}
    settled(world)


def test_an_id_that_nobody_has_makes_no_second_connection(world: World) -> None:
    world.declare(crm())
    wrong = Reply(status=201, json={"id": "00000000-0000-4000-8000-000000000001"}, commit=True)
    world.service.fault(wrong, kind="create")
    assert world.apply().code == 0
    (live,) = world.connections()
    ended = world.apply()
    assert (ended.code, world.titles) == (1, ["CRM crm"])
    assert f"{live['id']}. A second one is never made by accident" in ended.told
    assert world.run("state", "rm", AT).code == 0
    assert world.run("import", AT, live["id"]).code == 0
    settled(world)


def test_two_answers_that_were_swapped_are_refused_by_the_next_plan(world: World) -> None:
    world.applied(crm("a"), crm("b"))
    for name, other in (("a", "b"), ("b", "a")):
        world.service.edit(world.ids[name], name=f"CRM {other}")
    ended = world.apply()
    assert (ended.code, ended.err.count("Error: New name is taken")) == (1, 2)


# --- clocks -------------------------------------------------------------------------------------


def test_the_date_of_a_proxys_error_page_says_nothing(world: World) -> None:
    page = {"Date": "Wed, 01 Jan 2020 00:00:00 GMT", "Content-Type": "text/html"}
    error = Reply(status=502, text="<p>Bad gateway", headers=page)
    world.service.fault(error, kind="spec", times=4)
    lost(world, effect=LateCommit(seconds=12))
    assert world.apply().code == 4
    world.hours.slept += 13
    assert (world.apply().code, world.titles) == (0, ["CRM crm"])
    settled(world)


@pytest.mark.parametrize("year", [2020, 2035])
def test_where_answers_are_dated_by_different_clocks_nothing_is_made(
    world: World, year: int
) -> None:
    headers = (("Date", f"Wed, 01 Jan {year} 00:00:00 GMT"), ("Content-Type", "application/json"))

    def misdated(scene: Scene) -> Answer:
        return replace(scene.serve(scene.request), headers=headers)

    world.declare(crm())
    world.service.fault(misdated, kind="spec")
    ended = world.apply()
    assert (ended.code, world.titles, world.intents) == (3, [], []), ended
    assert "dates that cannot all be true" in ended.told
    assert world.apply().code == 0
    settled(world)


@pytest.mark.parametrize("offset", [-3e8, -7200.0, 7200.0, 3e8])
def test_it_is_the_services_clock_that_decides_whatever_ours_says(
    world: World, offset: float
) -> None:
    world.service.switch(clock_offset=offset)
    in_doubt(world, crm())
    assert world.apply().code == 0
    world.declare(crm(), crm("z"))
    world.service.fault(Reset(), kind="create")
    assert world.apply().code == 4
    world.hours.slept += QUARANTINE - 60
    assert world.apply().code == 4
    world.hours.slept += 64
    assert (world.apply().code, world.titles) == (0, ["CRM crm", "CRM z"])
    settled(world)


def test_without_a_date_nothing_is_created_and_nothing_counts_as_never_made(world: World) -> None:
    lost(world, crm(), crm("stays"))
    world.hours.slept += 5 * WEEK
    world.service.switch(tells_date=False)
    world.declare(crm(), crm("stays", description="new"), crm("z"))
    ended = world.apply()
    assert (ended.code, world.intents, sorted(world.ids)) == (4, ["crm"], ["stays"])
    assert "Error: Service does not tell the time" in ended.err
    assert world.connection("stays")["description"] == "new"
    world.service.switch(tells_date=True)
    assert (world.apply().code, world.titles) == (0, ["CRM crm", "CRM stays", "CRM z"])
    settled(world)


def test_the_time_from_which_a_rerun_decides_is_printed_and_true(world: World) -> None:
    lost(world)
    early = world.apply()
    (said,) = re.findall(r"From (\S+) on, by the service's clock", early.told)
    decides = datetime.fromisoformat(said)
    assert decides == datetime.fromtimestamp(opened(world) + QUARANTINE, UTC)
    world.hours.slept += QUARANTINE + 3
    assert world.apply().code == 0


# --- manifests that change meanwhile --------------------------------------------------------------


def test_what_nobody_declares_any_more_is_adopted_and_goes_through_the_guards(
    world: World,
) -> None:
    world.configure(policy={"max_destroy": 0})
    in_doubt(world, crm())
    world.configure(policy={"quarantine": QUARANTINE, "max_destroy": 0})
    world.declare(crm("stays"))
    ended = world.apply()
    assert (ended.code, list(world.ids), world.intents) == (1, ["crm"], [])
    assert "Too many deletions" in ended.err
    assert world.apply("-allow-destroy=1").code == 0
    assert world.titles == ["CRM stays"]
    settled(world)


def test_what_nobody_declares_any_more_and_never_was_is_forgotten(world: World) -> None:
    lost(world)
    world.declare(crm("stays"))
    world.hours.slept += QUARANTINE + 3
    assert (world.apply().code, world.intents, world.titles) == (0, [], ["CRM stays"])
    settled(world)


def test_what_was_renamed_meanwhile_is_adopted_and_renamed(world: World) -> None:
    in_doubt(world, crm())
    world.declare(crm(title="New"))
    ended = world.apply()
    assert (ended.code, world.titles) == (0, ["New"])
    assert "Resources: 0 added, 1 changed, 0 destroyed." in ended.out
    settled(world)


def test_another_address_of_its_name_waits_with_it(world: World) -> None:
    lost(world)
    world.declare(crm("new", title="CRM crm"), crm("z"))
    planned = world.plan()
    assert (planned.code, planned.err.count("Create in doubt")) == (2, 2)
    assert (world.apply().code, world.titles) == (4, ["CRM z"])
    world.hours.slept += QUARANTINE + 3
    assert (world.apply().code, world.titles) == (0, ["CRM crm", "CRM z"])
    assert sorted(world.ids) == ["new", "z"]
    settled(world)


def test_another_address_of_its_name_is_refused_once_it_turns_out_to_exist(world: World) -> None:
    in_doubt(world, crm())
    world.declare(crm("new", title="CRM crm"))
    ended = world.apply()
    assert (ended.code, world.titles) == (1, ["CRM crm"])
    assert "Connection recorded under another address" in ended.err
    assert f"- {{from: {AT}, to: ZohoCrmConnection.new}}" in ended.err


# --- what is said ---------------------------------------------------------------------------------


def test_what_a_person_changed_before_it_was_adopted_is_drift(world: World) -> None:
    in_doubt(world, crm(metadata={"credentialsVersion": "1"}))
    (live,) = world.connections()
    world.service.edit(live["id"], description="theirs")
    ended = world.apply()
    assert ended.code == 0
    assert re.search('~ description +=  *"theirs" -> "ours" # drift', ended.out)
    assert "# all credentials are sent again" in ended.out
    settled(world)


def test_an_old_create_in_doubt_is_told_of_once(world: World) -> None:
    lost(world, crm(), crm("stays"))
    world.declare(crm(), crm("stays", description="new"))
    ended = world.apply()
    assert (ended.code, ended.err.count("Create in doubt")) == (4, 1)
    assert "1 changed, 0 destroyed, 1 in doubt." in ended.out


def test_lines_to_paste_name_the_environment_where_there_are_several(world: World) -> None:
    environments = {
        name: {"sandbox": name, "state": f"state/{name}.json"} for name in ("dev", "prod")
    }
    world.configure(environments=environments)
    theirs = world.plant("CRM crm")
    world.declare(crm())
    ended = world.plan("-e", "dev")
    assert (ended.code, f"import: {{id: {theirs}, environment: dev}}" in ended.err) == (1, True)
    world.declare(crm(adopt={"id": theirs, "environment": "dev"}))
    assert world.apply("-e", "dev").code == 0
    assert world.ids == {"crm": theirs}


def test_a_saved_plan_names_the_environment_of_what_was_taken_since(world: World) -> None:
    environments = {
        name: {"sandbox": name, "state": f"state/{name}.json"} for name in ("dev", "prod")
    }
    world.configure(environments=environments)
    world.declare(crm())
    assert world.run("plan", "-e", "dev", "-out=crm.plan").code == 0
    assert "environment" not in json.loads((world.folder / "crm.plan").read_text())["reconciler"]
    theirs = world.plant("CRM crm")
    ended = world.run("apply", "-e", "dev", "crm.plan")
    assert (ended.code, f"import: {{id: {theirs}, environment: dev}}" in ended.err) == (4, True)
