"""A simulator and a client of it for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.simulator import server
from reconciler.simulator.ims import Client
from reconciler.simulator.seeds import Settings
from tests.builders import CLIENT, ORGANIZATION
from tests.flowservice.clients import CLIENT_SECRET, Clock, Desk, connected, settings

WORLD = Settings(clients=(Client(id=CLIENT, secrets=(CLIENT_SECRET,), organization=ORGANIZATION),))


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock, log = Clock(), list[str]()
    with (
        server.serve(WORLD) as service,
        connected(settings(service.url), clock=clock, log=log.append) as remote,
    ):
        yield Desk(service, clock, remote, log)
