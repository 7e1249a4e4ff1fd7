"""What every command does around its own work."""

from __future__ import annotations

import pytest

from tests.journeys.worlds import World, crm


@pytest.mark.parametrize(
    ("value", "logged"), [(None, False), ("", False), ("0", False), ("1", True), ("debug", True)]
)
def test_requests_are_logged_where_that_is_asked_for(
    world: World, value: str | None, logged: bool
) -> None:
    world.declare(crm())
    ended = world.plan(env={"RECONCILER_LOG": value})
    assert ("GET /data/foundation/flowservice/connections" in ended.err) is logged
