"""Runs beside one another, runs that are told to stop, and runs that cannot save."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.simulator.effects import Delay, Scene
from reconciler.simulator.exchanges import Answer
from tests.journeys.test_rows import AT, settled
from tests.journeys.worlds import PATIENCE, World, crm


def until(seen: Callable[[], object]) -> None:
    """Wait for what is about to happen."""
    ends = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < ends
        time.sleep(0.01)


# --- beside one another -------------------------------------------------------------------------


def test_a_second_run_is_told_who_holds_the_lock(world: World) -> None:
    world.declare(crm())
    world.service.fault(Delay(seconds=0.6), kind="create")
    with world.started("apply", "-auto-approve") as first:
        until(world.connections)
        ended = world.apply("-lock-timeout=0s")
        assert ended.code == 5
        assert "Error: Error acquiring the state lock" in ended.err
        assert "Lock Info:" in ended.err
        assert "Operation: apply" in ended.told
        assert f"Info: process {first.pid}" in ended.told
        assert world.plan().code == 2
        assert world.finished(first).code == 0
    settled(world)


def test_a_run_that_waits_gets_its_turn(world: World) -> None:
    world.declare(crm())
    world.service.fault(Delay(seconds=0.3), kind="create")
    with world.started("apply", "-auto-approve") as first:
        until(world.connections)
        second = world.process("apply", "-auto-approve", "-lock-timeout=20s")
        assert world.finished(first).code == 0
    assert second.code == 0
    assert "No changes." in second.out
    assert world.titles == ["CRM crm"]


def test_the_lock_of_a_killed_run_stops_nobody_and_its_create_is_adopted(world: World) -> None:
    world.declare(crm())
    world.service.fault(Delay(seconds=5), kind="create")
    with world.started("apply", "-auto-approve") as first:
        until(world.connections)
        first.kill()
        first.wait(timeout=PATIENCE)
    assert world.intents == ["crm"]
    ended = world.apply()
    assert ended.code == 0
    assert f"{AT}: Settled: an earlier create made it" in ended.out
    assert world.titles == ["CRM crm"]
    settled(world)


# --- told to stop -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code"), [pytest.param(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143)]
)
def test_told_to_stop_a_run_finishes_what_is_under_way_and_begins_nothing(
    world: World, number: signal.Signals, code: int
) -> None:
    world.declare(crm(), crm("z"))
    world.service.fault(Delay(seconds=0.5), kind="create")
    with world.started("apply", "-auto-approve", "-parallelism=1") as run:
        until(world.connections)
        run.send_signal(number)
        ended = world.finished(run)
    assert ended.code == code, ended
    assert "Stopping: nothing new is begun" in ended.err
    assert "Apply incomplete. Resources: 1 added, 0 changed, 0 destroyed, 1 not begun" in ended.out
    assert (list(world.ids), world.intents) == (["crm"], [])
    assert world.apply().code == 0
    assert world.titles == ["CRM crm", "CRM z"]
    settled(world)


def test_told_twice_a_run_ends_at_once_and_loses_nothing(world: World) -> None:
    world.declare(crm())
    world.service.fault(Delay(seconds=20), kind="create")
    with world.started("apply", "-auto-approve") as run:
        until(world.connections)
        run.send_signal(signal.SIGINT)
        time.sleep(0.1)  # two signals that wait together are delivered as one
        run.send_signal(signal.SIGINT)
        assert world.finished(run).code == 130
    assert world.intents == ["crm"]
    assert world.apply().code == 0
    assert world.titles == ["CRM crm"]
    settled(world)


def test_told_to_stop_while_it_asks_a_run_changes_nothing(world: World) -> None:
    world.declare(crm())
    world.service.fault(Delay(seconds=5), kind="list")
    with world.started("apply", "-auto-approve") as run:
        until(lambda: "list" in {entry.kind for entry in world.service.log})
        run.send_signal(signal.SIGINT)
        ended = world.finished(run)
    assert (ended.code, world.state, world.writes) == (130, None, [])


# --- asked for approval -------------------------------------------------------------------------


def test_yes_is_yes(world: World) -> None:
    world.declare(crm())
    ended = world.run("apply", stdin="yes\n", terminal=True)
    assert ended.code == 0
    assert "Do you want to perform these actions?" in ended.err
    assert "Only 'yes' will be accepted to approve." in ended.err
    assert list(world.ids) == ["crm"]


@pytest.mark.parametrize("answer", ["no\n", "y\n", "YES\n", "\n", ""])
def test_anything_else_is_no(world: World, answer: str) -> None:
    world.declare(crm())
    ended = world.run("apply", stdin=answer, terminal=True)
    assert (ended.code, world.state, world.writes) == (1, None, [])
    assert "Error: Apply cancelled" in ended.err


def test_without_a_terminal_nobody_is_asked(world: World) -> None:
    world.declare(crm())
    ended = world.run("apply", stdin="yes\n")
    assert (ended.code, world.state, len(world.service.log)) == (1, None, 0)
    assert "Use -auto-approve where nobody watches." in ended.told


def test_nothing_to_do_asks_nothing(world: World) -> None:
    world.applied(crm())
    before = world.state
    ended = world.run("apply", terminal=True)
    assert (ended.code, world.state) == (0, before)
    assert "Do you want" not in ended.err


# --- a state that cannot be saved ---------------------------------------------------------------


def blocking(folder: Path) -> Callable[[Scene], Answer]:
    """Have the folder of the state make way for a file just before the service acts."""

    def effect(scene: Scene) -> Answer:
        if folder.is_dir():
            folder.rename(folder.with_name("hidden"))
            folder.touch()
        return scene.serve(scene.request)

    return effect


def test_a_state_that_cannot_be_saved_ends_with_the_lines_that_record_it_by_hand(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world.folder)
    folder = world.folder / "state"
    world.declare(crm(), crm("z"))
    world.service.fault(blocking(folder), kind="create")
    ended = world.apply("-parallelism=1")
    assert ended.code == 6
    assert "Error: Failed to save state" in ended.err
    (live,) = world.connections()
    assert f"reconciler import {AT} {live['id']}" in ended.err
    (dump,) = world.folder.glob("dev.errored-*.json")
    assert str(dump) in ended.err
    assert json.loads(dump.read_text())["resources"][AT]["id"] == live["id"]
    folder.unlink()
    folder.with_name("hidden").rename(folder)
    assert world.run("import", AT, live["id"]).code == 0
    assert world.apply().code == 0
    assert world.titles == ["CRM crm", "CRM z"]
    settled(world)


# --- processes ----------------------------------------------------------------------------------


def test_the_installed_command_does_what_the_journeys_do(world: World) -> None:
    world.declare(crm())
    assert world.process("validate").code == 0
    assert world.process("plan", "-detailed-exitcode").code == 2
    assert world.process("apply").code == 1
    applied = world.process("apply", "-auto-approve")
    assert applied.code == 0
    assert "Apply complete! Resources: 1 added, 0 changed, 0 destroyed." in applied.out
    assert world.process("plan", "-detailed-exitcode").code == 0
    assert world.process("plan", "-nonsense").code == 1
    assert "\x1b" not in applied.out + applied.err


def test_a_plan_whose_reader_has_left_ends_quietly(world: World) -> None:
    world.declare(crm())
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as stdout, world.started("plan", stdout=stdout) as plan:
        _, err = plan.communicate(timeout=PATIENCE)
    assert plan.returncode == 1
    assert b"Error" not in err


def test_an_apply_whose_reader_leaves_goes_on_to_its_end(world: World) -> None:
    world.declare(crm(), crm("z"))
    world.service.fault(Delay(seconds=0.2), kind="create")
    with world.started("apply", "-auto-approve", "-parallelism=1") as apply:
        until(world.connections)
        assert apply.stdout is not None
        apply.stdout.close()
        assert apply.wait(timeout=PATIENCE) == 0
        assert apply.stderr is not None
        assert b"Error" not in apply.stderr.read()
    assert (sorted(world.ids), world.intents) == (["crm", "z"], [])
    settled(world)
