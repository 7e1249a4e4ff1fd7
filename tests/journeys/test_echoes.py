"""A service, or a person, puts a secret where everybody can read it: we do not read it out.

After each command the world of the journeys searches all output and every file for secrets.
"""

from __future__ import annotations

import pytest

from tests.journeys.worlds import SECRETS, World, crm


@pytest.fixture(params=sorted(SECRETS))
def echoing(world: World, request: pytest.FixtureRequest) -> World:
    """Return a world whose service shows a secret in a member that is none."""
    world.applied(crm())
    said = f"the secret is {SECRETS[request.param]}."
    world.service.edit(world.ids["crm"], description=said, updatedBy=said)
    return world


@pytest.mark.parametrize(
    "words", [("plan",), ("plan", "--format=json"), ("apply", "-auto-approve")]
)
def test_a_secret_that_is_shown_as_something_else_is_masked(
    echoing: World, words: tuple[str, ...]
) -> None:
    ended = echoing.run(*words)
    assert ended.code == 0
    assert "the secret is (sensitive value)." in ended.told


def test_a_plan_that_would_hold_a_secret_is_not_saved(echoing: World) -> None:
    ended = echoing.run("plan", "-out=plan.json")
    assert ended.code == 1
    assert "Error: Plan not saved" in ended.err
    assert not (echoing.folder / "plan.json").exists()
