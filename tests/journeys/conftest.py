"""Every journey gets a world of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.worlds import Hours, QuickClock, World, opened


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    hours = Hours()
    monkeypatch.setattr("reconciler.app.machines.SystemClock", lambda stop: QuickClock(stop, hours))
    with opened(tmp_path, hours) as made:
        yield made
