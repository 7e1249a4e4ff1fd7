"""Every journey gets a world of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.simulator import server
from tests.journeys.worlds import CLIENT, ORGANIZATION, SECRETS, SETTINGS, Hours, QuickClock, World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    hours = Hours()
    monkeypatch.setattr("reconciler.app.machines.SystemClock", lambda stop: QuickClock(stop, hours))
    with server.serve(SETTINGS, now=hours.wall) as service:
        environ = {
            "AEP_BASE_URL": service.url,
            "AEP_IMS_URL": service.url,
            "AEP_CLIENT_ID": CLIENT,
            "AEP_ORG_ID": ORGANIZATION,
            **SECRETS,
        }
        made = World(folder=tmp_path, service=service, hours=hours, environ=environ)
        made.configure()
        yield made
