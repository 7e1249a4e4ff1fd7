"""One simulator for all tests, new for each of them, and a client of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from reconciler.simulator import server
from reconciler.simulator.ims import Client
from reconciler.simulator.seeds import Settings
from reconciler.simulator.server import Running
from tests.builders import CLIENT, ORGANIZATION
from tests.flowservice.clients import CLIENT_SECRET, Clock, Desk, connected, settings

WORLD = Settings(
    clients=(Client(id=CLIENT, secrets=(CLIENT_SECRET,), organization=ORGANIZATION),),
    sandboxes=("dev", "prod"),
)


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    with server.serve(WORLD) as service:
        yield service


@pytest.fixture
def desk(running: Running) -> Iterator[Desk]:
    running.reset()
    before = {*threading.enumerate()}
    clock, log = Clock(), list[str]()
    with connected(settings(running.url), clock=clock, log=log.append) as remote:
        yield Desk(running, clock, remote, log)
    # What a test has left under way must not be asked of the next one's service.
    for thread in {*threading.enumerate()} - before:
        thread.join(10)
