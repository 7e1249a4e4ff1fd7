"""Runs beside one another, and runs that are told to stop."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import threading
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.simulator.effects import Scene
from reconciler.simulator.exchanges import Answer
from tests.journeys.test_rows import AT, settled
from tests.journeys.worlds import COMMAND, PATIENCE, World, crm


class Slow:
    """The service acts at once and answers later; ``wait`` returns in between."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._acted = threading.Event()

    def __call__(self, scene: Scene) -> Answer:
        answer = scene.serve(scene.request)
        self._acted.set()
        return replace(answer, delay=self._seconds)

    def wait(self) -> None:
        """Wait until the service has acted."""
        assert self._acted.wait(PATIENCE)


# --- beside one another -------------------------------------------------------------------------


def test_a_second_run_is_told_who_holds_the_lock(world: World) -> None:
    world.declare(crm())
    slow = Slow(0.6)
    world.service.fault(slow, kind="create")
    with world.started("apply", "-auto-approve") as first:
        slow.wait()
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
    slow = Slow(0.3)
    world.service.fault(slow, kind="create")
    with world.started("apply", "-auto-approve") as first:
        slow.wait()
        second = world.process("apply", "-auto-approve", "-lock-timeout=20s")
        assert world.finished(first).code == 0
    assert second.code == 0
    assert "No changes." in second.out
    assert world.titles == ["CRM crm"]


def test_the_lock_of_a_killed_run_stops_nobody_and_its_create_is_adopted(world: World) -> None:
    world.declare(crm())
    slow = Slow(5)
    world.service.fault(slow, kind="create")
    with world.started("apply", "-auto-approve") as first:
        slow.wait()
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
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_told_to_stop_a_run_finishes_what_is_under_way_and_begins_nothing(
    world: World, number: signal.Signals, code: int
) -> None:
    world.declare(crm(), crm("z"))
    slow = Slow(0.5)
    world.service.fault(slow, kind="create")
    with world.started("apply", "-auto-approve", "-parallelism=1") as run:
        slow.wait()
        run.send_signal(number)
        ended = world.finished(run)
    assert ended.code == code, ended
    assert "Stopping: nothing new is begun" in ended.err
    assert "Apply incomplete. Resources: 1 added, 0 changed, 0 destroyed, 1 not begun" in ended.out
    assert (list(world.ids), world.intents) == (["crm"], [])
    assert world.apply().code == 0
    assert world.titles == ["CRM crm", "CRM z"]
    settled(world)


def test_told_to_stop_together_with_its_reader_a_run_saves_what_it_did(world: World) -> None:
    world.declare(crm(), crm("z"))
    slow = Slow(0.3)
    world.service.fault(slow, kind="create")
    with world.started("apply", "-auto-approve", "-parallelism=1") as run:
        slow.wait()
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        run.stderr.close()
        run.send_signal(signal.SIGINT)
        assert run.wait(timeout=PATIENCE) == 130
    assert (list(world.ids), world.intents) == (["crm"], [])


def test_told_twice_a_run_ends_at_once_and_loses_nothing(world: World) -> None:
    world.declare(crm())
    slow = Slow(20)
    world.service.fault(slow, kind="create")
    with world.started("apply", "-auto-approve") as run:
        slow.wait()
        run.send_signal(signal.SIGINT)
        # Two signals that wait together are delivered as one.
        assert run.stderr is not None
        assert any(b"Stopping" in line for line in run.stderr)
        run.send_signal(signal.SIGINT)
        assert world.finished(run).code == 130
    assert world.intents == ["crm"]
    assert world.apply().code == 0
    assert world.titles == ["CRM crm"]
    settled(world)


def test_told_to_stop_while_it_asks_a_run_changes_nothing(world: World) -> None:
    world.declare(crm())
    slow = Slow(5)
    world.service.fault(slow, kind="list")
    with world.started("apply", "-auto-approve") as run:
        slow.wait()
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
    slow = Slow(0.2)
    world.service.fault(slow, kind="create")
    with world.started("apply", "-auto-approve", "-parallelism=1") as apply:
        slow.wait()
        assert apply.stdout is not None
        apply.stdout.close()
        assert apply.wait(timeout=PATIENCE) == 0
        assert apply.stderr is not None
        assert b"Error" not in apply.stderr.read()
    assert (sorted(world.ids), world.intents) == (["crm", "z"], [])
    settled(world)


def test_output_that_cannot_be_written_any_more_keeps_no_result_from_the_state(
    world: World,
) -> None:
    world.declare(crm(), crm("z"))
    slow = Slow(0.2)
    world.service.fault(slow, kind="create")
    full = world.folder.parent / "output"
    with ExitStack() as stack:
        stdout = stack.enter_context(full.open("wb"))
        stdout.seek(1 << 20)  # further than any file of the run may grow
        apply = stack.enter_context(
            world.started("apply", "-auto-approve", "-parallelism=1", stdout=stdout)
        )
        slow.wait()
        reached = full.stat().st_size
        resource.prlimit(apply.pid, resource.RLIMIT_FSIZE, (reached, reached))
        assert apply.wait(timeout=PATIENCE) == 0
        assert full.stat().st_size == reached
    assert (sorted(world.ids), world.intents) == (["crm", "z"], [])
    settled(world)


@pytest.mark.parametrize("words", [("validate",), ("show",), ("version",), ("-help",), ("apply",)])
def test_output_that_cannot_be_written_is_an_error_in_words(
    world: World, words: tuple[str, ...]
) -> None:
    world.declare(crm())
    words = (*words, "-auto-approve") if words == ("apply",) else words
    with Path("/dev/full").open("wb") as full, world.started(*words, stdout=full) as run:
        assert run.stderr is not None
        err = run.stderr.read()
        assert run.wait(timeout=PATIENCE) == 1
    assert err.endswith(b"Error: the output cannot be written: No space left on device.\n")
    assert world.connections() == []


@pytest.mark.parametrize("words", [("validate",), ("version",), ("plan",)])
def test_closed_streams_are_nobody_and_nothing(world: World, words: tuple[str, ...]) -> None:
    world.declare(crm())
    closing = 'exec "$0" "$@" <&- >&- 2>&-'
    command = ["sh", "-c", closing, str(COMMAND), "-C", str(world.folder), *words]
    ended = subprocess.run(command, env=world.environ, timeout=PATIENCE, check=False)
    assert ended.returncode == 0
