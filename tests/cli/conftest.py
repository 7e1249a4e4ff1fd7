"""Commands are run in the world that the journeys are made in."""

from __future__ import annotations

from tests.journeys.conftest import world

__all__ = ["world"]
