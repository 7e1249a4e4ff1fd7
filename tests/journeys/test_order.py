"""What is on the disk at the moment a request arrives: whoever is killed then has lost nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.simulator.effects import Scene
from reconciler.simulator.exchanges import Answer
from tests.journeys.test_rows import settled
from tests.journeys.worlds import World, crm


class Onlooker:
    """Has nothing befall a request, and keeps what the state says as it arrives."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.seen: list[tuple[str, dict[str, Any]]] = []
        """Of each request the name it would create, if any, and the state."""

    def __call__(self, scene: Scene) -> Answer:
        body = json.loads(scene.request.body or b"null")
        name = body["name"] if isinstance(body, dict) else ""
        self.seen.append((name, self._world.document))
        return scene.serve(scene.request)


@pytest.mark.parametrize("parallelism", [1, 3, 10])
def test_a_create_that_arrives_is_noted_in_the_state_already(
    world: World, parallelism: int
) -> None:
    onlooker = Onlooker(world)
    world.service.fault(onlooker, kind="create", times=None)
    world.declare(*(crm(name) for name in "abcdefg"))
    assert world.apply(f"-parallelism={parallelism}").code == 0
    assert len(onlooker.seen) == 7
    for name, state in onlooker.seen:
        noted = {intent["spec"]["name"] for intent in state["intents"].values()}
        assert name in noted
        assert len(noted) <= 2 * parallelism
    settled(world)


def test_what_was_made_is_recorded_before_much_else_is_begun(world: World) -> None:
    world.applied(crm("b"), crm("c"), crm("d"), crm("e"))
    onlooker = Onlooker(world)
    world.service.fault(onlooker, kind="patch", times=None)
    world.declare(crm("a"), *(crm(name, description="new") for name in "bcde"))
    assert world.apply("-parallelism=1").code == 0
    first, second, *_ = [state for _, state in onlooker.seen]
    # The first change may leave while the id is being saved; the next waits for that.
    assert "ZohoCrmConnection.a" in {**first["intents"], **first["resources"]}
    assert second["resources"]["ZohoCrmConnection.a"]["id"] == world.ids["a"]
    assert not second["intents"]
