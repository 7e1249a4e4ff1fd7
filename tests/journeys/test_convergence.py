"""Whatever was declared, recorded and live, applying it leads to a plan with nothing to do.

Between two random declarations people edit and delete, and requests fail in every way; the
service never holds two connections of one name.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.simulator.distortions import Edit, StaleList
from reconciler.simulator.effects import Delay, Effect, Garbage, Reset, Status, Truncate
from tests.journeys.worlds import Ended, World, crm

NAMES = ("a", "b", "c", "d")
ROUNDS = 8
"""More than there can be failures, of which each may fail a round of its own."""

wishes = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["CRM", "Renamed"]),
        "description": st.sampled_from(["ours", "new", None]),
        "client": st.sampled_from(["1000.A", "1000.B"]),
        "version": st.sampled_from([None, "1", "2"]),
    }
)
declarations = st.dictionaries(st.sampled_from(NAMES), wishes, min_size=1)
disturbances = st.lists(
    st.tuples(st.sampled_from(["edit", "rename", "delete", "touch"]), st.sampled_from(NAMES)),
    max_size=4,
)
faults = st.lists(
    st.tuples(
        st.sampled_from(["create", "patch", "delete", "list"]),
        st.sampled_from([
            Delay(seconds=0), Edit(), Garbage(), Reset(), Reset(commit=True), StaleList(),
            Status(status=400), Status(status=429), Status(status=503, commit=True), Truncate(),
        ]),
    ),
    max_size=3,
)  # fmt: skip


def manifest(name: str, wish: dict[str, Any]) -> str:
    versioned = {} if wish["version"] is None else {"credentialsVersion": wish["version"]}
    return crm(
        name,
        title=title(name, wish),
        description=wish["description"],
        params={"clientId": wish["client"]},
        metadata=versioned,
    )


def title(name: str, wish: dict[str, Any]) -> str:
    return f"{wish['title']} {name}"


def disturb(world: World, kind: str, name: str) -> None:
    """Do what somebody else might to a connection that is there."""
    at = world.ids.get(name)
    if at is None or at not in {one["id"] for one in world.connections()}:
        return
    match kind:
        case "edit":
            world.service.edit(at, description="theirs")
        case "rename":
            world.service.edit(at, name=f"Theirs {name}")
        case "delete":
            world.service.uproot(at)
        case _:
            world.service.edit(at)


def insistent(world: World) -> Ended:
    """Apply, and say how many may go where a guard asks for that."""
    flags: list[str] = []
    while True:
        ended = world.apply(*flags)
        wanted = re.search(r"-allow-recreate=\d+", ended.err)
        if wanted is None or flags:
            return ended
        flags.append(wanted.group())


def converge(world: World) -> None:
    codes = []
    for _ in range(ROUNDS):
        codes.append(insistent(world).code)
        counted = Counter(one["name"] for one in world.connections())
        assert max(counted.values(), default=0) <= 1, counted
        if codes[-1] == 0:
            break
        world.hours.slept += 3  # dates are whole seconds, and a create in doubt waits for the next
    assert codes[-1] == 0, codes
    ended = world.plan()
    assert ended.code == 0, ended


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=declarations, second=declarations, between=disturbances, failing=faults)
def test_any_world_converges_and_no_name_is_held_twice(
    world: World,
    first: dict[str, dict[str, Any]],
    second: dict[str, dict[str, Any]],
    between: list[tuple[str, str]],
    failing: list[tuple[str, Effect]],
) -> None:
    world.service.reset()
    shutil.rmtree(world.folder / "state", ignore_errors=True)
    world.configure(policy={"max_destroy": len(NAMES)})
    world.declare(*(manifest(name, wish) for name, wish in first.items()))
    for kind, effect in failing:
        world.service.fault(effect, kind=kind)
    converge(world)
    for kind, name in between:
        disturb(world, kind, name)
    world.declare(*(manifest(name, wish) for name, wish in second.items()))
    for kind, effect in failing:
        world.service.fault(effect, kind=kind)
    converge(world)
    assert world.titles == sorted(title(name, wish) for name, wish in second.items())
    assert sorted(world.ids) == sorted(second)
