"""A run that was told to stop waits for no look-up longer than seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from reconciler.app import looking
from reconciler.app.clocks import SystemClock
from reconciler.app.looking import Looks
from reconciler.app.threads import SystemThreads
from reconciler.errors import ProtocolError, UnreachableError
from reconciler.ports import Remote
from tests.builders import KIND


class Slow:
    """A service that answers when it is told to."""

    def __init__(self, answer: Callable[[], Any]) -> None:
        self.free = threading.Event()
        self._answer = answer

    def connections(self, *_: object) -> Any:
        self.free.wait(30)
        return self._answer()

    offers = connections


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def slow() -> Iterator[Slow]:
    made = Slow(list)
    yield made
    made.free.set()


def looks(service: Slow, stop: threading.Event) -> Looks:
    return Looks(cast(Remote, service), clock=SystemClock(stop), threads=SystemThreads(), stop=stop)


def test_what_is_answered_is_returned(slow: Slow, stop: threading.Event) -> None:
    slow.free.set()
    assert looks(slow, stop).connections(KIND, "spec") == []


def test_a_refusal_is_raised_as_it_was(stop: threading.Event) -> None:
    def refuse() -> None:
        raise ProtocolError("no")

    slow = Slow(refuse)
    slow.free.set()
    with pytest.raises(ProtocolError, match="no"):
        looks(slow, stop).offers("spec")


def test_once_told_to_stop_a_look_up_is_left(
    slow: Slow, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "PATIENCE", 0.2)
    monkeypatch.setattr(looking, "_TICK", 0.1)
    threading.Timer(0.2, stop.set).start()
    began = time.monotonic()
    with pytest.raises(UnreachableError, match="told to stop"):
        looks(slow, stop).connections(KIND, "spec")
    assert time.monotonic() - began < 5


def test_it_is_left_within_what_is_promised() -> None:
    assert looking.PATIENCE + 2 * looking._TICK <= 5
