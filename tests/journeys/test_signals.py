"""A signal ends a run in good order, whatever it does: its exit code comes before all others."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import threading
from collections.abc import Iterator
from types import FrameType

import pytest

from reconciler.simulator.effects import Effect, Scene, Status
from reconciler.simulator.exchanges import Answer
from reconciler.state.files import LocalState
from tests.journeys.test_rows import in_doubt, settled
from tests.journeys.worlds import COMMAND, PATIENCE, QuickClock, World, crm, interruptible

SIGNALS = pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)


@pytest.fixture(autouse=True)
def unheard() -> Iterator[None]:
    """Let a signal that nobody handles fail its test, and not end all of them."""

    def fail(number: int, _: FrameType | None) -> None:
        raise AssertionError(f"nobody handled signal {number}")

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    previous = {number: signal.signal(number, fail) for number in numbers}
    yield
    for number, handler in previous.items():
        signal.signal(number, handler)


def sending(number: int, *, instead: Effect | None = None) -> Effect:
    """Have the signal arrive while a request is answered."""

    def effect(scene: Scene) -> Answer:
        os.kill(os.getpid(), number)
        return instead(scene) if instead else scene.serve(scene.request)

    return effect


@SIGNALS
def test_while_it_plans_a_run_just_ends(world: World, number: int, code: int) -> None:
    world.declare(crm())
    world.service.fault(sending(number), kind="list")
    ended = world.apply()
    assert (ended.code, ended.err) == (code, "Interrupted.\n")
    assert (world.state, world.writes) == (None, [])


@SIGNALS
def test_while_it_settles_a_run_looks_no_further_and_says_what_is_open(
    world: World, number: int, code: int
) -> None:
    world.configure(policy={"quarantine": 235})
    in_doubt(world, crm())
    (made,) = world.connections()
    world.service.uproot(made["id"])
    listed = len([entry for entry in world.service.log if entry.kind == "list"])
    world.service.fault(sending(number), kind="list")
    before, slept = world.state, world.hours.slept
    ended = world.run("apply", "-auto-approve", "-settle-timeout=30s")
    assert (ended.code, world.state, world.hours.slept) == (code, before, slept)
    assert len([entry for entry in world.service.log if entry.kind == "list"]) == listed + 1
    assert "Warning: Create in doubt" in ended.err


@SIGNALS
def test_while_it_waits_to_ask_again_a_run_asks_no_more(
    world: World, number: int, code: int
) -> None:
    world.declare(crm(), crm("z"))
    busy = Status(status=429, retry_after="30")
    world.service.fault(sending(number, instead=busy), kind="create")
    ended = world.apply("-parallelism=1")
    assert (ended.code, world.intents, world.ids) == (code, [], {})
    assert len(world.writes) == 1
    assert "Apply incomplete. Resources: 0 added, 0 changed, 0 destroyed, 1 failed, 1 not" in (
        ended.out
    )
    assert world.apply().code == 0
    settled(world)


@SIGNALS
def test_while_it_waits_for_the_lock_a_run_just_ends(
    world: World, monkeypatch: pytest.MonkeyPatch, number: int, code: int
) -> None:
    world.applied(crm())

    def sleep(clock: QuickClock, seconds: float) -> bool:
        del clock, seconds
        os.kill(os.getpid(), number)
        return True

    held = LocalState(
        world.folder / "state" / "dev.json",
        display="state/dev.json",
        organization=None,
        sandbox="dev",
        clock=QuickClock(threading.Event(), world.hours),
        root=world.folder,
    )
    monkeypatch.setattr(QuickClock, "sleep", sleep)
    with held.lock(operation="test", timeout=0):
        ended = world.apply("-lock-timeout=3600s")
    assert (ended.code, ended.err) == (code, "Interrupted.\n")


@SIGNALS
def test_while_it_asks_for_approval_a_run_just_ends(world: World, number: int, code: int) -> None:
    world.declare(crm())
    keyboard, line = pty.openpty()
    with subprocess.Popen(
        [COMMAND, "-C", world.folder, "apply"],
        env=world.environ,
        stdin=line,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=interruptible,  # noqa: PLW1509 -- it only sets a handler
    ) as run:
        assert run.stderr is not None
        shown = b""
        while b"Enter a value: " not in shown:
            shown += os.read(run.stderr.fileno(), 1 << 16)
        run.send_signal(number)
        assert run.wait(PATIENCE) == code
        assert b"Interrupted." in run.stderr.read()
    os.close(keyboard)
    os.close(line)
    assert (world.state, world.writes) == (None, [])


def test_a_signal_that_whoever_started_it_ignores_is_ignored(world: World) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    world.declare(crm())
    world.service.fault(sending(signal.SIGHUP), kind="list")
    world.service.fault(sending(signal.SIGHUP), kind="create")
    assert (world.apply().code, world.titles) == (0, ["CRM crm"])
